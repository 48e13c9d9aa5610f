"""Reads users and teams with the public API."""

import wandb
from params import PARAMS, result

api = wandb.Api(timeout=60)
team = api.team(PARAMS["team"])
user = api.user(PARAMS["user"])
result(
    {
        "members": sorted(member.username for member in team.members),
        "user": user.username if user else None,
        "projects": sorted(project.name for project in api.projects(PARAMS["team"])),
        "viewer": api.viewer.username,
        "teams": sorted(api.viewer.teams),
    }
)
