"""Artifacts by raw requests, as the client makes them: the same again until the server takes it."""

import base64
import hashlib
import http.client
import json
import random
import threading
import time
from typing import Any

from .api import Answer, Api

CREATE = """mutation C($input: CreateArtifactInput!) { createArtifact(input: $input) { artifact { id state } } }"""
MANIFEST = """mutation M($input: CreateArtifactManifestInput!) { createArtifactManifest(input: $input) {
  artifactManifest { id file { uploadUrl uploadHeaders } } } }"""
FILES = """mutation F($input: CreateArtifactFilesInput!) { createArtifactFiles(input: $input) { files { edges { node {
  storagePath uploadUrl uploadHeaders
  uploadMultipartUrls { uploadID uploadUrlParts { partNumber uploadUrl } } } } } } }"""
COMPLETE = """mutation P($input: CompleteMultipartUploadArtifactInput!) {
  completeMultipartUploadArtifact(input: $input) { digest } }"""
DELETE = "mutation D($id: ID!) { deleteArtifact(input: {artifactID: $id, deleteAliases: true}) { artifact { id } } }"
COMMIT = """mutation K($id: ID!) { commitArtifact(input: {artifactID: $id}) { artifact { id digest } } }"""
READ = """query R($entity: String!, $project: String!, $name: String!) {
  project(entityName: $entity, name: $project) { artifact(name: $name) {
    id digest state versionIndex currentManifest { file { directUrl } } } } }"""


class Refused(Exception):
    """The server said no, and would again."""


def md5(content: bytes) -> bytes:
    return hashlib.md5(content).digest()


def b64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def manifest_digest(contents: dict[str, dict]) -> str:
    """What the client calls an artifact's digest."""
    lines = "".join(f"{name}:{entry['digest']}\n" for name, entry in sorted(contents.items()))
    return hashlib.md5(b"wandb-artifact-manifest-v1\n" + lines.encode()).hexdigest()


