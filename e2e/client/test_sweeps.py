"""Sweeps: made and worked for with the real client, with a function and on the command line."""

import re
import shutil
import time

import pytest
from harness.training import SCRIPTS, wait

# The three ways in which agents talk to a server; the other versions show that theirs is one of those.
WHOLE = ("0.31.0", "0.22.3", "0.16.6")
whole = pytest.mark.whole_in(WHOLE, ())

GRID = {
    "method": "grid",
    "metric": {"name": "loss", "goal": "minimize"},
    "parameters": {"lr": {"values": [0.1, 0.2]}, "layers": {"value": 3}},
}
SWEEP = """query Sweep($entity: String, $project: String, $sweep: String!) {
  project(name: $project, entityName: $entity) { totalSweeps sweep(sweepName: $sweep) {
    id name state method runCount runCountExpected bestLoss
    agents { edges { node { name host state totalRuns } } }
    runs { edges { node { name displayName state config sweepName } } } } } }"""


def seen(trainer, sweep):
    """What the server has of a sweep."""
    variables = {"entity": trainer.user.name, "project": trainer.project, "sweep": sweep}
    return trainer.user.api.query(SWEEP, **variables)["project"]["sweep"]


def when(trainer, sweep, ready, timeout=60):
    deadline = time.monotonic() + timeout
    while True:
        found = seen(trainer, sweep)
        if ready(found):
            return found
        assert time.monotonic() < deadline, f"not so after {timeout} s: {found}"
        time.sleep(0.3)


def runs(sweep):
    return [edge["node"] for edge in sweep["runs"]["edges"]]


def work(trainer, **params):
    """Makes a sweep, or takes one, and works for it to the end."""
    return trainer.train("sweep", None, {"project": trainer.project, "keys": ["lr"], **params}).succeeded()


@pytest.mark.every_client(quick=True)
def test_a_grid_is_worked_off_by_a_function(trainer):
    outcome = work(trainer, config=GRID, keys=["layers", "lr"])
    assert outcome.result["seen"] == [{"layers": 3, "lr": 0.1}, {"layers": 3, "lr": 0.2}]
    sweep = when(trainer, outcome.result["sweep"], lambda sweep: sweep["state"] == "FINISHED")
    assert [sweep["runCount"], sweep["runCountExpected"]] == [2, 2]
    assert sweep["bestLoss"] == pytest.approx(0.01)
    assert {(run["state"], run["sweepName"]) for run in runs(sweep)} == {("finished", sweep["name"])}
    (agent,) = [edge["node"] for edge in sweep["agents"]["edges"]]
    assert agent["totalRuns"] == 2
    assert f"/sweeps/{sweep['name']}" in outcome.output


@whole
@pytest.mark.every_client
def test_random_draws_stop_at_the_cap(trainer):
    config = {
        "method": "random",
        "run_cap": 2,
        "parameters": {"lr": {"min": 0.001, "max": 0.1, "distribution": "log_uniform_values"}},
    }
    outcome = work(trainer, config=config)
    drawn = [one["lr"] for one in outcome.result["seen"]]
    assert len(set(drawn)) == 2 and all(0.001 <= lr <= 0.1 for lr in drawn)
    assert when(trainer, outcome.result["sweep"], lambda sweep: sweep["state"] == "FINISHED")["runCount"] == 2


@whole
@pytest.mark.every_client
def test_the_command_line(trainer):
    """A sweep from a file, an agent that starts a program, and what the public API reads."""
    shutil.copy(SCRIPTS / "sweep_program.py", trainer.work / "train.py")
    (trainer.work / "sweep.yaml").write_text(
        "program: train.py\nmethod: grid\nmetric: {name: loss, goal: minimize}\n"
        "parameters:\n  lr: {values: [0.1, 0.2]}\n"
    )
    made = trainer.wandb("sweep", "--project", trainer.project, "sweep.yaml").succeeded()
    path = re.search(r"wandb agent (\S+)", made.output).group(1)
    assert path.startswith(f"{trainer.user.name}/{trainer.project}/"), made.output
    outcome = trainer.wandb("agent", path).succeeded()
    sweep = when(trainer, path.rsplit("/", 1)[1], lambda sweep: sweep["state"] == "FINISHED")
    assert {run["state"] for run in runs(sweep)} == {"finished"}, outcome.output
    params = {"path": path, "entity": trainer.user.name, "project": trainer.project}
    read = trainer.train("api_sweep", None, params).succeeded().result
    assert read == {
        "name": sweep["name"],
        "state": "FINISHED",
        "method": "grid",
        "runs": [0.1, 0.2],
        "expected": 2,
        "best": 0.1,
        "of_run": sweep["name"],
        "sweeps": [sweep["name"]],
    }


@whole
@pytest.mark.every_client
def test_paused_resumed_and_stopped(trainer):
    sweep = work(trainer, config=GRID, count=0).result["sweep"]
    path = f"{trainer.user.name}/{trainer.project}/{sweep}"
    work(trainer, sweep=sweep, count=1)
    trainer.wandb("sweep", "--pause", path).succeeded()
    assert seen(trainer, sweep)["state"] == "PAUSED"
    process = trainer.start("sweep", None, {"project": trainer.project, "keys": ["lr"], "sweep": sweep, "count": 1})
    when(trainer, sweep, lambda sweep: len(sweep["agents"]["edges"]) == 2)
    time.sleep(3)
    assert seen(trainer, sweep)["runCount"] == 1, "a paused sweep hands out nothing"
    trainer.wandb("sweep", "--resume", path).succeeded()
    wait(process).succeeded()
    assert seen(trainer, sweep)["runCount"] == 2
    other = work(trainer, config=GRID, count=0).result["sweep"]
    trainer.wandb("sweep", "--stop", f"{trainer.user.name}/{trainer.project}/{other}").succeeded()
    stopped = seen(trainer, other)
    assert (stopped["state"], stopped["runCount"]) == ("FINISHED", 0)


@whole
@pytest.mark.every_client
@pytest.mark.parametrize(
    "config", [{"method": "anneal"}, {"method": "grid", "parameters": {"lr": {"min": 0.1, "max": 0.2}}}]
)
def test_a_wrong_config_is_explained(trainer, config):
    config = {"parameters": {"lr": {"value": 1}}, **config}
    outcome = trainer.train("sweep", None, {"project": trainer.project, "keys": ["lr"], "config": config})
    assert outcome.code != 0
    assert (
        "anneal is not offered here. Offered are" in outcome.output or "give the parameter lr values" in outcome.output
    )
