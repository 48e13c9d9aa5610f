"""Broken, huge and hostile requests: the right status, an unharmed server, nothing written outside the data folder."""

import contextlib
import gzip
import json
import pathlib
import socket
import urllib.parse

import pytest
from harness.training import run_id

LIMIT = 64 * 1024 * 1024
ROW = '{"_step": 0, "loss": 1}'


@pytest.fixture
def target(user, run):
    """A run to send things to: entity, project, run."""
    user.api.upsert(entityName=user.name, modelName="bad", name=run, config="{}")
    return user.name, "bad", run


@pytest.fixture(autouse=True)
def unharmed(server, user):
    """After each test the server is alive and does its work."""
    yield
    assert server.alive(), server.output()[-4000:]
    assert "panicked" not in server.output(), server.output()[-4000:]
    other = run_id()
    user.api.upsert(entityName=user.name, modelName="after", name=other, config="{}")
    body = {"files": {"wandb-history.jsonl": {"offset": 0, "content": [ROW]}}, "complete": True, "exitcode": 0}
    assert user.api.stream(user.name, "after", other, body).status == 200
    assert user.api.run(user.name, "after", other).state == "finished"


def history(*rows, offset=0):
    return {"files": {"wandb-history.jsonl": {"offset": offset, "content": list(rows)}}}


@pytest.mark.parametrize("body", [b"", b"{", b"null", b'"text"', b"\xff\xfe", b'{"files": 1}', b'{"exitcode": "x"}'])
def test_malformed_stream_bodies(user, target, body):
    answer = user.api.stream(*target, body)
    assert answer.status == 400, answer.body
    assert answer.body.startswith(b"The request's body is not the JSON expected here")
    assert user.api.run(*target).history == []


@pytest.mark.parametrize(
    "row", ["", "{", "[1]", "1", "nonsense", '{"_step": "x"}', '{"_step": -1}', '{"_step": 1e400}', "{" * 500]
)
def test_malformed_rows_do_not_stop_the_run(user, target, row):
    """A 4xx would make the client drop the rest of the run: a broken row must not cost the good ones."""
    answer = user.api.stream(*target, history(row, '{"_step": 7, "loss": 2.5}'))
    assert answer.status == 200, answer.body
    assert 2.5 in user.api.run(*target).column("loss")


def test_wrong_types_in_graphql(user):
    document = "mutation U($input: UpsertBucketInput!) { upsertBucket(input: $input) { bucket { id } } }"
    for variables in ({"input": 1}, {"input": {"name": 7}}, {"input": {"tags": {}}}, {"input": {"config": {}}}, {}):
        answer = user.api.graphql(document, **variables)
        assert answer.status == 200 and len(answer.errors) == 1, answer.body


@pytest.mark.parametrize("body", [b"", b"{", b"1", b"\x00", b'{"query": 1}', b'{"variables": {}}'])
def test_malformed_graphql_bodies(user, body):
    answer = user.api.request("POST", "/graphql", body)
    assert answer.status == 400, answer.body
    assert answer.errors and isinstance(answer.errors[0]["message"], str)


@pytest.mark.parametrize("query", ["", "{", "{}", "query A { a } query B { b }", "\0", "{ viewer { nothing } }"])
def test_malformed_documents_are_an_error_with_200(user, query):
    answer = user.api.graphql(query)
    assert answer.status == 200 and len(answer.errors) == 1, answer.body


def test_an_unknown_operation_is_an_error_with_200(user):
    answer = user.api.graphql("query Future { notYetThere { id } }")
    assert answer.status == 200 and answer.errors, answer.body


def test_a_gap_in_the_offsets_is_kept(user, target):
    assert user.api.stream(*target, history(ROW)).status == 200
    assert user.api.stream(*target, history('{"_step": 10, "loss": 3}', offset=10)).status == 200
    assert user.api.run(*target).column("loss") == [1, 3]


def test_the_same_offset_twice_is_stored_once(user, target):
    for _ in range(3):
        assert user.api.stream(*target, history(ROW, '{"_step": 1, "loss": 2}')).status == 200
    assert user.api.run(*target).column("loss") == [1, 2]


@pytest.mark.parametrize("offset", [-1, 2**63, 2**70, 1.5, "0", None])
def test_odd_offsets(user, target, offset):
    answer = user.api.stream(*target, history(ROW, offset=offset))
    assert answer.status == (200 if isinstance(offset, int) and abs(offset) < 2**63 else 400), answer.body


def test_a_body_of_nearly_64_mib_is_taken(user, target):
    filler = "x" * 1_000_000
    rows = [json.dumps({"_step": step, "text": filler}) for step in range(60)]
    body = json.dumps(history(*rows)).encode()
    assert 0.85 * LIMIT < len(body) <= LIMIT
    assert user.api.stream(*target, body, timeout=120).status == 200
    assert user.api.run(*target).raw["historyLineCount"] == 60


