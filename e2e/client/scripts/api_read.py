"""Reads runs back with the public API: lists, filters, orders, history in every form."""

import os

import wandb
from params import PARAMS, result

api = wandb.Api(timeout=60)
path = PARAMS["path"]
out = {"viewer": api.viewer.username if hasattr(api.viewer, "username") else None, "entity": api.default_entity}


def names(filters=None, order="+created_at"):
    return [run.id for run in api.runs(path, filters=filters, order=order)]


out["all"] = names()
out["newest"] = names(order="-created_at")
out["by_loss"] = names(order="-summary_metrics.loss")
out["filters"] = [names(entry) for entry in PARAMS["filters"]]
run = api.run(f"{path}/{PARAMS['run']}")
out["state"], out["name"], out["tags"], out["notes"] = run.state, run.name, list(run.tags), run.notes
out["config"] = {key: value for key, value in run.config.items() if not key.startswith("_")}
out["summary"] = {key: run.summary.get(key) for key in ("loss", "acc")}
out["last_step"] = run.lastHistoryStep
out["history"] = run.history(pandas=False)
out["history_keys"] = run.history(keys=["loss"], pandas=False)
out["sampled"] = len(run.history(samples=5, pandas=False))
out["scan"] = list(run.scan_history())
out["scan_keys"] = [row["loss"] for row in run.scan_history(keys=["loss"])]
out["scan_range"] = [row["_step"] for row in run.scan_history(min_step=5, max_step=8)]
out["scan_pages"] = len(list(run.scan_history(page_size=7)))
out["username"] = run.user.username
out["url"] = run.url
out["metadata"] = bool(run.metadata)
try:
    api.run(f"{path}/does-not-exist")
except Exception as error:
    out["missing"] = f"{type(error).__name__}: {error}"
result(out)
os._exit(0)
