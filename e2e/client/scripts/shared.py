"""One of several writers of one run."""

import pathlib
import time

import wandb
from params import PARAMS

label = PARAMS["label"]
settings = wandb.Settings(
    mode="shared", x_label=label, x_primary=PARAMS["primary"], x_update_finish_state=PARAMS["primary"]
)
run = wandb.init(config={f"config_{label}": label}, settings=settings)
for i in range(PARAMS["rows"]):
    run.log({f"loss_{label}": i, "writer": label})
print(f"line of {label}")
# The primary ends the run for all, so it waits until it is told that the others are done.
while PARAMS["primary"] and not pathlib.Path("others-are-done").exists():
    time.sleep(0.1)
run.finish()
