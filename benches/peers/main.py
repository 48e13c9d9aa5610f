"""Runstead beside what it should reach, and beside other systems: `main.py FOLDER [PART…]`, called by `tools/bench`.

Parts are `reach`, `artifacts`, `peers` and `web`, or one of them: `reach.NAME` and `artifacts.NAME` as the functions
are called, `NAME` and `web.NAME` of a system.
What is found goes into `FOLDER/results.jsonl` as it is found, and as tables to standard output in the end.
"""

import json
import os
import platform
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import artifacts
import browser
import peers
import process
import reach
import report
import systems

PEERS = {
    "runstead": systems.runstead,
    "runstead-postgres": systems.runstead_postgres,
    "openwandb": systems.openwandb,
    "mlflow": systems.mlflow,
    "mlflow-postgres": systems.mlflow_postgres,
    "trackio": systems.trackio,
    "aim": systems.aim,
    "tensorboard": systems.tensorboard,
}
# Those with a web app that shows the same chart.
WEB = ["runstead", "openwandb", "mlflow", "aim"]


def machine() -> dict:
    """What it ran on; names of machines and folders are nobody's business."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(": ")[1] for line in lines if line.startswith("model name")), platform.machine())
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "date": time.strftime("%Y-%m-%d"),
        "cores": os.cpu_count(),
        "processor": model,
        "memory": f"{pages / 2**30:.0f} GB",
        "kernel": platform.release().split("-")[0],
        "load": f"{os.getloadavg()[0]:.1f}",
        "priority": "real-time" if systems.PRIORITY else "as everything else",
    }


def main() -> int:
    folder, words = Path(sys.argv[1]), sys.argv[2:] or ["reach", "artifacts", "peers", "web"]
    folder.mkdir(parents=True, exist_ok=True)
    results, failed = folder / "results.jsonl", []

    def write(kind: str, found: dict) -> None:
        with results.open("a") as file:
            file.write(json.dumps({"kind": kind} | found) + "\n")
        print(kind, json.dumps(found), file=sys.stderr, flush=True)

    def say(work: str, goal: str, value: float, limit: float | None, unit: str, note: str, most: bool = True) -> None:
        met = None if limit is None else (value <= limit if most else value >= limit)
        write("reach", {"work": work, "goal": goal, "value": value, "unit": unit, "met": met, "note": note})

    def do(name: str, work: Callable[[Path], None]) -> None:
        place = Path(tempfile.mkdtemp(prefix="bench-"))
        begun = time.monotonic()
        try:
            work(place)
        except Exception:
            traceback.print_exc()
            failed.append(name)
        for server in list(process.RUNNING):
            server.stop()
        shutil.rmtree(place, ignore_errors=True)
        print(f"== {name}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)

    write("machine", machine())
    for kind, parts in (("reach", reach.PARTS), ("artifacts", artifacts.PARTS)):
        for part in parts:
            if {kind, f"{kind}.{part.__name__}"} & set(words):
                do(f"{kind}.{part.__name__}", lambda place, part=part: part(place, say))
    for name, start in PEERS.items():
        if name.endswith("-postgres") and not systems.POSTGRES:
            continue
        if {"peers", name} & set(words):
            do(name, lambda place, start=start: peers.measure(place, start, write))
    for name in WEB:
        if {"web", f"web.{name}"} & set(words):
            do(f"web.{name}", lambda place, start=PEERS[name]: browser.measure(place, start, write))
    print(report.tables([json.loads(line) for line in results.read_text().splitlines()]))
    if failed:
        print("failed: " + ", ".join(failed), file=sys.stderr)
    return 1 if failed else 0


sys.exit(main())
