"""Logs `rows` rows of loss and finishes; `init` goes to wandb.init as it is."""

import time

import wandb
from params import PARAMS, result

run = wandb.init(**PARAMS.get("init", {}))
first = PARAMS.get("first", 0)
for i in range(first, first + PARAMS.get("rows", 3)):
    run.log({"loss": float(i), **PARAMS.get("more", {})})
time.sleep(PARAMS.get("sleep", 0))
result({"id": run.id, "name": run.name, "step": run.step, "resumed": bool(run.resumed), "entity": run.entity})
run.finish()
