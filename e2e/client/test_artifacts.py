"""Artifacts: what a script logs comes back byte by byte, in every version of the client."""

import base64
import hashlib
import re

import pytest


@pytest.mark.every_client
@pytest.mark.needs("artifact_dedup")
def test_versions_are_logged_used_and_downloaded(trainer, run):
    outcome = trainer.train("artifact", run).succeeded()
    told = outcome.result
    # What is the same as before is no new version, and takes the aliases.
    assert told["versions"] == ["v0", "v0", "v1"], outcome.output
    assert told["same"], told["there"]
    assert told["single"] == "same"
    assert (told["latest"], told["best"], told["state"], told["type"]) == ("v1", "v1", "COMMITTED", "model")
    assert told["aliases"] == ["best", "latest"]
    assert told["metadata"] == {"lr": 0.3} and told["description"] == "of the test"
    assert told["size"] == len(b"changed" + b"odd" + b"same" + b"same")
    assert told["entries"] == ["copy.bin", "deep/a b ünï.txt", "deep/copy.bin", "weights.bin"]
    assert told["reference"] == "https://example.org/big.tar"
    assert told["logged_by"] == run and told["used_by"] == [run]
    assert told["logged"] == ["pointer:v0", "weights:v0", "weights:v1"] and told["used"] == ["weights:v0"]
    # New clients say so when nothing new was made; nothing else.
    warnings = [line for line in outcome.output.splitlines() if "WARNING" in line or "rror" in line]
    assert all("already exists with the same content" in line for line in warnings), outcome.output


@pytest.mark.every_client
def test_a_table_comes_back(trainer, run):
    outcome = trainer.train("table", run).succeeded()
    assert outcome.result == [["run_table", [[1, "x"], [2, "y"]]]], outcome.output
    assert "WARNING" not in outcome.output and "rror" not in outcome.output, outcome.output


def test_edits_links_and_the_rarer_ways(trainer, run):
    outcome = trainer.train("artifact_edit", run).succeeded()
    told = outcome.result
    assert told["incremental"] == ["v1", ["a", "b", "c"]]
    assert told["draft"] == ["v2", ["b", "d"]]
    assert told["reference"] == "here"
    assert told["distributed"] == ["part-0", "part-1", "part-2"]
    assert told["edited"] == ["v0", "edited", {"n": 2}, ["two words"], 3 * 24 * 3600]
    assert told["reserved"]
    assert told["linked"] == ["v0", ["chosen", "latest"], ["b", "d"], True, "v2"]
    assert told["link_files"] == ["b", "d"]
    assert told["type"] is None
    assert told["versions"] == ["v2", "v1", "v0"] and told["tagged"] == ["v0"]
    assert told["collections"] == ["data", "pointed", "pointer", "shared"]
    assert told["exists"] == [True, False]
    assert "gold" in told["refused"]
    assert told["left"] == ["v2", "v1"]
    assert told["collection"] == ["renamed", "a text", ["kept"], ["latest"]]
    assert told["gone"] is False and told["verify"] is None


