"""Sends alerts from a run."""

import wandb

run = wandb.init()
run.alert(title="Loss is NaN", text="step 7 of **run**", level="ERROR", wait_duration=300)
run.alert(title="Just so you know", text="")
run.finish()
