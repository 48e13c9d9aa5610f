"""The client with a server that keeps its files in S3: artifacts, tables, pictures and files, and their deletion."""

from pathlib import Path

import pytest
from harness.bucket import Bucket
from harness.training import Trainer

pytestmark = [pytest.mark.every_client, pytest.mark.whole_in(["0.31.0", "0.16.6"], [])]


@pytest.fixture
def bucket():
    return Bucket()


@pytest.fixture
def trainer(client, bucket, new_server, tmp_path):
    server = new_server(storage=bucket.url)
    return Trainer(client, server, server.user(), tmp_path)


def test_artifacts_tables_and_files(trainer, run):
    told = trainer.train("artifact", run).succeeded().result
    assert told["versions"] == ["v0", "v0", "v1"] and told["same"] and told["single"] == "same"
    assert trainer.train("table").succeeded().result == [["run_table", [[1, "x"], [2, "y"]]]]
    saved = trainer.train("files").succeeded()
    assert "rror" not in saved.output, saved.output
    trainer.server.cli("verify")


def test_a_large_file_is_read_in_part_and_goes_when_deleted(trainer, bucket):
    told = trainer.train("artifact_large").succeeded().result
    assert told["same"]
    api, size = trainer.user.api, 100 << 20
    assert bucket.bytes() > size
    large = (Path(trainer.work) / "large.bin").read_bytes()
    for first, last in [(0, 99), (50_000_000, 50_999_999), (size - 10, size - 1)]:
        part = api.request("GET", told["urls"]["large.bin"], Range=f"bytes={first}-{last}")
        assert part.status == 206 and part.body == large[first : last + 1], (first, last)
    seen = trainer.seen(told["run"])
    assert seen.file("small.txt") == b"small"
    assert seen.file(seen.column("picture")[0]["path"]).startswith(b"\x89PNG")
    trainer.server.cli("verify")

    project = f"{trainer.user.name}/{trainer.project}"
    trainer.train("artifact_delete", params={"project": project}).succeeded()
    trainer.server.collected()
    assert bucket.bytes() < 1 << 20
    assert api.request("GET", told["urls"]["large.bin"]).status == 404