@pytest.mark.every_client
@pytest.mark.whole_in(["0.31.0", "0.28.2", "0.22.3", "0.19.11", "0.16.6"], [])
def test_the_command_line(trainer):
    things = trainer.work / "things/deep"
    things.mkdir(parents=True)
    files = {"one.txt": b"one", "deep/two.bin": bytes(range(256)) * 400}
    for name, content in files.items():
        (trainer.work / "things" / name).write_bytes(content)
    at = f"{trainer.user.name}/vision/cli"
    put = trainer.wandb(
        "artifact", "put", "--name", at, "--type", "dataset", "--description", "by hand", "--alias", "first",
        "--alias", "latest", "things",
    ).succeeded()  # fmt: skip
    assert "cli:" in put.output, put.output
    (trainer.work / "things/one.txt").write_bytes(b"changed")
    trainer.wandb("artifact", "put", "--name", at, "--type", "dataset", "things").succeeded()
    for alias, one in [("first", b"one"), ("latest", b"changed"), ("v0", b"one")]:
        trainer.wandb("artifact", "get", f"{at}:{alias}", "--root", f"got-{alias}").succeeded()
        got = {name: (trainer.work / f"got-{alias}" / name).read_bytes() for name in files}
        assert got == files | {"one.txt": one}, alias
    refused = trainer.wandb("artifact", "get", f"{at}:nothing", "--root", "none")
    assert refused.code != 0 and "Traceback" not in refused.output, refused.output
    listed = trainer.wandb("artifact", "ls", f"{trainer.user.name}/vision").succeeded()
    assert re.search(r"^(wandb: )?dataset +2\S+ +102\.4KB cli:v1", listed.output, re.M), listed.output
    every = trainer.wandb("artifact", "ls", "--type", "dataset", f"{trainer.user.name}/vision").succeeded()
    assert "cli:v1" in every.output, every.output
    # What the cache gives back is what was put into it.
    cleaned = trainer.wandb("artifact", "cache", "cleanup", "0GB").succeeded()
    assert "Reclaimed" in cleaned.output, cleaned.output
    trainer.wandb("artifact", "get", f"{at}:first", "--root", "again").succeeded()
    assert (trainer.work / "again/deep/two.bin").read_bytes() == files["deep/two.bin"]


def test_nobody_else_reads_bytes_by_their_digest(trainer, server, run):
    trainer.train("artifact", run).succeeded()
    owner, stranger = trainer.user, server.user()
    digest = hashlib.md5(b"same").hexdigest()
    query = 'query Q($e: String!) { project(entityName: $e, name: "vision") { artifact(name: "weights:v0") { id } } }'
    artifact = owner.api.query(query, e=owner.name)["project"]["artifact"]["id"]
    old = f"/artifactsV2/default/{owner.name}/vision/weights//{digest}/copy.bin"
    new = f"/artifactsV2/default/{owner.name}/vision/weights/{artifact.replace('=', '%3D')}//{digest}/copy.bin"
    for path in (old, new, f"/artifacts/{owner.name}/{digest}"):
        assert owner.api.request("GET", path).body == b"same", path
        refused = stranger.api.request("GET", path)
        assert refused.status in (403, 404) and b"same" not in refused.body, (path, refused)
    # A digest of their own making: the stranger's project does not have the bytes, so the server asks for them.
    create = (
        'mutation C($e: String!) { createArtifact(input: {entityName: $e, projectName: "p", artifactTypeName: "t", '
        'artifactCollectionName: "c", digest: "d", digestAlgorithm: MANIFEST_MD5}) { artifact { id } } }'
    )
    made = stranger.api.query(create, e=stranger.name)["createArtifact"]["artifact"]["id"]
    files = (
        "mutation F($a: ID!, $m: String!) { createArtifactFiles(input: {storageLayout: V2, artifactFiles: ["
        '{artifactID: $a, name: "x", md5: $m}]}) { files { edges { node { uploadUrl } } } } }'
    )
    md5 = base64.b64encode(bytes.fromhex(digest)).decode()
    answer = stranger.api.query(files, a=made, m=md5)
    (edge,) = answer["createArtifactFiles"]["files"]["edges"]
    assert edge["node"]["uploadUrl"], answer
    wrong = stranger.api.request("PUT", edge["node"]["uploadUrl"], b"something else")
    assert wrong.status == 400, wrong


TYPES = """query T($entity: String!, $hidden: Boolean) { project(entityName: $entity, name: "vision") {
  artifactTypeSummaries(hidden: $hidden) { name } } }"""


def test_code_and_jobs_are_kept_and_not_shown(trainer, run):
    told = trainer.train("code", run).succeeded().result
    assert told["code"] == {"train.py": "print('train')\n", "deep/model.py": "width = 3\n"}
    assert told["type"] == "code" and told["job"]["source"]["entrypoint"] == ["train.py"]
    assert {"code", "job"} <= set(told["logged"])

    def types(**asked):
        found = trainer.user.api.query(TYPES, entity=trainer.user.name, **asked)["project"]["artifactTypeSummaries"]
        return {one["name"] for one in found}

    assert types(hidden=True) >= {"code", "job"}
    assert not types() & {"code", "job"}
