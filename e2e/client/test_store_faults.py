"""An object store that fails: nothing wrong is committed or read, what fails is said, and nothing stays for ever."""

import contextlib
import json
import os
import secrets
import sqlite3
import time

import pytest
from harness.artifacts import ArtifactWriter, Logger, Reader, b64, manifest_digest, md5
from harness.flaky_store import FAULTS, FlakyStore
from harness.server import Server

pytestmark = pytest.mark.skipif("RUNSTEAD_TEST_S3_URL" not in os.environ, reason="tools/s3 starts the store")

FILES = """mutation F($input: CreateArtifactFilesInput!) { createArtifactFiles(input: $input) {
  files { edges { node { uploadUrl } } } } }"""


class StoredElsewhere(Server):
    """A server whose blobs are in the store, in a folder of their own."""

    def __init__(self, folder, database, store):
        super().__init__(folder, database)
        self.store = store
        self.bucket = f"{os.environ['RUNSTEAD_TEST_S3_URL'].rstrip('/')}/{secrets.token_hex(6)}"

    def environment(self):
        named = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_ALLOW_HTTP")
        more = {name: os.environ[name] for name in named}
        more |= {"AWS_ENDPOINT_URL": self.store.url, "RUNSTEAD_STORAGE_URL": self.bucket, "AWS_READ_TIMEOUT": "2s"}
        return super().environment() | more


@pytest.fixture
def store():
    store = FlakyStore()
    yield store
    store.stop()


@pytest.fixture
def server(database, tmp_path, store):
    server = StoredElsewhere(tmp_path / "server", database, store).start()
    yield server
    store.heal()
    server.stop()


def whole(user, project, promised):
    """Every version that was promised is there, byte by byte."""
    reader = Reader(user.api, user.name, project)
    found = [reader.files(f"c:v{number}") for number in range(len(promised))]
    assert sorted(map(repr, found)) == sorted(map(repr, promised))


def cleared(server):
    """Nothing is left that belongs to nothing, once its time has come."""
    if server.database != "sqlite":
        return
    assert server.stop() == 0
    with contextlib.closing(sqlite3.connect(server.data / "runstead.db")) as database:
        database.execute("UPDATE job SET due_at = 0 WHERE kind IN ('discard', 'collect')")
        database.commit()
    server.start()
    deadline = time.monotonic() + 60
    while not (told := server.cli("verify").stdout.strip()).endswith("belong to nothing: 0"):
        assert time.monotonic() < deadline, told
        time.sleep(0.5)


def test_a_store_that_fails_now_and_then_costs_time_and_nothing_else(server, store):
    user = server.user()
    writers = [ArtifactWriter(Logger(user.api, user.name, "p"), "c", seed) for seed in range(2)]
    user.api.upsert(entityName=user.name, modelName="p", name="r", config="{}")
    store.fail(0.2, *(fault for fault in FAULTS if fault != "hang"))
    for writer in writers:
        writer.start()
    time.sleep(12)
    # A long one, which goes in parts.
    logger = Logger(user.api, user.name, "p")
    long = {"long": os.urandom(20 << 20), "parts": os.urandom(3 << 20)}
    logger.log("long", {"long": long["long"]})
    logger.log("parts", {"parts": long["parts"]}, parts=3)
    for writer in writers:
        writer.stopping.set()
    for writer in writers:
        writer.join(timeout=120)
        assert not writer.is_alive() and writer.failure is None, writer.failure
    assert {fault for _, fault in store.happened} >= {"error", "away", "slow", "cut", "lost"}, store.happened
    store.heal()
    promised = [files for writer in writers for files in writer.promised.values()]
    assert promised
    whole(user, "p", promised)
    reader = Reader(user.api, user.name, "p")
    assert reader.files("long:v0") == {"long": long["long"]}
    assert reader.files("parts:v0") == {"parts": long["parts"]}
    server.cli("verify")
    cleared(server)
    whole(user, "p", promised)


def test_a_store_that_is_away_is_said_and_what_was_begun_goes_on_later(server, store):
    user = server.user()
    logger = Logger(user.api, user.name, "p")
    logger.log("c", {"kept": b"kept"})
    for kind in ("away", "cut", "hang"):
        content = os.urandom(1000)
        contents = {"a": {"digest": b64(md5(content)), "size": 1000}}
        artifact = logger.create("c", manifest_digest(contents))["id"]
        spec = {"artifactID": artifact, "name": "a", "md5": b64(md5(content))}
        answer = user.api.graphql(FILES, input={"storageLayout": "V2", "artifactFiles": [spec]})
        (edge,) = answer.json["data"]["createArtifactFiles"]["files"]["edges"]
        store.fail(1, kind)
        began = time.monotonic()
        answer = user.api.request("PUT", edge["node"]["uploadUrl"], content)
        assert answer.status == 503 and answer.headers.get("Retry-After", answer.headers.get("retry-after")), kind
        assert json.loads(answer.body)["error"] and time.monotonic() - began < 70
        read = user.api.request("GET", address(user, "c:v0"))
        assert read.status == 503, (kind, read.status)
        store.heal()
        assert user.api.request("PUT", edge["node"]["uploadUrl"], content).status == 200
        logger.manifest(artifact, contents)
        logger.ask("mutation K($id: ID!) { commitArtifact(input: {artifactID: $id}) { artifact { id } } }", id=artifact)
        assert Reader(user.api, user.name, "p").files("c:latest") == {"a": content}
    cleared(server)


