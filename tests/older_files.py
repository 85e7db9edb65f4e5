"""Files in the form of vermilion 5 and earlier (schema 1), made on the spot."""

import json
from pathlib import Path

from tests.tiny_model import make_tiny_model


def make_old_model(folder: Path) -> Path:
    """The tiny model as schema 1 had it."""
    make_tiny_model(folder)
    card = json.loads((folder / "model.json").read_text())
    for new, old in (("encoder.onnx", "see.onnx"), ("decoder.onnx", "paint.onnx")):
        (folder / new).rename(folder / old)
        card["files"][old] = card["files"].pop(new)
    card |= {"schema": 1, "training": {"passes": 640, "stages": [{"name": "whole", "passes": 640}]}}
    (folder / "model.json").write_text(json.dumps(card))
    return folder


def make_old_recipe(path: Path, model: str = "cd" * 32, **controls: object) -> Path:
    """A recipe of schema 1, which names the hashes of its files apart."""
    named = ["ref.jpg", "a.cube", "my.toml", "pal.png", "mask.png"]
    table = {
        "vermilion": "0.1.0",
        "input": {"path": "grandma.jpg", "sha256": "ab" * 32},
        "model": {"name": "vermilion", "version": "5", "sha256": model},
        "schema": 1,
        "controls": controls,
        "files": [{"path": name, "sha256": f"{number}{number}" * 32} for number, name in enumerate(named)],
        "made": {"engine": "cpu", "recipe": "00" * 32, "colors": "11" * 32},
    }
    path.write_text(json.dumps(table))
    return path
