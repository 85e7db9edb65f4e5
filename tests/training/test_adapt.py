"""Adapting: the settings of such a training, what is held out, and what counts as better."""

import json
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.training.conftest import photograph
from vermilion.errors import TrainingError
from vermilion.training.adapt import (
    FEWEST_HELD_OUT,
    FEWEST_PASSES,
    Adaptation,
    Comparison,
    _check_same_pictures,
    choose_hold_out,
    compare,
    plan,
)
from vermilion.training.config.settings import check_settings
from vermilion.training.data.store import Entry, PictureStore
from vermilion.training.loop.validation import Figures, held_out_pictures
from vermilion.training.networks.generator import UNetGenerator
from vermilion.training.networks.weights import read_generator, save_module

FIGURES = Figures(ab_error=12.0, corr=0.5, corr_c=0.4, chroma_ratio=0.6, cmd=100)


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("collection")
    for number in range(60):
        photograph(number).save(folder / f"{number:02}.png")
    return folder


@pytest.fixture
def wanted(generator: UNetGenerator, collection: Path, tmp_path: Path) -> Adaptation:
    base = tmp_path / "base.safetensors"
    save_module(generator, base, {"generator": json.dumps(generator.config)})
    return Adaptation((str(collection),), str(tmp_path / "run"), base, base, 0.6)


def figures(error: float, corr: float) -> Figures:
    return replace(FIGURES, ab_error=error, corr=corr)


@pytest.mark.parametrize(
    ("after", "aged", "better"),
    [
        ((11.0, 0.6), (11.0, 0.6), True),
        ((12.0, 0.5), (12.0, 0.5), False),
        ((11.0, 0.4), (11.0, 0.4), False),  # nearer, for it is paler
        ((13.0, 0.6), (13.0, 0.6), False),  # truer in direction, and too strong
        ((11.0, 0.6), (14.0, 0.3), False),  # at the cost of old pictures
    ],
)
def test_better_is_truer_and_nearer_on_clean_and_old_pictures(after, aged, better) -> None:
    comparison = Comparison(9, 5, FIGURES, figures(*after), FIGURES, figures(*aged))
    assert comparison.better is better


def test_the_encoder_stays_frozen_unless_it_is_thawed(wanted: Adaptation) -> None:
    settings, _ = plan(wanted)
    check_settings(settings)
    assert settings.keep_statistics
    [stage] = settings.stages
    assert stage.encoder_rate == 0
    assert stage.images == FEWEST_PASSES
    assert (settings.model.start_from, settings.loss.temperature) == (str(wanted.start_from), 0.6)
    blocks = len(read_generator(wanted.start_from).encoder.blocks())
    supervised, adversarial = plan(replace(wanted, thaw=1, adversarial=90, images=50))[0].stages
    assert (supervised.frozen_blocks, supervised.images) == (blocks - 1, 50)
    assert 0 < supervised.encoder_rate < supervised.decoder_rate
    assert (adversarial.images, adversarial.discriminator_alone, adversarial.encoder_rate) == (90, 30, 0)
    assert adversarial.adversarial > 0
    with pytest.raises(TrainingError, match=f"has {blocks} blocks"):
        plan(replace(wanted, thaw=blocks + 1))


def test_enough_is_held_out_and_never_learned_from(wanted: Adaptation) -> None:
    settings, store = plan(wanted)
    modulo = settings.data.hold_out
    assert modulo == choose_hold_out(store)
    learned, held = store.split(modulo)
    assert len(held) >= FEWEST_HELD_OUT
    assert not set(learned) & set(held)


def test_one_in_eight_of_many_is_held_out() -> None:
    store = object.__new__(PictureStore)
    store.entries = [Entry(0, 64, 64, f"{number:x}", "made up") for number in range(800)]
    assert choose_hold_out(store) == 8


def test_too_few_pictures_are_refused() -> None:
    store = object.__new__(PictureStore)
    store.entries = [Entry(0, 64, 64, f"{number:x}", "made up") for number in range(20)]
    store.skipped = Counter(grey=3)
    with pytest.raises(TrainingError, match=r"20 usable colour pictures are too few.*'grey': 3.*at least 50"):
        choose_hold_out(store)


def test_a_run_goes_on_with_its_own_pictures_alone(wanted: Adaptation, tmp_path: Path) -> None:
    settings, _ = plan(wanted)
    _check_same_pictures(settings, resume=True)  # there is no run yet
    run = Path(settings.run)
    run.mkdir(exist_ok=True)
    config = {"data": {"pictures": ["elsewhere"]}, "model": {}}
    (run / "config.json").write_text(json.dumps(config))
    with pytest.raises(TrainingError, match="was begun with other pictures"):
        _check_same_pictures(settings, resume=True)
    _check_same_pictures(settings, resume=False)  # the trainer itself refuses that
    config = {"data": asdict(settings.data), "model": asdict(settings.model)}
    del config["data"]["chroma_stride"]  # which an older version did not keep
    (run / "config.json").write_text(json.dumps(config))
    _check_same_pictures(settings, resume=True)


def test_a_comparison_counts_what_came_nearer(
    generator: UNetGenerator, store: PictureStore, wanted: Adaptation, tmp_path: Path
) -> None:
    pictures = held_out_pictures(store, list(range(4)))
    before, after = read_generator(wanted.start_from), read_generator(wanted.start_from)
    same = compare(before, after, pictures, 0.6, tmp_path / "sheet.png")
    assert (same.pictures, same.nearer) == (4, 0)
    assert same.before == same.after
    assert not same.better
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size[0] > sheet.size[1] * 0.9
        assert np.ptp(np.asarray(sheet)) > 50
