"""Artifacts when things go wrong: kills, full disks, two writers at once, deletion while somebody reads, and lies."""

import os
import random
import subprocess
import threading
import time
import urllib.request

import pytest
from harness.artifacts import DELETE, ArtifactWriter, Deleter, Logger, Reader, Refused, b64, manifest_digest, md5
from harness.bucket import Bucket

#: Kills of the server on each database and with each store; two together make at least 50.
KILLS = int(os.environ.get("RUNSTEAD_KILLS", "26"))

VERSIONS = """query V($entity: String!, $project: String!, $type: String!, $name: String!) {
  project(entityName: $entity, name: $project) { artifactType(name: $type) { artifactCollection(name: $name) {
    artifacts(first: 1000) { edges { node { id versionIndex state } } } } } } }"""


def versions(user, project, collection):
    """Numbers of the versions that are there, by id."""
    found = user.api.query(VERSIONS, entity=user.name, project=project, type="data", name=collection)
    edges = found["project"]["artifactType"]["artifactCollection"]["artifacts"]["edges"]
    return {edge["node"]["id"]: edge["node"]["versionIndex"] for edge in edges if edge["node"]["state"] == "COMMITTED"}


@pytest.mark.parametrize("place", ["directory", "bucket"])
def test_what_was_committed_is_there_whole_after_kills(new_server, place):
    server = new_server(storage=Bucket().url if place == "bucket" else None)
    user = server.user()
    user.api.upsert(entityName=user.name, modelName="kill", name="r", config="{}")
    # Two write the same collection, and versions of another one are deleted meanwhile.
    writers = [
        ArtifactWriter(Logger(user.api, user.name, "kill"), collection, seed)
        for seed, collection in enumerate(["alone", "shared", "shared"])
    ]
    deleter = Deleter(ArtifactWriter(Logger(user.api, user.name, "kill"), "going", 3), 6 * KILLS)
    for thread in (*writers, deleter):
        thread.start()
    chance = random.Random(11)
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.02, 0.8))
        server.kill()
        server.start()
    for thread in (*writers, deleter):
        thread.stopping.set()
    for thread in (*writers, deleter):
        thread.join(timeout=120)
        assert not thread.is_alive() and thread.failure is None, thread.failure
    assert all(writer.promised for writer in writers) and deleter.deleted
    for threads in (writers, [deleter]):
        assert sum(thread.logger.retries for thread in threads) > 0, "no request was in flight at any kill"

    whole_after_kills(user, writers, deleter)
    assert server.stop() == 0
    server.cli("verify")
    # What nothing names is removed when its time has come, what was deleted too.
    server.start()
    server.collected()
    assert not server.sql(NEEDLESS), "bytes stay that no version lists"
    whole_after_kills(user, writers, deleter)


#: Objects of projects that no version lists, and objects that no project has.
NEEDLESS = """SELECT p.id FROM project_object p
  WHERE NOT EXISTS (SELECT 1 FROM artifact_entry e WHERE e.object_id = p.id)
  UNION SELECT o.id FROM object o WHERE NOT EXISTS (SELECT 1 FROM project_object p WHERE p.object_id = o.id)"""


def whole_after_kills(user, writers, deleter):
    reader = Reader(user.api, user.name, "kill")
    for collection in ("alone", "shared", "going"):
        there = versions(user, "kill", collection)
        everyone = [who for who in (*writers, deleter) if who.collection == collection]
        promised = {id: files for who in everyone for id, files in who.promised.items()}
        assert promised.keys() - deleter.asked <= there.keys() and not deleter.deleted & there.keys()
        # Each number once; the last kill may have left a version that nobody was told of.
        numbers = sorted(there.values())
        assert numbers == (sorted(set(numbers)) if collection == "going" else list(range(len(there))))
        for artifact, number in there.items():
            files = reader.files(f"{collection}:v{number}")
            assert files is not None and files == promised.get(artifact, files), f"{collection}:v{number}"


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
