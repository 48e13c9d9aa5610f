"""The first chart of 100 runs in the web app of each system that has one, in Debian's chromium."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import systems
from peers import fill_chart, settle
from systems import HERE, System

RUNS, ROWS = 100, 1000
PASSWORD = "a long enough phrase"
PAGE = HERE.parents[1] / "e2e/browser/bench/peers.mjs"


def measure(place: Path, start: Callable[[Path], System], say: Callable[[str, dict], None]) -> None:
    system = start(place)
    try:
        fill_chart(system, RUNS, ROWS)
        settle(system)
        if system.name.startswith("Runstead"):
            command = [
                systems.RUNSTEAD,
                "user",
                "set-password",
                "--password-stdin",
                "bench",
                "--data-dir",
                str(system.data),
            ]
            subprocess.run(command, input=PASSWORD + "\n", text=True, check=True, capture_output=True)
        kind = "openwandb" if system.name == "openwandb" else system.kind
        words = ["node", str(PAGE), kind, system.server.url, PASSWORD, str(RUNS)]
        found = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
        say("web", {"system": system.name, "runs": RUNS, "rows": ROWS} | found)
    finally:
        system.stop()
