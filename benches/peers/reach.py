"""What Runstead should reach on two cores, and what it does: a function a line, most at several sizes."""

import http.client
import json
import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import systems
from peers import series, settle
from process import peak, size
from systems import System

TIMES = 3
# How long the live runs log; the goal is half an hour.
LIVE_SECONDS = int(os.environ.get("RUNSTEAD_BENCH_LIVE_SECONDS", "60"))
LIST = """query($filters: JSONString, $order: String) { project(entityName: "bench", name: "table") {
    runCount(filters: $filters)
    runs(filters: $filters, order: $order, first: 50) { edges { cursor node { name state } } } } }"""
GROUPS = """{ project(entityName: "bench", name: "table") {
    runGroups(by: ["config.c0"], aggregates: ["summary_metrics.m7"], first: 50) {
        totalCount edges { node { values runCount aggregates } } } } }"""
LINES = """query($after: String) { project(entityName: "bench", name: "live") { runs(first: 1000, after: $after) {
    edges { node { historyLineCount } } pageInfo { endCursor hasNextPage } } } }"""
FILES = """{ project(entityName: "bench", name: "fill") { run(name: "fill-0") {
    parquetHistory(liveKeys: []) { parquetUrls } } } }"""
KEYS = '{ project(entityName: "bench", name: "fill") { metricKeys } }'


