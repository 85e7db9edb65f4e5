"""Checkpoints, generators and kept configs of vermilion 5 and earlier, with the names of today."""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file

from vermilion.errors import TrainingError
from vermilion.training.loop.checkpoint import UNREADABLE
from vermilion.training.networks.decoder_alone import NEEDED, current_names, encoder_hash
from vermilion.training.networks.weights import SHIPPED

_KEYS = {
    "passes": "images",
    "judge": "discriminator",
    "judge_optimizer": "discriminator_optimizer",
    "judge_width": "discriminator_width",
    "judge_rate": "discriminator_rate",
    "judge_alone": "discriminator_alone",
    "start_judge_from": "start_discriminator_from",
    "eye": "perceptual_network",
    "eye_weights": "perceptual_weights",
    "eye_share": "perceptual_share",
}
_OLD_NEEDED = "see"  # key under which a decoder alone named the encoder that it needs


def convert_training_file(path: Path) -> bool:
    """Convert a file of a run where it lies: a checkpoint, a generator, a discriminator or a kept config.

    Returns:
        Whether it had old names; a file of today's form stays as it is.

    Raises:
        TrainingError: it is damaged, or a decoder alone for an encoder that is not the shipped one.
    """
    if path.suffix == ".ckpt":
        return _convert_checkpoint(path)
    return _convert_config(path) if path.suffix == ".json" else _convert_weights(path)


def _convert_checkpoint(path: Path) -> bool:
    try:
        saved = torch.load(path, weights_only=True, map_location="cpu")
        if not saved.keys() & _KEYS.keys():
            return False
        converted = {_KEYS.get(name, name): part for name, part in saved.items()}
        converted["generator"] = current_names(converted["generator"])
        converted["average"] = _average(converted["average"])
    except (*UNREADABLE, AttributeError) as error:
        raise TrainingError(f"{path}: is not a checkpoint that vermilion saved ({error!r}).") from error
    unfinished = path.with_name(path.name + ".part")
    torch.save(converted, unfinished)
    unfinished.replace(path)
    return True


def _average(saved: dict[str, Any]) -> dict[str, Any]:
    """The average's weights, whose names begin with "module."."""
    inside = "module."
    weights = {name.removeprefix(inside): part for name, part in saved.items() if name.startswith(inside)}
    counts = {name: part for name, part in saved.items() if not name.startswith(inside)}
    return counts | {inside + name: part for name, part in current_names(weights).items()}


def _convert_config(path: Path) -> bool:
    try:
        old = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise TrainingError(f"{path}: is not a config that a run kept ({error}).") from error
    new = _without_what_is_gone(_renamed(old))
    if new == old:
        return False
    path.write_text(json.dumps(new, indent=1) + "\n", encoding="utf-8")
    return True


def _without_what_is_gone(config: Any) -> Any:  # noqa: ANN401 - plain data
    """Leave out settings that no longer exist and had no effect; compiling changed no result.

    `kind` is what the caller's task says today.
    """
    if not isinstance(config, dict):
        return config
    kept = {key: part for key, part in config.items() if key != "compile"}
    model = kept.get("model")
    if isinstance(model, dict):
        gone = {"kind"} | ({"queries"} if model.get("queries") == 0 else set())
        kept["model"] = {key: part for key, part in model.items() if key not in gone}
    return kept


def _renamed(value: Any) -> Any:  # noqa: ANN401 - plain data
    if isinstance(value, dict):
        return {_KEYS.get(key, key): _renamed(part) for key, part in value.items()}
    return [_renamed(part) for part in value] if isinstance(value, list) else value


def _convert_weights(path: Path) -> bool:
    try:
        with safe_open(path, "pt") as file:
            facts = dict(file.metadata() or {})
        saved = load_file(path)
    except (OSError, SafetensorError) as error:
        raise TrainingError(f"{path}: is not a file of weights that vermilion saved ({error}).") from error
    weights, new_facts = current_names(saved), _facts(facts, path)
    if weights.keys() == saved.keys() and new_facts == facts:
        return False
    unfinished = path.with_name(path.name + ".part")
    save_file(weights, unfinished, metadata=new_facts)
    unfinished.replace(path)
    return True


def _facts(facts: dict[str, str], path: Path) -> dict[str, str]:
    new = {_KEYS.get(name, name): fact for name, fact in facts.items() if name != _OLD_NEEDED}
    if "progress" in new:
        new["progress"] = json.dumps(_renamed(json.loads(new["progress"])))
    if _OLD_NEEDED in facts:
        if facts[_OLD_NEEDED] != encoder_hash(SHIPPED, older=True):
            raise TrainingError(
                f"{path}: holds a decoder alone for an encoder that is not the shipped one "
                f"({facts[_OLD_NEEDED][:12]}); convert the generator that holds both, and save it again."
            )
        new[NEEDED] = encoder_hash(SHIPPED)
    return new
