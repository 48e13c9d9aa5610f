"""Reads history with the client's own Parquet reader."""

import pathlib

import wandb
from params import PARAMS, result

api = wandb.Api(timeout=60)
run = api.run(PARAMS["path"])
out = {"beta": [row.get("loss") for row in run.beta_scan_history()]}
out["beta_keys"] = [row["loss"] for row in run.beta_scan_history(keys=["loss"])]
out["beta_range"] = [row["_step"] for row in run.beta_scan_history(min_step=5, max_step=8)]
exported = run.download_history_exports(download_dir="exports", require_complete_history=False)
paths = getattr(exported, "paths", exported)
out["files"] = [{"name": str(path), "magic": pathlib.Path(path).read_bytes()[:4].decode()} for path in paths]
result(out)
