"""Reads, deletes and looks again with the public API."""

import wandb
from params import PARAMS, result

api = wandb.Api(timeout=60)
path = PARAMS["path"]
if PARAMS.get("delete"):
    api.run(path).delete()
try:
    run = wandb.Api(timeout=60).run(path)
    found = {
        "name": run.name,
        "summary": run.summary.get("loss"),
        "losses": [row["loss"] for row in run.scan_history()],
        "files": sorted(file.name for file in run.files()),
        "project": run.project,
    }
except (ValueError, wandb.errors.CommError) as error:
    found = {"error": str(error)}
result({"found": found, "all": [run.id for run in api.runs(PARAMS["project"])]})
