"""init, log, finish: everything a script says is on the server afterwards."""

import math

import pytest


def is_step_row(row):
    return "loss" in row


@pytest.mark.every_client
def test_everything_arrives(trained):
    outcome, seen, trainer = trained("everything")
    told = outcome.result
    assert seen.state == "finished" and seen.exit_code == 0
    assert told["name"] == seen.display_name == "first light"
    assert told["entity"] == trainer.user.name
    assert sorted(seen.tags) == ["b", "baseline"]
    assert (seen.notes, seen.group, seen.job_type) == ("a note", "sweepless", "train")
    assert seen.raw["user"]["username"] == trainer.user.name

    config = {key: value for key, value in seen.config.items() if not key.startswith("_")}
    optimizer = {"name": "adam", "beta": 0.9}
    expected = {"lr": 0.1, "layers": [64, 32], "optimizer": optimizer, "flag": True, "none": None, "late": "added"}
    assert config == expected

    rows = [row for row in seen.history if is_step_row(row)]
    assert [row["_step"] for row in rows] == [0, 1, 2, 3, 4]
    assert [row["loss"] for row in rows] == [1 / (step + 1) for step in range(5)]
    assert [row["train/acc"] for row in rows] == [step / 10 for step in range(5)]
    assert [row["phase"] for row in rows] == ["warm", "warm", "hot", "hot", "hot"]
    assert all(row["_timestamp"] > 1.6e9 and row["_runtime"] >= 0 for row in rows)


@pytest.mark.every_client
def test_odd_numbers_and_nested_values_survive(trained):
    _, seen, _ = trained("everything")
    (odd,) = [row for row in seen.history if "odd" in row]
    assert math.isnan(float(odd["odd"]))
    assert float(odd["big"]) == math.inf and float(odd["small"]) == -math.inf
    (nested,) = [row for row in seen.history if "truth" in row]
    assert nested["truth"] is True and nested["huge"] == 2**53
    flat = nested.get("nested") or {"a": nested["nested.a"], "b": {"c": nested["nested.b.c"]}}
    assert flat == {"a": 1, "b": {"c": 2.5}}


@pytest.mark.every_client
def test_summary_is_the_last_value_and_what_was_set(trained):
    _, seen, _ = trained("everything")
    summary = seen.summary
    assert summary["loss"] == 0.2 and summary["best"] == 0.25
    assert summary["nested_best"] == {"a": {"b": 7}}
    assert summary["_step"] == 7


@pytest.mark.every_client
def test_media_and_their_files_arrive(trained):
    _, seen, _ = trained("everything")
    (row,) = [row for row in seen.history if "image" in row]
    assert row["hist"]["_type"] == "histogram" and len(row["hist"]["values"]) == 64
    assert row["image"]["_type"] == "image-file" and row["image"]["caption"] == "black"
    assert seen.file(row["image"]["path"])[:4] == b"\x89PNG"
    assert row["page"]["_type"] == "html-file"
    assert b"<b>bold</b>" in seen.file(row["page"]["path"])


def test_a_table_arrives_and_breaks_nothing(trainer, run):
    trainer.train("table", run).succeeded()
    seen = trainer.seen(run)
    assert seen.column("loss") == [1.0, 2.0] and seen.state == "finished"
    (table,) = seen.column("table")
    assert table["_type"] == "table-file" and table["nrows"] == 2
    assert b'"x"' in seen.file(table["path"])


@pytest.mark.every_client
def test_the_usual_files_arrive(trained):
    _, seen, _ = trained("everything")
    for name in ("config.yaml", "wandb-metadata.json", "wandb-summary.json", "requirements.txt"):
        assert len(seen.file(name)) > 2, name


def test_a_run_without_a_name_gets_one(trainer, run):
    told = trainer.train("simple", run).succeeded().result
    seen = trainer.seen(run)
    assert seen.display_name and told["name"] == seen.display_name != run


def test_defined_metrics(trainer, run):
    trainer.train("metrics", run).succeeded()
    seen = trainer.seen(run)
    defined = {entry.get("1") or entry.get("2"): entry for entry in seen.config["_wandb"]["m"]}
    assert {"epoch", "loss", "acc"} <= set(defined)
    assert "val/x" in defined or "val/*" in defined
    assert seen.summary["loss"]["min"] == 1.0
    assert seen.summary["acc"]["max"] == 0.9


def test_project_and_entity_may_be_named_in_the_script(trainer, run):
    init = {"entity": trainer.user.name, "project": "named"}
    trainer.train("simple", run, {"init": init}, WANDB_PROJECT=None).succeeded()
    assert trainer.seen(run, project="named").state == "finished"
