"""Stops a run with the public API."""

import wandb
from params import PARAMS

wandb.Api(timeout=60).run(PARAMS["path"]).stop()
