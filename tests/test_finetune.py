"""From pictures to an installed model, with a trainer that only pretends to train."""

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.tiny_model import make_tiny_model, write_card
from vermilion import Colorizer
from vermilion.errors import ExistsError, ModelError
from vermilion.finetune import FinetuneOptions, finetune
from vermilion.network import folder


@dataclass(frozen=True)
class FakeComparison:
    better: bool
    pictures: int = 9


class Trainer(SimpleNamespace):
    """What `vermilion.training` would be; a generator is a file that names its encoder, or no encoder."""

    def __init__(self, better: bool) -> None:
        super().__init__(better=better, asked=[], exported=[])
        self.Adaptation = self.Lender = self.CardFacts = SimpleNamespace

    def adapt(self, wanted, *, resume, report):
        self.asked.append((wanted, resume, report))
        stage = SimpleNamespace(name="supervised", images=64)
        return SimpleNamespace(
            generator=Path(wanted.run) / "generator.safetensors",
            comparison=FakeComparison(self.better),
            learned_from=40,
            settings=SimpleNamespace(stages=(stage,)),
        )

    def encoder_hash(self, path: Path) -> str:
        return path.read_text().removeprefix("encoder ") if "encoder" in path.read_text() else ""

    def export(self, generator, target, facts):
        self.exported.append(("whole", generator))
        write_model(target, facts, "encoder new", encoder=True)

    def export_decoder(self, generator, target, lender, facts):
        self.exported.append(("decoder", generator, lender))
        write_model(target, facts, "decoder", encoder=False)


