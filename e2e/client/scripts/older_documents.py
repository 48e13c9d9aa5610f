"""What clients before 0.29 ask for below their public API: launch, its scheduler of sweeps, and reports."""

import base64

import wandb
from params import result
from wandb.sdk.internal.internal_api import Api

run = wandb.init()
run.finish()
entity, project = run.entity, run.project
api = Api()
info = api.get_run_info(entity, project, run.id)
kept = api.project(project, entity)
made = [api.create_artifact_type("made", entity, project, "a text") for _ in range(2)]
stop, stopped = getattr(api, "stop_run", None), None
if stop:
    running = wandb.init(id=f"{run.id}-2")
    stopped = stop(base64.b64encode(f"Run:v1:{running.id}:{project}:{entity}".encode()).decode())
    running.finish()
result(
    {
        "python": info["python"],
        "git": info["git"],
        "info": sorted(info),
        "project": [kept["name"], kept["repo"], kept["dockerImage"]],
        "runs": [one["name"] for one in api.list_runs(project, entity)],
        "made": made[0] == made[1],
        "type": [kind.name for kind in wandb.Api().artifact_types(f"{entity}/{project}")],
        "stopped": stopped,
    }
)
