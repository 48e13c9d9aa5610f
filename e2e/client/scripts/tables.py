"""Logs tables in every way that the client has."""

import numpy as np
import wandb
from params import PARAMS

run = wandb.init()


def table(rows, **more):
    return wandb.Table(columns=["id", "n", "text"], data=rows, **more)


run.log({"plain": table([[f"r{i}", i / 4, "even" if i % 2 == 0 else "odd"] for i in range(20_000)])})

pictures = wandb.Table(columns=["id", "picture", "flag", "list"])
for i in range(3):
    pixels = np.full((8, 8, 3), i * 80, dtype=np.uint8)
    pictures.add_data(i, wandb.Image(pixels, caption=f"grey {i}"), i > 0, [i, None])
run.log({"media/pictures": pictures})

if PARAMS["modes"]:
    changing = table([["a", 1, "x"]], log_mode="MUTABLE")
    run.log({"mutable": changing})
    changing.add_data("b", 2, "y")
    changing.add_column("more", [True, False])
    run.log({"mutable": changing})
    growing = table([["a", 1, "x"]], log_mode="INCREMENTAL")
    run.log({"growing": growing})
    for n in range(2, 13):
        growing.add_data(f"i{n}", n, "z")
        run.log({"growing": growing})

parts = wandb.Artifact("parts", type="dataset")
for n in range(3):
    parts.add(table([[f"p{n}", n, "part"]]), f"parts/{n}")
parts.add(wandb.data_types.PartitionedTable(parts_path="parts"), "whole")
left = table([["k1", 1, "left"], ["k2", 2, "left"]])
right = table([["k2", 20, "right"], ["k3", 30, "right"]])
parts.add(wandb.JoinedTable(left, right, "id"), "joined")
run.log_artifact(parts)
parts.wait()

borrowed = wandb.Artifact("borrowed", type="dataset")
borrowed.add_reference(parts.get_entry("parts/0.table.json").ref_url(), "there.table.json")
run.log_artifact(borrowed)
run.finish()
