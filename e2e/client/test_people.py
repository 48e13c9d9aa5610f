"""Names that lead elsewhere, and machines that train for people."""

import pytest
from harness.api import Api
from harness.server import User
from harness.training import Trainer


@pytest.fixture
def member(server):
    return server.user()


@pytest.fixture
def team(server, member):
    return server.team(server.user(), member=member)


def test_the_old_name_of_a_team_and_of_a_project_lead_on(server, client, member, team, run, tmp_path):
    trainer = Trainer(client, server, member, tmp_path, entity=team)
    trainer.train("simple", f"{run}-1").succeeded()
    crew = f"{team}-crew"
    server.cli("team", "rename", team, crew)
    server.cli("project", "rename", f"{crew}/{trainer.project}", "renamed")
    outcome = trainer.train("simple", run).succeeded()
    assert f"{server.url}/{crew}/renamed/runs/{run}" in outcome.output, outcome.output
    seen = member.api.run(crew, "renamed", run)
    assert seen.state == "finished" and seen.column("loss") == [0.0, 1.0, 2.0]


@pytest.mark.every_client
def test_a_service_account_trains_for_a_person_of_its_team(server, client, member, team, run, tmp_path):
    name = f"ci-{run}"
    key = server.cli("service-account", "create", team, name, "--print-api-key").stdout.strip()
    machine = User(name, key, Api(server.url, key))
    trainer = Trainer(client, server, machine, tmp_path, entity=team)
    trainer.train("simple", run, WANDB_USERNAME=member.name).succeeded()
    assert member.api.run(team, trainer.project, run).raw["user"]["username"] == member.name
