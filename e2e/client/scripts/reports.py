"""Makes a report with every block that `wandb-workspaces` has, loads what stands at an address, and saves it again."""

import wandb_workspaces.reports.v2 as wr
from params import PARAMS, result

entity, project = PARAMS["entity"], PARAMS["project"]


def told(report):
    """What a report says, as plain values."""
    return {
        "title": report.title,
        "blocks": [type(block).__name__ for block in report.blocks],
        "texts": [
            getattr(block, "text", None) if isinstance(getattr(block, "text", None), str) else None
            for block in report.blocks
        ],
    }


if "url" in PARAMS:
    loaded = wr.Report.from_url(PARAMS["url"])
    grids = [block for block in loaded.blocks if isinstance(block, wr.PanelGrid)]
    lists = [block for block in loaded.blocks if type(block).__name__.endswith("List")]
    answer = told(loaded) | {
        "panels": [type(panel).__name__ for grid in grids for panel in grid.panels],
        "metrics": [
            [getattr(one, "name", one) for one in getattr(panel, "y", [])] for grid in grids for panel in grid.panels
        ],
        "runsets": [[runset.name, runset.filters] for grid in grids for runset in grid.runsets],
        "items": [[str(item) for item in found.items] for found in lists],
        "code": [[block.code, block.language] for block in loaded.blocks if isinstance(block, wr.CodeBlock)],
    }
    loaded.title = "Saved by the package"
    loaded.save()
    result(answer | {"url": loaded.url})
else:
    report = wr.Report(
        project=project,
        entity=entity,
        title="Every block",
        blocks=[
            wr.H1("One"),
            wr.H2(["Two ", wr.Link("link", url="https://example.org")]),
            wr.H3("Three", collapsed_blocks=[wr.P("inside")]),
            wr.P(["a ", wr.InlineLatex("x^2"), " b ", wr.InlineCode("code")]),
            wr.UnorderedList(items=["a", "b"]),
            wr.OrderedList(items=["a", "b"]),
            wr.CheckedList(items=[wr.CheckedListItem("x", checked=True), wr.CheckedListItem("y")]),
            wr.CodeBlock(code="a = 1\nb = 2", language="python"),
            wr.LatexBlock(text="e = mc^2"),
            wr.MarkdownBlock(text="# hi"),
            wr.BlockQuote("quoted"),
            wr.CalloutBlock("called out"),
            wr.Image(url="https://example.org/x.png", caption="caption"),
            wr.HorizontalRule(),
            wr.Video(url="https://example.org/video"),
            wr.Gallery(items=[]),
            wr.PanelGrid(
                runsets=[wr.Runset(entity=entity, project=project, name="all", filters='Config("lr") >= 0')],
                panels=[wr.LinePlot(x="Step", y=["loss"]), wr.BarPlot(metrics=["loss"])],
            ),
        ],
    )
    report.save()
    result({"url": report.url, "id": report.id})
