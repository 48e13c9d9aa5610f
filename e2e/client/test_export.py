"""What `runstead export` writes is read by DuckDB, Polars and pandas, with the recipes of the documentation."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from harness.training import run_id
from harness.versions import ROOT

READER = Path(os.environ.get("RUNSTEAD_READERS_ENV", "/nonexistent")) / "bin/python"
RECIPES = dict(
    re.findall(r"^(\w+):\n\n```python\n(.*?)```", (ROOT / "docs/export.md").read_text(), re.MULTILINE | re.DOTALL)
)


def read(folder, script):
    done = subprocess.run([READER, "-c", script], cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def runs(trainer):
    """Two finished runs whose best losses differ."""
    both = sorted(run_id() for _ in range(2))
    for first, run in enumerate(both):
        params = {"rows": 5, "first": first + 3, "more": {"acc": 0.5}, "init": {"config": {"lr": first / 10}}}
        trainer.train("simple", run, params).succeeded()
    return both


def test_recipes(trainer, server, runs, tmp_path):
    assert sorted(RECIPES) == ["DuckDB", "Polars", "pandas"]
    folder = tmp_path / "export"
    said = server.cli("export", f"{trainer.user.name}/{trainer.project}", str(folder)).stdout
    assert "2 runs (0 were there already)" in said
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["runs"] == 2 and manifest["files"] > 4
    for recipe in RECIPES.values():
        shown = read(tmp_path, recipe)
        assert re.search(rf"{runs[0]}.*\b3\b.*{runs[1]}.*\b4\b", shown, re.DOTALL), shown
    again = server.cli("export", f"{trainer.user.name}/{trainer.project}", str(folder)).stdout
    assert "2 runs (2 were there already)" in again


def test_one_file(trainer, runs, tmp_path):
    base = f"/api/export/{trainer.user.name}/{trainer.project}"
    for name in ["runs.parquet", "history.parquet?keys=loss"]:
        answer = trainer.user.api.request("GET", f"{base}/{name}")
        assert answer.status == 200
        (tmp_path / name.split("?")[0]).write_bytes(answer.body)
    script = """
import pandas as pd, polars as pl, duckdb
history = pd.read_parquet("history.parquet")
print(list(history.columns), len(history), pl.read_parquet("history.parquet").equals(pl.from_pandas(history)))
print(sorted(pd.read_parquet("runs.parquet")["config.lr"]))
print(duckdb.sql("SELECT count(*) FROM 'history.parquet' WHERE loss >= 4").fetchall())
"""
    assert read(tmp_path, script).splitlines() == ["['_run', '_step', 'loss'] 10 True", "[0.0, 0.1]", "[(9,)]"]
