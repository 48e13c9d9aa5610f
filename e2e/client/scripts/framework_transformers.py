"""Trains a tiny language model with the Trainer of transformers, which logs through its own callback, in both ways."""

import os

import torch
import wandb
from params import result
from transformers import GPT2Config, GPT2LMHeadModel, Trainer, TrainingArguments


class Numbers(torch.utils.data.Dataset):
    """Sequences that count."""

    def __len__(self):
        return 24

    def __getitem__(self, at):
        tokens = (torch.arange(8) + at) % 32
        return {"input_ids": tokens, "labels": tokens}


def spread(prediction):
    return {"spread": float(prediction.predictions.std())}


def train(way):
    # The client reads its environment once.
    wandb.teardown()
    os.environ["WANDB_LOG_MODEL"] = way
    sizes = {"vocab_size": 32, "n_positions": 8, "n_embd": 16, "n_layer": 1, "n_head": 2}
    model = GPT2LMHeadModel(GPT2Config(**sizes, bos_token_id=0, eos_token_id=0))
    arguments = TrainingArguments(
        output_dir=f"out-{way}",
        run_name=way,
        report_to="wandb",
        num_train_epochs=2,
        per_device_train_batch_size=4,
        logging_steps=2,
        eval_strategy="epoch",
        save_strategy="epoch",
        use_cpu=True,
        disable_tqdm=True,
    )
    data = {"train_dataset": Numbers(), "eval_dataset": Numbers()}
    Trainer(model=model, args=arguments, compute_metrics=spread, **data).train()
    run = wandb.run
    run.finish()

    # What the callback logged is a model that loads, with the weights that were trained.
    api, name = wandb.Api(), f"{run.entity}/{run.project}/model-{way}"
    saved = api.artifact(f"{name}:latest")
    trained, again = model.state_dict(), GPT2LMHeadModel.from_pretrained(saved.download()).state_dict()
    return {
        "run": run.id,
        "same": all(torch.equal(trained[name], weights) for name, weights in again.items()),
        "aliases": {version.version: sorted(version.aliases) for version in api.artifacts("model", name)},
        "metadata": dict(saved.metadata),
        "files": sorted(saved.manifest.entries),
    }


result({way: train(way) for way in ("checkpoint", "end")})
