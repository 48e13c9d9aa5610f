"""The same work for every system, at sizes each can do in the time; one line of the table a system and kind of work."""

import json
import re
import statistics
import struct
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from process import cpu
from systems import HERE, System

sys.path.append(str(HERE / "clients"))
from common import curves, repeated  # noqa: E402

TIMES = 3
# What an acknowledged row survives.
DURABLE = {
    "Runstead": "power failure",
    "Runstead, PostgreSQL": "power failure",
    "openwandb": "not established",
    "mlflow, SQLite": "power failure",
    "mlflow, PostgreSQL": "power failure",
    "trackio": "end of the process",
    "aim": "end of the process",
    "tensorboard": "nothing: a buffer",
}
# Rows of a large log; runs × rows of a chart; runs of the page. openwandb's charts end after 10,000 rows.
SIZES = {
    "Runstead": (20_000, (100, 2000), 1000),
    "Runstead, PostgreSQL": (20_000, (100, 2000), 1000),
    "openwandb": (2_000, (10, 20_000), 100),
    "mlflow, SQLite": (500, (100, 1000), 200),
    "mlflow, PostgreSQL": (500, (100, 1000), 200),
    "trackio": (10_000, (100, 2000), 1000),
    "aim": (1_000, (100, 2000), 100),
    "tensorboard": (2_000, (100, 2000), 0),
}


def median(values: list[float]) -> float:
    return statistics.median(values)


def measure(place: Path, start: Callable[[Path], System], say: Callable[[str, dict], None]) -> None:
    """Starts a system several times, does all the work on the last and says what each showed."""
    starts, idle = [], []
    for time_ in range(TIMES):
        system = start(place / str(time_))
        starts.append(system.server.start)
        time.sleep(2)
        idle.append(system.server.memory())
        if time_ < TIMES - 1:
            system.stop()
    say("start", {"system": system.name, "seconds": median(starts), "memory": median(idle)})
    try:
        for work in (big, small, chart, page, export):
            try:
                answer = work(system)
            except Exception as error:  # one that fails is a line of the table, not the end of the rest
                answer = {"failed": f"failed: {error}".replace("|", " ")[:160]}
            if answer:
                say(work.__name__, {"system": system.name} | answer)
    finally:
        system.stop()


def big(system: System) -> dict:
    """Rows of 20 metrics by the own client, or as its requests of 1,000 rows."""
    before = system.bytes()
    rows, answers = SIZES[system.name][0], []
    for _ in range(TIMES):
        answer = system.client("big", rows=rows, metrics=20)
        answers.append(answer | {"points": rows * 20})
    result = {
        "rows": rows,
        "points_cpu": median([each["points"] / max(each["cpu"], 0.01) for each in answers]),
        "points_second": median([each["points"] / each["seconds"] for each in answers]),
        "durable": DURABLE[system.name],
    }
    settle(system)
    result["bytes"] = (system.bytes() - before) / (rows * 20 * TIMES)
    if system.proof:
        sent = [system.send("send", 4, 1000, 20, 5) for _ in range(TIMES)]
        result["raw_cpu"] = median([each["requests"] * 20_000 / each["cpu"] for each in sent])
        result["raw_second"] = median([each["requests"] * 20_000 / each["seconds"] for each in sent])
    return result


def settle(system: System) -> None:
    """Waits until what is stored no longer changes."""
    last, since, end = system.bytes(), time.monotonic(), time.monotonic() + 30
    while time.monotonic() < end and time.monotonic() - since < 4:
        time.sleep(0.5)
        if (now := system.bytes()) != last:
            last, since = now, time.monotonic()


def small(system: System) -> dict | None:
    """100 runs, one row of 10 metrics a request."""
    if system.kind == "tensorboard":
        return None
    answers = []
    for _ in range(TIMES):
        if system.name == "openwandb":
            answers.append(patient(system, 100, 6))
        elif system.proof:
            answer = system.send("send", 100, 1, 10, 6)
            answers.append({key: answer[key] for key in ("cpu", "requests", "seconds", "p99")})
        else:
            answer = system.client("small", runs=100, metrics=10, seconds=6)
            answers.append(answer["result"] | {"seconds": answer["seconds"], "cpu": answer["cpu"]})
    return {
        "requests_second": median([each["requests"] / each["seconds"] for each in answers]),
        "requests_cpu": median([each["requests"] / max(each["cpu"], 0.01) for each in answers]),
        "p99": median([each["p99"] for each in answers]),
        "lost": sum(each.get("failed", 0) for each in answers),
    }


