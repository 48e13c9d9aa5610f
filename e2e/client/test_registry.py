"""Registries with the real client: made, linked into, searched, used, renamed, deleted; and who is refused what."""

import secrets

import pytest
from harness.training import Trainer

FIND = (
    "query($e: String, $n: String) { entity(name: $e) { project(name: $n) { id name access registry { versions } } } }"
)
SET = (
    "mutation($p: ID!, $a: [String!]!) { setProtectedAliases(input: {projectId: $p, aliases: $a}) { project { id } } }"
)
ROLE = """mutation($p: ID!, $u: ID!, $r: String!) {
    updateProjectMember(input: {projectId: $p, userId: $u, userProjectRole: $r}) { success } }"""
ME = "query { viewer { id } }"


@pytest.fixture
def librarian(client, server, tmp_path):
    """An organization admin at a machine."""
    return Trainer(client, server, server.user(None, "--admin"), tmp_path / "librarian")


def params(server, **more):
    other = server.user()
    team = server.team(other)
    name = f"nets{secrets.token_hex(3)}"
    return {"name": name, "other": other.name, "team": team, "user_run": secrets.token_hex(4), "delete": True} | more


def project(user, name):
    return user.api.query(FIND, e="runstead", n=f"wandb-registry-{name}")["entity"]["project"]


@pytest.mark.every_client
@pytest.mark.needs("registry")
def test_the_life_of_a_registry(librarian, server, run):
    asked = params(server)
    name = asked["name"]
    # Clients before 0.22 link from teams alone: they do not look for the organization of a person.
    librarian.entity = server.team(librarian.user)
    outcome = librarian.train("registry", run, asked).succeeded()
    told = outcome.result
    assert told["made"] == [name, "first", "organization", ["model"]]
    assert told["again"] is True
    # Before 0.22 a link that is refused is printed and raises nothing.
    assert "takes no artifacts of type dataset" in (told["type"] or outcome.output), outcome.output
    assert f"wandb-registry-{name}-none" in (told["nowhere"] or outcome.output), outcome.output
    assert told["linked"] == ["v0", "v0", "v1"]
    assert told["bytes"] == "one"
    # Newer clients keep the alias that was asked for in the name.
    assert told["used"][1] == f"runstead/wandb-registry-{name}/{told['used'][0]}"
    assert told["used"][0] in ("nets:v0", "nets:staging")
    assert told["saved"] == ["second", ["dataset", "model"]]
    assert told["registries"] == [name] and told["regex"] == [name]
    assert told["collections"] == ["nets", "solos"] and told["collection"] == ["solos"]
    assert told["versions"] == ["nets:v0", "nets:v1", "solos:v0"]
    assert told["version"] == ["nets:v1"] and told["of"] == ["nets:v0"]
    assert told["renamed"] == [f"{name}-new", ["nets", "solos"]]
    if "members" in told:
        me = librarian.user.name
        assert told["members"] == sorted([[asked["other"], "restricted_viewer"], [me, "admin"]])
        assert told["teams"] == [[asked["team"], "member"]]
        assert told["left"] == [me]
    if "ordered" in told:
        assert told["ordered"] == [f"{name}-new"]
    assert told["gone"] is True
    # The use is noted on the run that used it.
    used = librarian.seen(asked["user_run"])
    assert used.raw is not None


def reader(client, server, tmp_path):
    return Trainer(client, server, server.user(), tmp_path / f"reader-{secrets.token_hex(2)}")


def test_each_role_is_told_what_it_lacks(librarian, client, server, tmp_path, run):
    asked = params(server, delete=False)
    librarian.train("registry", run, asked).succeeded()
    name = f"{asked['name']}-new"
    registry = project(librarian.user, name)
    admin = librarian.user.name

    viewer = reader(client, server, tmp_path)
    told = viewer.train("registry_reader", None, {"name": name}).succeeded().result
    assert told["read"] is None and told["download"] is None and told["listed"] == [name]
    assert "view-only" in told["link"] and "member is needed" in told["link"] and admin in told["link"], told["link"]

    limited = reader(client, server, tmp_path)
    mine = limited.user.api.query(ME)["viewer"]["id"]
    closed = """mutation($n: String!) { upsertModel(input: {entityName: "runstead", name: $n, access: "RESTRICTED"}) {
        inserted } }"""
    librarian.user.api.query(closed, n=f"wandb-registry-{name}")
    assert project(librarian.user, name)["access"] == "RESTRICTED"
    librarian.user.api.query(ROLE, p=registry["id"], u=mine, r="restricted_viewer")
    told = limited.train("registry_reader", None, {"name": name}).succeeded().result
    assert told["read"] is None and told["listed"] == [name]
    assert "the role there is restricted" in told["download"] and admin in told["download"], told["download"]

    told = viewer.train("registry_reader", None, {"name": name}).succeeded().result
    assert "restricted to members" in told["read"] and told["listed"] == [], told

    librarian.user.api.query(ROLE, p=registry["id"], u=mine, r="member")
    told = limited.train("registry_reader", None, {"name": name}).succeeded().result
    assert told["download"] is None and told["link"] is None


def test_protected_aliases_are_moved_by_admins_alone(librarian, server, run):
    asked = params(server, delete=False)
    librarian.train("registry", run, asked).succeeded()
    name = f"wandb-registry-{asked['name']}-new"
    registry = librarian.user.api.query(FIND, e="runstead", n=name)["entity"]["project"]
    librarian.user.api.query(SET, p=registry["id"], a=["production"])
    member = server.user()
    librarian.user.api.query(ROLE, p=registry["id"], u=member.api.query(ME)["viewer"]["id"], r="member")
    find = """query($n: String) { entity(name: "runstead") { project(name: $n) {
        artifact(name: "nets:v0") { id
            deletion(deleteAliases: true) { aliases links permission { allowed reason } } } } } }"""
    version = member.api.query(find, n=name)["entity"]["project"]["artifact"]
    add = """mutation($a: ID!, $n: String!, $alias: String!) { addAliases(input: {artifactID: $a, aliases: [
        {entityName: "runstead", projectName: $n, artifactCollectionName: "nets", alias: $alias}]}) { success } }"""
    assert member.api.query(add, a=version["id"], n=name, alias="checked")["addAliases"]["success"]
    refused = member.api.graphql(add, a=version["id"], n=name, alias="production").errors[0]
    assert refused["extensions"]["reason"] == "ROLE_TOO_LOW" and "protected aliases" in refused["message"], refused
    assert librarian.user.api.query(add, a=version["id"], n=name, alias="production")["addAliases"]["success"]
    version = librarian.user.api.query(find, n=name)["entity"]["project"]["artifact"]
    assert version["deletion"]["aliases"] == ["checked", "production", "staging"]
    assert version["deletion"]["links"] == 1 and version["deletion"]["permission"]["allowed"]
