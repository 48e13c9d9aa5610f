"""Logs a table and reads it back through the artifact that comes with it."""

import wandb
from params import result

run = wandb.init()
run.log({"loss": 1.0})
run.log({"table": wandb.Table(columns=["a", "b"], data=[[1, "x"], [2, "y"]])})
run.log({"loss": 2.0})
run.finish()
logged = wandb.Api().run(f"{run.entity}/{run.project}/{run.id}").logged_artifacts()
tables = [(artifact.type, artifact.get("table").data) for artifact in logged if artifact.type == "run_table"]
result(tables)
