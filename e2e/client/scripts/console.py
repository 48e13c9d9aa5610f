"""Prints lines, errors and progress bars as training scripts do."""

import sys
import time

import wandb

run = wandb.init()
print("plain line")
print("ünïcode ✓ 日本")
print("to stderr", file=sys.stderr)
for percent in range(0, 101, 20):
    print(f"\rprogress {percent}%", end="")
    sys.stdout.flush()
    time.sleep(0.05)
print()
print("last line")
run.log({"loss": 1})
time.sleep(1)
run.finish()
