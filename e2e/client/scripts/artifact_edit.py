"""Everything that can be done to artifacts after they were logged, and the rarer ways of logging them."""

import datetime
import pathlib

import wandb
from params import result

said = {}


def failure(action):
    try:
        action()
    except Exception as error:
        return str(error)
    return None


def made(name, files, **kwargs):
    artifact = wandb.Artifact(name, "dataset", **kwargs)
    for path, text in files.items():
        with artifact.new_file(path) as file:
            file.write(text)
    return artifact


run = wandb.init()
at = f"{run.entity}/{run.project}"
first = run.log_artifact(made("data", {"a": "1", "b": "2"}, metadata={"n": 1})).wait()

grown = wandb.Artifact("data", "dataset", incremental=True)
with grown.new_file("c") as file:
    file.write("3")
grown = run.log_artifact(grown).wait()
said["incremental"] = [grown.version, sorted(grown.manifest.entries)]

draft = first.new_draft()
draft.remove("a")
with draft.new_file("d") as file:
    file.write("4")
drafted = run.log_artifact(draft).wait()
said["draft"] = [drafted.version, sorted(drafted.manifest.entries)]

referrer = wandb.Artifact("pointer", "dataset")
target = made("pointed", {"x": "here"})
run.log_artifact(target)
target.wait()
referrer.add_reference(target.get_entry("x").ref_url(), name="linked")
referrer = run.log_artifact(referrer).wait()
said["reference"] = pathlib.Path(referrer.download(), "linked").read_text()

for writer in range(2):
    share = made("shared", {f"part-{writer}": str(writer)})
    run.upsert_artifact(share, distributed_id="both")
last = made("shared", {"part-2": "2"})
shared = run.finish_artifact(last, distributed_id="both").wait()
said["distributed"] = sorted(shared.manifest.entries)

linked = run.link_artifact(drafted, f"{run.entity}/shelf/good", aliases=["chosen"])
run.finish()

api = wandb.Api()
one = api.artifact(f"{at}/data:v0")
one.description = "edited"
one.metadata["n"] = 2
one.aliases.append("gold")
one.tags = ["two words"]
one.ttl = datetime.timedelta(days=3)
one.save()
one = api.artifact(f"{at}/data:gold")
said["edited"] = [one.version, one.description, one.metadata, one.tags, one.ttl.total_seconds()]
said["reserved"] = failure(lambda: (one.aliases.append("v7"), one.save()))

there = api.artifact(f"{run.entity}/shelf/good:chosen")
said["linked"] = [
    there.version,
    sorted(there.aliases),
    sorted(there.manifest.entries),
    there.is_link,
    there.source_version,
]
said["link_files"] = sorted(file.name for file in there.files())
said["type"] = failure(lambda: api.artifact(f"{at}/data:v0").link(f"{run.entity}/shelf/other") or None)

said["versions"] = [v.version for v in api.artifacts("dataset", f"{at}/data")]
said["tagged"] = [v.version for v in api.artifacts("dataset", f"{at}/data", tags=["two words"])]
said["collections"] = sorted(c.name for c in api.artifact_type("dataset", at).collections())
said["exists"] = [api.artifact_exists(f"{at}/data:v1"), api.artifact_exists(f"{at}/data:v9")]

gold = api.artifact(f"{at}/data:gold")
said["refused"] = failure(gold.delete)
gold.delete(delete_aliases=True)
said["left"] = [v.version for v in api.artifacts("dataset", f"{at}/data")]

collection = api.artifact_collection("dataset", f"{at}/pointer")
collection.description = "a text"
collection.name = "renamed"
collection.tags.append("kept")
collection.save()
again = api.artifact_collection("dataset", f"{at}/renamed")
said["collection"] = [again.name, again.description, list(again.tags), list(again.aliases)]
again.delete()
said["gone"] = api.artifact_collection_exists(f"{at}/renamed", "dataset")

said["verify"] = failure(lambda: api.artifact(f"{at}/data:latest").verify(api.artifact(f"{at}/data:latest").download()))
result(said)
