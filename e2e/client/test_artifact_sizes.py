"""Artifacts of many files and of one large one come back whole, and the server's memory does not grow with them."""

import os

import pytest
from harness.training import wait

#: The client sends files from 2 GiB on in parts; the whole measure is 100,000 files and 5,000 MB.
FILES = int(os.environ.get("RUNSTEAD_MANY_FILES", "2500"))
MEGABYTES = int(os.environ.get("RUNSTEAD_LARGE_MB", "200"))
#: A file of this many is not held in memory.
MOST_MEMORY = 220


@pytest.mark.timeout(3600)
def test_many_files_and_a_large_one_come_back(trainer):
    def train(log: bool, **extra: str):
        process = trainer.start("artifact_many", params={"files": FILES, "megabytes": MEGABYTES, "log": log}, **extra)
        return wait(process, timeout=1500).succeeded().result

    logged = train(log=True)
    assert logged["files"] == FILES
    # Another machine: nothing is in its cache.
    assert train(log=False, WANDB_CACHE_DIR=str(trainer.folder / "other")) == logged
    assert trainer.server.peak() < MOST_MEMORY
    trainer.server.cli("verify")


def test_references_of_every_kind_are_kept_as_they_are(trainer, run):
    told = trainer.train("artifact_references", run).succeeded().result
    assert told["stores"] == {"s3": True, "gs": True, "azure": True}
    assert told["names"] == ["azure", "file", "folder/deep/one.txt", "gs", "http", "s3", "unchecked"]
    assert (told["file"], told["deep"]) == ("of this machine", "one")
    assert told["http"] == "https://example.org/big.tar"
    # A reference is listed with its own address, and never fetched by the server.
    assert told["files"]["s3"] == "s3://bucket/a%20b.bin" and told["files"]["http"] == told["http"]
    assert told["size"] == 7 + 8 + 9 + 2 * len("of this machine") + len("one")
