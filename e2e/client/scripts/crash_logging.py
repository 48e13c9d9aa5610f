"""Logs fast until it is killed; the first rows are on the server before WAITING is printed."""

import time

import wandb
from params import PARAMS

run = wandb.init(**PARAMS.get("init", {}))
for i in range(10):
    run.log({"loss": float(i)})
print("WAITING")
time.sleep(120)
