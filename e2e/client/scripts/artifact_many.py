"""Logs many small files and a large one, or downloads them and says what came."""

import hashlib
import random
from pathlib import Path

import wandb
from params import PARAMS, result

BLOCK = 1 << 20


def digest(path: Path) -> str:
    told = hashlib.md5()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            told.update(block)
    return told.hexdigest()


def tree(folder: Path) -> str:
    """A digest of all small files with their names."""
    told = hashlib.md5()
    for path in sorted(folder.rglob("*.txt")):
        told.update(f"{path.relative_to(folder)}:{path.read_text()}\n".encode())
    return told.hexdigest()


def make(folder: Path) -> None:
    chance = random.Random(PARAMS["files"])
    for number in range(PARAMS["files"]):
        path = folder / str(number % 100) / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{number} {chance.random()}")
    block = chance.randbytes(BLOCK)
    with (folder / "large.bin").open("wb") as file:
        for number in range(PARAMS["megabytes"]):
            file.write(number.to_bytes(8, "big") + block[8:])


run = wandb.init()
if PARAMS["log"]:
    folder = Path("many")
    make(folder)
    artifact = wandb.Artifact("many", "dataset")
    artifact.add_dir(str(folder), policy="immutable")
    run.log_artifact(artifact).wait(timeout=3600)
else:
    folder = Path(run.use_artifact("many:latest").download(root="there"))
run.finish()
result({"files": sum(1 for _ in folder.rglob("*.txt")), "tree": tree(folder), "large": digest(folder / "large.bin")})
