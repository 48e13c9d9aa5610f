"""Defines metrics with an axis, a summary and a goal."""

import wandb

run = wandb.init()
run.define_metric("epoch")
run.define_metric("val/*", step_metric="epoch")
run.define_metric("loss", summary="min")
run.define_metric("acc", summary="max")
for epoch in range(4):
    run.log({"epoch": epoch, "loss": [3.0, 1.0, 2.0, 4.0][epoch], "acc": [0.1, 0.9, 0.5, 0.4][epoch], "val/x": epoch})
run.finish()
