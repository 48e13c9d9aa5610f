"""The callbacks of transformers, Lightning and Keras: metrics, models, tables and pictures arrive and come back."""

import os
import subprocess
from functools import cache
from pathlib import Path

import pytest
from harness.training import Trainer
from harness.versions import ROOT, Client, newest


@cache
def environment() -> Client:
    """The newest client beside the frameworks."""
    folder = os.environ.get("RUNSTEAD_FRAMEWORKS_ENV")
    if folder is None:
        tool = ROOT / "tools/frameworks-env"
        folder = subprocess.run([tool], check=True, capture_output=True, text=True).stdout.strip()
    client = Client(newest().version, Path(folder))
    installed = client.folder.glob(f"lib/python3*/site-packages/wandb-{client.version}.dist-info")
    assert any(installed), f"tools/pins/frameworks.txt has another client than {client.version}"
    return client


@pytest.fixture
def trainer(server, user, tmp_path):
    # A tiny model is slower on many threads than on one.
    return Trainer(environment(), server, user, tmp_path, extra={"OMP_NUM_THREADS": "1", "WANDB_SILENT": "false"})


def no_complaints(outcome):
    complaints = [
        line for line in outcome.output.splitlines() if "wandb" in line and ("WARN" in line or "rror" in line)
    ]
    # Lightning passes a setting that the client no longer has.
    assert all("anonymous setting has no effect" in line for line in complaints), outcome.output


def test_the_trainer_of_transformers(trainer):
    outcome = trainer.train("framework_transformers").succeeded()
    no_complaints(outcome)
    for way, told in outcome.result.items():
        assert told["same"], way
        seen = trainer.seen(told["run"])
        assert (seen.state, seen.display_name) == ("finished", way)
        assert seen.column("train/global_step") == sorted(seen.column("train/global_step"))
        assert len(seen.column("train/loss")) == 6 and len(seen.column("eval/spread")) == 2
        assert seen.summary["train/global_step"] == 12 and seen.summary["train_loss"] > 0
        assert seen.config["model_type"] == "gpt2" and seen.config["model/num_parameters"] > 1000
        assert told["metadata"]["final_model"] and told["metadata"]["eval/loss"] == seen.summary["eval/loss"]
        assert {"config.json", "model.safetensors", "model_architecture.txt"} <= set(told["files"])
    checkpoints = outcome.result["checkpoint"]["aliases"]
    assert checkpoints == {
        "v0": ["base_model"],
        "v1": ["checkpoint_global_step_6", "epoch_1.0"],
        "v2": ["checkpoint_global_step_12", "epoch_2.0"],
        "v3": ["final_model", "latest"],
    }
    assert outcome.result["end"]["aliases"] == {"v0": ["base_model"], "v1": ["final_model", "latest"]}


def test_the_logger_of_lightning(trainer):
    outcome = trainer.train("framework_lightning").succeeded()
    no_complaints(outcome)
    assert outcome.result["all"]["aliases"].keys() == {"v0", "v1", "v2"}
    assert outcome.result["best"]["aliases"] == {"v0": ["best", "latest"]}
    for told in outcome.result.values():
        assert told["same"] and told["score"][0] == pytest.approx(told["score"][1])
        seen = trainer.seen(told["run"])
        assert seen.state == "finished" and seen.config["rate"] == 0.05
        assert len(seen.column("val/loss")) == 3 and seen.summary["trainer/global_step"] == 11
        # The client numbers the models that one process watches: the second one's keys say graph_1.
        histograms = [
            value
            for row in seen.history
            for key, value in row.items()
            if key.startswith("gradients/") and key.endswith("layer.weight")
        ]
        assert histograms and histograms[0]["_type"] == "histogram"
        tables = [seen.file(table["path"]) for table in seen.column("weights")]
        assert len(tables) == 3 and tables[2].startswith(b'{"columns":["epoch","weight"],"data":[[2,')
        words = seen.column("words")[1]
        assert b"epoch 1" in seen.file(words["path"])
        pictures = seen.column("pictures")[2]
        assert (pictures["count"], pictures["captions"]) == (2, ["one", "two"])
        for name in pictures["filenames"]:
            assert seen.file(name).startswith(b"\x89PNG")


def test_the_callbacks_for_keras(trainer, run):
    outcome = trainer.train("framework_keras", run).succeeded()
    no_complaints(outcome)
    told = outcome.result
    assert told["same"] and told["picture"]
    assert told["models"] == {"v0": ["epoch_0"], "v1": ["epoch_1", "latest"]}
    assert told["columns"] == ["epoch", "at", "picture", "truth", "said"]
    assert [row[:2] for row in told["rows"]] == [[1, at] for at in range(4)]
    assert [row[3] for row in told["rows"]] == pytest.approx(told["said"])
    # The truth is an artifact that the run uses; its pictures are not sent again with each table of predictions.
    assert told["used"] == ["val:v0"] and told["again"] == []
    assert len(told["data"]) == 5 and "val_data.table.json" in told["data"]
    seen = trainer.seen(run)
    assert seen.state == "finished" and seen.config["rate"] == 0.1
    assert len(seen.column("epoch/loss")) == 2 and len(seen.column("batch/mae")) == 4
    assert seen.column("epoch/val_loss")[1] < seen.column("epoch/val_loss")[0]
