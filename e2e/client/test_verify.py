"""`wandb verify`: the client's own check of a server."""

import re

import pytest

CHECKS = [
    "Checking if logged in",
    "Checking signed URL upload",
    "Checking ability to send large payloads through proxy",
    "Checking CORs configuration of the bucket",
    "Checking wandb package version is up to date",
    "Checking logged metrics, saving and downloading a file",
    "Checking artifact save and download workflows",
]
#: The tests speak http.
HTTPS = ["Checking requests to base url", "Checking requests made over signed URLs"]


@pytest.mark.every_client
@pytest.mark.whole_in(["0.31.0", "0.28.2", "0.22.3", "0.19.11", "0.16.6"], [])
def test_verify(trainer):
    outcome = trainer.wandb("verify").succeeded()
    said = dict(re.findall(r"^(Checking [^.\n]*)\.\.+(\S+)", outcome.output, re.MULTILINE))
    failed = [check for check, mark in said.items() if mark != "✅"]
    assert failed == HTTPS, outcome.output
    sweeps = ["Checking sweep creation and agent execution"] if trainer.client.at_least("0.22.3") else []
    assert said.keys() >= {*CHECKS, *sweeps}, outcome.output
