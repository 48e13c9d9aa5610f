"""Trains a line with Lightning, whose logger sends metrics, tables, images and checkpoints: all of them or the best."""

import lightning
import numpy
import torch
import wandb
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import WandbLogger
from params import result


class Line(lightning.LightningModule):
    """Learns y = 2x."""

    def __init__(self, rate=0.05):
        super().__init__()
        self.save_hyperparameters()
        self.layer = torch.nn.Linear(1, 1)

    def step(self, batch, name):
        x, y = batch
        loss = torch.nn.functional.mse_loss(self.layer(x), y)
        self.log(name, loss, on_epoch=True)
        return loss

    def training_step(self, batch, at):
        return self.step(batch, "train/loss")

    def validation_step(self, batch, at):
        self.step(batch, "val/loss")

    def on_validation_epoch_end(self):
        if self.trainer.sanity_checking:
            return
        columns, epoch = ["epoch", "weight"], self.current_epoch
        self.logger.log_table("weights", columns=columns, data=[[epoch, float(self.layer.weight)]])
        self.logger.log_text("words", columns=["text"], data=[[f"epoch {epoch}"]])
        pixels = numpy.full((4, 4, 3), epoch * 10, dtype=numpy.uint8)
        self.logger.log_image("pictures", images=[pixels, pixels + 1], caption=["one", "two"])

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), self.hparams.rate)


def train(log_model, top):
    x = torch.linspace(-1, 1, 16).reshape(-1, 1)
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, 2 * x), batch_size=4)
    logger = WandbLogger(log_model=log_model)
    model = Line()
    logger.watch(model, log="all", log_freq=2)
    checkpoints = ModelCheckpoint(dirpath=f"checkpoints-{top}", monitor="val/loss", save_top_k=top)
    trainer = lightning.Trainer(
        logger=logger,
        callbacks=[checkpoints],
        max_epochs=3,
        log_every_n_steps=2,
        accelerator="cpu",
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(model, loader, loader)
    run = logger.experiment
    name = f"{run.entity}/{run.project}/model-{run.id}"
    run.finish()

    folder = WandbLogger.download_artifact(f"{name}:best", artifact_type="model")
    best = Line.load_from_checkpoint(f"{folder}/model.ckpt").state_dict()
    kept = torch.load(checkpoints.best_model_path, weights_only=False)["state_dict"]
    api = wandb.Api()
    return {
        "run": run.id,
        "same": all(torch.equal(kept[name], weights) for name, weights in best.items()),
        "aliases": {version.version: sorted(version.aliases) for version in api.artifacts("model", name)},
        "score": [api.artifact(f"{name}:best").metadata["score"], checkpoints.best_model_score.item()],
    }


result({"all": train("all", -1), "best": train(True, 1)})
