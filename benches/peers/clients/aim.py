"""aim by its own library, which writes its files itself: its processor time is this process's."""

import os
import sys
import time
from pathlib import Path

# This file must not be what `import aim` finds.
sys.path.remove(str(Path(__file__).parent))
import aim  # noqa: E402

sys.path.insert(0, str(Path(__file__).parent))
import urllib.request  # noqa: E402

from common import config, curves, main, measured, repeated  # noqa: E402

REPO = os.environ["BENCH_REPO"]


def opened(experiment: str) -> aim.Run:
    return aim.Run(repo=REPO, experiment=experiment, system_tracking_interval=None, log_system_params=False)


def log(run: aim.Run, rows: list[dict]) -> None:
    for step, row in enumerate(rows):
        for key, value in row.items():
            run.track(value, name=key, step=step)


def big(servers: list[int], rows: int, metrics: int) -> dict:
    data = curves(rows, metrics)

    def work() -> int:
        run = opened("big")
        log(run, data)
        run.close()
        return rows * metrics

    return measured([], work)


def small(servers: list[int], runs: int, metrics: int, seconds: float) -> dict:
    rows = curves(2, metrics)[:1]
    every = [opened("small") for _ in range(runs)]

    def work() -> dict:
        end, times = time.monotonic() + seconds, []
        while time.monotonic() < end:
            for run in every:
                sent = time.monotonic()
                log(run, rows)
                times.append(time.monotonic() - sent)
        times.sort()
        return {"requests": len(times), "failed": 0, "p99": times[len(times) * 99 // 100]}

    answer = measured([], work)
    for run in every:
        run.close()
    return answer


def chart_fill(servers: list[int], runs: int, rows: int) -> dict:
    for number in range(runs):
        run = opened("chart")
        log(run, curves(rows, 1, number))
        run.close()
    return {}


def chart(servers: list[int], runs: int, rows: int) -> dict:
    """As its web page asks; the stream is taken, and decoded by its own decoder."""
    from urllib.parse import quote

    from aim.storage.treeutils import decode_tree, unfold_tree  # noqa: F401

    query = quote("run.experiment == 'chart' and metric.name == 'metric_0'")
    url = f"{os.environ['BENCH_URL']}/api/runs/search/metric/?q={query}&p=500&report_progress=false"

    def work() -> dict:
        import numpy

        body = urllib.request.urlopen(url, timeout=90).read()
        return {"bytes": len(body), "spikes": body.count(numpy.float64(1e6).tobytes())}

    return repeated(servers, work)


def page_fill(servers: list[int], runs: int) -> dict:
    for number in range(runs):
        run = opened("page")
        run["hparams"] = config(number)
        for key, value in enumerate(list(config(number, 21).values())[1:]):
            run.track(value, name=f"m{key}", step=0)
        run.close()
    return {}


def page(servers: list[int], runs: int) -> dict:
    from urllib.parse import quote

    query = quote("run.experiment == 'page' and run.hparams.c0 == 'adam'")
    url = f"{os.environ['BENCH_URL']}/api/runs/search/run/?q={query}&limit=50&report_progress=false"
    return repeated(servers, lambda: len(urllib.request.urlopen(url, timeout=90).read()))


def export(servers: list[int], rows: int, metrics: int) -> dict:
    repo = aim.Repo(REPO)

    def work() -> int:
        points = 0
        for found in repo.query_metrics("run.experiment == 'big'", report_mode=0).iter_runs():
            for metric in found:
                points += len(metric.values.values_list())
        return points

    return measured([], work)


if __name__ == "__main__":
    main({phase.__name__: phase for phase in (big, small, chart_fill, chart, page_fill, page, export)})
