"""Logs rows that are long enough to leave the client's buffer of 32 KiB for its file, and waits to be killed."""

import time

import wandb
from params import PARAMS

run = wandb.init(**PARAMS.get("init", {}))
for i in range(40):
    run.log({"loss": float(i), "padding": "x" * 8192})
time.sleep(1)
print("WAITING")
time.sleep(120)