def test_a_body_over_the_limit_is_413(new_server):
    server = new_server(options=("--file-stream-body-limit", "1MiB", "--graphql-body-limit", "1MiB"))
    user = server.user()
    user.api.upsert(entityName=user.name, modelName="bad", name="over", config="{}")
    for size, status in ((1 << 19, 200), (2 << 20, 413)):
        body = b'{"files": {}, "query": "{ viewer { id } }", "pad": "' + b"x" * size + b'"}'
        # Refused while still sending, the connection may be closed before the answer is read: as good as the answer.
        with contextlib.suppress(OSError):
            assert user.api.stream(user.name, "bad", "over", body).status == status
        with contextlib.suppress(OSError):
            assert user.api.request("POST", "/graphql", body).status == status
        assert user.api.stream(user.name, "bad", "over", gzip.compress(body), Content_Encoding="gzip").status == status
    assert server.alive()


def test_a_gzip_bomb_is_refused(user, target):
    bomb = gzip.compress(b'{"files": {}, "pad": "' + b" " * (600 * 1024 * 1024) + b'"}', 9)
    assert len(bomb) < 2 * 1024 * 1024
    answer = user.api.stream(*target, bomb, Content_Encoding="gzip", timeout=120)
    assert answer.status == 413, answer.status


@pytest.mark.parametrize("body", [b"no gzip", gzip.compress(b'{"files": {}}' * 1000)[:-10]], ids=["no gzip", "cut off"])
def test_broken_gzip_is_refused(user, target, body):
    assert user.api.stream(*target, body, Content_Encoding="gzip").status == 400


def test_gzip_is_understood(user, target):
    body = gzip.compress(json.dumps(history(ROW)).encode())
    assert user.api.stream(*target, body, Content_Encoding="gzip").status == 200
    assert user.api.run(*target).column("loss") == [1]


def test_ten_thousand_keys_in_a_row(user, target):
    rows = [json.dumps({"_step": step} | {f"layer{n}/w": n + step for n in range(10_000)}) for step in range(3)]
    assert user.api.stream(*target, history(*rows), timeout=120).status == 200
    seen = user.api.run(*target).history
    assert len(seen) == 3 and all(len(row) >= 10_001 for row in seen)
    assert seen[2]["layer9999/w"] == 10_001


def test_odd_keys_in_a_row(user, target):
    row = {
        "_step": 0,
        "": 1,
        ".": 2,
        "a.b": 3,
        "a": {"b": 4},
        "x/y": 5,
        "ключ": 6,
        "k" * 5000: 7,
        "nul\0": 8,
        "'\";--": 9,
    }
    assert user.api.stream(*target, history(json.dumps(row))).status == 200
    (seen,) = user.api.run(*target).history
    assert seen["x/y"] == 5 and seen["ключ"] == 6 and seen["'\";--"] == 9


def test_broken_characters_do_not_stop_the_run(user, target):
    """Python writes bytes that are no text as lone surrogates, and its JSON keeps them."""
    lines = b'["lone \\udcff", "pair \\ud83d\\ude00", "bytes \xff", "zero \\u0000"]'
    assert (
        user.api.stream(*target, b'{"files": {"output.log": {"offset": 0, "content": ' + lines + b"}}}").status == 200
    )
    assert user.api.run(*target).console == ["lone \ufffd", "pair 😀", "bytes \ufffd", "zero \0"]
    entity, project, run = target
    user.api.upsert(entityName=entity, modelName=project, name=run, notes="note \udcff")
    assert user.api.run(*target).notes == "note \ufffd"


def test_zero_bytes_name_nothing(user, target):
    entity, project, run = target
    document = """query Q($e: String, $p: String, $r: String!, $f: [String]) { project(entityName: $e, name: $p) {
        id run(name: $r) { id files(names: $f) { edges { node { id } } } } } }"""
    for names in ((entity + "\0", project, run), (entity, project + "\0", run), (entity, project, run + "\0"), target):
        e, p, r = names
        answer = user.api.graphql(document, e=e, p=p, r=r, f=["a\0"])
        assert answer.status in (200, 403), answer.body
        assert names == target or user.api.stream(e, p, r, {}).status in (403, 404)
    body = json.dumps({"runs": [run + "\0", run], "keys": ["a\0"]}).encode()
    assert user.api.request("POST", f"/api/series/{entity}/{project}", body).status == 200
    for path in (f"/api/series/{entity}/%00", "/api/series/%00/x"):
        assert user.api.request("POST", path, body).status == 403
    body = json.dumps({"username": entity + "\0", "password": "wrong\0"}).encode()
    assert user.api.request("POST", "/api/login", body).status == 401
    for field in ("displayName", "notes", "groupName", "jobType", "host", "commit", "sweep"):
        user.api.upsert(entityName=entity, modelName=project, name=run, **{field: "zero\0"})
    assert "\0" not in json.dumps(user.api.run(*target).raw["displayName"])


