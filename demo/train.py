"""Trains a small network on scikit-learn's handwritten digits and logs it: the demo's training script.

Nothing here knows which server it talks to: the address and the key are in the environment.
"""

import argparse
import time

import numpy as np
import wandb
from PIL import Image
from sklearn.datasets import load_digits

#: Hyper-parameters of the runs, from too careful to too bold.
RUNS = [
    {"lr": 0.003, "hidden": 32, "dropout": 0.0, "schedule": "constant"},
    {"lr": 0.02, "hidden": 64, "dropout": 0.0, "schedule": "constant"},
    {"lr": 0.05, "hidden": 64, "dropout": 0.2, "schedule": "cosine"},
    {"lr": 0.1, "hidden": 128, "dropout": 0.2, "schedule": "cosine"},
    {"lr": 0.3, "hidden": 128, "dropout": 0.0, "schedule": "cosine"},
    {"lr": 1.2, "hidden": 128, "dropout": 0.0, "schedule": "constant"},
]


def split(seed: int):
    """Training and validation images (scaled to 0…1) and labels."""
    digits = load_digits()
    order = np.random.default_rng(seed).permutation(len(digits.data))
    images, labels = digits.data[order] / 16.0, digits.target[order]
    return (images[:1400], labels[:1400]), (images[1400:], labels[1400:])


class Network:
    """One hidden layer with ReLU and dropout, softmax on top, trained by gradient descent with momentum."""

    def __init__(self, hidden: int, dropout: float, rng: np.random.Generator):
        self.rng, self.dropout = rng, dropout
        shapes = [(64, hidden), (hidden,), (hidden, 10), (10,)]
        self.weights = [
            rng.normal(0, (2 / shape[0]) ** 0.5, shape) if len(shape) == 2 else np.zeros(shape) for shape in shapes
        ]
        self.velocity = [np.zeros(shape) for shape in shapes]

    def forward(self, images, mask=None):
        first, first_bias, second, second_bias = self.weights
        hidden = np.maximum(images @ first + first_bias, 0)
        if mask is not None:
            hidden = hidden * mask
        scores = hidden @ second + second_bias
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return hidden, scores / scores.sum(axis=1, keepdims=True)

    def step(self, images, labels, lr: float, momentum: float):
        """One step; returns loss, accuracy and the norm of the gradient."""
        size = len(labels)
        keep = 1 - self.dropout
        mask = (self.rng.random((size, self.weights[1].size)) < keep) / keep
        hidden, chances = self.forward(images, mask)
        loss = -np.log(chances[np.arange(size), labels] + 1e-12).mean()
        error = chances.copy()
        error[np.arange(size), labels] -= 1
        error /= size
        back = (error @ self.weights[2].T) * (hidden > 0) * mask
        gradients = [images.T @ back, back.sum(axis=0), hidden.T @ error, error.sum(axis=0)]
        for n, gradient in enumerate(gradients):
            self.velocity[n] = momentum * self.velocity[n] - lr * gradient
            self.weights[n] += self.velocity[n]
        norm = float(np.sqrt(sum((gradient**2).sum() for gradient in gradients)))
        return float(loss), float((chances.argmax(axis=1) == labels).mean()), norm


def confusion(predicted, labels) -> Image.Image:
    """The confusion matrix as a picture: one square a pair of true and predicted digit."""
    counts = np.zeros((10, 10))
    np.add.at(counts, (labels, predicted), 1)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    shade = (255 - share * 200).astype("uint8")
    squares = np.stack([shade, shade, np.full_like(shade, 255)], axis=2)
    return Image.fromarray(squares.repeat(24, axis=0).repeat(24, axis=1))


def mistakes(images, predicted, labels) -> list[wandb.Image]:
    """Some digits that the network got wrong."""
    pictures = []
    for n in np.flatnonzero(predicted != labels)[:8]:
        picture = (255 - images[n].reshape(8, 8) * 255).astype("uint8").repeat(16, axis=0).repeat(16, axis=1)
        pictures.append(wandb.Image(picture, caption=f"{labels[n]}, read as {predicted[n]}"))
    return pictures


def per_digit(predicted, labels) -> wandb.Table:
    """How many of each digit there were, and the share that was right."""
    table = wandb.Table(columns=["digit", "images", "right"])
    for digit in range(10):
        answers = predicted[labels == digit]
        table.add_data(digit, len(answers), float((answers == digit).mean()))
    return table


def train(number: int, config: dict, entity: str, epochs: int, pause: float) -> None:
    """One run."""
    config = config | {"batch": 32, "momentum": 0.9, "epochs": epochs, "seed": number}
    tags = ["bold" if config["lr"] > 0.2 else "careful"]
    settings = wandb.Settings(x_stats_sampling_interval=1.0)
    with wandb.init(
        entity=entity, project="digits", config=config, tags=tags, group=config["schedule"], settings=settings
    ) as run:
        (images, labels), (val_images, val_labels) = split(seed=0)
        rng = np.random.default_rng(config["seed"])
        network = Network(config["hidden"], config["dropout"], rng)
        steps = epochs * (len(labels) // config["batch"])
        step = 0
        for epoch in range(epochs):
            for batch in np.split(rng.permutation(len(labels))[: len(labels) // 32 * 32], len(labels) // 32):
                cosine = 0.5 * (1 + np.cos(np.pi * step / steps))
                lr = config["lr"] * (cosine if config["schedule"] == "cosine" else 1.0)
                loss, accuracy, norm = network.step(images[batch], labels[batch], lr, config["momentum"])
                run.log(
                    {"train/loss": loss, "train/acc": accuracy, "lr": lr, "grad_norm": norm, "epoch": epoch}, step=step
                )
                step += 1
                time.sleep(pause)
            _, chances = network.forward(val_images)
            predicted = chances.argmax(axis=1)
            val_loss = float(-np.log(chances[np.arange(len(val_labels)), val_labels] + 1e-12).mean())
            val_accuracy = float((predicted == val_labels).mean())
            run.log({"val/loss": val_loss, "val/acc": val_accuracy}, step=step)
            print(f"epoch {epoch + 1:2}/{epochs}  loss {loss:.3f}  val/acc {val_accuracy:.3f}")
        picture = wandb.Image(confusion(predicted, val_labels), caption=f"{val_accuracy:.1%} right")
        wrong = mistakes(val_images, predicted, val_labels)
        run.log({"confusion": picture, "mistakes": wrong, "digits": per_digit(predicted, val_labels)}, step=step)
        run.summary["best_acc"] = val_accuracy


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entity", required=True)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--runs", type=int, default=len(RUNS))
    parser.add_argument("--pause", type=float, default=0.01, help="seconds to sleep after each step")
    words = parser.parse_args()
    for number, config in enumerate(RUNS[: words.runs]):
        train(number, config, words.entity, words.epochs, words.pause)


if __name__ == "__main__":
    main()
