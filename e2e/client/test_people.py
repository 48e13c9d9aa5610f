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


@pytest.fixture
def machine(server, client, team, run, tmp_path):
    """A machine with the key of a service account of the team."""
    name = f"ci-{run}"
    key = server.cli("service-account", "create", team, name, "--print-api-key").stdout.strip()
    return Trainer(client, server, User(name, key, Api(server.url, key)), tmp_path, entity=team)


def owner(machine, run):
    """Whose run it is, and who sent it for them."""
    document = """query($e: String!, $p: String!, $r: String!) {
        project(name: $p, entityName: $e) { run(name: $r) { submittedBy user { username } } } }"""
    found = machine.user.api.query(document, e=machine.entity, p=machine.project, r=run)["project"]["run"]
    return found["user"]["username"], found["submittedBy"]


@pytest.mark.every_client
@pytest.mark.parametrize("by", ["WANDB_USERNAME", "WANDB_USER_EMAIL"])
def test_a_service_account_trains_for_a_person_of_its_team(by, server, team, machine, run):
    person = server.user(f"eve-{run}", "--email", f"eve-{run}@example.org")
    server.cli("team", "add", team, person.name, "--role", "member")
    named = person.name if by == "WANDB_USERNAME" else f"eve-{run}@example.org"
    machine.train("simple", run, **{by: named}).succeeded()
    assert owner(machine, run) == (person.name, machine.user.name)


@pytest.mark.every_client
def test_a_person_who_is_not_in_the_team_gets_no_run_of_it(server, machine, run):
    stranger = server.user()
    machine.train("simple", run, WANDB_USERNAME=stranger.name).succeeded()
    assert owner(machine, run) == (machine.user.name, None)
