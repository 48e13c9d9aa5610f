"""Artifacts when things go wrong: kills, full disks, two writers at once, deletion while somebody reads, and lies."""

import contextlib
import os
import random
import sqlite3
import subprocess
import threading
import time
import urllib.request

import pytest
from harness.artifacts import ArtifactWriter, Logger, Reader, Refused, b64, manifest_digest, md5

#: Kills of the server on each database; both together make at least 50.
KILLS = int(os.environ.get("RUNSTEAD_KILLS", "26"))

VERSIONS = """query V($entity: String!, $project: String!, $type: String!, $name: String!) {
  project(entityName: $entity, name: $project) { artifactType(name: $type) { artifactCollection(name: $name) {
    artifacts(first: 1000) { edges { node { id versionIndex state } } } } } } }"""


DELETE = "mutation D($id: ID!) { deleteArtifact(input: {artifactID: $id, deleteAliases: true}) { artifact { id } } }"


def versions(user, project, collection):
    """Numbers of the versions that are there, by id."""
    found = user.api.query(VERSIONS, entity=user.name, project=project, type="data", name=collection)
    edges = found["project"]["artifactType"]["artifactCollection"]["artifacts"]["edges"]
    return {edge["node"]["id"]: edge["node"]["versionIndex"] for edge in edges if edge["node"]["state"] == "COMMITTED"}


def test_what_was_committed_is_there_whole_after_kills(new_server):
    server = new_server()
    user = server.user()
    user.api.upsert(entityName=user.name, modelName="kill", name="r", config="{}")
    # Two write the same collection.
    writers = [
        ArtifactWriter(Logger(user.api, user.name, "kill"), collection, seed)
        for seed, collection in enumerate(["alone", "shared", "shared"])
    ]
    for writer in writers:
        writer.start()
    chance = random.Random(11)
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.02, 0.8))
        server.kill()
        server.start()
    for writer in writers:
        writer.stopping.set()
    for writer in writers:
        writer.join(timeout=120)
        assert not writer.is_alive() and writer.failure is None, writer.failure
        assert writer.promised
    assert sum(writer.logger.retries for writer in writers) > 0, "no request was in flight at any kill"

    reader = Reader(user.api, user.name, "kill")
    for collection in ("alone", "shared"):
        there = versions(user, "kill", collection)
        promised = {id: files for w in writers if w.collection == collection for id, files in w.promised.items()}
        assert promised.keys() <= there.keys()
        # Each number once; the last kill may have left a version that nobody was told of.
        assert sorted(there.values()) == list(range(len(there)))
        for artifact, number in there.items():
            files = reader.files(f"{collection}:v{number}")
            assert files is not None and files == promised.get(artifact, files), f"{collection}:v{number}"
    assert server.stop() == 0
    server.cli("verify")
    if server.database == "sqlite":
        no_orphans(server)


def no_orphans(server):
    """What nothing names is removed when its time has come."""
    with contextlib.closing(sqlite3.connect(server.data / "runstead.db")) as database:
        database.execute("UPDATE job SET due_at = 0 WHERE kind = 'discard'")
        database.commit()
    server.start()
    deadline = time.monotonic() + 60
    while not (told := server.cli("verify").stdout.strip()).endswith("belong to nothing: 0"):
        assert time.monotonic() < deadline, told
        time.sleep(0.5)


def test_aliases_move_and_versions_go_while_somebody_reads(server):
    user = server.user()
    logger = Logger(user.api, user.name, "moving")
    writer = ArtifactWriter(logger, "moving", 5)
    logger.log("moving", {"first": b"first"})
    writer.start()
    reader, whole, stop = Reader(user.api, user.name, "moving"), [], threading.Event()
    failures = []

    def read():
        try:
            while not stop.is_set():
                if reader.files("moving:latest") is not None:
                    whole.append(1)
        except BaseException as failure:
            failures.append(failure)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for thread in readers:
        thread.start()
    deleted = 0
    while deleted < 12:
        for artifact in list(versions(user, "moving", "moving"))[-3:-1]:
            user.api.query(DELETE, id=artifact)
            deleted += 1
        time.sleep(0.1)
    writer.stopping.set()
    writer.join(timeout=60)
    stop.set()
    for thread in readers:
        thread.join(timeout=60)
    assert not failures and writer.failure is None, (failures, writer.failure)
    assert whole, "nothing was read whole"
    assert reader.files("moving:latest") == list(writer.promised.values())[-1]


URLS = """query U($entity: String!, $name: String!) { project(entityName: $entity, name: "going") {
  artifact(name: $name) { id files(first: 1) { edges { node { directUrl } } } } } }"""


