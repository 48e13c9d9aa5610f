"""Logs a table; its artifact may be refused, the run goes on."""

import wandb

run = wandb.init()
run.log({"loss": 1.0})
run.log({"table": wandb.Table(columns=["a", "b"], data=[[1, "x"], [2, "y"]])})
run.log({"loss": 2.0})
run.finish()
