"""Converts files of older versions of vermilion: models, recipes and runs of the trainer."""

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from vermilion.errors import ExistsError, OutputError, SettingsError, VermilionError
from vermilion.guidance import RECIPE_SUFFIX, convert_recipe
from vermilion.leftovers import scratch_prefix, sweep
from vermilion.network import folder_hash
from vermilion.network.library import convert_model

_RUN_FILES = ("*.ckpt", "*.safetensors", "config.json")


def convert(path: Path, target: Path | None = None, *, overwrite: bool = False) -> str:
    """Convert a model folder, a recipe, the folder of a run, or one file of a run.

    Args:
        path: what an older version wrote.
        target: where the converted one goes; the same place by default.
        overwrite: replace what is there.

    Returns:
        A sentence about what was done.

    Raises:
        ExistsError: the target exists.
        VermilionError: it cannot be converted, or is up to date already.
    """
    target = target or _default_target(path)
    work = _work_for(path)
    if target.exists() and not overwrite:
        raise ExistsError(f"{target} exists already; name another place with -o, or allow --overwrite.")
    try:
        target.absolute().parent.mkdir(parents=True, exist_ok=True)
        sweep(target.absolute().parent)
        with tempfile.TemporaryDirectory(
            prefix=f".{scratch_prefix()}", dir=target.absolute().parent
        ) as workshop:
            done = _converted(path, Path(workshop), target, work)
    except OSError as error:
        raise OutputError(
            f"{target} cannot be written ({error.strerror or error}); choose another place."
        ) from error
    return f"{path} -> {target}: {done}"


def _default_target(path: Path) -> Path:
    return path.with_name(path.name.replace(".judge.safetensors", ".discriminator.safetensors"))


def _work_for(path: Path) -> Callable[[Path], str]:
    """The function that converts a copy in place, and says what was done."""
    if path.is_dir():
        if (path / "model.json").exists():
            return _model
        if any(path.glob("*.ckpt")) or (path / "recipe.json").exists() or any(path.glob("*.safetensors")):
            return _run
    elif path.is_file():
        if path.name.endswith(RECIPE_SUFFIX):
            return _recipe
        if path.suffix in (".ckpt", ".safetensors"):
            return _training_file
    raise SettingsError(
        f"{path} cannot be converted; name a model folder, a NAME{RECIPE_SUFFIX}, the folder of "
        "a training, or a .ckpt or .safetensors of one."
    )


def _converted(path: Path, workshop: Path, target: Path, work: Callable[[Path], str]) -> str:
    """Convert a copy beside the target, then move it into place; what was there goes last."""
    copy, older = workshop / target.name, workshop / "older"
    if path.is_dir():
        shutil.copytree(path, copy)
    else:
        shutil.copyfile(path, copy)
    try:
        done = work(copy)
    except VermilionError as error:  # which names the copy, and is about the original
        raise type(error)(str(error).replace(str(copy), str(path))) from error
    if target.is_dir():
        target.rename(older)
    try:
        copy.replace(target)
    except OSError:
        if older.exists():
            older.rename(target)
        raise
    return done


def _model(folder: Path) -> str:
    before = folder_hash(folder)
    convert_model(folder)
    return f"a model of schema 2; its hash was {before[:12]} and is {folder_hash(folder)[:12]}"


def _recipe(path: Path) -> str:
    table = convert_recipe(path.read_bytes(), f"The recipe {path}")
    said = "a recipe of schema 2"
    asked = str(table["model"].get("sha256", ""))
    if asked:
        said += f"; it still asks for the model {asked[:12]}, so empty its sha256 to replay it with another"
    path.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")
    return said


def _training_file(path: Path) -> str:
    from vermilion.training import convert_training_file  # noqa: PLC0415 - torch, for those who train

    if not convert_training_file(path):
        raise SettingsError(f"{path} is up to date already; there is nothing to convert.")
    return "now has today's names"


def _run(folder: Path) -> str:
    from vermilion.training import convert_training_file  # noqa: PLC0415 - torch, for those who train

    changed = 0
    if (folder / "recipe.json").exists():
        (folder / "recipe.json").rename(folder / "config.json")
    for path in sorted(folder.rglob("*.judge.safetensors")):
        path.rename(_default_target(path))
    for pattern in _RUN_FILES:
        changed += sum([convert_training_file(path) for path in sorted(folder.rglob(pattern))])
    if not changed:
        raise SettingsError(f"{folder} is up to date already; there is nothing to convert.")
    return f"a run with today's names ({changed} files)"