class Logger:
    """Logs artifacts into one project."""

    def __init__(self, api: Api, entity: str, project: str):
        self.api, self.entity, self.project = api, entity, project
        self.retries = 0
        #: Gives up when set; whatever was promised until then stays promised.
        self.stopping = threading.Event()

    def insist(self, method: str, path: str, body: bytes, **headers: str) -> Answer:
        """The same request until it is taken or refused, as the client does."""
        while True:
            try:
                answer = self.api.request(method, path, body, timeout=30, **headers)
                if answer.status < 500 and answer.status != 429:
                    if answer.status >= 400:
                        raise Refused(f"{answer.status}: {answer.body[:500]!r}")
                    return answer
            except (OSError, http.client.HTTPException):
                pass
            self.retries += 1
            time.sleep(0.05)

    def ask(self, query: str, **variables: Any) -> Any:
        answer = self.insist("POST", "/graphql", json.dumps({"query": query, "variables": variables}).encode())
        if answer.errors:
            raise Refused(str(answer.errors))
        return answer.json["data"]

    def put(self, url: str, content: bytes, headers: list[str] | None = None) -> Answer:
        named = dict(line.split(":", 1) for line in headers or [])
        return self.insist("PUT", url, content, **{name.replace("-", "_"): value for name, value in named.items()})

    def log(self, collection: str, files: dict[str, bytes], parts: int = 1, client_id: str = "") -> str:
        """A version with these files is committed when this returns its id; `parts` of each file are sent apart."""
        contents = {name: {"digest": b64(md5(content)), "size": len(content)} for name, content in files.items()}
        artifact = self.create(collection, manifest_digest(contents), client_id)
        if artifact["state"] == "COMMITTED":
            return artifact["id"]
        self.upload(artifact["id"], files, parts)
        self.manifest(artifact["id"], contents)
        self.ask(COMMIT, id=artifact["id"])
        return artifact["id"]

    def create(self, collection: str, digest: str, client_id: str = "") -> dict:
        made = self.ask(
            CREATE,
            input={
                "entityName": self.entity,
                "projectName": self.project,
                "artifactTypeName": "data",
                "artifactCollectionName": collection,
                "digest": digest,
                "digestAlgorithm": "MANIFEST_MD5",
                "aliases": [{"artifactCollectionName": collection, "alias": "latest"}],
                "clientID": client_id or None,
                "enableDigestDeduplication": True,
            },
        )
        return made["createArtifact"]["artifact"]

    def upload(self, artifact: str, files: dict[str, bytes], parts: int) -> None:
        specs, cut = [], {}
        for name, content in files.items():
            spec = {"artifactID": artifact, "name": name, "md5": b64(md5(content))}
            if parts > 1:
                size = -(-len(content) // parts)
                cut[name] = [content[at : at + size] for at in range(0, len(content), size)]
                spec["uploadPartsInput"] = [
                    {"partNumber": n, "hexMD5": md5(part).hex()} for n, part in enumerate(cut[name], 1)
                ]
            specs.append(spec)
        answer = self.ask(FILES, input={"storageLayout": "V2", "artifactFiles": specs})
        for spec, edge in zip(specs, answer["createArtifactFiles"]["files"]["edges"], strict=True):
            node = edge["node"]
            if node["uploadMultipartUrls"]:
                self.send_parts(artifact, node, cut[spec["name"]])
            elif node["uploadUrl"]:
                self.put(node["uploadUrl"], files[spec["name"]], node["uploadHeaders"])

    def send_parts(self, artifact: str, node: dict, parts: list[bytes]) -> None:
        told = []
        for url in node["uploadMultipartUrls"]["uploadUrlParts"]:
            part = parts[url["partNumber"] - 1]
            answer = self.put(url["uploadUrl"], part, [f"Content-MD5:{b64(md5(part))}"])
            tag = {name.lower(): value for name, value in answer.headers.items()}["etag"]
            told.append({"partNumber": url["partNumber"], "hexMD5": tag.strip('"')})
        self.ask(
            COMPLETE,
            input={
                "completeMultipartAction": "Complete",
                "completedParts": told,
                "artifactID": artifact,
                "storagePath": node["storagePath"],
                "uploadID": node["uploadMultipartUrls"]["uploadID"],
            },
        )

    def manifest(self, artifact: str, contents: dict[str, dict]) -> None:
        body = json.dumps(
            {
                "version": 1,
                "storagePolicy": "wandb-storage-policy-v1",
                "storagePolicyConfig": {"storageLayout": "V2"},
                "contents": contents,
            }
        ).encode()
        made = self.ask(
            MANIFEST,
            input={
                "artifactID": artifact,
                "name": "wandb_manifest.json",
                "digest": b64(md5(body)),
                "entityName": self.entity,
                "projectName": self.project,
                "runName": "",
                "type": "FULL",
            },
        )
        file = made["createArtifactManifest"]["artifactManifest"]["file"]
        self.put(file["uploadUrl"], body, file["uploadHeaders"])


class Reader:
    """Reads versions back and compares every byte with its digest."""

    def __init__(self, api: Api, entity: str, project: str):
        self.api, self.entity, self.project = api, entity, project

    def files(self, name: str) -> dict[str, bytes] | None:
        """The files of a version; None when it is not there (any more). A wrong byte is an AssertionError."""
        found = self.api.query(READ, entity=self.entity, project=self.project, name=name)["project"]["artifact"]
        if not found or not found["currentManifest"]:
            return None
        manifest = self.api.request("GET", found["currentManifest"]["file"]["directUrl"])
        if manifest.status == 404:
            return None
        contents = manifest.json["contents"]
        assert manifest_digest(contents) == found["digest"], name
        files = {}
        for path, entry in contents.items():
            digest = base64.b64decode(entry["digest"])
            answer = self.api.request(
                "GET",
                f"/artifactsV2/default/{self.entity}/{self.project}/{name.split(':')[0]}/"
                f"{found['id'].replace('=', '%3D')}//{digest.hex()}/{path.rsplit('/', 1)[-1]}",
            )
            if answer.status == 404:
                return None
            assert answer.status == 200, (path, answer.status, answer.body[:300])
            assert md5(answer.body) == digest and len(answer.body) == entry["size"], f"{name}/{path} is not what it was"
            files[path] = answer.body
        return files


class ArtifactWriter(threading.Thread):
    """Logs versions until told to stop: some of their files new, some of them everybody's, some sent in parts."""

    def __init__(self, logger: Logger, collection: str, seed: int):
        super().__init__(daemon=True)
        self.logger, self.collection = logger, collection
        self.random = random.Random(seed)
        self.seed = seed
        self.promised: dict[str, dict[str, bytes]] = {}
        self.failure: BaseException | None = None
        self.stopping = threading.Event()

    def version(self) -> dict[str, bytes]:
        shared = {f"shared-{n}": bytes([n]) * 5000 for n in range(self.random.randint(0, 4))}
        own = {f"of/{self.seed}/{n}": self.random.randbytes(self.random.choice([1, 700, 90_000])) for n in range(4)}
        return shared | own

    def run(self) -> None:
        try:
            while not self.stopping.is_set():
                files = self.version()
                artifact = self.logger.log(self.collection, files, parts=self.random.choice([1, 1, 3]))
                self.promised[artifact] = files
        except BaseException as failure:
            self.failure = failure


class Deleter(threading.Thread):
    """Deletes the versions of a collection, one after another, until told to stop."""

    def __init__(self, writer: ArtifactWriter, count: int):
        super().__init__(daemon=True)
        self.collection, self.logger = writer.collection, writer.logger
        #: What is there to be deleted.
        self.promised: dict[str, dict[str, bytes]] = {}
        while len(self.promised) < count:
            files = writer.version()
            self.promised[self.logger.log(self.collection, files)] = files
        #: What was asked for, and what was acknowledged.
        self.asked: set[str] = set()
        self.deleted: set[str] = set()
        self.failure: BaseException | None = None
        self.stopping = threading.Event()

    def run(self) -> None:
        try:
            for artifact in self.promised:
                if self.stopping.wait(0.05):
                    return
                self.asked.add(artifact)
                self.delete(artifact)
        except BaseException as failure:
            self.failure = failure

    def delete(self, artifact: str) -> None:
        try:
            self.logger.ask(DELETE, id=artifact)
        except Refused as refused:
            # It was deleted before a kill, and is asked for again.
            if not str(refused).startswith("404"):
                raise
        self.deleted.add(artifact)
