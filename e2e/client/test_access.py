"""Who may and who may not. What the terminal says of it is in test_denials.py."""

import json

import pytest
from harness.training import Trainer


@pytest.fixture
def team(server, tmp_path, client):
    """A team of three and a stranger, each with a trainer whose entity is the team."""

    class Team:
        def __init__(self):
            self.admin, self.member, self.viewer, self.stranger = (server.user() for _ in range(4))
            self.name = server.team(self.admin, member=self.member, viewer=self.viewer)

        def trainer(self, user):
            return Trainer(client, server, user, tmp_path / user.name, entity=self.name)

    return Team()


def test_a_member_trains_in_the_team(team, run):
    trainer = team.trainer(team.member)
    trainer.train("simple", run).succeeded()
    seen = trainer.seen(run)
    assert seen.state == "finished" and seen.raw["user"]["username"] == team.member.name
    assert team.viewer.api.run(team.name, trainer.project, run).column("loss") == [0.0, 1.0, 2.0]


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
