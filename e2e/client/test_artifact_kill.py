"""The client and its service are killed with kill -9 at every step of logging an artifact; the script runs again."""

import contextlib
import os
import random
import signal
from pathlib import Path

import pytest
from harness.artifacts import Reader
from harness.databases import kinds
from harness.relay import Relay
from harness.training import Trainer, run_id

#: Kills, all databases together; each has a seed.
KILLS = int(os.environ.get("RUNSTEAD_CLIENT_KILLS", "12"))

#: Steps of the write path, and when in it; the files and the manifest are uploaded with PUT.
MOMENTS = [
    ("createArtifact", "before"),
    ("createArtifact", "after"),
    ("createArtifactFiles", "before"),
    ("createArtifactFiles", "after"),
    ("PUT", "amid"),
    ("PUT", "after"),
    ("createArtifactManifest", "before"),
    ("createArtifactManifest", "after"),
    ("PUT", "before"),
    ("commitArtifact", "before"),
    ("commitArtifact", "amid"),
    ("commitArtifact", "after"),
]

VERSIONS = """query V($entity: String!) { project(entityName: $entity, name: "vision") { artifactType(name: "model") {
  artifactCollection(name: "model") { artifacts(first: 1000) { edges { node { versionIndex state
    aliases { alias } } } } } } } }"""


@pytest.mark.timeout(1200)
def test_a_killed_client_leaves_nothing_half(client, database, new_server, tmp_path):
    relay = Relay()
    server = new_server(options=("--base-url", relay.url))
    relay.target = server.url
    trainer = Trainer(client, server, server.user(), tmp_path, extra={"WANDB_BASE_URL": relay.url})
    reader, promised = Reader(trainer.user.api, trainer.user.name, "vision"), []
    drafts = 0
    for seed in range(KILLS)[kinds().index(database) :: len(kinds())]:
        step, moment = MOMENTS[seed % len(MOMENTS)]
        nth = random.Random(seed).randint(1, 8) if step == "PUT" else 1
        relay.arm(step, moment, nth, lambda: kill(trainer))
        process = trainer.start("artifact_steps", run_id(), {"seed": seed})
        assert relay.hit.wait(90), f"never came to {step}"
        process.communicate(timeout=30)
        assert process.returncode == -signal.SIGKILL
        drafts += len(server.sql("SELECT id FROM artifact WHERE state = 'PENDING'"))
        check(reader, trainer, promised, f"killed {moment} {step}")

        version = trainer.train("artifact_steps", run_id(), {"seed": seed}).succeeded().result
        folder = trainer.work / "model"
        promised.append({str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()})
        assert version == f"v{len(promised) - 1}", f"killed {moment} {step}"
        check(reader, trainer, promised, f"again after {moment} {step}")
    assert server.stop() == 0
    server.cli("verify")
    assert drafts > 0, "no kill left a draft"
    server.start()
    server.collected()
    check(reader, trainer, promised, "cleared")


def kill(trainer):
    """kill -9 of everything that this trainer has started: the client's service has a session of its own."""
    home = f"HOME={trainer.home}".encode()
    for process in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if process.name.isdigit() and home in (process / "environ").read_bytes().split(b"\0"):
                os.kill(int(process.name), signal.SIGKILL)


def check(reader, trainer, promised, when):
    """Each committed version is there whole, once, with its number; the newest has the aliases."""
    found = trainer.user.api.query(VERSIONS, entity=trainer.user.name)["project"]
    collection = found and found["artifactType"] and found["artifactType"]["artifactCollection"]
    nodes = [edge["node"] for edge in collection["artifacts"]["edges"]] if collection else []
    there = {node["versionIndex"]: node for node in nodes if node["state"] == "COMMITTED"}
    # One more: it was committed, and nobody was left to be told.
    assert sorted(there) == list(range(len(there))) and 0 <= len(there) - len(promised) <= 1, when
    for number, node in there.items():
        files = reader.files(f"model:v{number}")
        assert files, f"{when}: v{number}"
        assert number >= len(promised) or files == promised[number], f"{when}: v{number}"
        aliases = {alias["alias"] for alias in node["aliases"]} & {"latest", "best"}
        assert aliases == ({"latest", "best"} if number == len(there) - 1 else set()), f"{when}: v{number}"
