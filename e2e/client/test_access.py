"""Who may and who may not: the training script's terminal says the true reason, clean, in every client version."""

import json

import pytest
from harness import snapshots
from harness.training import Trainer


@pytest.fixture
def update(request):
    return request.config.getoption("--update-snapshots")


@pytest.fixture
def team(server, tmp_path, client):
    """A team of three and a stranger, each with a trainer whose entity is the team."""

    class Team:
        def __init__(self):
            self.admin, self.member, self.viewer, self.stranger = (server.user() for _ in range(4))
            self.name = server.team(self.admin, member=self.member, viewer=self.viewer)

        def trainer(self, user):
            return Trainer(client, server, user, tmp_path / user.name, entity=self.name)

        def names(self):
            people = ("admin", "member", "viewer", "stranger")
            return {getattr(self, role).name: f"THE-{role.upper()}" for role in people} | {self.name: "THE-TEAM"}

    return Team()


def assert_clean(outcome, team):
    """The text reached the terminal as it was written: no JSON around it, no escapes, no placeholder."""
    text = outcome.output
    assert outcome.code != 0, text
    assert team.name in text
    for noise in ("<no message>", '{"data"', '"errors"', "\\n", "\\u00", "Traceback (most recent call last):\nNone"):
        assert noise not in text, text


def test_a_member_trains_in_the_team(team, run):
    trainer = team.trainer(team.member)
    trainer.train("simple", run).succeeded()
    seen = trainer.seen(run)
    assert seen.state == "finished" and seen.raw["user"]["username"] == team.member.name
    assert team.viewer.api.run(team.name, trainer.project, run).column("loss") == [0.0, 1.0, 2.0]


@pytest.mark.every_client
def test_the_refusal_of_a_viewer_is_clean(team, run, client, update):
    check_refusal("viewer", team, run, client, update)


def test_the_refusal_of_a_stranger_is_clean(team, run, client, update):
    check_refusal("stranger", team, run, client, update)


def check_refusal(who, team, run, client, update):
    user = getattr(team, who)
    outcome = team.trainer(user).train("simple", run)
    assert_clean(outcome, team)
    assert user.name in outcome.output
    assert team.admin.api.find_run(team.name, "vision", run) is None
    snapshots.check(f"{who}-{client.version}", snapshots.normal(outcome.output, team.names() | {run: "RUN"}), update)


def test_an_entity_that_is_not_there_is_refused(team, run, client, update):
    trainer = team.trainer(team.member)
    outcome = trainer.train("simple", run, WANDB_ENTITY="no-such-team")
    assert outcome.code != 0 and "no-such-team" in outcome.output
    text = snapshots.normal(outcome.output, team.names() | {run: "RUN"})
    snapshots.check(f"unknown-entity-{client.version}", text, update)


def test_a_refusal_can_be_caught(team, run):
    outcome = team.trainer(team.viewer).train("caught", run)
    assert outcome.code == 0, outcome.output
    assert team.name in outcome.result["text"]


def test_a_revoked_key_is_refused_with_the_reason(server, trainer, run):
    listed = server.cli("key", "list", "--json").stdout
    (entry,) = [key for key in json.loads(listed) if key.get("user") == trainer.user.name]
    server.cli("key", "revoke", entry["id"])
    outcome = trainer.train("simple", run)
    assert outcome.code != 0
    assert "revoked" in outcome.output, outcome.output


def test_a_stranger_cannot_read_the_team(team, run):
    trainer = team.trainer(team.member)
    trainer.train("simple", run).succeeded()
    answer = team.stranger.api.graphql(
        "query R($e: String!, $p: String!, $r: String!) { project(name: $p, entityName: $e) { run(name: $r) { id } } }",
        e=team.name,
        p=trainer.project,
        r=run,
    )
    hidden = answer.json.get("data") is None or not (answer.json["data"].get("project") or {}).get("run")
    assert hidden, answer.body


def test_a_stranger_cannot_stream_into_a_run(team, run):
    trainer = team.trainer(team.member)
    trainer.train("simple", run).succeeded()
    body = {"files": {"wandb-history.jsonl": {"offset": 3, "content": ['{"_step": 3, "loss": 99}']}}}
    answer = team.stranger.api.stream(team.name, trainer.project, run, body)
    assert answer.status in (403, 404), answer.body
    assert 99 not in trainer.seen(run).column("loss")
