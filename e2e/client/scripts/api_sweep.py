"""Reads a sweep with the public API."""

import wandb
from params import PARAMS, result

sweep = wandb.Api().sweep(PARAMS["path"])
best = sweep.best_run()
result(
    {
        "name": sweep.id,
        "state": sweep.state,
        "method": sweep.config["method"],
        "runs": sorted(run.config["lr"] for run in sweep.runs),
        "expected": sweep.expected_run_count,
        "best": best.config["lr"],
        "of_run": best.sweep_name if hasattr(best, "sweep_name") else best.sweep.id,
        "sweeps": [one.id for one in wandb.Api().project(PARAMS["project"], PARAMS["entity"]).sweeps()],
    }
)