class Asked:
    """A connection that stays open, and how long its answers take."""

    def __init__(self, system: System):
        self.connection = http.client.HTTPConnection("127.0.0.1", system.server.port, timeout=300)
        self.headers = {"Authorization": system.proof, "Content-Type": "application/json"}

    def ask(self, path: str, body: object) -> tuple[float, bytes]:
        """Milliseconds, and the answer, which must be good."""
        sent = time.monotonic()
        self.connection.request("POST", path, json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        milliseconds = (time.monotonic() - sent) * 1000
        if answer.status != 200 or content.startswith(b'{"errors"'):
            raise RuntimeError(f"{path}: {answer.status} {content[:500]!r}")
        return milliseconds, content

    def length(self, path: str) -> int:
        self.connection.request("HEAD", path)
        answer = self.connection.getresponse()
        answer.read()
        return int(answer.headers["Content-Length"])

    def times(self, path: str, body: object, count: int) -> list[float]:
        return sorted(self.ask(path, body)[0] for _ in range(count))

    def graphql(self, query: str, **variables) -> dict:
        return json.loads(self.ask("/graphql", {"query": query, "variables": variables})[1])["data"]


def again(system: System) -> System:
    """The same data, a fresh process."""
    key = system.variables["WANDB_API_KEY"]
    system.stop()
    return systems.runstead(system.server.folder, key=key)


def filled(folder: Path, part: str, *numbers: int, calm: bool = False) -> System:
    system = systems.runstead(folder, calm=calm)
    system.send(part, *numbers, calm=calm)
    settle(system)
    return again(system)


def big(folder: Path, say: Callable) -> None:
    limit = systems.limits(folder, 1000, 20)
    for database, system in systems.databases(folder):
        found = [system.send("send", 4, 1000, 20, 5) for _ in range(TIMES)]
        points = statistics.median(each["requests"] * 20_000 / each["cpu"] for each in found)
        wall = statistics.median(each["requests"] * 20_000 / each["seconds"] for each in found)
        note = f"{database}; {wall / 1e6:.2f} M points/s of wall time; {parsed(points, limit)}"
        say(
            "1,000 rows × 20 metrics, 4 runs", "≥ 6 M points/CPU-s", points / 1e6, 6, "M points/CPU-s", note, most=False
        )
        system.stop()


def parsed(points: float, limit: dict) -> str:
    """Points a processor second beside those of who only parses the same bodies."""
    return f"{points / limit['parsed']:.0%} of only parsing them ({limit['parsed'] / 1e6:.1f} M)"


def small(folder: Path, say: Callable) -> None:
    limit = systems.limits(folder, 1, 10)["appends"]
    for database, system in systems.databases(folder):
        found = [system.send("send", 500, 1, 10, 5) for _ in range(TIMES)]
        rate = statistics.median(each["requests"] / each["seconds"] for each in found)
        per = statistics.median(each["requests"] / each["cpu"] for each in found)
        work = "1 row × 10 metrics, 500 runs"
        say(
            work,
            "≥ 10,000 requests/s",
            rate,
            10_000,
            "requests/s",
            f"{database}; {per:,.0f} a CPU-s of the server; {rate / limit:.1f} × appends, each with fdatasync",
            most=False,
        )
        half = 5000 if rate > 10_000 else int(rate / 2)
        found = [system.send("live", 500, 1, 10, 5, half) for _ in range(TIMES)]
        worst = statistics.median(each["p99"] for each in found) * 1000
        say(f"the same at {half:,} requests/s", "p99 ≤ 25 ms", worst, 25, "ms", database)
        system.stop()


def live(folder: Path, say: Callable) -> None:
    system = systems.runstead(folder)
    warmed = system.send("live", 10_000, 1, 10, 10, 667)["requests"]
    before = system.server.memory()
    answer = system.send("live", 10_000, 1, 10, LIVE_SECONDS, 667)
    after = system.server.memory()
    asked, cursor, rows = Asked(system), None, 0
    while True:
        runs = asked.graphql(LINES, after=cursor)["project"]["runs"]
        rows += sum(edge["node"]["historyLineCount"] for edge in runs["edges"])
        cursor = runs["pageInfo"]["endCursor"]
        if not runs["pageInfo"]["hasNextPage"]:
            break
    work = f"10,000 live runs, 667 requests/s, {LIVE_SECONDS} s (the goal: 1,800 s)"
    say(
        work,
        "p99 ≤ 50 ms",
        answer["p99"] * 1000,
        50,
        "ms",
        f"{answer['requests']:,} requests, {answer['cpu']:.0f} CPU-s",
    )
    say(
        "the same: memory",
        "≤ 1 GB, flat",
        peak(system.server.id),
        1000,
        "MB at most",
        f"{before:.0f}, later {after:.0f} MB",
    )
    say(
        "the same: rows that are missing",
        "0",
        warmed + answer["requests"] - rows,
        0,
        "rows",
        f"{rows:,} rows read back",
    )
    system.stop()


def stored(folder: Path, say: Callable) -> None:
    for bits, reach in ((32, 3), (64, 6)):
        system = systems.runstead(folder / str(bits))
        system.send("fill", 1, 200_000, 20, bits, 0)
        settle(system)
        asked = Asked(system)
        addresses = asked.graphql(FILES)["project"]["run"]["parquetHistory"]["parquetUrls"]
        live = sum(asked.length(address[address.index("/blob/") :]) for address in addresses) / 4e6
        files, every = size(system.data / "blobs") / 4e6, size(system.data) / 4e6
        note = f"on disk {files:.2f} with files not yet cleared away, {every:.2f} with the database file"
        say(f"stored, values of {bits} bits", f"≤ {reach} bytes/point", live, reach, "bytes/point", note)
        system.stop()
        shutil.rmtree(folder / str(bits))


def charts(folder: Path, say: Callable) -> None:
    for rows in (10_000, 100_000, 1_000_000):
        place = folder / str(rows)
        system = filled(place, "fill", 100, rows, 1, 32, 0)
        chart(system, 100, rows, say)
        system.stop()
        shutil.rmtree(place)


def chart(system: System, runs: int, rows: int, say: Callable) -> None:
    """Of a server that has just started: the first, the same again, any hundredth; over steps and over time."""
    asked, work = Asked(system), f"chart, {runs} × {rows:,} rows"
    for x, scale in (("_step", 1.0), ("_runtime", 0.5)):
        question = {"runs": [f"fill-{run}" for run in range(runs)], "keys": ["metric_0"], "x": x, "buckets": 1000}
        cold, answer = asked.ask("/api/series/bench/fill", question)
        shown = sum(1e6 in line for line in series(answer))
        warm = statistics.median(asked.times("/api/series/bench/fill", question, 9))
        starts = [rows * scale * part / 30 for part in range(30)]
        zooms = [question | {"from": start, "to": start + rows * scale / 100} for start in starts]
        zoom = statistics.median(asked.ask("/api/series/bench/fill", each)[0] for each in zooms)
        if x == "_step":
            say(f"{work}, cold", "≤ 300 ms", cold, 300, "ms", f"the process is new; {shown} of {runs} spikes shown")
        say(f"{work}, over {x}, warm", "≤ 20 ms", warm, 20, "ms", f"{shown} of {runs} spikes shown")
        say(f"{work}, over {x}, 1 % of it", "≤ 20 ms", zoom, 20, "ms", "median of 30 places")
    files = f"{system.data}/blobs/segments/*.parquet"
    scan = systems.duckdb("extremes", files=files, key="metric_0", parts=500)["seconds"] * 1000
    say(
        f"{work}, the limit: DuckDB reads the same files",
        "",
        scan,
        None,
        "ms",
        f"the chart, warm: {scan / warm:.0f} × as fast",
    )


def page(folder: Path, say: Callable) -> None:
    for runs in (1000, 10_000, 100_000):
        place = folder / str(runs)
        listed(filled(place, "table", runs, 200, calm=runs > 10_000), runs, say)
        shutil.rmtree(place)


def listed(system: System, runs: int, say: Callable) -> None:
    """The page of a project with so many runs, of a server that has just started; its start and memory."""
    asked, work = Asked(system), f"project page, {runs:,} runs × 200 keys"
    filters = {"config.c3": {"$gt": 0.5}, "config.c0": "adam"}
    body = {"query": LIST, "variables": {"filters": json.dumps(filters), "order": "-summary_metrics.m7"}}
    idle = system.server.memory()
    cold, _ = asked.ask("/graphql", body)
    say(f"{work}, cold", "≤ 1,500 ms", cold, 1500, "ms", "filter, sort, count, first 50")
    warm = asked.times("/graphql", body, 40)
    say(f"{work}, warm", "p95 ≤ 10 ms", warm[37], 10, "ms", f"p50 {warm[20]:.1f} ms")
    groups = statistics.median(asked.times("/graphql", {"query": GROUPS}, 20))
    say(f"{work}, groups of a key", "≤ 40 ms", groups, 40, "ms", "median")
    after = system.server.memory()
    say(
        f"idle with {runs:,} runs stored", "< 150 MB", idle, 150, "MB", f"PSS; {after:.0f} MB with the run table loaded"
    )
    starts = []
    for _ in range(TIMES):
        system = again(system)
        starts.append(system.server.start * 1000)
    say(f"start with {runs:,} runs stored", "< 300 ms", statistics.median(starts), 300, "ms", "until it answers")
    system.stop()


def idle(folder: Path, say: Callable) -> None:
    system = systems.runstead(folder)
    time.sleep(2)
    say("idle, empty", "< 60 MB", system.server.memory(), 60, "MB", "PSS")
    system.stop()


def names(folder: Path, say: Callable) -> None:
    for runs in (10, 100, 1000):
        place = folder / str(runs)
        system = filled(place, "fill", runs, 3, 100, 32, 1)
        asked, work = Asked(system), f"{runs * 100:,} metric names"
        first, answer = asked.ask("/graphql", {"query": KEYS})
        found = len(json.loads(json.loads(answer)["data"]["project"]["metricKeys"]))
        listed = statistics.median(asked.times("/graphql", {"query": KEYS}, 5))
        shown = [f"fill-{run}" for run in range(min(runs, 50))]
        charts = []
        for _ in range(TIMES):
            questions = [{"runs": shown, "keys": [f"metric_{key * 100}"], "buckets": 1000} for key in range(50)]
            charts.append(sum(asked.ask("/api/series/bench/fill", question)[0] for question in questions))
        note = (
            f"{found:,} names in {listed:.0f} ms (first {first:.0f}), 50 charts in {statistics.median(charts):.0f} ms"
        )
        say(f"{work}: all names, 50 charts", "≤ 200 ms", listed + statistics.median(charts), 200, "ms", note)
        system.stop()
        shutil.rmtree(place)


def long(folder: Path, say: Callable) -> None:
    for rows in (200_000, 2_000_000, 20_000_000):
        place = folder / str(rows)
        system = filled(place, "fill", 1, rows, 2, 32, 0)
        chart(system, 1, rows, say)
        part = min(rows, 500_000)
        answer = system.client("scan", path="bench/fill/fill-0", keys=["metric_0", "metric_1"], rows=part)
        share = 100 * answer["cpu"] / answer["seconds"]
        rate = answer["result"] / answer["seconds"]
        note = f"{rate:,.0f} rows/s by the client; the first {part:,} of {rows:,} rows"
        say(f"scan_history, {rows:,} rows, 2 keys", "server < 20 %", share, 20, "% of the time", note)
        system.stop()
        shutil.rmtree(place)


def export(folder: Path, say: Callable) -> None:
    for runs in (50, 500, 5000):
        place = folder / str(runs)
        system = filled(place, "fill", runs, 1000, 20, 32, 0)
        begun = time.monotonic()
        target = place / "export"
        systems.outside([systems.RUNSTEAD, "export", "bench/fill", str(target), "--data-dir", str(system.data)], {})
        whole = time.monotonic() - begun
        begun = time.monotonic()
        subprocess.run(["cp", "-r", target, place / "copy"], check=True)
        copied = time.monotonic() - begun
        work = f"export, {runs:,} runs × 1,000 × 20"
        say(
            f"{work}, Parquet",
            "≤ 10 s",
            whole,
            10 if runs == 5000 else None,
            "s",
            f"{size(target) / 1e6:.0f} MB; {whole / copied:.1f} × cp of the result",
        )
        count = min(runs, 100)
        for way, more in (("rows", {}), ("sampled", {"samples": 1000})):
            answer = system.client(way, path="bench/fill", count=count, **more)
            assert answer["result"] == count * 1000, answer
            projected = answer["seconds"] * runs / count
            measured = f"{answer['result']:,} rows of {count} runs in {answer['seconds']:.1f} s"
            note = f"{measured}, server {answer['cpu']:.1f} CPU-s; the rest is reckoned"
            call = "scan_history" if way == "rows" else "history"
            say(f"{work}, rows by {call}", "≤ 60 s", projected, 60 if runs == 5000 else None, "s", note)
        downloaded = place / "downloaded"
        answer = system.client("files", path="bench/fill", count=count, folder=str(downloaded))
        table = systems.duckdb("frame", files=f"{downloaded}/*/*.parquet")
        assert table["result"] == count * 1000, table
        seconds = answer["seconds"] + table["seconds"]
        note = f"{count} runs in {answer['seconds']:.1f} s, read as one table in {table['seconds']:.1f} s; reckoned"
        reached = 60 if runs == 5000 else None
        projected = seconds * runs / count
        say(f"{work}, rows by download_history_exports", "≤ 60 s", projected, reached, "s", note)
        if runs == 5000:
            say(
                "memory, exports and scans",
                "< 1.5 GB",
                peak(system.server.id),
                1500,
                "MB at most",
                "the server's process",
            )
        system.stop()
        shutil.rmtree(place)


PARTS = (idle, big, small, live, stored, charts, page, names, long, export)
