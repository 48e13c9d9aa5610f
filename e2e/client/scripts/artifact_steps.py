"""Logs one version of small files and a larger one; it may be killed at any step of that."""

import random
from pathlib import Path

import wandb
from params import PARAMS, result

chance = random.Random(PARAMS["seed"])
Path("model/deep").mkdir(parents=True, exist_ok=True)
for number in range(6):
    Path(f"model/deep/{number}.bin").write_bytes(chance.randbytes(20_000))
Path("model/weights.bin").write_bytes(chance.randbytes(3_000_000))

run = wandb.init()
artifact = wandb.Artifact("model", "model")
artifact.add_dir("model")
run.log_artifact(artifact, aliases=["latest", "best"])
artifact.wait()
run.log({"loss": 1.0})
run.finish()
result(artifact.version)
