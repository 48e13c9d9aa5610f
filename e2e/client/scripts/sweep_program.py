"""What `wandb agent` starts: the parameters come as arguments and in the config."""

import sys

import wandb

run = wandb.init()
assert f"--lr={run.config['lr']}" in sys.argv, sys.argv
run.log({"loss": run.config["lr"] ** 2})
run.finish()
