"""What the clients of all systems share: the data, and how a piece of work is measured."""

import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import process  # noqa: E402

SPIKE = 1e6


def curves(rows: int, metrics: int, seed: int = 0) -> list[dict[str, float]]:
    """Rows of losses that fall, with noise; in each metric one value sticks out."""
    draw = random.Random(seed)
    made = [
        {f"metric_{number}": 2.718 ** (-row / rows) * (1 + 0.1 * draw.random()) for number in range(metrics)}
        for row in range(rows)
    ]
    # In each run at another place, so that no way of taking every n-th row is lucky.
    made[(seed * 7919 + 1237) % rows] = {f"metric_{number}": SPIKE for number in range(metrics)}
    return made


def config(seed: int, count: int = 20) -> dict:
    draw = random.Random(seed)
    return {f"c{key}": ["adam", "sgd", "lion"][seed % 3] if key == 0 else draw.random() for key in range(count)}


def measured(servers: list[int], work: Callable[[], object]) -> dict:
    """Does the work once: seconds, and processor seconds of the servers (of this process when there is none)."""
    import os

    roots = servers or [os.getpid()]
    cpu, started = process.cpu(*roots), time.monotonic()
    result = work()
    seconds = time.monotonic() - started
    return {"seconds": seconds, "cpu": process.cpu(*roots) - cpu, "result": result}


def repeated(servers: list[int], work: Callable[[], object], times: int = 5) -> dict:
    """Medians of several times; the result of the last."""
    all_times = [measured(servers, work) for _ in range(times)]
    return {
        "seconds": statistics.median(each["seconds"] for each in all_times),
        "cpu": statistics.median(each["cpu"] for each in all_times),
        "result": all_times[-1]["result"],
    }


def main(phases: dict[str, Callable[..., dict]]) -> None:
    """`PHASE JSON`: does the phase and prints what it showed as the last line."""
    answer = phases[sys.argv[1]](**json.loads(sys.argv[2]))
    sys.stdout.flush()
    print("RESULT " + json.dumps(answer), flush=True)
