"""One of several writers of one run."""

import wandb
from params import PARAMS

label = PARAMS["label"]
settings = wandb.Settings(
    mode="shared", x_label=label, x_primary=PARAMS["primary"], x_update_finish_state=PARAMS["primary"]
)
run = wandb.init(config={f"config_{label}": label}, settings=settings)
for i in range(PARAMS["rows"]):
    run.log({f"loss_{label}": i, "writer": label})
print(f"line of {label}")
run.finish()
