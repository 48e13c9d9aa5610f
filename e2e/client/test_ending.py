"""How runs end: finished, failed, crashed, stopped, preempted."""

import pytest
from harness.training import kill_group, wait


def start_and_wait_for_rows(trainer, run, how, **params):
    """Starts `ending.py` and returns when it waits."""
    process = trainer.start("ending", run, {"how": how, **params})
    seen = []
    for line in process.stdout:
        seen.append(line.decode(errors="replace"))
        if b"WAITING" in line:
            return process
    raise AssertionError(f"the script ended early:\n{''.join(seen)}")


def test_an_exception_is_a_failure(trainer, run):
    outcome = trainer.train("ending", run, {"how": "exception"})
    assert outcome.code == 1 and "the loss exploded" in outcome.output
    seen = trainer.seen(run)
    assert (seen.state, seen.exit_code) == ("failed", 1)
    assert seen.column("loss") == [1.0]


@pytest.mark.every_client
def test_an_exit_code_is_kept(trainer, run):
    outcome = trainer.train("ending", run, {"how": "exit"})
    assert outcome.code == 3
    seen = trainer.seen(run)
    assert (seen.state, seen.exit_code) == ("failed", 3)


def test_a_killed_script_is_a_crash_after_the_heartbeat_timeout(trainer, run):
    process = start_and_wait_for_rows(trainer, run, "wait")
    trainer.seen_when(run, lambda seen: seen.state == "running")
    kill_group(process)
    process.wait()
    trainer.seen_when(run, lambda seen: seen.state == "crashed", timeout=30)


def test_a_stopped_run_interrupts_its_script(trainer, run):
    # The server of this file calls a run dead after 10 s without a word; this one must live longer than that.
    process = start_and_wait_for_rows(trainer, run, "wait")
    seen = trainer.seen_when(run, lambda seen: True)
    stop = "mutation Stop($id: ID!) { stopRun(input: {id: $id}) { success } }"
    assert trainer.user.api.query(stop, id=seen.id)["stopRun"]["success"]
    outcome = wait(process, timeout=60)
    assert "INTERRUPTED" in outcome.output, outcome.output
    assert outcome.code != 0
    seen = trainer.seen_when(run, lambda seen: seen.state != "running")
    assert seen.state in ("killed", "failed"), seen.state


def test_a_preempting_run_that_goes_silent_is_preempted(trainer, run):
    process = start_and_wait_for_rows(trainer, run, "preempting")
    trainer.seen_when(run, lambda seen: seen.state in ("preempting", "preempted"))
    kill_group(process)
    process.wait()
    trainer.seen_when(run, lambda seen: seen.state == "preempted", timeout=30)


def test_a_preempting_run_that_ends_well_is_finished(trainer, run):
    trainer.train("ending", run, {"how": "preempting", "seconds": 1}).succeeded()
    assert trainer.seen(run).state == "finished"


@pytest.mark.needs("api_stop")
def test_stop_with_the_public_api(trainer, run):
    process = start_and_wait_for_rows(trainer, run, "wait")
    seen = trainer.seen_when(run, lambda seen: True)
    path = f"{trainer.user.name}/{trainer.project}/{seen.name}"
    trainer.train("api_stop", None, {"path": path}).succeeded()
    assert "INTERRUPTED" in wait(process, timeout=60).output
