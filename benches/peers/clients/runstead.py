"""The real `wandb` client, against any server that speaks its protocol (address and key are in the environment)."""

import os
import time

import wandb
from common import curves, main, measured, repeated


def start(project: str, **more):
    settings = wandb.Settings(console="off", x_disable_stats=True, silent=True)
    return wandb.init(project=project, settings=settings, **more)


def big(servers: list[int], rows: int, metrics: int) -> dict:
    data = curves(rows, metrics)

    def work() -> int:
        run = start("big")
        for row in data:
            run.log(row)
        run.finish()
        return rows * metrics

    return measured(servers, work)


def scan(servers: list[int], path: str, keys: list[str], rows: int) -> dict:
    """`scan_history` of the first rows of a run."""
    run = wandb.Api(timeout=60).run(path)

    def work() -> int:
        return sum(1 for _ in run.scan_history(keys=keys, page_size=10_000, max_step=rows))

    return measured(servers, work)


def runs(servers: list[int], path: str, filters: dict, order: str) -> dict:
    """The first page of the runs that match, as `wandb.Api().runs` gives it."""
    return repeated(
        servers, lambda: len(wandb.Api(timeout=60).runs(path, filters=filters, order=order, per_page=50)[:50])
    )


def rows(servers: list[int], path: str, count: int) -> dict:
    """All rows of the first runs of a project, in runs that the client reads one after another."""
    api = wandb.Api(timeout=60)
    found = api.runs(path, per_page=500)[:count]
    return measured(servers, lambda: sum(1 for run in found for _ in run.scan_history(page_size=10_000)))


def sampled(servers: list[int], path: str, count: int, samples: int) -> dict:
    """The same by `history`, which gives a row whole: all rows, where a run has no more than are asked for."""
    api = wandb.Api(timeout=60)
    found = api.runs(path, per_page=500)[:count]
    return measured(servers, lambda: sum(len(run.history(samples=samples, pandas=False)) for run in found))


def files(servers: list[int], path: str, count: int, folder: str) -> dict:
    """The same as Parquet files, by `download_history_exports`."""
    api = wandb.Api(timeout=60)
    found = api.runs(path, per_page=500)[:count]

    def work() -> int:
        done = [run.download_history_exports(f"{folder}/{run.id}") for run in found]
        assert not any(each.errors for each in done), done
        return sum(len(each.paths) for each in done)

    return measured(servers, work)


def artifact(servers: list[int], folder: str, name: str) -> dict:
    """A folder or a file as one artifact, until it is committed."""

    def work() -> int:
        run = start("artifacts")
        made = wandb.Artifact(name, type="dataset")
        add = made.add_dir if os.path.isdir(folder) else made.add_file
        # The client's own copy is no work of the server: the file itself is sent.
        add(folder, policy="immutable", skip_cache=True)
        sent = time.monotonic()
        run.log_artifact(made).wait()
        seconds = time.monotonic() - sent
        run.finish()
        return seconds

    return measured(servers, work)


def download(servers: list[int], name: str, folder: str) -> dict:
    artifact = wandb.Api(timeout=60).artifact(name)
    return measured(servers, lambda: str(artifact.download(folder, skip_cache=True)))


def manifest(servers: list[int], entries: int) -> dict:
    """An artifact of references, so that there is nothing but its manifest."""
    from wandb.sdk.artifacts.artifact_manifest_entry import ArtifactManifestEntry

    run = start("artifacts")
    made = wandb.Artifact("manifest", type="dataset")
    for entry in range(entries):
        path = f"part-{entry // 1000:04}/file-{entry:07}.bin"
        made.manifest.add_entry(
            ArtifactManifestEntry(path=path, ref=f"s3://bucket/{path}", digest=f"{entry:032x}", size=1)
        )

    def work() -> float:
        sent = time.monotonic()
        run.log_artifact(made).wait(timeout=300)
        return time.monotonic() - sent

    answer = measured(servers, work)
    run.finish()
    return answer


if __name__ == "__main__":
    main({phase.__name__: phase for phase in (big, scan, runs, rows, sampled, files, artifact, download, manifest)})
