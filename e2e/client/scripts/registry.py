"""A registry from its making to its end: what is linked there, found and used, by any client that knows registries."""

import pathlib

import wandb
from params import PARAMS, result

said = {}
known = tuple(int(part) for part in wandb.__version__.split(".")[:2])
name = PARAMS["name"]


def failure(action):
    try:
        action()
    except Exception as error:
        text = [str(error)]
        while error.__cause__ is not None:
            error = error.__cause__
            text.append(str(error))
        return " | ".join(text)
    return None


def made(collection, text, kind="model"):
    artifact = wandb.Artifact(collection, kind)
    with artifact.new_file("weights.txt") as file:
        file.write(text)
    return artifact


api = wandb.Api()
organization = "runstead"
registry = api.create_registry(
    name, visibility="organization", organization=organization, description="first", artifact_types=["model"]
)
said["made"] = [registry.name, registry.description, registry.visibility, list(registry.artifact_types)]
said["again"] = (
    failure(lambda: api.create_registry(name, visibility="organization", organization=organization)) is not None
)

run = wandb.init()
one = run.log_artifact(made("net", "one")).wait()
two = run.log_artifact(made("net", "two")).wait()
target = f"wandb-registry-{name}/nets"
run.link_artifact(one, target, aliases=["staging"])
two.link(target, aliases=["production"])
(pathlib.Path.cwd() / "solo.txt").write_text("solo")
solo = run.log_artifact(made("solo", "solo")).wait()
run.link_artifact(solo, f"{organization}/wandb-registry-{name}/solos")
run.link_model("solo.txt", "models", name="shelved")
data = run.log_artifact(made("table", "x", "dataset")).wait()
said["type"] = failure(lambda: run.link_artifact(data, f"wandb-registry-{name}/data"))
said["nowhere"] = failure(lambda: run.link_artifact(one, f"wandb-registry-{name}-none/nets"))
run.finish()

api = wandb.Api()
said["linked"] = [
    api.artifact(f"wandb-registry-{name}/nets:{alias}").source_version for alias in ("v0", "staging", "production")
]
user = wandb.init(id=PARAMS["user_run"])
used = user.use_artifact(f"wandb-registry-{name}/nets:staging")
said["bytes"] = (pathlib.Path(used.download()) / "weights.txt").read_text()
said["used"] = [used.name, used.qualified_name]
user.finish()

registry = api.registry(name, organization=organization)
registry.description = "second"
registry.artifact_types.append("dataset")
registry.save()
again = api.registry(name, organization=organization)
said["saved"] = [again.description, sorted(again.artifact_types)]


def names(found):
    """Old clients leave the prefix where they list."""
    return sorted(one.name.removeprefix("wandb-registry-") for one in found)


everything = api.registries(organization=organization, filter={"name": name})
said["registries"] = names(everything)
said["regex"] = names(api.registries(organization=organization, filter={"name": {"$regex": f"{name}$"}}))
said["collections"] = names(api.registries(organization=organization, filter={"name": name}).collections())
said["collection"] = names(again.collections(filter={"name": {"$regex": "^so"}}))
said["versions"] = names(again.versions())
said["version"] = names(again.versions(filter={"alias": "production"}))
said["of"] = names(again.collections(filter={"name": "nets"}).versions(filter={"alias": "staging"}))

registry.name = f"{name}-new"
registry.save()
said["renamed"] = [registry.name, names(api.registry(f"{name}-new", organization=organization).collections())]

if known >= (0, 23):
    other, team = api.user(PARAMS["other"]), api.team(PARAMS["team"])
    registry.add_members(other, team)
    registry.update_member(other, role="restricted_viewer")
    registry.update_member(team, role="member")
    said["members"] = sorted((m.user.username, m.role) for m in registry.user_members())
    said["teams"] = [(m.team.name, m.role) for m in registry.team_members()]
    registry.remove_members(other)
    said["left"] = sorted(m.user.username for m in registry.user_members())
if known >= (0, 28):
    said["ordered"] = [r.name for r in api.registries(organization=organization, order="-created_at")][:1]

if PARAMS["delete"]:
    registry.delete()
    said["gone"] = failure(lambda: api.registry(f"{name}-new", organization=organization)) is not None
result(said)
