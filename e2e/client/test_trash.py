"""Deleted runs as the client sees them: gone, restored, their ids used again, moved."""

import time

from harness.training import Trainer, run_id

CHANGE = """mutation Change($input: ChangeRunsInput!) { changeRuns(input: $input) { changed refused reasons bytes } }"""
EMPTY = "mutation($e: String!, $p: String!) { emptyTrash(input: {entityName: $e, projectName: $p}) { removed bytes } }"


def blobs(server):
    """Run files and segments on the disk."""
    return [path for path in (server.data / "blobs").rglob("*") if path.is_file()]


def change(trainer, **fields):
    names = {"entityName": trainer.user.name, "projectName": trainer.project}
    return trainer.user.api.query(CHANGE, input=names | fields)["changeRuns"]


def look(trainer, run, delete=False, project=None):
    project = f"{trainer.user.name}/{project or trainer.project}"
    params = {"path": f"{project}/{run}", "project": project, "delete": delete}
    return trainer.train("api_trash", None, params).succeeded().result


def test_delete_restore_and_the_same_id_again(trainer):
    run = run_id()
    trainer.train("simple", run, {"rows": 4}).succeeded()
    before = look(trainer, run)["found"]
    assert before["losses"] == [0.0, 1.0, 2.0, 3.0]
    gone = look(trainer, run, delete=True)
    assert "error" in gone["found"] and gone["all"] == []
    assert change(trainer, names=[run], restore=True)["changed"] == 1
    assert look(trainer, run) == {"found": before, "all": [run]}

    assert "error" in look(trainer, run, delete=True)["found"]
    again = trainer.train("simple", run, {"rows": 2}).succeeded().result
    assert again["id"] == run and again["resumed"] is False
    assert look(trainer, run)["found"]["losses"] == [0.0, 1.0]
    taken = change(trainer, names=[run], restore=True)
    assert (taken["changed"], taken["refused"]) == (0, 1) and run in taken["reasons"][0]
    emptied = trainer.user.api.query(EMPTY, e=trainer.user.name, p=trainer.project)["emptyTrash"]
    assert emptied["removed"] == 1 and emptied["bytes"] > 0
    assert look(trainer, run)["found"]["losses"] == [0.0, 1.0]


def test_a_moved_run_is_found_under_both_paths(trainer):
    run = run_id()
    trainer.train("simple", run, {"rows": 3}).succeeded()
    before = look(trainer, run)["found"]
    assert change(trainer, names=[run], moveTo="elsewhere")["changed"] == 1
    there = look(trainer, run, project="elsewhere")
    assert there["all"] == [run] and there["found"] == before | {"project": "elsewhere"}
    old = look(trainer, run)
    assert old["all"] == [] and old["found"]["losses"] == before["losses"]


def test_a_server_that_is_killed_while_it_removes_goes_on(client, new_server, tmp_path):
    server = new_server()
    trainer = Trainer(client, server, server.user(), tmp_path)
    runs = [run_id() for _ in range(3)]
    for run in runs:
        trainer.train("simple", run, {"rows": 3}).succeeded()
    assert blobs(server)
    dry = change(trainer, filters="{}", delete=True, dryRun=True)
    assert dry["changed"] == 3 and dry["bytes"] > 0
    # What was in the tail may be in a segment by now, which is another number of bytes.
    gone = change(trainer, filters="{}", delete=True)
    assert gone["changed"] == 3 and gone["bytes"] > 0
    trainer.user.api.query(EMPTY, e=trainer.user.name, p=trainer.project)
    server.kill()
    # The lease of the process that died has to end first, were it in the middle of it.
    server.start()
    deadline = time.monotonic() + 120
    while blobs(server) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not blobs(server)
    assert look(trainer, runs[0])["all"] == []
