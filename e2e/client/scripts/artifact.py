"""Logs an artifact, which this release of the server does not take, and goes on."""

import pathlib

import wandb
from params import result

run = wandb.init()
run.log({"loss": 1.0})
pathlib.Path("weights.bin").write_bytes(b"weights")
artifact = wandb.Artifact("weights", "model")
artifact.add_file("weights.bin")
run.log_artifact(artifact)
try:
    artifact.wait()
except Exception as error:
    result({"refusal": str(error)})
run.log({"loss": 2.0})
run.finish()
