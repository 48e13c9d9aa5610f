"""Chart presets made with the client's own call, and charts that name them."""

import pytest


@pytest.mark.every_client
@pytest.mark.needs("custom_charts")
def test_a_preset_is_made_once_and_named_by_a_logged_chart(trainer, run):
    out = trainer.train("custom_chart", run, {"entity": trainer.user.name}).succeeded().result
    chart = f"{trainer.user.name}/bars"
    assert out["made"] == [chart, chart]
    assert f"another chart preset {chart}" in out["refused"]
    stored = trainer.user.api.query("query Q($id: ID!) { customChart(id: $id) { displayName spec } }", id=chart)
    assert stored["customChart"]["displayName"] == "Bars" and "${field:x}" in stored["customChart"]["spec"]
    config = trainer.user.api.query(
        "query Q($e: String!, $p: String!, $r: String!)"
        " { project(entityName: $e, name: $p) { run(name: $r) { config } } }",
        e=trainer.user.name,
        p=trainer.project,
        r=run,
    )
    assert f'"panelDefId":"{chart}"' in config["project"]["run"]["config"].replace(" ", "")
