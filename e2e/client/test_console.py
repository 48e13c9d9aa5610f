"""The terminal, system metrics and alerts of a run."""

import pytest
from harness.training import stats_style

ALERTS = """query Alerts($entity: String!, $project: String!, $name: String!) {
  project(name: $project, entityName: $entity) { run(name: $name) { alerts { title text severity } } } }"""


@pytest.mark.every_client
def test_console_lines_arrive_as_a_terminal_shows_them(trained):
    _, seen, _ = trained("console")
    text = "\n".join(seen.console)
    for line in ("plain line", "ünïcode ✓ 日本", "to stderr", "last line"):
        assert any(line in shown for shown in seen.console), f"{line!r} is not in:\n{text}"
    assert sum("progress" in line for line in seen.console) == 1, text
    assert any(line.endswith("progress 100%") for line in seen.console), text


@pytest.mark.every_client
def test_console_lines_are_told_apart_from_errors(trained):
    _, seen, _ = trained("console")
    nodes = [edge["node"] for edge in seen.raw["logLines"]["edges"]]
    assert [node["number"] for node in nodes] == sorted(node["number"] for node in nodes)
    (error,) = [node for node in nodes if "to stderr" in node["line"]]
    (plain,) = [node for node in nodes if "plain line" in node["line"]]
    assert error["level"] == "error" and plain["level"] != "error"
    assert plain["timestamp"] and plain["line"] == "plain line"


def test_system_metrics_arrive(trainer, run):
    trainer.train("stats", run, {"style": stats_style(trainer.client)}).succeeded()
    seen = trainer.seen(run)
    keys = {key for row in seen.events for key in row}
    assert any(key.startswith("system.cpu") or key.startswith("system.proc") for key in keys), sorted(keys)
    assert all("_timestamp" in row for row in seen.events)


def test_alerts_arrive(trainer, run):
    trainer.train("alerts", run).succeeded()
    data = trainer.user.api.query(ALERTS, entity=trainer.user.name, project=trainer.project, name=run)
    alerts = {alert["title"]: alert for alert in data["project"]["run"]["alerts"]}
    assert alerts["Loss is NaN"] == {"title": "Loss is NaN", "text": "step 7 of **run**", "severity": "ERROR"}
    assert alerts["Just so you know"]["severity"] == "INFO"
