"""Saves files with the run: plain, nested, empty, with an odd name, and one that changes."""

import os
import pathlib

import wandb

run = wandb.init()
folder = pathlib.Path("saved")
(folder / "deep").mkdir(parents=True)
(folder / "plain.txt").write_text("plain")
(folder / "deep" / "model.bin").write_bytes(bytes(range(256)) * 4096)
(folder / "empty.txt").write_text("")
(folder / "with space+ünï.txt").write_text("odd")
for path in sorted(folder.rglob("*.*")):
    run.save(str(path), base_path=str(folder), policy="now")
live = pathlib.Path(run.dir) / "notes.txt"
live.write_text("first")
run.save(str(live), base_path=run.dir, policy="end")
live.write_text("second, longer")
run.log({"files": len(os.listdir("saved"))})
run.finish()
