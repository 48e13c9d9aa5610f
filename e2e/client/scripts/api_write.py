"""Changes runs with the public API."""

import pathlib

import wandb
from params import PARAMS, result

api = wandb.Api(timeout=60)
path = PARAMS["path"]
run = api.run(path)
run.tags = ["new", "tags"]
run.notes = "new notes"
run.name = "new name"
run.config["lr"] = 0.5
run.update()
run.summary["added"] = 42
run.summary.update()
pathlib.Path("upload.txt").write_text("uploaded by the API")
uploaded = run.upload_file("upload.txt")
out = {"uploaded": uploaded.name, "files": sorted(file.name for file in run.files())}
run.file("upload.txt").download(root="down", replace=True)
out["downloaded"] = pathlib.Path("down/upload.txt").read_text()
run.file("upload.txt").delete()
out["after_delete"] = sorted(file.name for file in api.run(path).files())
fresh = api.run(path)
out["tags"], out["notes"], out["name"], out["lr"] = list(fresh.tags), fresh.notes, fresh.name, fresh.config["lr"]
out["added"] = fresh.summary.get("added")
api.run(PARAMS["doomed"]).delete()
result(out)
