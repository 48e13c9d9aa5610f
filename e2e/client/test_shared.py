"""Several processes and one server: many runs at once, and many writers of one run."""

import pytest
from harness.training import Trainer, run_id, wait


def test_five_scripts_at_once(trainer):
    runs = [run_id() for _ in range(5)]
    params = [{"rows": 20, "first": 100 * n, "sleep": 1} for n in range(5)]
    processes = [trainer.start("simple", run, param) for run, param in zip(runs, params, strict=True)]
    for process in processes:
        wait(process).succeeded()
    for n, run in enumerate(runs):
        seen = trainer.seen(run)
        assert seen.column("loss") == [100.0 * n + step for step in range(20)]
        assert seen.state == "finished"


@pytest.mark.needs("shared")
def test_two_writers_share_a_run(trainer, run, client, server, user, tmp_path):
    other = Trainer(client, server, user, tmp_path / "other")
    first = trainer.start("shared", run, {"label": "a", "primary": True, "rows": 30})
    second = other.start("shared", run, {"label": "b", "primary": False, "rows": 30})
    wait(second).succeeded()
    (trainer.work / "others-are-done").touch()
    wait(first).succeeded()
    seen = trainer.seen(run)
    assert sorted(seen.column("loss_a")) == list(range(30))
    assert sorted(seen.column("loss_b")) == list(range(30))
    assert seen.config["config_a"] == "a" and seen.config["config_b"] == "b"
    assert seen.state == "finished"
