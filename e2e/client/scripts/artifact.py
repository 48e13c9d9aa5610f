"""Logs two versions of an artifact and one of them twice, uses it in the same run, and downloads it."""

import os
import pathlib

import wandb
from params import result

FILES = {"weights.bin": os.urandom(300_000), "deep/a b ünï.txt": b"odd", "copy.bin": b"same", "deep/copy.bin": b"same"}

for name, content in FILES.items():
    path = pathlib.Path("model", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def log(metadata):
    artifact = wandb.Artifact("weights", "model", description="of the test", metadata=metadata)
    artifact.add_dir("model")
    run.log_artifact(artifact, aliases=["best", "latest"])
    artifact.wait()
    return artifact


run = wandb.init()
run.log({"loss": 1.0})
first = log({"lr": 0.1})
again = log({"lr": 0.2})
pathlib.Path("model/weights.bin").write_bytes(b"changed")
second = log({"lr": 0.3})
# Never downloaded: the client would ask that server.
pointer = wandb.Artifact("pointer", "dataset")
pointer.add_reference("https://example.org/big.tar", name="big", checksum=False)
run.log_artifact(pointer)
pointer.wait()

used = run.use_artifact("weights:v0")
folder = pathlib.Path(used.download(root="there"))
there = {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}
entry = getattr(used, "get_entry", None) or used.get_path
single = pathlib.Path(entry("deep/copy.bin").download()).read_bytes()
run.finish()

api = wandb.Api()
path = f"{run.entity}/{run.project}/weights"
latest = api.artifact(f"{path}:latest")
logged_by, used_by = latest.logged_by(), api.artifact(f"{path}:v0").used_by()
result(
    {
        "versions": [first.version, again.version, second.version],
        "same": there == FILES,
        "there": sorted(there),
        "single": single.decode(),
        "best": api.artifact(f"{path}:best").version,
        "latest": latest.version,
        "aliases": sorted(latest.aliases),
        "metadata": latest.metadata,
        "description": latest.description,
        "size": latest.size,
        "state": latest.state,
        "type": latest.type,
        "reference": api.artifact(f"{run.entity}/{run.project}/pointer:v0").manifest.entries["big"].ref,
        "entries": sorted(latest.manifest.entries),
        "logged_by": logged_by and logged_by.id,
        "used_by": [one.id for one in used_by],
        "logged": sorted(a.name for a in api.run(f"{run.entity}/{run.project}/{run.id}").logged_artifacts()),
        "used": sorted(a.name for a in api.run(f"{run.entity}/{run.project}/{run.id}").used_artifacts()),
    }
)