def write_model(target: Path, facts: SimpleNamespace, weights: str, *, encoder: bool) -> None:
    make_tiny_model(target)
    (target / "generator.safetensors").write_text(weights)
    names = ("encoder.onnx", "decoder.onnx", "generator.safetensors")
    files = {name: hashlib.sha256((target / name).read_bytes()).hexdigest() for name in names}
    write_card(target, name=facts.name, files=files, training=facts.training, licence=facts.licence)
    if not encoder:
        (target / "encoder.onnx").unlink()


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The folder of installed models; the package's model is a tiny one that can be trained on."""
    shipped = tmp_path / "shipped"
    write_model(
        shipped, SimpleNamespace(name="shipped", training={}, licence="CC0-1.0"), "encoder old", encoder=True
    )
    monkeypatch.setenv("VERMILION_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr(folder, "default_model_folder", lambda: shipped)
    monkeypatch.setattr("vermilion.network.find.default_model_folder", lambda: shipped)
    return tmp_path / "models"


@pytest.fixture
def trainer(monkeypatch):
    trainer = Trainer(better=True)
    monkeypatch.setitem(sys.modules, "vermilion.training", trainer)
    return trainer


def test_what_is_better_is_installed_as_a_decoder_alone(installed, trainer, tmp_path) -> None:
    done = finetune(["photos"], FinetuneOptions("kodachrome", images=64, licence="CC-BY-4.0"))
    assert done.folder == installed / "kodachrome"
    assert {path.name for path in (installed / "kodachrome").iterdir()} == {
        "model.json",
        "decoder.onnx",
        "generator.safetensors",
    }
    shipped = tmp_path / "shipped"
    [(wanted, resume, _)] = trainer.asked
    assert (wanted.pictures, wanted.run, wanted.images, resume) == (("photos",), "runs/kodachrome", 64, False)
    assert wanted.start_from == wanted.encoder == shipped / "generator.safetensors"
    [(kind, generator, lender)] = trainer.exported
    assert (kind, generator) == ("decoder", Path("runs/kodachrome/generator.safetensors"))
    assert (lender.encoder_folder, lender.generator) == (shipped, shipped / "generator.safetensors")
    card = Colorizer("kodachrome", device="cpu").model.card
    assert (card.name, card.licence) == ("kodachrome", "CC-BY-4.0")
    assert card.training["made_from"]["name"] == "shipped"
    assert len(card.training["made_from"]["hash"]) == 64
    assert card.training["stages"] == [{"name": "supervised", "images": 64}]
    assert card.training["held_out"] == {"better": True, "pictures": 9}
    assert card.training["pictures"] == 40


def test_what_is_no_better_is_not_installed_unless_it_is_wanted(installed, trainer) -> None:
    trainer.better = False
    done = finetune(["photos"], FinetuneOptions("kodachrome"))
    assert (done.folder, done.comparison.better) == (None, False)
    assert trainer.exported == []
    assert not installed.exists()
    assert finetune(["photos"], FinetuneOptions("kodachrome", keep_anyway=True)).folder is not None


def test_a_thawed_encoder_goes_with_its_model(installed, trainer) -> None:
    done = finetune(["photos"], FinetuneOptions("thawed", thaw=2))
    assert trainer.exported == [("whole", Path("runs/thawed/generator.safetensors"))]
    assert done.folder is not None
    assert (done.folder / "encoder.onnx").exists()


def test_an_installed_decoder_may_be_trained_on(installed, trainer, tmp_path) -> None:
    finetune(["photos"], FinetuneOptions("first"))
    finetune(["others"], FinetuneOptions("second", start="first"))
    wanted = trainer.asked[-1][0]
    assert wanted.start_from == installed / "first" / "generator.safetensors"
    assert wanted.encoder == tmp_path / "shipped" / "generator.safetensors"
    made_from = json.loads((installed / "second" / "model.json").read_text())["training"]["made_from"]
    assert made_from["name"] == "first"


def test_a_taken_name_is_told_before_anything_is_trained(installed, trainer) -> None:
    finetune(["photos"], FinetuneOptions("kodachrome"))
    with pytest.raises(ExistsError, match="--overwrite"):
        finetune(["photos"], FinetuneOptions("kodachrome"))
    with pytest.raises(ModelError, match="cannot be installed as"):
        finetune(["photos"], FinetuneOptions("Koda Chrome"))
    assert len(trainer.asked) == 1
    finetune(["photos"], FinetuneOptions("kodachrome", overwrite=True, resume=True))
    assert trainer.asked[-1][1] is True


def test_a_model_without_weights_cannot_be_trained_on(installed, trainer, tmp_path) -> None:
    own = make_tiny_model(tmp_path / "own")
    with pytest.raises(ModelError, match=r"own has no generator\.safetensors"):
        finetune(["photos"], FinetuneOptions("kodachrome", start=own))
    (tmp_path / "shipped" / "generator.safetensors").write_text("damaged")
    with pytest.raises(ModelError, match=r"generator\.safetensors is damaged"):
        finetune(["photos"], FinetuneOptions("kodachrome"))
    assert trainer.asked == []


def test_a_decoder_whose_encoder_is_nowhere_cannot_be_trained_on(installed, trainer, tmp_path) -> None:
    finetune(["photos"], FinetuneOptions("first"))
    (tmp_path / "shipped" / "generator.safetensors").unlink()
    with pytest.raises(ModelError, match="no model here has the weights of its encoder"):
        finetune(["photos"], FinetuneOptions("second", start="first"))


def test_configs_know_a_fine_tuned_model_from_what_it_was_made_from(installed, trainer, tmp_path) -> None:
    import numpy as np

    finetune(["photos"], FinetuneOptions("kodachrome"))
    ours, theirs = Colorizer("kodachrome", device="cpu"), Colorizer(tmp_path / "shipped", device="cpu")
    ramp = np.tile(np.linspace(0, 1, 64, dtype=np.float32), (64, 1))
    recipe = ours.colorize(ramp).recipe
    assert ours.replay(recipe, ramp).recipe.hash == recipe.hash
    with pytest.raises(
        ModelError, match=r"was made with the model kodachrome.*name that model \(--model kodachrome\)"
    ):
        theirs.replay(recipe, ramp)
