"""Catches a refusal and prints its text."""

import wandb
from params import PARAMS, result

try:
    wandb.init(**PARAMS.get("init", {}))
except Exception as error:
    result({"type": type(error).__name__, "text": str(error)})
