"""Logs one of everything the web app shows: media, tables, charts, artifacts, a registry, a sweep, alerts, a report.

Nothing here is trained. It is what the gallery of pictures looks at, beside the runs of `train.py`.
"""

import argparse
import math
import struct
import wave
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import wandb
import wandb_workspaces.reports.v2 as wr
from PIL import Image

STEPS = 5
SIDE = 96
CLASSES = {0: "road", 1: "car", 2: "sky"}

MOLECULE = """ATOM      1  N   GLY A   1       0.000   0.000   0.000  1.00  0.00           N
ATOM      2  CA  GLY A   1       1.458   0.000   0.000  1.00  0.00           C
ATOM      3  C   GLY A   1       2.009   1.420   0.000  1.00  0.00           C
ATOM      4  O   GLY A   1       1.251   2.390   0.000  1.00  0.00           O
ATOM      5  N   ALA A   2       3.332   1.540   0.000  1.00  0.00           N
ATOM      6  CA  ALA A   2       3.988   2.839   0.000  1.00  0.00           C
END
"""


def street(step: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A picture of sky, road and one car that drives, and its mask."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    horizon = SIDE // 2 + 4 * seed
    left = (12 + step * 14 + seed * 7) % (SIDE - 28)
    mask = np.where(y < horizon, 2, 0)
    mask[horizon - 8 : horizon + 12, left : left + 26] = 1
    colours = np.array([[96, 96, 104], [204, 62, 52], [150, 190, 232]])
    shade = (np.sin(x / 5 + seed) * 6 + np.cos(y / 7) * 6)[..., None]
    return np.clip(colours[mask] + shade, 0, 255).astype("uint8"), mask.astype("uint8")


def picture(step: int, seed: int) -> wandb.Image:
    pixels, truth = street(step, seed)
    guess = np.roll(truth, STEPS - step, axis=1)
    ys, xs = np.where(truth == 1)
    box = {
        "position": {"minX": int(xs.min()), "maxX": int(xs.max()), "minY": int(ys.min()), "maxY": int(ys.max())},
        "domain": "pixel",
        "class_id": 1,
        "scores": {"sure": 0.5 + 0.1 * step},
        "box_caption": f"car {0.5 + 0.1 * step:.1f}",
    }
    return wandb.Image(
        pixels,
        caption=f"street at step {step}",
        masks={
            "truth": {"mask_data": truth, "class_labels": CLASSES},
            "guess": {"mask_data": guess, "class_labels": CLASSES},
        },
        boxes={"guess": {"box_data": [box], "class_labels": CLASSES}},
    )


def tone(folder: Path, step: int) -> wandb.Audio:
    """One second of a tone that rises with the step."""
    path, rate = folder / f"tone{step}.wav", 8000
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        swell = [math.sin(at / rate * math.pi) * math.sin(at / rate * 6.283 * (220 + 60 * step)) for at in range(rate)]
        file.writeframes(b"".join(struct.pack("<h", int(value * 28000)) for value in swell))
    return wandb.Audio(str(path), caption=f"{220 + 60 * step} Hz")


def film(folder: Path, step: int, seed: int) -> wandb.Video:
    path = folder / f"film{step}.gif"
    frames = [Image.fromarray(street(step + n, seed)[0]) for n in range(6)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=160, loop=0)
    return wandb.Video(str(path), format="gif", caption="a drive")


def cloud(step: int) -> wandb.Object3D:
    angle = np.linspace(0, 8 * np.pi, 600)
    points = np.stack([np.cos(angle) * (1 + step / 5), np.sin(angle), angle / 8], axis=1)
    return wandb.Object3D(np.concatenate([points, np.tile([40 * step, 120, 220 - 30 * step], (600, 1))], axis=1))


def predictions(step: int, seed: int) -> wandb.Table:
    table = wandb.Table(columns=["id", "picture", "truth", "guess", "score", "note"])
    rng = np.random.default_rng(seed)
    for number in range(24):
        truth, sure = CLASSES[number % 3], float(rng.random() * 0.5 + 0.1 * step)
        guess = truth if sure > 0.3 else CLASSES[(number + 1) % 3]
        small = wandb.Image(street(number, seed)[0][::2, ::2])
        table.add_data(f"s{number:03}", small, truth, guess, round(sure, 4), None if number % 5 else "seen twice")
    return table


def plots(rng: np.random.Generator) -> dict:
    """The charts of `wandb.plot`."""
    truth = rng.integers(0, 3, 200)
    chances = rng.dirichlet([1, 1, 1], 200) * 0.5 + np.eye(3)[truth] * 0.5
    names = list(CLASSES.values())
    steps = list(range(20))
    pairs = wandb.Table(columns=["x", "y"], data=[[float(n), float(rng.normal(n))] for n in range(40)])
    return {
        "plots/confusion": wandb.plot.confusion_matrix(
            y_true=truth.tolist(), preds=chances.argmax(axis=1).tolist(), class_names=names
        ),
        "plots/roc": wandb.plot.roc_curve(truth.tolist(), chances.tolist(), labels=names),
        "plots/pr": wandb.plot.pr_curve(truth.tolist(), chances.tolist(), labels=names),
        "plots/scatter": wandb.plot.scatter(pairs, "x", "y", title="Scattered"),
        "plots/line": wandb.plot.line(pairs, "x", "y", title="A line"),
        "plots/bar": wandb.plot.bar(
            wandb.Table(
                columns=["class", "count"], data=[[name, int((truth == n).sum())] for n, name in enumerate(names)]
            ),
            "class",
            "count",
            title="Classes",
        ),
        "plots/series": wandb.plot.line_series(
            steps, [[n * n for n in steps], [n * 9 for n in steps]], keys=["square", "nine"], title="Two series"
        ),
    }


def one_run(entity: str, seed: int, folder: Path) -> None:
    config = {"lr": 0.01 * 3**seed, "backbone": ["small", "wide", "deep"][seed], "augment": {"flip": True, "crop": 0.8}}
    rng = np.random.default_rng(seed)
    with wandb.init(entity=entity, project="street", name=f"street-{seed}", config=config, tags=["gallery"]) as run:
        run.define_metric("val/*", step_metric="epoch")
        for step in range(120):
            loss = 2 * math.exp(-step / (25 + 10 * seed)) + float(rng.normal(0, 0.04))
            run.log({"train/loss": loss if step != 60 else float("nan"), "train/lr": config["lr"] * (1 - step / 120)})
        for step in range(STEPS):
            run.log(
                {
                    "epoch": step,
                    "val/loss": 1.8 / (step + 1 + seed),
                    "val/iou": 1 - 0.7 / (step + 1),
                    "media/street": picture(step, seed),
                    "media/tone": tone(folder, step),
                    "media/film": film(folder, step, seed),
                    "media/cloud": cloud(step),
                    "media/page": wandb.Html(f"<h1>Epoch {step}</h1><p>What the model <em>wrote</em>.</p>"),
                    "media/weights": wandb.Histogram(rng.normal(step / 5, 1 + step / 9, 2000)),
                    "media/surface": go.Figure(go.Surface(z=np.outer(np.hanning(20), np.hanning(20)) * (step + 1))),
                    "predictions": predictions(step, seed),
                }
            )
            print(f"epoch {step}: \x1b[32mval/loss {1.8 / (step + 1 + seed):.3f}\x1b[0m")
        pdb = folder / "gly.pdb"
        pdb.write_text(MOLECULE)
        run.log({"media/molecule": wandb.Molecule(str(pdb)), **plots(rng)})
        if seed == 2:
            run.alert("Loss is not a number", "at step 60 of street-2", level=wandb.AlertLevel.WARN)
        run.use_artifact(f"streets:v{min(seed, 1)}")
        model = wandb.Artifact("segmenter", "model", metadata={"iou": 0.8 + seed / 20})
        with model.new_file("weights.bin", mode="wb") as file:
            file.write(rng.bytes(200_000))
        logged = run.log_artifact(model, aliases=["best"] if seed == 1 else [])
        logged.wait()
        run.link_artifact(logged, "wandb-registry-model/street segmenter", aliases=["production"] if seed == 1 else [])
        run.log_code(str(Path(__file__).parent), name="demo", include_fn=lambda path: path.endswith(".py"))


def datasets(entity: str) -> None:
    """Two versions of a data set, the second with what was logged of the first."""
    with wandb.init(entity=entity, project="street", name="collect", job_type="data") as run:
        for version in range(2):
            data = wandb.Artifact("streets", "dataset", description="Pictures of **streets**.", metadata={"side": SIDE})
            for step in range(3 + version):
                with data.new_file(f"pictures/{step}.png", mode="wb") as file:
                    Image.fromarray(street(step, 0)[0]).save(file, "PNG")
            with data.new_file("README.md") as file:
                file.write(f"# Streets\n\n{3 + version} pictures.\n")
            run.log_artifact(data, aliases=["checked"] if version == 0 else []).wait()


def failing_run(entity: str) -> None:
    run = wandb.init(entity=entity, project="street", name="street-broken", config={"lr": 10.0, "backbone": "wide"})
    run.log({"train/loss": float("inf")})
    print("Traceback (most recent call last):\n  RuntimeError: out of memory")
    run.finish(exit_code=1)


def sweep(entity: str) -> None:
    grid = {"name": "widths", "method": "grid", "metric": {"name": "score", "goal": "maximize"}}
    number = wandb.sweep(
        grid | {"parameters": {"width": {"values": [16, 32, 64]}, "lr": {"values": [0.1, 0.01]}}},
        entity=entity,
        project="street",
    )

    def once() -> None:
        with wandb.init() as run:
            for step in range(10):
                run.log({"score": math.log(run.config.width) * step * (1 - run.config.lr)})

    wandb.agent(number, once, entity=entity, project="street")


def report(entity: str) -> None:
    runs = wr.Runset(entity=entity, project="street", name="All runs")
    losses = wr.PanelGrid(
        runsets=[runs],
        panels=[
            wr.LinePlot(x="Step", y=["train/loss"], layout=wr.Layout(x=0, y=0, w=12, h=8)),
            wr.BarPlot(metrics=["val/iou"], layout=wr.Layout(x=12, y=0, w=12, h=8)),
        ],
    )
    blocks = [
        wr.TableOfContents(),
        wr.H1("Where the cars are"),
        wr.P("Three backbones were trained on pictures of streets."),
        wr.CalloutBlock("The widest is best, and costs twice as much."),
        losses,
        wr.H2("How it is scored"),
        wr.LatexBlock(r"\mathrm{IoU} = \frac{|A \cap B|}{|A \cup B|}"),
        wr.UnorderedList(["road", "car", "sky"]),
        wr.BlockQuote("A road that is not seen is still a road."),
        wr.CodeBlock("wandb.init(project='street')", language="python"),
        wr.MarkdownBlock("A **table**:\n\n| class | share |\n| --- | --- |\n| car | 6 % |"),
        wr.HorizontalRule(),
    ]
    wr.Report(
        project="street", entity=entity, title="Streets, seen", description="Which backbone to take", blocks=blocks
    ).save()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entity", required=True)
    entity = parser.parse_args().entity
    wandb.Api().create_registry(
        "model",
        visibility="organization",
        organization="runstead",
        artifact_types=["model"],
        description="Models that drive",
    )
    folder = Path("media")
    folder.mkdir(exist_ok=True)
    datasets(entity)
    for seed in range(3):
        one_run(entity, seed, folder)
    failing_run(entity)
    sweep(entity)
    report(entity)


if __name__ == "__main__":
    main()
