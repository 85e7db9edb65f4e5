import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from urllib.error import URLError

import numpy as np
import pytest

from tests.evaluation.conftest import picture
from vermilion.errors import SettingsError, TrainingError
from vermilion.evaluation import EvaluationOptions, evaluate
from vermilion.evaluation.networks import PictureFeatures, open_networks
from vermilion.training import load_feature_extractor

NETWORK = "test_efficientnet"


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights of a tiny network, without its classifier."""
    import timm
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(0)
    state = timm.create_model(NETWORK, pretrained=False).state_dict()
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    save_file({key: value for key, value in state.items() if not key.startswith("classifier")}, path)
    return path


def test_nothing_asked_for_is_nothing_opened() -> None:
    opened = open_networks(None, None, 2)
    assert (opened.extractor, opened.inception, opened.notes) == (None, (), ())


def test_an_eye_needs_a_name_and_weights() -> None:
    for text in ("resnet18", "resnet18:", ":file"):
        with pytest.raises(SettingsError, match="--extractor takes NAME:WEIGHTS"):
            open_networks(text, None, 1)


def test_weights_that_are_not_there_are_one_sentence() -> None:
    opened = open_networks("resnet18:nowhere", "nowhere.pth", 1)
    assert opened.notes == (
        "The distances fd and kmd of resnet18 are left out: nowhere is no file.",
        "FID is left out: nowhere.pth is no file.",
    )


def test_packages_that_are_not_there_are_one_sentence(weights: Path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "torchmetrics.image.fid", None)
    opened = open_networks(None, str(weights), 1)
    assert opened.inception == ()
    [note] = opened.notes
    assert note.startswith("FID is left out: it needs torchmetrics; ")
    assert note.endswith('pip install ".[train,evaluate]".')

    monkeypatch.setitem(sys.modules, "vermilion.training", Missing("torch"))
    [note] = open_networks(f"{NETWORK}:{weights}", None, 1).notes
    assert note == (
        f"The distances fd and kmd of {NETWORK} are left out: it needs torch; "
        'run in the checkout: pip install ".[train]".'
    )


class Missing(ModuleType):
    """A module whose import fails for want of a package."""

    def __getattr__(self, name: str) -> object:
        raise ModuleNotFoundError(name=self.__name__)


def test_a_fault_of_ours_is_not_taken_for_a_missing_package(weights: Path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "vermilion.training", Missing("vermilion.training.nothing"))
    with pytest.raises(ModuleNotFoundError):
        open_networks(f"{NETWORK}:{weights}", None, 1)


def test_an_eye_finds_the_truth_in_no_distance(photos, weights: Path, tiny_colorizer) -> None:
    options = EvaluationOptions(against=photos, extractor=f"{NETWORK}:{weights}")
    found = evaluate(photos, options, colorizer=tiny_colorizer)
    assert found.theirs is not None
    assert (found.theirs.fd, found.theirs.kmd) == pytest.approx((0, 0), abs=1e-5)
    assert found.ours.fd is not None
    assert found.ours.fd > 1e-4
    assert found.about.extractor == NETWORK


def test_distances_are_those_of_the_features(weights: Path) -> None:
    extractor = load_feature_extractor(NETWORK, weights)
    looks = PictureFeatures(extractor)
    true, made = ([picture(seed) for seed in seeds] for seeds in ((0, 1, 2), (3, 4, 5)))
    for pair in zip(true, made, strict=True):
        looks.add(*pair)
    x, y = (np.stack([extractor.features(rgb) for rgb in side]) for side in (true, made))

    def kernel(p: np.ndarray, q: np.ndarray) -> float:
        return float((p @ q / len(p) + 1) ** 3)

    others = [(i, j) for i in range(3) for j in range(3) if i != j]
    total = sum(
        kernel(x[i], x[j]) + kernel(y[i], y[j]) - kernel(x[i], y[j]) - kernel(y[i], x[j]) for i, j in others
    )
    assert looks.distances()["kmd"] == pytest.approx(1000 * total / len(others))


@pytest.fixture
def inception(tmp_path: Path) -> Path:
    """What tells a file of Inception's weights, and no more of it."""
    import torch

    held = {"fc.weight": torch.zeros(1).expand(1008, 2048), "Mixed_7c.branch_pool.bn.bias": torch.zeros(1)}
    torch.save(held, tmp_path / "inception.pth")
    return tmp_path / "inception.pth"


def stand_in(monkeypatch: pytest.MonkeyPatch, distance: object) -> None:
    """Puts something in the place of torchmetrics' distance."""
    monkeypatch.setitem(sys.modules, "torchmetrics", ModuleType("torchmetrics"))
    monkeypatch.setitem(sys.modules, "torchmetrics.image", ModuleType("torchmetrics.image"))
    fid = SimpleNamespace(FrechetInceptionDistance=distance)
    monkeypatch.setitem(sys.modules, "torchmetrics.image.fid", fid)


def test_fid_sees_every_true_and_every_painted_picture(
    photos, inception, tiny_colorizer, monkeypatch
) -> None:
    shown: list[tuple[bool, tuple[int, ...]]] = []
    made: list[dict[str, object]] = []

    class Distance:
        def __init__(self, **options: object) -> None:
            made.append(options)

        def update(self, pictures, real: bool) -> None:
            assert str(pictures.dtype) == "torch.uint8"
            shown.append((real, tuple(pictures.shape)))

        def compute(self) -> float:
            return 12.5

    stand_in(monkeypatch, Distance)
    found = evaluate(photos, EvaluationOptions(fid=str(inception)), colorizer=tiny_colorizer)
    assert found.ours.fid == 12.5
    assert shown == [(True, (1, 3, 48, 64)), (False, (1, 3, 48, 64))] * 4
    assert made == [{"feature": 2048, "feature_extractor_weights_path": str(inception)}]
    open_networks(None, "download", 2)
    assert made[1:] == [{"feature": 2048, "feature_extractor_weights_path": None}] * 2


class Harmful:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.path,)


def test_fid_refuses_other_files_and_runs_none(weights: Path, tmp_path: Path, monkeypatch) -> None:
    import torch

    stand_in(monkeypatch, lambda **_: None)
    torch.save({"fc.weight": Harmful(tmp_path / "harm")}, tmp_path / "harmful.pth")
    torch.save({"fc.weight": torch.zeros(1000, 2048)}, tmp_path / "torchvision.pth")
    for file in (weights, tmp_path / "harmful.pth", tmp_path / "torchvision.pth"):
        with pytest.raises(TrainingError, match=r"does not hold Inception's weights .*-6726825d\.pth\.$"):
            open_networks(None, str(file), 1)
    assert not (tmp_path / "harm").exists()


def test_fid_without_a_connection_is_one_sentence(monkeypatch) -> None:
    def fail(**_: object) -> None:
        raise URLError("no such host")

    stand_in(monkeypatch, fail)
    [note] = open_networks(None, "download", 1).notes
    assert note == (
        "FID is left out: Inception's weights could not be downloaded (no such host); "
        "give a file of them to --fid."
    )


def test_rounding_leaves_no_fid_below_nothing(inception: Path, monkeypatch) -> None:
    stand_in(monkeypatch, lambda **_: SimpleNamespace(compute=lambda: -1e-12))
    [distance] = open_networks(None, str(inception), 1).inception
    assert str(distance.distance()) == "0.0"
