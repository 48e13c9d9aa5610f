"""trackio by its own client against its own server; what has no call in the client by the requests of its web page."""

import os
import sys
import threading
import time
from pathlib import Path

# This file must not be what `import trackio` finds.
sys.path.remove(str(Path(__file__).parent))
import httpx  # noqa: E402
import trackio  # noqa: E402

sys.path.insert(0, str(Path(__file__).parent))
from common import SPIKE, config, curves, main, measured, repeated  # noqa: E402

URL = os.environ["TRACKIO_SERVER_URL"]
HEADERS = {"x-trackio-write-token": os.environ["TRACKIO_WRITE_TOKEN"]}


def ask(client: httpx.Client, name: str, **arguments) -> object:
    answer = client.post(f"{URL}/api/{name}", json={"args": [], "kwargs": arguments}, headers=HEADERS, timeout=90)
    answer.raise_for_status()
    return answer.json().get("data")


def fill(client: httpx.Client, project: str, run: str, rows: list[dict], more: dict | None = None) -> None:
    for first in range(0, len(rows), 1000):
        part = enumerate(rows[first : first + 1000], first)
        logs = [{"project": project, "run": run, "metrics": row, "step": step, "config": more} for step, row in part]
        ask(client, "bulk_log", logs=logs, hf_token=None)


def big(servers: list[int], rows: int, metrics: int) -> dict:
    data, name = curves(rows, metrics), f"big-{time.time_ns()}"

    def work() -> int:
        run = trackio.init(
            project="big", name=name, server_url=URL, auto_log_gpu=False, auto_log_cpu=False, embed=False
        )
        for row in data:
            run.log(row)
        trackio.finish()
        return rows * metrics

    return measured(servers, work)


def small(servers: list[int], runs: int, metrics: int, seconds: float) -> dict:
    row, counts, times = curves(2, metrics)[0], [], []

    def sender(own: list[str], end: float) -> None:
        step = 0
        with httpx.Client() as client:
            while time.monotonic() < end:
                for run in own:
                    sent = time.monotonic()
                    logs = [{"project": "small", "run": run, "metrics": row, "step": step}]
                    ask(client, "bulk_log", logs=logs, hf_token=None)
                    counts.append(1)
                    times.append(time.monotonic() - sent)
                step += 1

    def work() -> dict:
        end, names = time.monotonic() + seconds, [f"small-{number}" for number in range(runs)]
        threads = [threading.Thread(target=sender, args=(names[first::16], end)) for first in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        times.sort()
        return {"requests": sum(counts), "failed": 0, "p99": times[len(times) * 99 // 100]}

    return measured(servers, work)


def chart_fill(servers: list[int], runs: int, rows: int) -> dict:
    with httpx.Client() as client:
        for number in range(runs):
            fill(client, "chart", f"chart-{number}", curves(rows, 1, number))
    return {}


def chart(servers: list[int], runs: int, rows: int) -> dict:
    names = [{"run": f"chart-{number}", "run_id": None} for number in range(runs)]
    with httpx.Client() as client:

        def work() -> dict:
            # At most 64 runs a request.
            parts = [names[first : first + 50] for first in range(0, runs, 50)]
            more = {"max_points": 1500, "scalar_only": True}
            answers = [ask(client, "get_logs_batch", project="chart", runs=part, **more) for part in parts]
            lines = [run for answer in answers for run in answer]
            values = [row.get("metric_0") for run in lines for row in run.get("logs", run.get("data", []))]
            return {"points": len(values), "spikes": values.count(SPIKE)}

        return repeated(servers, work)


def page(servers: list[int], runs: int) -> dict:
    with httpx.Client() as client:
        for number in range(runs):
            metrics = {f"m{key}": value for key, value in enumerate(list(config(number, 21).values())[1:])}
            fill(client, "page", f"page-{number}", [metrics], config(number))

        def work() -> int:
            ask(client, "get_runs_for_project", project="page")
            found = ask(client, "get_run_configs", project="page")
            return sum(each.get("c0") == "adam" for each in found.values())

        return repeated(servers, work)


def export(servers: list[int], rows: int, metrics: int) -> dict:
    with httpx.Client() as client:
        run = ask(client, "get_runs_for_project", project="big")[0]
        name, number = (run.get("name"), run.get("id")) if isinstance(run, dict) else (run, None)

        def work() -> int:
            found = [
                ask(client, "get_metric_values", project="big", run=name, run_id=number, metric_name=f"metric_{metric}")
                for metric in range(metrics)
            ]
            return sum(map(len, found))

        return measured(servers, work)


if __name__ == "__main__":
    main({phase.__name__: phase for phase in (big, small, chart_fill, chart, page, export)})
