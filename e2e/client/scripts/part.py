"""One part of a run that is resumed: prints lines and a progress bar, and runs long enough for system metrics."""

import sys
import time

import wandb
from params import PARAMS, result

names = {
    "0.1": {"_stats_sample_rate_seconds": 0.1, "_stats_samples_to_average": 2},
    "0.18": {"_stats_sampling_interval": 0.2},
}
settings = names.get(PARAMS["style"], {"x_stats_sampling_interval": 0.2})
run = wandb.init(settings=wandb.Settings(**settings), **PARAMS.get("init", {}))
began = time.time()
part = PARAMS["part"]
for percent in range(0, 101, 50):
    print(f"\rpart {part} at {percent}%", end="")
    sys.stdout.flush()
    time.sleep(0.4)
print()
for i in range(PARAMS["lines"]):
    print(f"part {part} line {i}")
run.log({"loss": float(part)})
time.sleep(1)
result({"began": began})
run.finish()
