"""Logs one value of each kind that a training script logs."""

import math

import numpy as np
import wandb
from params import result

run = wandb.init(
    name="first light",
    notes="a note",
    tags=["baseline", "b"],
    group="sweepless",
    job_type="train",
    config={"lr": 0.1, "layers": [64, 32], "optimizer": {"name": "adam", "beta": 0.9}, "flag": True, "none": None},
)
run.config.update({"late": "added"})
for step in range(5):
    run.log({"loss": 1 / (step + 1), "train/acc": step / 10, "epoch": step, "phase": "warm" if step < 2 else "hot"})
run.log({"odd": math.nan, "big": math.inf, "small": -math.inf})
run.log({"nested": {"a": 1, "b": {"c": 2.5}}, "truth": True, "huge": 2**53})
pixels = np.zeros((8, 8, 3), dtype="uint8")
run.log(
    {
        "hist": wandb.Histogram(np.arange(100)),
        "image": wandb.Image(pixels, caption="black"),
        "page": wandb.Html("<b>bold</b>"),
    }
)
run.summary["best"] = 0.25
run.summary["nested_best"] = {"a": {"b": 7}}
result({"name": run.name, "entity": run.entity, "project": run.project, "url": run.url})
run.finish()
