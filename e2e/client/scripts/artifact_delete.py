"""Deletes every version of every artifact of the project."""

import wandb
from params import PARAMS

api = wandb.Api()
for kind in api.artifact_types(PARAMS["project"]):
    for collection in kind.collections():
        # Its name before 0.17.
        versions = getattr(collection, "artifacts", None) or collection.versions
        for version in versions():
            version.delete(delete_aliases=True)
