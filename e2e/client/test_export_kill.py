"""An export is killed with kill -9, again and again; the one that comes to its end has all of it, whole."""

import hashlib
import os
import random
import subprocess
import time

from harness.artifacts import Logger
from harness.server import binary

#: Kills on each database.
KILLS = int(os.environ.get("RUNSTEAD_KILLS", "26"))
RUNS, ROWS = 30, 2000


def fill(user):
    """Finished runs, whose rows differ, and a few versions of an artifact."""
    for run in range(RUNS):
        name = f"run-{run:02}"
        user.api.upsert(entityName=user.name, modelName="cut", name=name, config="{}")
        rows = [f'{{"_step":{step},"loss":{run + step / 7}}}' for step in range(ROWS)]
        history = {"wandb-history.jsonl": {"offset": 0, "content": rows}}
        body = {"files": history, "complete": True, "exitcode": 0}
        assert user.api.stream(user.name, "cut", name, body).status == 200
    logger = Logger(user.api, user.name, "cut")
    for version in range(5):
        logger.log("data", {f"{n}.bin": random.Random(version * 10 + n).randbytes(100_000) for n in range(5)})


def tree(folder):
    """Every file with what is in it; the manifest says when it was made."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json")
    return {str(path.relative_to(folder)): hashlib.md5(path.read_bytes()).hexdigest() for path in files}


def test_an_export_that_is_killed_goes_on(new_server, tmp_path):
    server = new_server()
    user = server.user()
    fill(user)
    project = f"{user.name}/cut"
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    server.cli("export", project, str(whole))

    def written():
        return sum(len(files) for _, _, files in os.walk(cut))

    chance, partly = random.Random(7), set()
    for _ in range(KILLS):
        words = [binary(), "export", project, str(cut), *server.where()]
        pipe = subprocess.DEVNULL
        process = subprocess.Popen(words, env=server.environment(), stdout=pipe, stderr=pipe)
        before = written()
        while process.poll() is None and written() == before:
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.01))
        if process.poll() is None:
            partly.add(written())
        process.kill()
        process.wait()
    assert len(partly) > KILLS // 4, (partly, "kills came too late or too early")
    said = server.cli("export", project, str(cut)).stdout
    assert f"{RUNS} runs" in said, said
    assert tree(cut) == tree(whole)