def patient(system: System, runs: int, seconds: float) -> dict:
    """The load of `send` for a server that lets connections wait until they break: each request has its own."""
    row = json.dumps(curves(2, 10)[0])
    times, counts, begun, before = [], [], time.monotonic(), cpu(*system.processes())

    def sender(run: int) -> None:
        step = 0
        while time.monotonic() < begun + seconds:
            body = {"files": {"wandb-history.jsonl": {"offset": step, "content": [row]}}}
            sent = time.monotonic()
            try:
                system.ask(f"/files/default/chart/small-{run}/file_stream", body)
                counts.append(1)
            except OSError:
                counts.append(0)
            times.append(time.monotonic() - sent)
            step += 1

    threads = [threading.Thread(target=sender, args=(run,)) for run in range(runs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    passed, used = time.monotonic() - begun, cpu(*system.processes()) - before
    p99 = sorted(times)[len(times) * 99 // 100]
    return {"requests": sum(counts), "failed": counts.count(0), "seconds": passed, "cpu": used, "p99": p99}


def series(answer: bytes) -> list[tuple[float, ...]]:
    """The largest values of each line of a binary answer."""
    length = struct.unpack_from("<I", answer, 8)[0]
    lines = json.loads(answer[12 : 12 + length])["series"]
    return [
        struct.unpack_from(f"<{line['points']}d", answer, 12 + length + line["offset"] + 24 * line["points"])
        for line in lines
    ]


def fill_chart(system: System, runs: int, rows: int) -> None:
    """Runs with one metric each, in the project or experiment `chart`; what Runstead is sent is called `fill`."""
    if system.name.startswith("Runstead"):
        system.send("fill", runs, rows, 1, 32, 0)
    elif system.name == "openwandb":
        for run in range(runs):
            log(system, f"chart-{run}", curves(rows, 1, run))
    else:
        system.client("chart_fill", runs=runs, rows=rows)


def chart(system: System) -> dict:
    """One metric of 100 runs, as the system's own page asks for it."""
    runs, rows = SIZES[system.name][1]
    fill_chart(system, runs, rows)
    if system.name.startswith("Runstead"):
        question = {"runs": [f"fill-{run}" for run in range(runs)], "keys": ["metric_0"], "x": "_step", "buckets": 1000}
        times = []
        for _ in range(5):
            begun = time.monotonic()
            answer = system.ask("/api/series/bench/fill", question)
            times.append(time.monotonic() - begun)
        lines = series(answer)
        shown = sum(1e6 in line for line in lines)
        return {"runs": runs, "rows": rows, "seconds": median(times), "spikes": shown}
    if system.name == "openwandb":
        found = [
            run["run_id"] for run in json.loads(system.ask("/api/v2/projects/default/chart/runs?limit=1000"))["runs"]
        ]
        times = []
        for _ in range(3):
            begun = time.monotonic()
            answers = [system.ask(f"/api/v2/runs/{number}/metrics") for number in found]
            times.append(time.monotonic() - begun)
        shown = sum(bool(re.search(rb"[\[:, ]1000000(\.0)?[,\]}]", answer)) for answer in answers)
        return {"runs": len(found), "rows": rows, "seconds": median(times), "spikes": shown}
    answer = system.client("chart", runs=runs, rows=rows)
    return {"runs": runs, "rows": rows, "seconds": answer["seconds"], "spikes": answer["result"]["spikes"]}


def log(system: System, name: str, rows: list[dict]) -> None:
    """One run as the client sends it."""
    query = f'mutation {{ upsertBucket(input: {{name: "{name}", modelName: "chart"}}) {{ inserted }} }}'
    system.ask("/graphql", {"query": query})
    for first in range(0, len(rows), 5000):
        part = enumerate(rows[first : first + 5000], first)
        lines = [json.dumps({"_step": step, "_timestamp": 1_795_000_000 + step, **row}) for step, row in part]
        body = {"files": {"wandb-history.jsonl": {"offset": first, "content": lines}}}
        system.ask(f"/files/default/chart/{name}/file_stream", body)


def page(system: System) -> dict | None:
    """The first 50 runs by a config value, sorted by a summary value, by the own client or page."""
    runs = SIZES[system.name][2]
    if not runs:
        return None
    if system.kind == "runstead":
        system.send("table", runs, 40)
        if system.name == "openwandb":
            # Its answers to the client's public API are errors; this is what its page asks, without filter and order.
            return repeated([system.server.id], lambda: len(system.ask("/api/v2/projects/default/table/runs"))) | {
                "runs": runs,
                "note": "neither filtered nor sorted",
            }
        filters, order = {"config.c0": "adam"}, "-summary_metrics.m7"
        answer = system.client("runs", path="bench/table", filters=filters, order=order)
    else:
        if system.kind == "aim":
            system.client("page_fill", runs=runs)
        answer = system.client("page", runs=runs)
    return {"runs": runs, "seconds": answer["seconds"], "cpu": answer["cpu"], "found": answer["result"]}


def export(system: System) -> dict | None:
    """All points of one run, by the own client."""
    rows = SIZES[system.name][0]
    if system.name == "openwandb":
        return {"failed": "its public API has no history"}
    if system.kind == "runstead":
        answer = system.client("rows", path="bench/big", count=1)
        points = answer["result"] * 20
    else:
        answer = system.client("export", rows=rows, metrics=20)
        points = answer["result"]
    return {"points": points, "points_second": points / answer["seconds"], "seconds": answer["seconds"]}
