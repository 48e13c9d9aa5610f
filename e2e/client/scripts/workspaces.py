"""Makes a workspace and a report with `wandb-workspaces`, changes both, and loads them back by their addresses."""

import wandb_workspaces.reports.v2 as wr
import wandb_workspaces.workspaces as ws
from params import PARAMS, result

entity, project = PARAMS["entity"], PARAMS["project"]

workspace = ws.Workspace(
    entity=entity,
    project=project,
    name="Overview",
    sections=[
        ws.Section(name="Losses", panels=[wr.LinePlot(x="Step", y=["loss"], log_y=True)], is_open=True),
        ws.Section(name="Compared", panels=[wr.BarPlot(metrics=["loss"]), wr.RunComparer(diff_only=True)]),
    ],
    settings=ws.WorkspaceSettings(x_axis="Step", smoothing_type="gaussian", smoothing_weight=5),
    runset_settings=ws.RunsetSettings(query="run", order=[ws.Ordering(ws.Summary("loss"), ascending=True)]),
)
workspace.save()
workspace.name = "Renamed"
workspace.save()
loaded = ws.Workspace.from_url(workspace.url)

report = wr.Report(
    project=project,
    entity=entity,
    title="Findings",
    description="what we saw",
    blocks=[
        wr.H1("Results"),
        wr.P("It learns."),
        wr.LatexBlock("e = mc^2"),
        wr.PanelGrid(
            runsets=[wr.Runset(entity=entity, project=project, name="all")],
            panels=[wr.LinePlot(x="Step", y=["loss"]), wr.ScalarChart(metric="loss")],
        ),
    ],
)
report.save()
report.title = "Findings, again"
report.save()
back = wr.Report.from_url(report.url)

result(
    {
        "workspace": workspace.url,
        "name": loaded.name,
        "sections": [[section.name, [type(panel).__name__ for panel in section.panels]] for section in loaded.sections],
        "smoothing": [loaded.settings.smoothing_type, loaded.settings.smoothing_weight],
        "query": loaded.runset_settings.query,
        "report": report.url,
        "title": back.title,
        "blocks": [type(block).__name__ for block in back.blocks],
    }
)
