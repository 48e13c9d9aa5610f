"""Logs a file of 100 MB, a picture and a saved file; downloads the artifact in another run, whole and in part."""

import hashlib
import random
from pathlib import Path

import numpy
import wandb
from params import result

chance = random.Random(1)
block = chance.randbytes(1 << 20)
with open("large.bin", "wb") as file:
    for number in range(100):
        file.write(number.to_bytes(8, "big") + block[8:])
Path("small.txt").write_text("small")

run = wandb.init()
artifact = wandb.Artifact("large", "dataset")
artifact.add_file("large.bin")
artifact.add_file("small.txt")
run.log_artifact(artifact)
artifact.wait()
run.log({"picture": wandb.Image(numpy.full((4, 4, 3), 7, dtype=numpy.uint8))})
run.save("small.txt")
run.finish()

again = wandb.init()
folder = Path(again.use_artifact("large:latest").download(root="there"))
again.finish()
digests = [hashlib.md5(path.read_bytes()).hexdigest() for path in (Path("large.bin"), folder / "large.bin")]
files = wandb.Api().artifact(f"{run.entity}/{run.project}/large:v0").files()
result(
    {
        "same": digests[0] == digests[1] and (folder / "small.txt").read_text() == "small",
        "urls": {file.name: file.url if hasattr(file, "url") else file.direct_url for file in files},
        "run": run.id,
    }
)
