"""Workspaces and reports made by the package `wandb-workspaces` are kept and come back whole."""

import json


def test_workspaces_and_reports_come_back(trainer, run):
    trainer.train("simple", run, {"rows": 3}).succeeded()
    place = {"entity": trainer.user.name, "project": trainer.project}
    out = trainer.train("workspaces", None, place).succeeded().result
    assert out["name"] == "Renamed"
    assert out["sections"] == [["Losses", ["LinePlot"]], ["Compared", ["BarPlot", "RunComparer"]]]
    assert (out["smoothing"], out["query"]) == (["gaussian", 5], "run")
    assert out["title"] == "Findings, again"
    assert out["blocks"] == ["H1", "P", "LatexBlock", "PanelGrid"]
    address = trainer.server.url + f"/{trainer.user.name}/{trainer.project}"
    assert out["workspace"].startswith(f"{address}?nw=") and out["report"].startswith(f"{address}/reports/")
    stored = trainer.user.api.query(
        "query V($entity: String!, $project: String!) { project(entityName: $entity, name: $project) {"
        " allViews { edges { node { type displayName spec } } } } }",
        **place,
    )["project"]["allViews"]["edges"]
    nodes = {edge["node"]["type"]: edge["node"] for edge in stored}
    assert len(stored) == 2 and nodes["runs"]["displayName"] == "Findings, again"
    assert json.loads(nodes["project-view"]["spec"])["section"]["settings"]["smoothingWeight"] == 5
