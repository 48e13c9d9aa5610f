"""Runs the lines that a test types; `meanwhile()` in them is something that happens at the server."""

import subprocess

import wandb
from params import PARAMS


def meanwhile():
    subprocess.run(PARAMS["meanwhile"], check=True, capture_output=True, env=PARAMS["environment"])


exec(PARAMS["code"], {"wandb": wandb, "meanwhile": meanwhile})
