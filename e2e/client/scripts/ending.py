"""Logs a little and ends in the way that `how` names."""

import sys
import time

import wandb
from params import PARAMS

run = wandb.init(**PARAMS.get("init", {}))
run.log({"loss": 1.0})
# A script that ends in the millisecond after `init` can lose its own service process: when that has just begun to
# answer, it sees the closed pipe before the request to finish, and both wait for each other for ever.
time.sleep(0.5)
how = PARAMS["how"]
if how == "exception":
    raise ValueError("the loss exploded")
if how == "exit":
    sys.exit(3)
if how == "preempting":
    run.mark_preempting()
# `wait`: until someone stops or kills the script.
print("WAITING")
try:
    for i in range(PARAMS.get("seconds", 60) * 10):
        time.sleep(0.1)
        if i % 10 == 0:
            run.log({"loss": 1.0 / (i + 1)})
except KeyboardInterrupt:
    print("INTERRUPTED")
    raise
run.finish()
