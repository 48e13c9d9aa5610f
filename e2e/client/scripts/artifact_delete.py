"""Deletes every version of every artifact of the project."""

import wandb
from params import PARAMS

api = wandb.Api()
for kind in api.artifact_types(PARAMS["project"]):
    for collection in kind.collections():
        for version in collection.versions():
            version.delete(delete_aliases=True)
