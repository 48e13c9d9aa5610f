"""Runs long enough for system metrics to be sampled."""

import time

import wandb
from params import PARAMS

names = {
    "0.1": {"_stats_sample_rate_seconds": 0.1, "_stats_samples_to_average": 2},
    "0.18": {"_stats_sampling_interval": 0.2},
}
settings = names.get(PARAMS["style"], {"x_stats_sampling_interval": 0.2})
run = wandb.init(settings=wandb.Settings(**settings))
for i in range(20):
    run.log({"loss": i})
    time.sleep(0.2)
run.finish()
