"""Trains a line with Keras and the client's three callbacks: metrics, a model of each epoch, a table of predictions."""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy
import wandb
from params import result
from wandb.integration.keras import WandbEvalCallback, WandbMetricsLogger, WandbModelCheckpoint

x = numpy.linspace(-1, 1, 16, dtype="float32").reshape(-1, 1)
y = 2 * x
pictures = numpy.random.default_rng(1).integers(0, 255, (4, 6, 6, 3), dtype="uint8")


class Predictions(WandbEvalCallback):
    """A table of what the model says after each epoch, with pictures that are uploaded once."""

    def add_ground_truth(self, logs=None):
        for at, picture in enumerate(pictures):
            self.data_table.add_data(at, wandb.Image(picture), float(y[at, 0]))

    def add_model_predictions(self, epoch, logs=None):
        said = self.model.predict(x[: len(pictures)], verbose=0)
        known = self.data_table_ref
        for at in known.get_index():
            row = known.data[at]
            self.pred_table.add_data(epoch, row[0], row[1], row[2], float(said[at, 0]))


run = wandb.init(config={"rate": 0.1})
model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse", metrics=["mae"])
model.fit(
    x,
    y,
    validation_data=(x, y),
    epochs=2,
    batch_size=4,
    verbose=0,
    callbacks=[
        WandbMetricsLogger(log_freq=2),
        WandbModelCheckpoint("models/{epoch:02d}.keras"),
        Predictions(["at", "picture", "truth"], ["epoch", "at", "picture", "truth", "said"]),
    ],
)
run.finish()

api = wandb.Api()
at = f"{run.entity}/{run.project}"
folder = api.artifact(f"{at}/run_{run.id}_model:epoch_1").download()
again = keras.models.load_model(f"{folder}/02.keras")
same = zip(model.get_weights(), again.get_weights(), strict=True)
predictions = api.artifact(f"{at}/run_{run.id}_pred:v1")
table = predictions.get("eval_data")
picture = numpy.asarray(table.data[2][2].image)
result(
    {
        "same": all(numpy.array_equal(left, right) for left, right in same),
        "models": {one.version: sorted(one.aliases) for one in api.artifacts("model", f"{at}/run_{run.id}_model")},
        "columns": table.columns,
        "rows": [[row[0], row[1], row[3], row[4]] for row in table.data],
        "said": [float(value) for value in model.predict(x[:4], verbose=0)[:, 0]],
        "picture": bool(numpy.array_equal(picture, pictures[2])),
        "used": [one.name for one in api.run(f"{at}/{run.id}").used_artifacts()],
        "again": [
            name for name, entry in predictions.manifest.entries.items() if name.endswith(".png") and not entry.ref
        ],
        "data": sorted(api.artifact(f"{at}/val:latest").manifest.entries),
    }
)