TRICKS = [
    "../escape.txt",
    "../../../../../../../../tmp/runstead-escape.txt",
    "/tmp/runstead-escape.txt",
    "a/../../escape.txt",
    "..\\escape.txt",
    "C:\\escape.txt",
    "a\0b.txt",
    "．．/escape.txt",
    "..%2fescape.txt",
    "a//b.txt",
    "./a.txt",
    ".",
    "..",
    "",
    "a/" * 300 + "deep.txt",
    "n" * 5000,
    "line\nbreak.txt",
]


CREATE = """mutation C($e: String!, $p: String!, $r: String!, $f: [String!]!) {
  createRunFiles(input: {entityName: $e, projectName: $p, runName: $r, files: $f}) { files { name uploadUrl } } }"""


@pytest.mark.parametrize("name", TRICKS)
def test_path_tricks_in_file_names(server, user, target, tmp_path, name):
    entity, project, run = target
    answer = user.api.graphql(CREATE, e=entity, p=project, r=run, f=[name])
    assert answer.status in (200, 400, 403), answer.body
    files = ((answer.json.get("data") or {}).get("createRunFiles") or {}).get("files") or []
    for file in files:
        if file["uploadUrl"]:
            assert user.api.request("PUT", file["uploadUrl"], b"escaped").status in range(200, 500)
    outside = [path for path in server.folder.rglob("*escape*") if server.data not in path.parents]
    assert outside == []
    assert not pathlib.Path("/tmp/runstead-escape.txt").exists()


@pytest.mark.parametrize(
    "path", ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/..%2f..%2fetc/passwd", "/blob/..%2f..%2fx"]
)
def test_path_tricks_in_addresses(server, path):
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    assert b"root:" not in received


def upload_url(user, target, name):
    entity, project, run = target
    data = user.api.query(CREATE, e=entity, p=project, r=run, f=[name])
    return data["createRunFiles"]["files"][0]["uploadUrl"]


def test_a_truncated_upload_leaves_nothing(server, user, target):
    parts = urllib.parse.urlsplit(upload_url(user, target, "half.bin"))
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.sendall(
            f"PUT {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: 1000\r\n\r\n".encode() + b"x" * 500
        )
    seen = user.api.run(*target)
    assert "half.bin" not in seen.files or int(seen.files["half.bin"]["sizeBytes"]) == 0


def test_an_upload_address_is_for_one_file(user, target):
    url = upload_url(user, target, "mine.txt")
    assert user.api.request("PUT", url, b"mine").status in range(200, 300)
    tampered = url[:-1] + ("a" if url[-1] != "a" else "b")
    assert user.api.request("PUT", tampered, b"theirs").status in (400, 401, 403, 404)
    assert user.api.run(*target).file("mine.txt") == b"mine"


def test_deep_queries_are_refused(user):
    inner = "project { entity { organization { orgEntity { name } } } }"
    for _ in range(200):
        inner = 'project(name: "bad") { entity { ' + inner + " } }"
    answer = user.api.graphql("{ viewer { teams { edges { node { " + inner + " } } } } }")
    assert answer.status in (200, 400) and answer.errors, answer.body[:500]


def test_wide_queries_are_answered_or_refused_quickly(user):
    aliases = " ".join(f"a{n}: viewer {{ id username }}" for n in range(20_000))
    answer = user.api.graphql("{ " + aliases + " }")
    assert answer.status in (200, 400), answer.body[:500]


def test_nested_brackets_do_not_overflow_the_stack(user):
    for text in ("{a" * 50_000, "[" * 200_000, '{"query": "{ viewer { id } }", "variables": {"a": ' + "[" * 100_000):
        assert user.api.request("POST", "/graphql", text.encode()).status in (200, 400)
    answer = user.api.graphql(
        'query Q($f: JSONString) { project(name: "bad") { runCount(filters: $f) } }', f='{"$and":[' * 5000
    )
    assert answer.status in (200, 400)


def test_a_run_that_is_not_there(user):
    body = history(ROW)
    assert user.api.stream(user.name, "bad", "nowhere", body).status in (404, 403)
    assert user.api.stream("no-such-entity", "bad", "nowhere", body).status in (404, 403)


def test_telemetry_is_not_there(user):
    for path in ("/sdk/otel/v1/metrics", "/sdk/otel/v1/logs"):
        user.api.key, key = None, user.api.key
        assert user.api.request("POST", path, b"").status == 404
        user.api.key = key
