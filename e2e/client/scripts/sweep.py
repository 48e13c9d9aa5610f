"""Makes a sweep, or takes the one given, and works for it with a function."""

import wandb
from params import PARAMS, result

seen = []


def train():
    run = wandb.init()
    config = {key: run.config[key] for key in PARAMS["keys"]}
    seen.append(config)
    run.log({"loss": config["lr"] ** 2})
    run.finish()


sweep = PARAMS.get("sweep") or wandb.sweep(PARAMS["config"], project=PARAMS["project"])
if PARAMS.get("count") != 0:
    wandb.agent(sweep, function=train, project=PARAMS["project"], count=PARAMS.get("count"))
result({"sweep": sweep, "seen": seen})
