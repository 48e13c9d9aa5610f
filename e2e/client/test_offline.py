"""Offline runs and `wandb sync`: complete, and the same when done twice."""

from harness.training import kill_group


def local_run(trainer, pattern):
    """The folder of the only local run."""
    (folder,) = (trainer.work / "wandb").glob(pattern)
    return str(folder)


def steps(seen):
    return [(row["_step"], row["loss"]) for row in seen.history if "loss" in row]


def sync(trainer, folder):
    return trainer.wandb("sync", folder)


def test_an_offline_run_is_synced(trainer, run):
    trainer.train("simple", run, {"rows": 4, "init": {"config": {"lr": 1}}}, WANDB_MODE="offline").succeeded()
    assert trainer.user.api.find_run(trainer.user.name, trainer.project, run) is None
    sync(trainer, local_run(trainer, "offline-run-*")).succeeded()
    seen = trainer.seen(run)
    assert steps(seen) == [(step, float(step)) for step in range(4)]
    assert seen.config["lr"] == 1
    assert seen.state == "finished"


def test_syncing_twice_changes_nothing(trainer, run):
    trainer.train("simple", run, {"rows": 4}, WANDB_MODE="offline").succeeded()
    folder = local_run(trainer, "offline-run-*")
    sync(trainer, folder).succeeded()
    first = trainer.seen(run)
    sync(trainer, folder).succeeded()
    second = trainer.seen(run)
    assert steps(first) == steps(second) == [(step, float(step)) for step in range(4)]
    assert len(first.history) == len(second.history)
    assert first.summary["loss"] == second.summary["loss"] == 3.0


def test_a_crashed_online_run_is_completed_by_sync(trainer, run):
    process = trainer.start("crash_logging", run)
    for line in process.stdout:
        if b"WAITING" in line:
            break
    trainer.seen_when(run, lambda seen: True)
    kill_group(process)
    process.wait()
    trainer.wandb("sync", "--include-online", local_run(trainer, "run-*")).succeeded()
    seen = trainer.seen(run)
    losses = steps(seen)
    # The last rows had not reached the disk when the script was killed, but none may be there twice.
    assert losses == [(step, float(step)) for step in range(len(losses))]
    assert len(losses) >= 30


def test_sync_of_a_refused_run_says_why(trainer, run, server):
    other = server.user()
    trainer.entity = other.name
    trainer.train("simple", run, {"rows": 2}, WANDB_MODE="offline").succeeded()
    outcome = sync(trainer, local_run(trainer, "offline-run-*"))
    assert other.name in outcome.output and "no message" not in outcome.output, outcome.output
    assert other.api.find_run(other.name, trainer.project, run) is None
