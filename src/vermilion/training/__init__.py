"""Training: data, networks, losses, the loop, export. Torch is imported only here."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from vermilion.training.adapt import Adaptation, Adapted, Comparison, adapt
from vermilion.training.config.settings import Settings, load_settings
from vermilion.training.convert import convert_training_file
from vermilion.training.devices.distributed import is_first_process
from vermilion.training.export.head_features import HeadPictures
from vermilion.training.export.heads import add_heads
from vermilion.training.export.model import CardFacts, Lender, export, export_decoder
from vermilion.training.loop.colorization import ColorizationTask
from vermilion.training.loop.log import Progress, Reporter
from vermilion.training.loop.task import Loss, Networks, Step, Task
from vermilion.training.loop.trainer import train_settings
from vermilion.training.loop.validation import Figures
from vermilion.training.networks.decoder_alone import encoder_hash
from vermilion.training.networks.feature_extractor import (
    FeatureExtractor,
    InceptionDistance,
    load_feature_extractor,
)

__all__ = [
    "Adaptation",
    "Adapted",
    "CardFacts",
    "ColorizationTask",
    "Comparison",
    "FeatureExtractor",
    "Figures",
    "HeadPictures",
    "InceptionDistance",
    "Lender",
    "Loss",
    "Networks",
    "Progress",
    "Reporter",
    "Settings",
    "Step",
    "Task",
    "adapt",
    "add_heads",
    "convert_training_file",
    "encoder_hash",
    "export",
    "export_decoder",
    "is_first_process",
    "load_feature_extractor",
    "load_settings",
    "train",
    "train_settings",
]


def train(
    config: Path,
    *,
    resume: bool = False,
    report: Reporter | None = None,
    pictures: Sequence[str] = (),
    run: str = "",
    minutes: float = 0.0,
) -> Path:
    """Train by a TOML config; returns the path of the trained generator.

    Args:
        config: the config.
        resume: continue from the run's last checkpoint.
        report: called with a `Progress` at every log step.
        pictures: shards and folders, in place of the config's `data.pictures`.
        run: folder of the run, in place of the config's.
        minutes: stop after so many, with a checkpoint to continue from; 0 = when it is done.

    Raises:
        SettingsError: the config has an unknown key or an impossible value.
        TrainingError: the training cannot start or continue.
    """
    settings = load_settings(config)
    if pictures:
        settings = replace(settings, data=replace(settings.data, pictures=tuple(pictures)))
    if run:
        settings = replace(settings, run=run)
    return train_settings(settings, resume=resume, report=report, minutes=minutes)
