"""Reports of the package `wandb-workspaces`: what it makes is kept, and what the web app writes it loads and saves."""

import json

SAVE = """mutation U($input: UpsertViewInput!) { upsertView(input: $input) { view { id } } }"""
VIEW = """query V($id: ID!) { view(id: $id) { displayName type spec } }"""


def text(words, **marks):
    return {"text": words, **marks}


def paragraph(*pieces):
    return {"type": "paragraph", "children": list(pieces)}


def as_the_web_app_writes(place):
    """A document in every form that the editor of the web app writes."""

    def item(words, **more):
        return {"type": "list-item", "children": [paragraph(text(words))], **more}

    def line(words):
        return {"type": "code-line", "children": [text(words)], "language": "python"}

    named = {"__id__": "b1k2", **paragraph(text("named by "), text("comments", bold=True))}
    grid = {
        "type": "panel-grid",
        "children": [text("")],
        "metadata": {
            "openViz": True,
            "openRunSet": 0,
            "name": "unused-name",
            "runSets": [
                {"id": "a1", "name": "Run set", "enabled": True, "search": {"query": ""}, "project": place},
                {
                    "id": "a2",
                    "name": "Run set 2",
                    "enabled": True,
                    "search": {"query": "run", "isRegex": True},
                    "filters": {
                        "filterFormat": "filterV2",
                        "filters": [{"key": {"section": "config", "name": "lr"}, "op": ">=", "value": 0.1}],
                    },
                    "grouping": [{"section": "config", "name": "lr"}],
                    "sort": {"keys": [{"key": {"section": "summary", "name": "loss"}, "ascending": True}]},
                    "runFeed": {
                        "version": 2,
                        "columnVisible": {},
                        "columnPinned": {"run:displayName": True},
                        "columnWidths": {},
                        "columnOrder": [],
                    },
                    "selections": {"root": 1, "bounds": [], "tree": ["abc"]},
                    "baselineRunId": None,
                    "pinnedRunIds": [],
                    "customRunColors": {"abc": 3},
                    "coloring": "auto",
                    "aggregate": "mean",
                },
            ],
            "hideRunSets": False,
            "panelBankSectionConfig": {
                "name": "Report Panels",
                "isOpen": False,
                "type": "grid",
                "panels": [
                    {
                        "__id__": "p1",
                        "layout": {"x": 0, "y": 0, "w": 12, "h": 8},
                        "viewType": "Run History Line Plot",
                        "config": {"metrics": ["loss"], "chartTitle": "Loss"},
                    }
                ],
            },
            "customRunColors": {},
            "frozen": {"at": "2026-01-01T00:00:00Z", "runs": [], "series": [], "values": {}},
        },
    }
    blocks = [
        named,
        {"type": "heading", "level": 2, "children": [text("Results")]},
        paragraph(
            {"type": "link", "url": "https://example.org", "children": [text("there")]},
            text(" "),
            {"type": "latex", "children": [text("")], "content": "x^2"},
        ),
        {"type": "list", "children": [item("a"), item("b")]},
        {"type": "list", "ordered": True, "children": [item("a", ordered=True)]},
        {"type": "list", "children": [item("x", checked=True), item("y", checked=False)]},
        {"type": "code-block", "language": "python", "children": [line("a = 1"), line("b = 2")]},
        {"type": "block-quote", "children": [text("quoted")]},
        {"type": "callout-block", "children": [{"type": "callout-line", "children": [text("two\nlines")]}]},
        {"type": "latex", "children": [text("")], "content": "y", "block": True},
        {"type": "markdown-block", "children": [text("")], "content": "# hi"},
        {"type": "image", "children": [text("caption")], "url": "data:image/png;base64,AAAA", "hasCaption": True},
        {"type": "table-of-contents", "children": [text("")]},
        {"type": "horizontal-rule", "children": [text("")]},
        grid,
        paragraph(text("")),
    ]
    spec = {"version": 5, "panelSettings": {}, "blocks": blocks, "width": "readable"}
    return spec | {"authors": [{"name": "ada", "username": "ada"}], "discussionThreads": [], "ref": {}}


def test_every_block_of_the_package_is_kept(trainer, run):
    trainer.train("simple", run, {"rows": 3}).succeeded()
    place = {"entity": trainer.user.name, "project": trainer.project}
    made = trainer.train("reports", None, place).succeeded().result
    back = trainer.train("reports", None, place | {"url": made["url"]}).succeeded().result
    assert back["blocks"] == [
        "H1", "H2", "H3", "P", "UnorderedList", "OrderedList", "CheckedList", "CodeBlock", "LatexBlock",
        "MarkdownBlock", "BlockQuote", "CalloutBlock", "Image", "HorizontalRule", "Video", "Gallery", "PanelGrid",
    ]  # fmt: skip
    assert back["url"].rsplit("--", 1)[1] == made["url"].rsplit("--", 1)[1], "it is the same report"
    stored = trainer.user.api.query(VIEW, id=made["id"])["view"]
    assert (stored["displayName"], stored["type"]) == ("Saved by the package", "runs")


def test_what_the_web_app_writes_loads_in_the_package(trainer, run):
    trainer.train("simple", run, {"rows": 3}).succeeded()
    place = {"entity": trainer.user.name, "project": trainer.project}
    spec = as_the_web_app_writes({"entityName": place["entity"], "name": place["project"]})
    given = {"entityName": place["entity"], "projectName": place["project"], "type": "runs"}
    given |= {"displayName": "Written here", "description": "", "spec": json.dumps(spec)}
    view = trainer.user.api.query(SAVE, input=given)["upsertView"]["view"]["id"]
    url = f"{trainer.server.url}/{place['entity']}/{place['project']}/reports/Written-here--{view.rstrip('=')}"
    out = trainer.train("reports", None, place | {"url": url}).succeeded().result
    assert out["title"] == "Written here"
    assert out["blocks"] == [
        "P", "H2", "P", "UnorderedList", "OrderedList", "CheckedList", "CodeBlock", "BlockQuote", "CalloutBlock",
        "LatexBlock", "MarkdownBlock", "Image", "TableOfContents", "HorizontalRule", "PanelGrid",
    ]  # fmt: skip
    assert out["code"] == [["a = 1\nb = 2", "python"]]
    assert "two\nlines" in out["texts"] and "Results" in out["texts"]
    assert out["panels"] == ["LinePlot"] and out["metrics"] == [["loss"]]
    assert [name for name, _ in out["runsets"]] == ["Run set", "Run set 2"]
    assert "lr" in out["runsets"][1][1]
    stored = trainer.user.api.query(VIEW, id=view)["view"]
    assert stored["displayName"] == "Saved by the package"
