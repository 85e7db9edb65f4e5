"""Models at the Hugging Face hub: huggingface_hub itself asks a hub on this machine."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub_server import COMMIT, Hub, ask_it, serve_hub
from tests.tiny_model import make_tiny_model
from vermilion import Colorizer
from vermilion.errors import ModelError
from vermilion.network import Model, find_model
from vermilion.network.library import import_model, known_models

constants = pytest.importorskip("huggingface_hub.constants")

HIDDEN = "is not at the hub, or it is private; check the id, or log in: hf auth login."


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with one model, one that is not for everybody, and one that is none of ours."""
    with serve_hub() as hub:
        model = make_tiny_model(tmp_path / "at-the-hub")
        (tmp_path / "other").mkdir()
        (tmp_path / "other" / "readme.md").write_text("something else")
        hub.repositories = {"models/owner/Tiny": model, "models/owner/secret": model}
        hub.repositories["models/owner/other"] = tmp_path / "other"
        hub.private = {"models/owner/secret"}
        ask_it(monkeypatch, hub.address)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setenv("VERMILION_MODELS", str(tmp_path / "models"))
        yield hub


def test_a_model_at_the_hub(hub: Hub, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert Colorizer("hf://owner/Tiny", device="cpu").model.card.name == "tiny"
    files = {path.rpartition("/")[2] for path in hub.asked if "/resolve/" in path}
    assert files == {"model.json", "encoder.onnx", "decoder.onnx"}
    assert import_model(f"hf://owner/Tiny@{COMMIT}") == find_model("tiny") == tmp_path / "models" / "tiny"
    assert capfd.readouterr() == ("", ""), "bars belong on terminals"


def test_what_was_had_once_is_there_without_the_hub(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    Model.load("hf://owner/Tiny", "cpu")
    ask_it(monkeypatch, "http://127.0.0.1:9")  # nobody listens there
    assert Model.load("hf://owner/Tiny", "cpu").card.name == "tiny"
    with pytest.raises(ModelError, match=r"is not on this machine yet, and the hub does not answer; check"):
        Model.load("hf://owner/another", "cpu")


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("hf://owner/none", HIDDEN),
        ("hf://owner/secret", HIDDEN),
        ("hf://owner/Tiny@v9", "is not a revision at the hub; check what follows @, or leave it out."),
        ("hf://owner/other", "is not a model of vermilion: it has no model.json; check the id."),
    ],
)
def test_what_the_hub_does_not_have_is_one_sentence(hub: Hub, address: str, sentence: str) -> None:
    with pytest.raises(ModelError) as raised:
        Model.load(address, "cpu")
    assert str(raised.value) == f"{address} {sentence}"


def test_terms_that_nobody_accepted_are_one_sentence(hub: Hub) -> None:
    hub.gated = {"models/owner/Tiny"}
    with pytest.raises(ModelError, match=r"^hf://owner/Tiny asks you to accept its terms; do so on its page"):
        Model.load("hf://owner/Tiny", "cpu")


def test_other_faults_are_one_sentence_too(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("something broke.\nand more")

    monkeypatch.setattr("huggingface_hub.snapshot_download", fail)
    with pytest.raises(
        ModelError, match=r"could not be downloaded from the hub \(something broke\); check [^\n]+$"
    ):
        Model.load("hf://owner/Tiny", "cpu")


def test_the_hub_is_asked_for_nothing_else(hub: Hub, tmp_path: Path) -> None:
    import_model(str(tmp_path / "at-the-hub"), "kodachrome")
    Model.load("kodachrome", "cpu")
    with pytest.raises(ModelError):
        Model.load("owner", "cpu")
    known_models()
    for address in ("hf://owner", "hf://a/b/c", "hf://a/b@", "hf://../x y"):
        with pytest.raises(ModelError, match="is not a model at the hub"):
            Model.load(address)
    assert hub.asked == []


def test_without_huggingface_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(ModelError, match=r'needs huggingface_hub.*pip install "\.\[hub\]"'):
        Model.load("hf://owner/tiny")
