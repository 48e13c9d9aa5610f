"""mlflow by its own client; the chart by the request of its own web page."""

import os
import sys
import threading
import time
from pathlib import Path

# This file must not be what `import mlflow` finds.
sys.path.remove(str(Path(__file__).parent))
import requests  # noqa: E402
from mlflow import MlflowClient  # noqa: E402
from mlflow.entities import Metric, Param, ViewType  # noqa: E402

sys.path.insert(0, str(Path(__file__).parent))
from common import SPIKE, config, curves, main, measured, repeated  # noqa: E402

URL = os.environ["MLFLOW_TRACKING_URI"]
# Its limit for the metrics of one request.
BATCH = 1000


def experiment(client: MlflowClient, name: str) -> str:
    found = client.get_experiment_by_name(name)
    return found.experiment_id if found else client.create_experiment(name)


def log(client: MlflowClient, run: str, rows: list[dict], first: int = 0) -> None:
    now = int(time.time() * 1000)
    metrics = [
        Metric(key, value, now + row, row) for row, each in enumerate(rows, first) for key, value in each.items()
    ]
    for begin in range(0, len(metrics), BATCH):
        client.log_batch(run, metrics=metrics[begin : begin + BATCH])


def big(servers: list[int], rows: int, metrics: int) -> dict:
    client, data = MlflowClient(), curves(rows, metrics)
    run = client.create_run(experiment(client, "big")).info.run_id
    return measured(servers, lambda: log(client, run, data) or rows * metrics)


def small(servers: list[int], runs: int, metrics: int, seconds: float) -> dict:
    client = MlflowClient()
    names = [client.create_run(experiment(client, "small")).info.run_id for _ in range(runs)]
    row, counts, times = curves(2, metrics)[0], [], []

    def sender(own: list[str], end: float) -> None:
        mine, step = MlflowClient(), 0
        while time.monotonic() < end:
            for run in own:
                sent = time.monotonic()
                try:
                    log(mine, run, [row], step)
                    counts.append(1)
                except Exception:
                    counts.append(0)
                times.append(time.monotonic() - sent)
            step += 1

    def work() -> dict:
        end = time.monotonic() + seconds
        threads = [threading.Thread(target=sender, args=(names[first::16], end)) for first in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        times.sort()
        return {"requests": sum(counts), "failed": counts.count(0), "p99": times[len(times) * 99 // 100]}

    return measured(servers, work)


def chart_fill(servers: list[int], runs: int, rows: int) -> dict:
    client = MlflowClient()
    for number in range(runs):
        log(client, client.create_run(experiment(client, "chart")).info.run_id, curves(rows, 1, number))
    return {}


def chart(servers: list[int], runs: int, rows: int) -> dict:
    client = MlflowClient()
    names = [run.info.run_id for run in client.search_runs([experiment(client, "chart")], max_results=runs)]

    def work() -> dict:
        parameters = [("run_ids", name) for name in names] + [("metric_key", "metric_0"), ("max_results", "320")]
        answer = requests.get(f"{URL}/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval", parameters, timeout=90)
        answer.raise_for_status()
        points = answer.json()["metrics"]
        return {"points": len(points), "spikes": sum(float(point["value"]) == SPIKE for point in points)}

    return repeated(servers, work)


def page(servers: list[int], runs: int) -> dict:
    client = MlflowClient()
    place = experiment(client, "page")
    for number in range(runs):
        run = client.create_run(place).info.run_id
        metrics = [Metric(f"m{key}", value, 0, 0) for key, value in enumerate(list(config(number, 21).values())[1:])]
        parameters = [Param(key, str(value)) for key, value in config(number).items()]
        client.log_batch(run, metrics=metrics, params=parameters)
    find = "params.c0 = 'adam'"
    order = ["metrics.m7 DESC"]
    return repeated(servers, lambda: len(client.search_runs([place], find, ViewType.ACTIVE_ONLY, 50, order)))


def export(servers: list[int], rows: int, metrics: int) -> dict:
    client = MlflowClient()
    run = client.search_runs([experiment(client, "big")], max_results=1)[0].info.run_id

    def work() -> int:
        return sum(len(client.get_metric_history(run, f"metric_{number}")) for number in range(metrics))

    return measured(servers, work)


def artifact(servers: list[int], folder: str, name: str) -> dict:
    client = MlflowClient()
    run = client.create_run(experiment(client, "artifacts")).info.run_id
    add = client.log_artifacts if os.path.isdir(folder) else client.log_artifact
    return measured(servers, lambda: add(run, folder, name)) | {"result": None}


if __name__ == "__main__":
    main({phase.__name__: phase for phase in (big, small, chart_fill, chart, page, export, artifact)})
