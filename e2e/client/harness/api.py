"""Plain HTTP against the server, without the client: what the tests compare with."""

import base64
import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class Answer:
    """Status, headers and body of one answer, whatever the status."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def errors(self) -> list[dict[str, Any]]:
        return self.json.get("errors") or []


class Api:
    """A user's key at a server."""

    def __init__(self, url: str, key: str | None):
        self.url = url
        self.key = key

    def request(self, method: str, path: str, body: bytes | None = None, timeout: float = 60, **headers: str) -> Answer:
        """One request; `path` may be absolute. Header names are written with underscores."""
        url = path if path.startswith("http") else self.url + path
        request = urllib.request.Request(url, data=body, method=method)
        if self.key is not None:
            credentials = base64.b64encode(f"api:{self.key}".encode()).decode()
            request.add_header("Authorization", f"Basic {credentials}")
        if body is not None:
            request.add_header("Content-Type", "application/json")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with NO_PROXY.open(request, timeout=timeout) as response:
                return Answer(response.status, dict(response.headers), response.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, dict(error.headers), error.read())

    def graphql(self, query: str, **variables: Any) -> Answer:
        """A GraphQL answer, errors and all."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        return self.request("POST", "/graphql", body)

    def query(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of a GraphQL answer that must be free of errors."""
        answer = self.graphql(query, **variables)
        assert answer.status == 200, f"{answer.status}: {answer.body[:2000]!r}"
        assert not answer.errors, answer.errors
        return answer.json["data"]

    def upsert(self, **fields: Any) -> dict[str, Any]:
        """Creates or changes a run as the client does."""
        document = """mutation UpsertBucket($input: UpsertBucketInput!) { upsertBucket(input: $input) {
            bucket { id name displayName historyLineCount project { id name entity { id name } } } inserted } }"""
        return self.query(document, input=fields)["upsertBucket"]

    def stream(self, entity: str, project: str, run: str, body: Any, **headers: str) -> Answer:
        """One file_stream request; `body` is JSON, or bytes as they are."""
        parts = "/".join(urllib.parse.quote(part, safe="") for part in (entity, project, run))
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.request("POST", f"/files/{parts}/file_stream", raw, **headers)

    def run(self, entity: str, project: str, name: str) -> "Run":
        """What the server has of a run that must exist."""
        found = self.find_run(entity, project, name)
        assert found is not None, f"no run {entity}/{project}/{name}"
        return found

    def find_run(self, entity: str, project: str, name: str) -> "Run | None":
        data = self.query(RUN, entity=entity, project=project, name=name)
        raw = data["project"] and data["project"]["run"]
        return Run(self, raw) if raw else None


RUN = """query Run($entity: String!, $project: String!, $name: String!) {
  project(name: $project, entityName: $entity) { run(name: $name) {
    id name displayName state exitcode group jobType notes tags stopped config summaryMetrics systemMetrics
    historyLineCount eventsLineCount logLineCount historyKeys user { username }
    history(samples: 1000000) events(samples: 1000000)
    logLines(first: 100000) { edges { node { number level line timestamp label } } }
    files(first: 1000) { edges { node { name sizeBytes directUrl md5 } } }
  } } }"""


class Run:
    """A run as the server tells it, with its JSON unpacked."""

    def __init__(self, api: Api, raw: dict[str, Any]):
        self.api = api
        self.raw = raw
        self.id: str = raw["id"]
        self.name: str = raw["name"]
        self.display_name: str = raw["displayName"]
        self.state: str = raw["state"]
        self.exit_code: int | None = raw["exitcode"]
        self.tags: list[str] = raw["tags"]
        self.notes: str | None = raw["notes"]
        self.group: str | None = raw["group"]
        self.job_type: str | None = raw["jobType"]
        self.summary: dict[str, Any] = json.loads(raw["summaryMetrics"] or "{}")
        self.history: list[dict[str, Any]] = [json.loads(row) for row in raw["history"]]
        self.events: list[dict[str, Any]] = [json.loads(row) for row in raw["events"]]
        self.console: list[str] = [edge["node"]["line"] for edge in raw["logLines"]["edges"]]

    @property
    def config(self) -> dict[str, Any]:
        """The config without the `value` wrappers."""
        wrapped = json.loads(self.raw["config"] or "{}")
        return {key: entry["value"] for key, entry in wrapped.items()}

    @property
    def files(self) -> dict[str, dict[str, Any]]:
        return {edge["node"]["name"]: edge["node"] for edge in self.raw["files"]["edges"]}

    def file(self, name: str) -> bytes:
        """The content of a run file, by its signed address and without a key."""
        assert name in self.files, f"no file {name} among {sorted(self.files)}"
        answer = Api("", None).request("GET", self.files[name]["directUrl"])
        assert answer.status == 200, answer.status
        return answer.body

    def column(self, key: str) -> list[Any]:
        """The values of one history key, rows without it left out."""
        return [row[key] for row in self.history if key in row]
