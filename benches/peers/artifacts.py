"""Artifacts: many small files, one large, a manifest of a million entries; beside mlflow's artifact store."""

import hashlib
import json
import os
import shutil
import time
import urllib.request
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import systems
from process import PRIORITY, peak
from reach import Asked

# Megabytes of the large file. The goal says 5,000; it takes four times that on disk, with the client's copies.
LARGE = int(os.environ.get("RUNSTEAD_BENCH_LARGE_MB", "5000"))
FILES = """{ project(entityName: "bench", name: "artifacts") { artifact(name: "manifest:v0") {
    files(first: 50) { edges { node { name sizeBytes } } } } } }"""


# The same on an S3 server, whose parts in memory are many times as large there.
S3_LARGE = int(os.environ.get("RUNSTEAD_BENCH_S3_MB", "1000"))
CREATE = """mutation C($input: CreateArtifactInput!) { createArtifact(input: $input) { artifact { id } } }"""
MANIFEST = """mutation M($input: CreateArtifactManifestInput!) { createArtifactManifest(input: $input) {
    artifactManifest { file { uploadUrl } } } }"""
COMMIT = """mutation K($id: ID!) { commitArtifact(input: {artifactID: $id}) { artifact { state } } }"""


def files(folder: Path, count: int) -> Path:
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"file-{number:05}.bin").write_bytes(os.urandom(10_000))
    return folder


def copied(source: Path, target: Path) -> float:
    """Seconds to copy with MD5 and fsync, as hurried as what it is compared with."""
    if PRIORITY:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(20))
    begun, digest = time.monotonic(), hashlib.md5()
    with source.open("rb") as read, target.open("wb") as write:
        while part := read.read(1 << 20):
            digest.update(part)
            write.write(part)
        write.flush()
        os.fsync(write.fileno())
    seconds = time.monotonic() - begun
    if PRIORITY:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    target.unlink()
    return seconds


def small(folder: Path, say: Callable) -> None:
    source, ours = files(folder / "files", 10_000), systems.runstead(folder / "runstead")
    answer = ours.client("artifact", folder=str(source), name="small")
    note = f"{answer['seconds']:.1f} s in all by the client"
    say("upload, 10,000 files of 10 kB", "server ≤ 5 CPU-s", answer["cpu"], 5, "CPU-s", note)
    answer = ours.client("download", name="bench/artifacts/small:v0", folder=str(folder / "down"))
    note = f"{answer['seconds']:.1f} s by the client"
    say("download of the same", "–", answer["cpu"], None, "CPU-s", note)
    ours.stop()
    shutil.rmtree(source)
    source, theirs = files(folder / "fewer", 500), systems.mlflow(folder / "mlflow")
    answer = theirs.client("artifact", folder=str(source), name="small")
    note = f"500 files in {answer['seconds']:.1f} s by its client, {answer['cpu']:.1f} CPU-s; no digests, no versions"
    say("mlflow: 10,000 such files, reckoned from 500", "–", answer["cpu"] * 20, None, "CPU-s", note)
    theirs.stop()


def large(folder: Path, say: Callable) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "large.bin"
    with source.open("wb") as file:
        for _ in range(LARGE):
            file.write(os.urandom(1_000_000))
    floor = min(copied(source, folder / "copy") for _ in range(3))
    ours = systems.runstead(folder / "runstead")
    answer = ours.client("artifact", folder=str(source), name="large")
    share = 100 * floor / answer["result"]
    note = f"{answer['result']:.1f} s; copying with fsync and MD5 {floor:.1f} s; server {answer['cpu']:.1f} CPU-s"
    say(f"one file of {LARGE:,} MB, upload", "≥ 80 % of copying", share, 80, "% of its speed", note, most=False)
    say("the same: memory", "flat", peak(ours.server.id), 200, "MB at most", "")
    ours.stop()
    shutil.rmtree(folder / "runstead")
    theirs = systems.mlflow(folder / "mlflow")
    answer = theirs.client("artifact", folder=str(source), name="large")
    share = 100 * floor / answer["seconds"]
    say(
        f"mlflow: one file of {LARGE:,} MB",
        "–",
        share,
        None,
        "% of its speed",
        f"{answer['seconds']:.1f} s; {answer['cpu']:.1f} CPU-s",
    )
    theirs.stop()
    source.unlink()


