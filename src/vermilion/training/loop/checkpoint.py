"""The exact state of a run (`last.ckpt`), to resume from, and the generators that it keeps."""

import json
import math
import pickle
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor
from torch.optim.swa_utils import AveragedModel

from vermilion.errors import TrainingError
from vermilion.training.config.settings import Settings
from vermilion.training.networks.weights import read_facts, save_module

COUNTS, MEASURES = ("images", "steps", "clock", "best"), ("balance", "share")
LATER = ("clock", "best")  # what checkpoints of earlier versions lack
UNREADABLE = (RuntimeError, KeyError, ValueError, EOFError, pickle.UnpicklingError)  # a checkpoint is


def _zero() -> Tensor:
    return torch.zeros(())


@dataclass(slots=True)
class TrainingState:
    """The networks, their optimisers, and how far the training has come."""

    generator: Any  # UNetGenerator, or another task's
    discriminator: Any  # Discriminator, or another task's
    average: AveragedModel
    optimizer: Any  # torch optimisers as Fabric wraps them
    discriminator_optimizer: Any
    supervised: Any  # SupervisedLosses, or None where the task has others
    perceptual_network: Any = None  # PerceptualNetwork, or None where no stage asks it
    teacher: Any = None  # Teacher, likewise
    images: int = 0
    steps: int = 0
    balance: Tensor = field(default_factory=_zero)  # factor of adversarial training in the generator's loss
    share: Tensor = field(
        default_factory=_zero
    )  # of the gradient that adversarial training had when last measured
    balanced: bool = False  # whether the factor was ever measured
    places: list[list[int]] | None = None  # epoch and shard of each worker of a stream
    # Of each stage that ends by the clock: seconds it took so far, and images it saw.
    clock: dict[str, list[float]] = field(default_factory=dict)
    best: float = -math.inf  # merit of the best generator so far


def save_checkpoint(fabric: Fabric, path: Path, state: TrainingState) -> None:
    """The whole state, written beside and moved into place, so that a kill never leaves half a file.

    Raises:
        TrainingError: a weight is not finite; the older checkpoint stays.
    """
    _check_finite(state, path)
    unfinished = path.with_suffix(".part")
    fabric.save(unfinished, _saved(state))
    if fabric.is_global_zero:
        unfinished.replace(path)
    fabric.barrier()


def load_checkpoint(fabric: Fabric, path: Path, state: TrainingState) -> None:
    """Put a saved state into the training state.

    Raises:
        TrainingError: the file is damaged or belongs to another config.
    """
    try:
        there = torch.load(path, weights_only=True, mmap=True, map_location="cpu").keys()
        if "judge" in there:
            raise TrainingError(
                f"{path}: is of an older vermilion; convert its folder with `vermilion models convert`."
            )
        saved = {name: part for name, part in _saved(state).items() if name in there or name not in LATER}
        rest = fabric.load(path, saved, weights_only=True)
    except UNREADABLE as error:
        raise _unusable(path, error) from error
    if rest:
        raise TrainingError(f"{path}: holds unknown entries ({', '.join(sorted(rest))}); update vermilion.")
    _put_progress(state, saved)


def read_centres(path: Path) -> Tensor | None:
    """The centres [K,2] of a checkpoint's chroma bins; None for networks that have none.

    They are those of the first samples when the run began, and must stay whatever samples are drawn now.

    Raises:
        TrainingError: the file is damaged.
    """
    try:
        generator = torch.load(path, weights_only=True, mmap=True, map_location="cpu")["generator"]
        centres = generator.get("decoder.centres")
        return None if centres is None else centres.float().clone()
    except (*UNREADABLE, AttributeError) as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: Exception) -> TrainingError:
    return TrainingError(
        f"{path}: cannot be continued: it is damaged, or another config or other pictures made it "
        f"({(str(error) or repr(error)).splitlines()[0]}); restore them, or choose another `run`."
    )


def _put_progress(state: TrainingState, saved: dict[str, Any]) -> None:
    for name in COUNTS:
        if name in saved or name not in LATER:
            setattr(state, name, saved[name])
    for name in MEASURES:
        getattr(state, name).fill_(saved[name])
    state.balanced = saved["balance"] != 0
    state.places = saved.get("places")


def load_progress(path: Path, state: TrainingState) -> None:
    """Put the progress of a generator's training into a state that was made from its file.

    Raises:
        TrainingError: the file does not say.
    """
    try:
        _put_progress(state, json.loads(read_facts(path)["progress"]))
    except (KeyError, ValueError, TypeError) as error:
        raise TrainingError(
            f"{path}: does not say how far its training had got; choose another `run`."
        ) from error


def _progress(state: TrainingState) -> dict[str, Any]:
    return {
        **{name: getattr(state, name) for name in COUNTS},
        **{name: float(getattr(state, name)) for name in MEASURES},
        **({} if state.places is None else {"places": state.places}),
    }


def keep_config(settings: Settings, run: Path, *, resume: bool) -> None:
    """Write the config beside the checkpoints. A resumed run must keep the keys that its samples follow from.

    Raises:
        TrainingError: the run was begun with another seed, batch or model.
    """
    path = run / "config.json"
    config = asdict(settings)
    if resume and path.exists():
        before = json.loads(path.read_text(encoding="utf-8"))
        now = json.loads(json.dumps(config))
        for key in ("seed", "batch", "model"):
            if before[key] != now[key]:
                raise TrainingError(
                    f"{run}: was begun with another `{key}` ({before[key]}); restore it in the config, "
                    "choose another `run`, or convert an older one with `vermilion models convert`."
                )
        batches = {stage["name"]: stage.get("batch") for stage in before["stages"]}
        for stage in now["stages"]:
            if batches.get(stage["name"], stage["batch"]) != stage["batch"]:
                raise TrainingError(
                    f"{run}: was begun with another `batch` of the stage {stage['name']} "
                    f"({batches[stage['name']]}); restore it in the config, or choose another `run`."
                )
    path.write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


def _check_finite(state: TrainingState, path: Path) -> None:
    for name, module in (("generator", state.generator), ("discriminator", state.discriminator)):
        if not all(bool(torch.isfinite(weight).all()) for weight in module.parameters()):
            kept = f"; {path} still holds the last good state" if path.exists() else ""
            raise TrainingError(
                f"the {name}'s weights are not finite after {state.images} images{kept}: halve the rates "
                "or raise `penalty`, then continue with --resume."
            )


def _saved(state: TrainingState) -> dict[str, Any]:
    return {
        "generator": state.generator,
        "discriminator": state.discriminator,
        "average": state.average,
        "optimizer": state.optimizer,
        "discriminator_optimizer": state.discriminator_optimizer,
        **_progress(state),
    }


def save_generator(state: TrainingState, path: Path) -> Path:
    """The averaged generator as fp16, with what is needed to build it again; its discriminator beside it."""
    average: Any = state.average.module
    path.parent.mkdir(parents=True, exist_ok=True)
    images = str(state.images)
    facts = {"generator": json.dumps(average.config), "images": images}
    save_module(average, path, facts | {"progress": json.dumps(_progress(state))})
    save_module(
        state.discriminator, path.with_name(path.stem + ".discriminator.safetensors"), {"images": images}
    )
    return path
