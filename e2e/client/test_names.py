"""Names beyond ASCII, and a server below a path."""

import pytest
from harness.training import Trainer

NAMES = ["naïve café", "モデル 一号", "a+b & c=d", "ß" * 64]


@pytest.mark.parametrize("name", NAMES)
def test_run_and_project_names(trainer, run, name):
    trainer.project = f"p {name}"
    trainer.train("simple", run, {"init": {"name": name, "tags": [name], "config": {name: name}}}).succeeded()
    seen = trainer.seen(run)
    assert seen.display_name == name and seen.tags == [name] and seen.config[name] == name
    assert seen.column("loss") == [0.0, 1.0, 2.0]


def test_a_run_id_with_spaces_and_accents(trainer):
    trainer.train("simple", "weird id+é").succeeded()
    assert trainer.seen("weird id+é").column("loss") == [0.0, 1.0, 2.0]


def test_a_server_below_a_path(client, new_server, tmp_path, run):
    server = new_server(prefix="/base/runs")
    user = server.user()
    trainer = Trainer(client, server, user, tmp_path)
    trainer.wandb("login", user.key, WANDB_API_KEY=None).succeeded()
    told = trainer.train("everything", run).succeeded().result
    seen = trainer.seen(run)
    assert seen.state == "finished" and len(seen.files) >= 4
    assert told["url"].startswith(f"{server.url}/{user.name}/")
