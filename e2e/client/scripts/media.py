"""Logs one medium of every kind, some as lists, and puts those that can be into an artifact that is read back."""

import json
import struct
import sys
import types
import wave
from pathlib import Path

import numpy as np
import wandb
from params import PARAMS, result
from PIL import Image

try:
    from wandb.sdk.data_types.bokeh import Bokeh
except ImportError:  # Its place in older clients.
    from wandb.data_types import Bokeh

MOLECULE = "ATOM      1  N   GLY A   1       0.000   0.000   0.000  1.00  0.00           N\nEND\n"
LABELS = {0: "road", 1: "car"}


class Figure:
    """What the client takes from a figure of plotly, which is not installed."""

    def to_plotly_json(self):
        return {"data": [{"type": "scatter", "x": [1, 2], "y": np.array([3, 4])}], "layout": {"title": "line"}}


Figure.__module__ = "plotly.graph_objs"


class Document:
    """What the client takes from bokeh, which is not installed either."""

    from_json = staticmethod(dict)


sys.modules["bokeh"] = types.ModuleType("bokeh")
sys.modules["bokeh"].document = types.SimpleNamespace(Document=Document)
sys.modules["bokeh"].model = types.SimpleNamespace(Model=Document)
# Some versions ask for it, also where they are given a file.
sys.modules["soundfile"] = types.ModuleType("soundfile")
Path("plot.bokeh.json").write_text(json.dumps({"roots": {"references": []}, "title": "bokeh"}))


def tone(hertz):
    path = f"tone{hertz}.wav"
    with wave.open(path, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"".join(struct.pack("<h", (n * hertz) % 20_000) for n in range(800)))
    return wandb.Audio(path, caption=f"{hertz} Hz")


def film(name):
    frames = [Image.fromarray(np.full((8, 8, 3), shade, dtype=np.uint8)) for shade in (0, 90, 180)]
    frames[0].save(name, save_all=True, append_images=frames[1:], duration=100)
    return wandb.Video(name, format="gif", caption=name)


def pixels(shade):
    return np.full((8, 8, 3), shade, dtype=np.uint8)


mask = np.zeros((8, 8), dtype=np.uint8)
mask[2:4] = 1
box = {
    "position": {"minX": 1, "maxX": 5, "minY": 2, "maxY": 6},
    "domain": "pixel",
    "class_id": 1,
    "scores": {"sure": 0.9},
}
marked = {"boxes": {"guess": {"box_data": [box], "class_labels": LABELS}}}
if PARAMS["masks"]:
    marked["masks"] = {"truth": {"mask_data": mask, "class_labels": LABELS}}
Path("gly.pdb").write_text(MOLECULE)
Path("cube.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")

run = wandb.init()
run.log(
    {
        "picture": wandb.Image(pixels(10), caption="one", **marked),
        "deep/pictures": [wandb.Image(pixels(shade), caption=str(shade), **marked) for shade in (20, 30)],
        "sound": tone(220),
        "sounds": [tone(330), tone(440)],
        "film": film("one.gif"),
        "page": wandb.Html("<b>bold</b>"),
        "cloud": wandb.Object3D(np.arange(30.0).reshape(10, 3)),
        "mesh": wandb.Object3D("cube.obj"),
        "molecule": wandb.Molecule("gly.pdb"),
        "figure": wandb.Plotly(Figure()),
        "plot": Bokeh("plot.bokeh.json"),
        "weights": wandb.Histogram(np.arange(100), num_bins=10),
    }
)
kept = wandb.Artifact("kept", "dataset")
kept.add(wandb.Image(pixels(40), **marked), "picture")
kept.add(tone(550), "sound")
table = wandb.Table(columns=["n", "picture", "page"])
table.add_data(1, wandb.Image(pixels(50)), wandb.Html("<i>in a cell</i>"))
kept.add(table, "table")
run.log_artifact(kept)
kept.wait()
run.finish()

again = wandb.Api().artifact(f"{run.entity}/{run.project}/kept:v0")
picture, cells = again.get("picture"), again.get("table")
result(
    {
        "picture": np.array(picture.image).tolist() == pixels(40).tolist(),
        "marks": [sorted(picture._masks or {}), sorted(picture._boxes)],
        "cells": [cells.columns, cells.data[0][0], np.array(cells.data[0][1].image).tolist() == pixels(50).tolist()],
        "entries": sorted(again.manifest.entries),
    }
)
