"""Runs that vermilion 5 began go on here."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from tests.training.test_loop import checkpoint_of, go
from vermilion.convert import convert
from vermilion.errors import SettingsError, TrainingError
from vermilion.training.config.settings import Settings
from vermilion.training.convert import _KEYS
from vermilion.training.networks.decoder_alone import encoder_hash, save_decoder_alone, whole_state
from vermilion.training.networks.weights import read_facts, read_generator

OLD_KEYS = {new: old for old, new in _KEYS.items()}
OLD_NAMES = (("encoder.", "see."), ("decoder.", "paint."))


def old_name(name: str) -> str:
    inside = "module." if name.startswith("module.") else ""
    name = name.removeprefix(inside)
    for new, old in OLD_NAMES:
        if name.startswith(new):
            return inside + old + name.removeprefix(new)
    return inside + name


def aged(value: Any) -> Any:
    if isinstance(value, dict):
        return {OLD_KEYS.get(key, key): aged(part) for key, part in value.items()}
    return [aged(part) for part in value] if isinstance(value, list) else value


def age_weights(path: Path, change: Callable[[dict[str, str]], dict[str, str]] = dict) -> None:
    with safe_open(path, "pt") as file:
        facts = {OLD_KEYS.get(name, name): fact for name, fact in (file.metadata() or {}).items()}
    if "progress" in facts:
        facts["progress"] = json.dumps(aged(json.loads(facts["progress"])))
    save_file({old_name(name): part for name, part in load_file(path).items()}, path, change(facts))


def age_run(run: Path) -> None:
    """What vermilion 5 would have left in the folder."""
    saved = {OLD_KEYS.get(name, name): part for name, part in checkpoint_of(run).items()}
    for name in ("generator", "average"):
        saved[name] = {old_name(key): part for key, part in saved[name].items()}
    torch.save(saved, run / "last.ckpt")
    config = json.loads((run / "config.json").read_text())
    (run / "config.json").unlink()
    config["model"] |= {"queries": 0, "kind": "vermilion"}
    (run / "recipe.json").write_text(json.dumps(aged(config) | {"compile": False}))
    for path in run.glob("*.safetensors"):
        age_weights(path)
        path.rename(path.with_name(path.name.replace(".discriminator.", ".judge.")))


@pytest.mark.slow
def test_a_run_of_vermilion_5_goes_on_to_the_last_bit(config: Settings, tmp_path: Path) -> None:
    go(config)
    broken = replace(config, run=str(tmp_path / "broken"))
    go(broken, stop_after=20)
    run = Path(broken.run)
    (run / "kept").mkdir(exist_ok=True)
    save_file({"a": torch.zeros(1)}, run / "kept" / "12.judge.safetensors", {"passes": "12"})
    age_run(run)
    assert (run / "recipe.json").exists()
    with pytest.raises(TrainingError, match="convert its folder with `vermilion models convert`"):
        go(broken, resume=True)
    said = convert(run, overwrite=True)
    assert said.startswith(f"{run} -> {run}: a run with today's names (")
    assert not (run / "recipe.json").exists()
    assert not list(run.rglob("*.judge.*"))
    assert read_facts(run / "kept" / "12.discriminator.safetensors") == {"images": "12"}
    go(broken, resume=True)
    for part in ("generator", "discriminator", "average"):
        ours, theirs = (checkpoint_of(each.run)[part] for each in (config, broken))
        torch.testing.assert_close(ours, theirs, rtol=0, atol=0)
    with pytest.raises(SettingsError, match="is up to date already"):
        convert(run, overwrite=True)


def test_a_generator_has_the_names_and_counts_of_today(run: Path) -> None:
    path = run / "generator.safetensors"
    before = load_file(path)
    age_weights(path, lambda facts: facts | {"progress": json.dumps({"passes": 640, "steps": 3})})
    assert any(name.startswith("see.") for name in load_file(path))
    convert(path, run / "new.safetensors")
    after = load_file(run / "new.safetensors")
    torch.testing.assert_close(after, before, rtol=0, atol=0)
    facts = read_facts(run / "new.safetensors")
    assert (facts["images"], json.loads(facts["progress"])) == ("640", {"images": 640, "steps": 3})
    read_generator(run / "new.safetensors")
    with pytest.raises(SettingsError, match="is up to date already"):
        convert(run / "new.safetensors", run / "newer.safetensors")


def test_a_decoder_alone_needs_the_same_encoder_by_its_hash_today(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped, alone = run / "generator.safetensors", run / "alone.safetensors"
    save_decoder_alone(shipped, alone)
    monkeypatch.setattr("vermilion.training.convert.SHIPPED", shipped)

    def needing(digest: str) -> Callable[[dict[str, str]], dict[str, str]]:
        return lambda facts: (
            {name: fact for name, fact in facts.items() if name != "encoder"} | {"see": digest}
        )

    age_weights(alone, needing(encoder_hash(shipped, older=True)))
    convert(alone, overwrite=True)
    assert whole_state(alone, shipped).keys() == load_file(shipped).keys()
    age_weights(alone, needing("ab" * 32))
    with pytest.raises(TrainingError, match=r"not the shipped one \(abababababab\)"):
        convert(alone, overwrite=True)


@pytest.mark.parametrize("name", ["last.ckpt", "a.safetensors"])
def test_damaged_files_are_one_sentence_and_stay(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(b"damaged")
    with pytest.raises(TrainingError, match="that vermilion saved"):
        convert(path, overwrite=True)
    assert path.read_bytes() == b"damaged"