def commit(ours: systems.System, entries: int) -> float:
    """Seconds until a commit is answered whose manifest, of as many references, has come before."""
    paths = [f"part-{entry // 1000:04}/file-{entry:07}.bin" for entry in range(entries)]
    contents = {
        path: {"digest": f"{entry:032x}", "ref": f"gs://bucket/{path}", "size": 2}
        for entry, path in enumerate(paths, 1)
    }
    lines = "".join(f"{path}:{entry['digest']}\n" for path, entry in contents.items())
    policy = {"storagePolicy": "wandb-storage-policy-v1", "storagePolicyConfig": {"storageLayout": "V2"}}
    body = json.dumps({"version": 1, **policy, "contents": contents}).encode()

    def ask(query: str, **variables: object) -> dict:
        return json.loads(ours.ask("/graphql", {"query": query, "variables": variables}))["data"]

    place = {"entityName": "bench", "projectName": "artifacts"}
    digest = hashlib.md5(b"wandb-artifact-manifest-v1\n" + lines.encode()).hexdigest()
    named = {"artifactTypeName": "dataset", "artifactCollectionName": "alone", "digestAlgorithm": "MANIFEST_MD5"}
    artifact = ask(CREATE, input={**place, **named, "digest": digest})["createArtifact"]["artifact"]["id"]
    told = {"name": "wandb_manifest.json", "digest": b64encode(hashlib.md5(body).digest()).decode(), "type": "FULL"}
    made = ask(MANIFEST, input={**place, **told, "artifactID": artifact, "runName": ""})
    address = made["createArtifactManifest"]["artifactManifest"]["file"]["uploadUrl"]
    urllib.request.urlopen(urllib.request.Request(address, body, method="PUT"), timeout=120).read()
    begun = time.monotonic()
    state = ask(COMMIT, id=artifact)["commitArtifact"]["artifact"]["state"]
    seconds = time.monotonic() - begun
    if state != "COMMITTED":
        raise RuntimeError(f"the artifact is {state}")
    return seconds


def manifest(folder: Path, say: Callable) -> None:
    for entries in (10_000, 100_000, 1_000_000):
        ours = systems.runstead(folder / str(entries))
        answer = ours.client("manifest", entries=entries)
        note = f"with all that the client does, {answer['cpu']:.1f} CPU-s of the server"
        say(f"manifest of {entries:,} entries, by the client", "–", answer["result"], None, "s", note)
        say("the same: the commit alone", "≤ 20 s", commit(ours, entries), 20, "s", "until it is answered")
        say("the same: memory", "< 500 MB", peak(ours.server.id), 500, "MB at most", "")
        times = Asked(ours).times("/graphql", {"query": FILES}, 9)
        say("the same: first page of files", "≤ 50 ms", times[4], 50, "ms", "median")
        ours.stop()
        shutil.rmtree(folder / str(entries))


def sent(source: Path, bucket: str) -> float:
    """Seconds to send a file to the S3 server itself."""
    address = f"{os.environ['AWS_ENDPOINT_URL']}/{bucket.removeprefix('s3://')}/copy"
    signed = ["--aws-sigv4", f"aws:amz:{os.environ['AWS_REGION']}:s3", "-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD"]
    user = f"{os.environ['AWS_ACCESS_KEY_ID']}:{os.environ['AWS_SECRET_ACCESS_KEY']}"
    begun = time.monotonic()
    systems.outside(["curl", "--silent", "--fail", *signed, "--user", user, "-T", str(source), address], {})
    return time.monotonic() - begun


def s3(folder: Path, say: Callable) -> None:
    """With `tools/s3 tools/bench artifacts.s3`."""
    bucket = os.environ.get("RUNSTEAD_TEST_S3_URL")
    if not bucket:
        return
    source, ours = files(folder / "files", 10_000), systems.runstead(folder / "runstead", storage=f"{bucket}/bench")
    answer = ours.client("artifact", folder=str(source), name="small")
    note = f"{answer['seconds']:.1f} s in all by the client"
    say("S3: upload, 10,000 files of 10 kB", "–", answer["cpu"], None, "CPU-s of the server", note)
    shutil.rmtree(source)
    source = folder / "large.bin"
    with source.open("wb") as file:
        for _ in range(S3_LARGE):
            file.write(os.urandom(1_000_000))
    floor = min(sent(source, bucket) for _ in range(3))
    answer = ours.client("artifact", folder=str(source), name="large")
    note = f"{answer['result']:.1f} s; sending it to the S3 server itself {floor:.1f} s; {answer['cpu']:.1f} CPU-s"
    share = 100 * floor / answer["result"]
    say(f"S3: one file of {S3_LARGE:,} MB, upload", "–", share, None, "% of the speed without us", note)
    say("the same: memory", "flat", peak(ours.server.id), None, "MB at most", "")
    ours.stop()
    source.unlink()


PARTS = (small, large, manifest, s3)
