"""`wandb.Api()` reads back and changes what scripts logged."""

import pytest
from harness.training import run_id

FILTERS = [
    {"config.lr": 0.1},
    {"config.lr.value": {"$gte": 0.2}},
    {"tags": "even"},
    {"tags": {"$in": ["odd", "none"]}},
    {"$and": [{"state": "finished"}, {"summary_metrics.loss": {"$gt": 10}}]},
    {"$or": [{"display_name": "run-0"}, {"displayName": {"$regex": "^run-2"}}]},
    {"$not": {"config.lr": 0.1}},
    {"config.missing": {"$exists": False}},
    {"username": "nobody"},
    {"config.name": {"$nin": ["n0", "n1"]}},
]


@pytest.fixture
def logged(trainer):
    """Three finished runs of 12 rows, oldest first, with growing loss and lr."""
    runs = [run_id() for _ in range(3)]
    for n, run in enumerate(runs):
        config = {"lr": (n + 1) / 10, "name": f"n{n}"}
        init = {"name": f"run-{n}", "config": config, "tags": ["odd" if n % 2 else "even"], "notes": f"note {n}"}
        trainer.train("simple", run, {"rows": 12, "first": 10 * n, "more": {"acc": n / 10}, "init": init}).succeeded()
    return runs


def test_reading(trainer, logged):
    first, second, third = logged
    path = f"{trainer.user.name}/{trainer.project}"
    out = trainer.train("api_read", None, {"path": path, "run": second, "filters": FILTERS}).succeeded().result
    assert out["entity"] == trainer.user.name
    assert out["all"] == logged and out["newest"] == logged[::-1] and out["by_loss"] == logged[::-1]
    expected = [
        [first],
        [second, third],
        [first, third],
        [second],
        [first, second, third],
        [first, third],
        [second, third],
        [first, second, third],
        [],
        [third],
    ]
    assert dict(zip(map(str, FILTERS), out["filters"], strict=True)) == dict(
        zip(map(str, FILTERS), expected, strict=True)
    )
    assert (out["state"], out["name"], out["tags"], out["notes"]) == ("finished", "run-1", ["odd"], "note 1")
    assert out["config"] == {"lr": 0.2, "name": "n1"} and out["summary"] == {"loss": 21.0, "acc": 0.1}
    assert out["username"] == trainer.user.name
    assert out["metadata"] is True
    assert "Could not find run" in out["missing"] or "not found" in out["missing"].lower(), out["missing"]
    losses = [10.0 + step for step in range(12)]
    assert out["last_step"] == 11
    assert [row["loss"] for row in out["history"]] == losses
    assert [(row["_step"], row["loss"]) for row in out["history_keys"]] == list(enumerate(losses))
    assert 2 <= out["sampled"] <= 5
    assert [row["loss"] for row in out["scan"]] == losses == out["scan_keys"]
    assert out["scan_range"] == [5, 6, 7] and out["scan_pages"] == 12


@pytest.mark.needs("api_exports")
def test_the_clients_own_parquet_reader(trainer, logged):
    out = trainer.train("api_exports", None, {"path": f"{trainer.user.name}/{trainer.project}/{logged[0]}"})
    told = out.succeeded().result
    losses = [float(step) for step in range(12)]
    assert told["beta"] == losses == told["beta_keys"]
    assert told["beta_range"] == [5, 6, 7]
    assert all(file["magic"] == "PAR1" for file in told["files"])


def test_writing(trainer, logged):
    first, second, third = logged
    path = f"{trainer.user.name}/{trainer.project}"
    params = {"path": f"{path}/{first}", "doomed": f"{path}/{third}"}
    out = trainer.train("api_write", None, params).succeeded().result
    assert (out["tags"], out["notes"], out["name"]) == (["new", "tags"], "new notes", "new name")
    assert out["lr"] == 0.5 and out["added"] == 42
    assert "upload.txt" in out["files"] and "upload.txt" not in out["after_delete"]
    assert out["downloaded"] == "uploaded by the API"
    seen = trainer.seen(first)
    assert seen.display_name == "new name" and seen.state == "finished" and len(seen.column("loss")) == 12
    assert trainer.user.api.find_run(trainer.user.name, trainer.project, third) is None


def test_users_and_teams(trainer, server, run):
    member = server.user()
    team = server.team(trainer.user, member=member)
    trainer.entity = team
    trainer.train("simple", run).succeeded()
    out = trainer.train("api_people", None, {"team": team, "user": trainer.user.name}).succeeded().result
    assert out["members"] == sorted([trainer.user.name, member.name])
    assert out["user"] == out["viewer"] == trainer.user.name
    assert out["projects"] == [trainer.project]
    assert team in out["teams"]