def address(user, name):
    query = """query A($entity: String!, $project: String!, $name: String!) {
      project(entityName: $entity, name: $project) { artifact(name: $name) {
        files(first: 1) { edges { node { directUrl } } } } } }"""
    found = user.api.query(query, entity=user.name, project="p", name=name)
    (edge,) = found["project"]["artifact"]["files"]["edges"]
    return edge["node"]["directUrl"]


def test_a_download_that_the_store_cuts_short_is_never_taken_for_whole(server, store):
    user = server.user()
    content = os.urandom(6 << 20)
    Logger(user.api, user.name, "p").log("c", {"a": content})
    url = address(user, "c:v0")
    # Now and then: the server asks for the rest itself.
    store.fail(0.4, "short", methods=("GET",))
    for _ in range(5):
        with contextlib.suppress(OSError):
            answer = user.api.request("GET", url)
            assert answer.status != 200 or answer.body == content
    assert store.happened["GET", "short"] > 0
    # Always: there is an answer, and it is not whole, or none.
    store.fail(1, "short", methods=("GET",))
    try:
        answer = user.api.request("GET", url, timeout=100)
        assert answer.status >= 500
    except Exception as broken:  # urllib has several names for an answer that breaks off.
        assert "Incomplete" in repr(broken) or isinstance(broken, OSError), broken
    store.heal()
    assert user.api.request("GET", url).body == content


def test_what_is_deleted_goes_also_when_the_store_refuses_at_first(server, store):
    user = server.user()
    logger = Logger(user.api, user.name, "p")
    artifact = logger.log("c", {"a": os.urandom(1000), "b": os.urandom(400_000)})
    kept = logger.log("c", {"a": b"kept"})
    store.fail(1, "away", methods=("DELETE", "POST"))
    delete = (
        "mutation D($id: ID!) { deleteArtifact(input: {artifactID: $id, deleteAliases: true}) { artifact { id } } }"
    )
    user.api.query(delete, id=artifact)
    time.sleep(3)
    store.heal()
    assert kept and Reader(user.api, user.name, "p").files("c:v1") == {"a": b"kept"}
    cleared(server)
    assert Reader(user.api, user.name, "p").files("c:v1") == {"a": b"kept"}


def test_history_is_whole_when_compaction_meets_faults(server, store):
    user = server.user()
    user.api.upsert(entityName=user.name, modelName="p", name="r", config="{}")
    store.fail(0.5, "error", "cut", "lost", "slow")
    for batch in range(20):
        lines = [json.dumps({"_step": step, "x": step}) for step in range(batch * 500, batch * 500 + 500)]
        body = {"files": {"wandb-history.jsonl": {"offset": batch * 500, "content": lines}}}
        assert user.api.stream(user.name, "p", "r", body).status == 200
    ended = {"files": {}, "complete": True, "exitcode": 0}
    assert user.api.stream(user.name, "p", "r", ended).status == 200
    deadline = time.monotonic() + 60
    while ("PUT", "error") not in store.happened and ("PUT", "cut") not in store.happened:
        assert time.monotonic() < deadline, store.happened
        time.sleep(0.2)
    time.sleep(5)
    store.heal()
    assert user.api.run(user.name, "p", "r").raw["historyLineCount"] == 10_000
    server.cli("verify")
    table = user.api.request("GET", f"/api/export/{user.name}/p/history.csv?keys=x")
    rows = [line.split(",")[1:] for line in table.body.decode().splitlines()[1:]]
    assert rows == [[str(step), str(step)] for step in range(10_000)]


def test_verify_finds_what_the_store_changed_and_export_has_every_version(server, store):
    user = server.user()
    logger = Logger(user.api, user.name, "p")
    files = {"a/b.txt": b"same", "large": os.urandom(300_000)}
    logger.log("c", files)
    logger.log("c", files | {"more": b"new"})
    server.cli("verify")
    folder = server.folder / "export"
    assert "2 versions" in server.cli("export", f"{user.name}/p", str(folder)).stdout
    for version, expected in enumerate([files, files | {"more": b"new"}]):
        here = folder / "artifacts" / "c" / f"v{version}"
        about = json.loads((here / "artifact.json").read_text())
        assert (about["version"], about["files"]) == (version, len(expected))
        assert {name: (here / "files" / name).read_bytes() for name in expected} == expected
    store.fail(1, "wrong", methods=("GET",))
    told = server.cli("verify", check=False)
    assert told.returncode != 0 and f"{user.name}/p/c: large" in told.stdout + told.stderr, told
    store.heal()
    server.cli("verify")
