"""The server is killed with kill -9 under load, again and again; whatever it acknowledged is there afterwards, once."""

import os
import random
import time

from harness.training import run_id
from harness.writer import Uploader, Writer

#: Kills on each database; both together make at least 50.
KILLS = int(os.environ.get("RUNSTEAD_KILLS", "26"))
WRITERS = 4


def test_no_acknowledged_row_is_lost_or_doubled(new_server):
    server = new_server()
    user = server.user()
    writers = []
    for n in range(WRITERS):
        run = run_id()
        user.api.upsert(entityName=user.name, modelName="kill", name=run, config="{}")
        writers.append(Writer(user.api, user.name, "kill", run, seed=n))
    uploader = Uploader(user.api, *writers[0].path)
    threads = [*writers, uploader]
    for thread in threads:
        thread.start()

    chance = random.Random(7)
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.02, 0.8))
        server.kill()
        server.start()
    for thread in threads:
        thread.stopping.set()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive() and not thread.refused, thread.refused

    assert sum(writer.retries for writer in writers) > 0, "no request was in flight at any kill"
    assert any(server.data.glob("blobs/segments/*")), "nothing was compacted between the kills"
    for writer in writers:
        assert writer.acknowledged == writer.sent > 0
        check_rows(user, writer)
    check_files(user, uploader)
    # And once more after an orderly restart.
    assert server.stop() == 0
    server.start()
    for writer in writers:
        check_rows(user, writer)
    check_files(user, uploader)


def check_rows(user, writer):
    """Row by row: what the writer was promised is what the server has."""
    entity, project, run = writer.path
    seen = user.api.run(entity, project, run)
    assert seen.raw["historyLineCount"] == writer.acknowledged
    assert len(seen.history) == writer.acknowledged
    for step, row in enumerate(seen.history):
        assert row == writer.row(step), f"row {step} of {run}"
    assert seen.raw["logLineCount"] == writer.acknowledged
    assert seen.console == [writer.line(number) for number in range(min(writer.acknowledged, len(seen.console)))]
    assert len(seen.console) == min(writer.acknowledged, 100_000)
    assert seen.summary["_step"] == writer.acknowledged - 1


def check_files(user, uploader):
    """Every file the uploader was promised is there whole; one of a kill may be there too, whole or not at all."""
    seen = user.api.run(*uploader.path)
    assert uploader.promised
    for name, content in uploader.promised.items():
        assert seen.file(name) == content, name
    assert len(seen.files) <= len(uploader.promised) + 1
