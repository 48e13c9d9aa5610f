"""Logs its code, and a job that another run uses."""

import json
from pathlib import Path

import wandb
from params import result
from wandb.sdk.artifacts._internal_artifact import InternalArtifact

Path("src/deep").mkdir(parents=True)
Path("src/train.py").write_text("print('train')\n")
Path("src/deep/model.py").write_text("width = 3\n")
Path("src/notes.txt").write_text("no code")

run = wandb.init()
run.log_code("src", name="mine")
job = InternalArtifact("job-train", "job")
with job.new_file("wandb-job.json") as file:
    json.dump(
        {"_version": "v0", "source_type": "artifact", "runtime": "3.11", "source": {"entrypoint": ["train.py"]}}, file
    )
run.log_artifact(job).wait()
run.finish()

api, at = wandb.Api(), f"{run.entity}/{run.project}"
code = api.artifact(f"{at}/mine:latest")
folder = Path(code.download("code"))
result(
    {
        "code": {str(f.relative_to(folder)): f.read_text() for f in folder.rglob("*") if f.is_file()},
        "type": code.type,
        "types": sorted(kind.name for kind in api.artifact_types(at)),
        "job": json.loads(Path(api.artifact(f"{at}/job-train:v0").download("job"), "wandb-job.json").read_text()),
        "logged": sorted(artifact.type for artifact in api.run(f"{at}/{run.id}").logged_artifacts()),
    }
)
