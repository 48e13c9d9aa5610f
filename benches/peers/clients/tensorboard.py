"""tensorboard: event files by its own writer, charts by the requests of its web page."""

import json
import os
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

# This file must not be what `import tensorboard` finds.
sys.path.remove(str(Path(__file__).parent))
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator  # noqa: E402
from tensorboard.compat.proto.event_pb2 import Event  # noqa: E402
from tensorboard.compat.proto.summary_pb2 import Summary  # noqa: E402
from tensorboard.summary.writer.event_file_writer import EventFileWriter  # noqa: E402

sys.path.insert(0, str(Path(__file__).parent))
from common import SPIKE, curves, main, measured, repeated  # noqa: E402

LOGS = Path(os.environ["BENCH_REPO"])


def log(name: str, rows: list[dict]) -> None:
    writer = EventFileWriter(str(LOGS / name))
    for step, row in enumerate(rows):
        for key, value in row.items():
            summary = Summary(value=[Summary.Value(tag=key, simple_value=value)])
            writer.add_event(Event(wall_time=time.time(), step=step, summary=summary))
    writer.close()


def big(servers: list[int], rows: int, metrics: int) -> dict:
    data, name = curves(rows, metrics), f"big-{time.time_ns()}"
    return measured([], lambda: log(name, data) or rows * metrics)


def chart_fill(servers: list[int], runs: int, rows: int) -> dict:
    for number in range(runs):
        log(f"chart-{number}", curves(rows, 1, number))
    return {}


def chart(servers: list[int], runs: int, rows: int) -> dict:
    """One request for each tag, as its page sends it; waits until all runs are loaded."""
    url = os.environ["BENCH_URL"]
    names = [f"chart-{number}" for number in range(runs)]
    while not set(names) <= set(json.load(urllib.request.urlopen(f"{url}/data/runs", timeout=90))):
        time.sleep(0.5)
    requests = json.dumps([{"plugin": "scalars", "tag": "metric_0"}])

    def work() -> dict:
        form = urllib.parse.urlencode({"requests": requests}).encode()
        answer = json.load(urllib.request.urlopen(f"{url}/data/plugin/timeseries/timeSeries", form, timeout=90))
        values = [point["value"] for run in names for point in answer[0]["runToSeries"][run]]
        return {"points": len(values), "spikes": values.count(SPIKE)}

    return repeated(servers, work)


def export(servers: list[int], rows: int, metrics: int) -> dict:
    folder = next(path for path in LOGS.iterdir() if path.name.startswith("big-"))

    def work() -> int:
        events = EventAccumulator(str(folder), size_guidance={"scalars": 0})
        events.Reload()
        return sum(
            len(events.Tensors(tag) if tag in events.Tags()["tensors"] else events.Scalars(tag))
            for kind in ("scalars", "tensors")
            for tag in events.Tags()[kind]
        )

    return measured([], work)


if __name__ == "__main__":
    main({phase.__name__: phase for phase in (big, chart_fill, chart, export)})
