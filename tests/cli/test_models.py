"""`vermilion models` and `vermilion finetune`: what they say, and what becomes of it."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.tiny_model import make_tiny_model


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed models with one in it."""
    monkeypatch.setenv("VERMILION_MODELS", str(tmp_path / "models"))
    return make_tiny_model(tmp_path / "models" / "kodachrome")


def test_the_list_tells_name_card_licence_and_place(vermilion, installed: Path) -> None:
    said = vermilion("models", model=None)
    assert said.code == 0
    shipped, kodachrome, place = said.out.splitlines()
    assert shipped.startswith("vermilion   ")
    assert kodachrome.startswith("kodachrome  tiny 0.0.1; encoder and decoder; licence Apache-2.0; ")
    assert place == f"Installed models lie in {installed.parent}"


def test_the_list_tells_what_cannot_be_used(vermilion, installed: Path) -> None:
    (installed / "encoder.onnx").unlink()
    said = vermilion("models", model=None)
    assert said.code == 0
    assert "kodachrome  cannot be used:" in said.out
    assert "needs the one with the hash" in said.out


def test_an_installed_model_paints_by_name(vermilion, installed: Path, scan) -> None:
    scan("grandma.png")
    assert vermilion("colorize", "grandma.png", "--model", "kodachrome", "--recipe", model=None).code == 0
    assert Path("grandma.color.png").exists()
    said = vermilion(
        "replay", "grandma.color.recipe.json", "-o", "again.png", "--model", "kodachrome", model=None
    )
    assert (said.code, said.err) == (0, "")
    assert vermilion("info", "--model", "kodachrome", model=None).out.splitlines()[1].endswith("tiny 0.0.1")


def test_an_unknown_model_is_one_sentence(vermilion, installed: Path, scan) -> None:
    scan("grandma.png")
    said = vermilion("colorize", "grandma.png", "--model", "kodacrome", model=None)
    assert said.code == 1
    [error] = said.errors
    assert "installed models are vermilion, kodachrome" in error
    assert vermilion("colorize", "grandma.png", "--model", "hf://nobody", model=None).code == 1


def test_verifying_names_the_damaged_one_and_goes_on(vermilion, installed: Path) -> None:
    make_tiny_model(installed.parent / "another")
    (installed / "decoder.onnx").write_bytes(b"damaged")
    said = vermilion("models", "verify", "kodachrome", "another", model=None)
    assert said.code == 1
    assert said.out == "another is whole\n"
    [error] = said.errors
    assert error.startswith("error: kodachrome: ")
    assert "decoder.onnx is damaged" in error


def test_out_in_and_away(vermilion, installed: Path) -> None:
    assert vermilion("models", "export", "kodachrome", "k.zip", model=None).out == "kodachrome -> k.zip\n"
    assert vermilion("models", "import", "k.zip", model=None).out.startswith("k is installed; try it with:")
    again = vermilion("models", "import", "k.zip", model=None)
    assert again.code == 1
    assert "--overwrite" in again.err
    assert vermilion("models", "import", "k.zip", "--overwrite", model=None).code == 0
    assert vermilion("models", "import", "k.zip", "--name", "Bad Name", model=None).code == 1
    assert vermilion("models", "remove", "k", model=None).out.endswith("k is gone\n")
    assert not (installed.parent / "k").exists()
    assert vermilion("models", "remove", "k", model=None).code == 1


BEFORE = SimpleNamespace(ab_error=12.5, corr=0.5, corr_c=0.4, chroma_ratio=0.66, cmd=100)
AFTER = SimpleNamespace(ab_error=11.25, corr=0.5625, corr_c=0.5, chroma_ratio=0.91, cmd=20)


@pytest.fixture
def finetuning(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A finetune that only remembers what it was asked; `folder` is where it says that the model lies."""
    trainer = SimpleNamespace(asked=[], folder=Path("models/kodachrome"), FinetuneOptions=SimpleNamespace)

    def finetune(pictures, options, report):
        trainer.asked.append((pictures, options))
        comparison = SimpleNamespace(
            pictures=30, nearer=21, before=BEFORE, after=AFTER, aged_before=BEFORE, aged_after=AFTER
        )
        return SimpleNamespace(comparison=comparison, folder=trainer.folder, run=Path("runs/kodachrome"))

    trainer.finetune = finetune
    monkeypatch.setitem(sys.modules, "vermilion.finetune", trainer)
    return trainer


def test_finetune_tells_figures_before_and_after(vermilion, finetuning: SimpleNamespace) -> None:
    said = vermilion("finetune", "a", "b", "--name", "kodachrome", "--thaw", 2, "--from", "other", model=None)
    assert said.code == 0
    [(pictures, options)] = finetuning.asked
    assert pictures == ["a", "b"]
    assert (options.name, options.thaw, options.start, options.keep_anyway) == (
        "kodachrome",
        2,
        "other",
        False,
    )
    lines = said.out.splitlines()
    assert lines[0] == "30 held-out pictures of the collection, before -> after:"
    assert lines[1].split()[:5] == ["ab", "error", "12.50", "->", "11.25"]
    assert lines[4].split()[:4] == ["colourfulness", "0.66", "->", "0.91"]
    assert lines[-2].startswith("Nearer to the truth: 21 of 30.")
    assert lines[-1].endswith("vermilion colorize PICTURE --model kodachrome")


def test_finetune_says_what_to_do_with_a_model_that_is_no_better(vermilion, finetuning) -> None:
    finetuning.folder = None
    said = vermilion("finetune", "a", "--name", "kodachrome", model=None)
    assert said.code == 1
    assert "ab error" in said.out
    [error] = said.errors
    assert "not installed" in error
    assert "--keep-anyway" in error


def test_a_taken_name_is_told_before_torch_does_anything(vermilion, installed: Path) -> None:
    before = json.loads((installed / "model.json").read_text())
    said = vermilion("finetune", "photos", "--name", "kodachrome", model=None)
    assert said.code == 1
    assert "is installed already" in said.err
    assert json.loads((installed / "model.json").read_text()) == before


def test_a_recipe_of_an_older_version_is_converted(vermilion, here: Path) -> None:
    table = {
        "schema": 1,
        "vermilion": "0.1.0",
        "input": {"path": "a.png"},
        "controls": {"reference": "b.png"},
    }
    table |= {"model": {"name": "tiny", "version": "1"}, "files": [{"path": "b.png", "sha256": "ab" * 32}]}
    Path("a.recipe.json").write_text(json.dumps(table))
    said = vermilion("models", "convert", "a.recipe.json", model=None)
    assert (said.code, len(said.errors)) == (1, 1)
    assert "allow --overwrite" in said.err
    said = vermilion("models", "convert", "a.recipe.json", "-o", "b.recipe.json", model=None)
    assert (said.code, said.out) == (0, "a.recipe.json -> b.recipe.json: a recipe of schema 2\n")
    reference = json.loads(Path("b.recipe.json").read_text())["controls"]["reference"]
    assert reference == {"path": "b.png", "sha256": "ab" * 32}
    said = vermilion("models", "convert", "none", model=None)
    assert (said.code, len(said.errors)) == (1, 1)
