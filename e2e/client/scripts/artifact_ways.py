"""Artifacts that name each other before they have numbers, types that change, and a time to live that is inherited."""

import datetime

import wandb
from params import PARAMS, result

said = {}


def made(name, **files):
    artifact = wandb.Artifact(name, "dataset")
    for path, text in files.items():
        with artifact.new_file(path) as file:
            file.write(text)
    return artifact


api = wandb.Api()
if PARAMS.get("again"):
    at = PARAMS["at"]
    inherited = api.artifact(f"{at}/one:v0")
    said["ttl"] = inherited.ttl.total_seconds()
    inherited.ttl = None
    inherited.save()
    said["kept"] = api.artifact(f"{at}/one:v0").ttl
    result(said)
    raise SystemExit

run = wandb.init()
at = f"{run.entity}/{run.project}"
# Nothing is waited for: the second refers to the first by the id that only the client knows yet.
table = wandb.Table(columns=["n"], data=[[1], [2]])
first, second = made("one", a="1"), made("two")
first.add(table, "numbers")
run.log_artifact(first)
second.add(table, "numbers")
run.log_artifact(second)
run.link_artifact(made("three", c="3"), f"{run.entity}/shelf/linked", aliases=["early"])
run.finish()

api = wandb.Api()
two = api.artifact(f"{at}/two:v0")
said["references"] = {name: entry.ref and entry.ref.split(":")[0] for name, entry in two.manifest.entries.items()}
said["table"] = two.get("numbers").data
linked = api.artifact(f"{run.entity}/shelf/linked:early")
said["linked"] = [linked.source_name, sorted(linked.aliases)]

collection = api.artifact_collection("dataset", f"{at}/one")
collection.change_type("evaluation")
moved = api.artifact(f"{at}/one:v0")
said["moved"] = [moved.type, [c.name for c in api.artifact_type("evaluation", at).collections()]]
said["left"] = sorted(c.name for c in api.artifact_type("dataset", at).collections())
said["day"] = datetime.timedelta(days=1).total_seconds()
result({**said, "at": at, "digest": moved.digest})
