"""`wandb login`: the right key, a wrong one, one of another shape, and signing in again."""

import re

import pytest


def login(trainer, *words):
    """`wandb login` on a machine that knows no key yet."""
    return trainer.wandb("login", *words, WANDB_API_KEY=None)


def stored(trainer):
    netrc = trainer.home / ".netrc"
    return netrc.read_text() if netrc.exists() else ""


@pytest.mark.every_client
def test_login_stores_the_key(trainer):
    outcome = login(trainer, trainer.user.key).succeeded()
    assert trainer.user.key in stored(trainer), outcome.output


@pytest.mark.needs("netrc_with_port")
def test_a_stored_key_is_enough_to_train(trainer, run):
    login(trainer, trainer.user.key).succeeded()
    trainer.train("simple", run, WANDB_API_KEY=None).succeeded()
    assert trainer.seen(run).state == "finished"


def test_relogin_replaces_the_key(trainer, server):
    login(trainer, trainer.user.key).succeeded()
    other = server.user()
    login(trainer, "--relogin", other.key).succeeded()
    assert other.key in stored(trainer)
    assert trainer.user.key not in stored(trainer)


@pytest.mark.needs("login_verifies")
def test_login_says_who_one_is(trainer):
    outcome = login(trainer, trainer.user.key).succeeded()
    assert f"Currently logged in as: {trainer.user.name}" in outcome.output


@pytest.mark.needs("login_verifies")
def test_an_unknown_key_is_refused_with_the_reason(trainer):
    outcome = login(trainer, "f" * 40)
    assert outcome.code == 1, outcome.output
    assert "Failed to authenticate" in outcome.output
    assert trainer.server.url in outcome.output
    assert "no message" not in outcome.output and "error 401" not in outcome.output, outcome.output
    assert "f" * 40 not in stored(trainer)


def test_a_key_of_the_wrong_shape_is_refused_by_the_client(trainer):
    outcome = login(trainer, "short")
    assert outcome.code != 0
    assert re.search(r"40\+? characters", outcome.output), outcome.output


def test_an_unknown_key_in_the_environment_stops_init(trainer, run):
    outcome = trainer.train("simple", run, WANDB_API_KEY="e" * 40)
    assert outcome.code != 0, outcome.output
    assert trainer.user.api.find_run(trainer.user.name, trainer.project, run) is None