def test_a_download_that_has_begun_ends_well_when_its_version_is_deleted(server):
    user = server.user()
    logger, content = Logger(user.api, user.name, "going"), os.urandom(24 << 20)
    logger.log("going", {"whole": content})
    logger.log("in-parts", {"parts": content[1:]}, parts=4)
    for name, expected in [("going:v0", content), ("in-parts:v0", content[1:])]:
        found = user.api.query(URLS, entity=user.name, name=name)["project"]["artifact"]
        (edge,) = found["files"]["edges"]
        with urllib.request.urlopen(edge["node"]["directUrl"], timeout=60) as answer:
            first = answer.read(1 << 20)
            user.api.query(
                DELETE,
                id=found["id"],
            )
            deadline = time.monotonic() + 60
            while server.sql(f"SELECT 1 FROM object WHERE bytes = {len(expected)}"):
                assert time.monotonic() < deadline, "nothing was collected"
                time.sleep(0.2)
            assert first + answer.read() == expected, name
        again = user.api.request("GET", edge["node"]["directUrl"])
        assert again.status == 404 and b"{" in again.body, again


def test_a_full_disk_is_said_and_nothing_is_lost(new_server, tmp_path, database):
    if database != "sqlite" or os.geteuid() != 0:
        pytest.skip("a small disk for one server is mounted by root, and PostgreSQL keeps its own")
    server = new_server()
    user = server.user()
    logger = Logger(user.api, user.name, "full")
    logger.log("kept", {"a": b"kept"})
    assert server.stop() == 0
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", small], check=True)
    try:
        subprocess.run(["cp", "-a", f"{server.data}/.", small], check=True)
        server.data = small
        server.start()
        files = {f"big-{n}": os.urandom(3 << 20) for n in range(8)}
        contents = {name: {"digest": b64(md5(content)), "size": len(content)} for name, content in files.items()}
        artifact = logger.create("big", manifest_digest(contents))["id"]
        refused = fill(logger, artifact, files)
        assert refused is not None and refused.status == 507, refused
        assert b"disk" in refused.body, refused.body
        # Metrics too: refused until there is room, none lost, none doubled.
        rows = [f'{{"_step":{step},"noise":"{os.urandom(4000).hex()}"}}' for step in range(100)]
        user.api.upsert(entityName=user.name, modelName="full", name="r", config="{}")
        subprocess.run(["dd", "if=/dev/zero", f"of={small}/ballast"], check=False, capture_output=True)
        body = {"files": {"wandb-history.jsonl": {"offset": 0, "content": rows}}}
        answer = user.api.stream(user.name, "full", "r", body)
        assert answer.status == 507 and b"disk" in answer.body, answer
        reader = Reader(user.api, user.name, "full")
        assert reader.files("kept:latest") == {"a": b"kept"}
        assert reader.files("big:latest") is None
        # Room again: the same goes on and ends well.
        subprocess.run(["mount", "-o", "remount,size=80m", small], check=True)
        assert user.api.stream(user.name, "full", "r", body).status == 200
        assert user.api.run(user.name, "full", "r").raw["historyLineCount"] == 100
        assert logger.log("big", files) and reader.files("big:latest") == files
        assert server.stop() == 0
        server.cli("verify")
    finally:
        server.stop()
        subprocess.run(["umount", "-l", small], check=True)


def fill(logger, artifact, files):
    """Sends files until one is refused; that answer."""
    query = """mutation F($input: CreateArtifactFilesInput!) { createArtifactFiles(input: $input) {
      files { edges { node { uploadUrl } } } } }"""
    for name, content in files.items():
        spec = {"artifactID": artifact, "name": name, "md5": b64(md5(content))}
        answer = logger.api.graphql(query, input={"storageLayout": "V2", "artifactFiles": [spec]})
        if answer.status != 200:
            return answer
        (edge,) = answer.json["data"]["createArtifactFiles"]["files"]["edges"]
        answer = logger.api.request("PUT", edge["node"]["uploadUrl"], content)
        if answer.status != 200:
            return answer
    return None


@pytest.mark.parametrize(
    "name",
    ["../up", "a/../../up", "/etc/passwd", "d/" * 1_000_000 + "deep", "a\\..\\up"],
    ids=["up", "through", "absolute", "a-million-levels", "backslashes"],
)
def test_entries_that_lead_elsewhere_are_refused(server, name):
    user = server.user()
    logger = Logger(user.api, user.name, "lies")
    contents = {name: {"digest": b64(md5(b"x")), "size": 1}}
    artifact = logger.create("lies", manifest_digest(contents))["id"]
    logger.upload(artifact, {"x": b"x"}, 1)
    with pytest.raises(Refused) as refused:
        logger.manifest(artifact, contents)
        logger.ask("mutation K($id: ID!) { commitArtifact(input: {artifactID: $id}) { artifact { id } } }", id=artifact)
    assert str(refused.value).startswith("400"), refused.value
    assert versions(user, "lies", "lies") == {}
