"""The same run id again: resumed, refused, or started over."""

import pytest
from harness.training import stats_style


def steps(seen):
    return [(row["_step"], row["loss"]) for row in seen.history if "loss" in row]


def parts(seen):
    """The console lines that `part.py` printed, without what the client prints itself."""
    return [line for line in seen.console if line.startswith("part ")]


@pytest.mark.every_client
def test_resume_continues_after_the_last_step(trainer, run):
    check_resume(trainer, run, "allow")


def test_resume_must_does_the_same(trainer, run):
    check_resume(trainer, run, "must")


def check_resume(trainer, run, how):
    trainer.train("simple", run, {"rows": 3, "init": {"config": {"a": 1}, "tags": ["kept"]}}).succeeded()
    first = trainer.seen(run)
    init = {"resume": how, "config": {"b": 2}}
    told = trainer.train("simple", run, {"rows": 2, "first": 3, "init": init}).succeeded().result
    assert told["resumed"] is True
    seen = trainer.seen(run)
    assert steps(seen) == [(step, float(step)) for step in range(5)]
    assert seen.config["a"] == 1 and seen.config["b"] == 2
    assert seen.display_name == first.display_name == told["name"]
    assert seen.state == "finished"


@pytest.mark.every_client
def test_what_every_part_of_a_resumed_run_wrote_is_kept(trainer, run):
    """Some clients count console lines, or system metrics too, from 0 again when they resume."""
    printed = []
    for part, lines in enumerate((5, 2, 3)):
        params = {"part": part, "lines": lines, "style": stats_style(trainer.client), "init": {"resume": "allow"}}
        told = trainer.train("part", run, params).succeeded().result
        printed += [f"part {part} at 100%", *(f"part {part} line {i}" for i in range(lines))]
        seen = trainer.seen(run)
        assert parts(seen) == printed
        numbers = [edge["node"]["number"] for edge in seen.raw["logLines"]["edges"]]
        assert numbers == list(range(len(numbers)))
        assert max(row["_timestamp"] for row in seen.events) > told["began"], "no system metrics of this part"
        assert [loss for _, loss in steps(seen)] == [float(n) for n in range(part + 1)]


def test_resume_allow_starts_a_run_that_is_not_there(trainer, run):
    trainer.train("simple", run, {"init": {"resume": "allow"}}).succeeded()
    assert steps(trainer.seen(run)) == [(0, 0.0), (1, 1.0), (2, 2.0)]


def test_resume_must_refuses_a_run_that_is_not_there(trainer, run):
    outcome = trainer.train("caught", run, {"init": {"resume": "must"}})
    assert run in outcome.result["text"], outcome.output
    assert trainer.user.api.find_run(trainer.user.name, trainer.project, run) is None


def test_resume_never_refuses_a_run_that_is_there(trainer, run):
    trainer.train("simple", run).succeeded()
    outcome = trainer.train("caught", run, {"init": {"resume": "never"}})
    assert run in outcome.result["text"], outcome.output
    assert len(steps(trainer.seen(run))) == 3


def test_resume_auto_continues_a_killed_script(trainer, run):
    """`auto` remembers the run in the working folder only when it did not finish."""
    from harness.training import kill_group

    init = {"resume": "auto"}
    process = trainer.start("crash_logging", None, {"init": init})
    for line in process.stdout:
        if b"WAITING" in line:
            break
    kill_group(process)
    process.wait()
    told = trainer.train("simple", None, {"init": init, "rows": 2}).succeeded().result
    listed = (trainer.work / "wandb").glob("run-*")
    assert {path.name.rsplit("-", 1)[1] for path in listed} == {told["id"]}


def test_the_same_id_without_resume_starts_over(trainer, run):
    trainer.train("simple", run, {"rows": 5}).succeeded()
    trainer.train("simple", run, {"rows": 2, "first": 10}).succeeded()
    seen = trainer.seen(run)
    assert steps(seen) == [(0, 10.0), (1, 11.0)]
    assert seen.state == "finished"


@pytest.mark.needs("rewind")
def test_rewind_cuts_the_history_and_goes_on(trainer, run):
    trainer.train("simple", run, {"rows": 5}).succeeded()
    init = {"resume_from": f"{run}?_step=2"}
    trainer.train("simple", None, {"rows": 2, "first": 50, "init": init}).succeeded()
    assert steps(trainer.seen(run)) == [(0, 0.0), (1, 1.0), (2, 2.0), (3, 50.0), (4, 51.0)]


@pytest.mark.needs("fork")
def test_fork_starts_from_a_copy_of_the_parent(trainer, run):
    trainer.train("simple", run, {"rows": 5}).succeeded()
    init = {"fork_from": f"{run}?_step=2"}
    told = trainer.train("simple", None, {"rows": 2, "first": 50, "init": init}).succeeded().result
    assert told["id"] != run
    assert steps(trainer.seen(told["id"])) == [(0, 0.0), (1, 1.0), (2, 2.0), (3, 50.0), (4, 51.0)]
    assert len(steps(trainer.seen(run))) == 5
