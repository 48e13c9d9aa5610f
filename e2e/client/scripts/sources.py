"""What the client would use on this machine: host, key, entity, project."""

import wandb
from params import result

settings = wandb.setup().settings


def key():
    """The key that `wandb.init` would send, found by the client's own code."""
    try:
        from wandb.sdk.lib import wbauth
    except ImportError:
        from wandb.sdk.lib import apikey

        return apikey.api_key(settings)
    try:
        auth = wbauth.authenticate_session(host=settings.base_url, source="test")
    except wandb.errors.UsageError:
        # There is none, and no terminal to ask for one.
        return None
    return auth.api_key


result({"host": settings.base_url, "key": key(), "entity": settings.entity, "project": settings.project})
