"""Makes a chart preset twice, as a script that runs twice does, and logs a chart that names it."""

import wandb
from params import PARAMS, result

preset = {
    "entity": PARAMS["entity"],
    "name": "bars",
    "display_name": "Bars",
    "spec_type": "vega2",
    "access": "private",
    "spec": {"mark": "bar", "data": {"name": "wandb"}, "encoding": {"x": {"field": "${field:x}"}}},
}
api = wandb.Api()
made = [api.create_custom_chart(**preset) for _ in range(2)]
with wandb.init() as run:
    table = wandb.Table(columns=["name", "value"], data=[["a", 1], ["b", 2]])
    run.log({"shown": wandb.plot_table(made[0], table, {"x": "name", "y": "value"})})
refused = None
try:
    api.create_custom_chart(**preset | {"display_name": "Other bars"})
except Exception as error:
    refused = str(error)
result({"made": made, "refused": refused})
