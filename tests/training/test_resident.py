"""Batches made on the device are like those that the processor makes one by one."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from tests.training.conftest import photograph
from vermilion.color import old_photograph
from vermilion.color import plain_luma as luma_of_one
from vermilion.errors import SettingsError
from vermilion.training import Progress, Settings, resident, train_settings
from vermilion.training.aging import Dice, aged, compressed, distance_to_line, luma_of, smooth
from vermilion.training.average import SURVEYED_BATCHES
from vermilion.training.feed import OnDevice
from vermilion.training.resident import Resident, random_hints, true_ab
from vermilion.training.samples import Samples
from vermilion.training.samples import random_hints as hints_of_one
from vermilion.training.samples import true_ab as true_ab_of_one
from vermilion.training.settings import check_settings
from vermilion.training.store import PictureStore, open_store

Make = Callable[..., Samples]
CPU = torch.device("cpu")


def dice(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def levels(seed: int = 0, size: tuple[int, int] = (64, 96)) -> np.ndarray:
    """A smooth random picture, uint8 [H,W,3]."""
    coarse = np.random.default_rng(seed).integers(0, 256, (5, 7, 3)).astype(np.uint8)
    return cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC)


def planes(rgb: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(rgb.copy()).permute(2, 0, 1)[None].float()


@pytest.mark.parametrize("stride", [4, 1])
def test_the_truth_is_the_same(stride: int) -> None:
    rgb = levels()
    ours = true_ab(planes(rgb), stride)[0].permute(1, 2, 0).numpy()
    theirs = true_ab_of_one(rgb, (64 // stride, 96 // stride))
    np.testing.assert_allclose(ours, theirs, atol=2.5)
    assert np.abs(ours - theirs).mean() < 0.2
    np.testing.assert_allclose(luma_of(planes(rgb))[0, 0], luma_of_one(rgb), atol=1e-5)


def test_pixels_are_found_in_upright_and_lying_pictures(recipe: Settings, tmp_path: Path) -> None:
    for number, size in enumerate(((70, 96), (96, 70), (80, 80), (150, 100))):
        photograph(number, size).save(tmp_path / f"{number}.png")
    store = open_store((str(tmp_path),), tmp_path / "cache", 96)
    on_device = Resident(Samples(store, [0, 1, 2, 3], recipe), CPU)
    for number in range(4):
        picture = store[number]
        y, x = (torch.arange(side)[None] + 0.5 for side in picture.shape[:2])
        found = on_device._sampled(torch.tensor([number]), y, x)[0].permute(1, 2, 0)
        np.testing.assert_allclose(found, picture, atol=1e-2)
        edge = on_device._sampled(torch.tensor([number]), y - 200, x + 200)[0].permute(1, 2, 0)
        np.testing.assert_allclose(edge[0, 0], picture[0, -1], atol=1e-2)


def test_crops_are_parts_of_their_picture(samples: Make, store: PictureStore) -> None:
    on_device = Resident(samples(), CPU)
    cut = on_device._crop(torch.arange(8), (64, 64), 0.3, dice(0))
    assert torch.equal(cut, cut.round())
    for number, part in enumerate(cut.permute(0, 2, 3, 1).reshape(8, -1, 3).numpy()):
        colors = store[number].reshape(-1, 3)
        assert (part.min(0) >= colors.min(0)).all()
        assert (part.max(0) <= colors.max(0)).all()
    assert not torch.equal(cut, on_device._crop(torch.arange(8), (64, 64), 0.3, dice(1)))


def test_inputs_and_targets_are_of_the_same_pixels(samples: Make) -> None:
    ours = samples(degraded=0.0, hinted=1.0)
    on_device = Resident(ours, CPU)
    cuts: list[torch.Tensor] = []
    crop = on_device._crop

    def seen(*args: Any) -> torch.Tensor:
        cuts.append(crop(*args))
        return cuts[-1]

    on_device._crop = seen  # type: ignore[method-assign, assignment]
    batch = on_device.batch([0, 1, 2, 3])
    assert torch.equal(batch.luma, luma_of(cuts[0]))
    assert torch.equal(batch.ab, true_ab(cuts[0], 4))
    old = Resident(samples(degraded=1.0, hinted=1.0), CPU).batch([0, 1, 2, 3])
    assert torch.equal(old.ab, batch.ab), "only the input is aged"
    assert not torch.equal(old.luma, batch.luma)
    given = batch.hints[:, 2:] > 0
    told, others = batch.hints[:, :2] * 110, batch.ab.roll(1, 0)
    own, other = (((told - ab).abs() * given).sum() for ab in (batch.ab, others))
    assert own < 0.6 * other, "hints tell the truth of their own picture"


def test_batches_follow_from_their_numbers_alone(samples: Make) -> None:
    first, again = (Resident(samples(), CPU) for _ in range(2))
    again.batch([4, 5, 6, 7])
    ours, theirs, other = first.batch([0, 1, 2, 3]), again.batch([0, 1, 2, 3]), first.batch([24, 25, 26, 27])
    assert torch.equal(ours.luma, theirs.luma)
    assert torch.equal(ours.hints, theirs.hints)
    assert ours.luma.shape == other.luma.shape or ours.luma.numel() == other.luma.numel()
    assert not torch.equal(ours.luma.flatten(), other.luma.flatten())
    assert not torch.equal(first.batch([0, 1], rank=1).luma, ours.luma[:2]), "each process has its own dice"


def moments(luma: torch.Tensor) -> np.ndarray:
    """Mean, deviation, and strength of edges of [N,1,H,W]."""
    edges = (luma[..., 1:] - luma[..., :-1]).abs().mean()
    return np.array([luma.mean(), luma.std(), edges, luma.mean((2, 3)).std()])


def test_batches_are_distributed_as_single_samples_are(samples: Make) -> None:
    def settings(share: float) -> Samples:
        return samples(degraded=share, hinted=0.0, sizes=((64, 64),))

    for share in (0.0, 1.0):
        on_device, one_by_one = Resident(settings(share), CPU), settings(share)
        batches = [on_device.batch(list(range(first, first + 4))) for first in range(0, 480, 4)]
        singles = [one_by_one[number] for number in range(480)]
        ours = moments(torch.cat([batch.luma for batch in batches]))
        theirs = moments(torch.stack([luma for luma, _, _ in singles]))
        np.testing.assert_allclose(ours, theirs, rtol=0.12, atol=0.004)
        ab = [torch.cat([b.ab for b in batches]), torch.stack([ab for _, ab, _ in singles])]
        assert float((ab[0].mean() - ab[1].mean()).abs()) < 1
        assert float(ab[0].std() / ab[1].std()) == pytest.approx(1, abs=0.05)


def test_aged_pictures_stay_in_range_and_differ(samples: Make) -> None:
    rgb = planes(levels()).repeat(16, 1, 1, 1)
    old = aged(rgb, dice(0))
    assert old.shape == (16, 1, 64, 96)
    assert 0 <= old.min() <= old.max() <= 1
    assert len({float(one.mean()) for one in old}) == 16
    assert torch.equal(old, aged(rgb, dice(0)))
    single = [old_photograph(levels(), np.random.default_rng(seed)).mean() for seed in range(200)]
    many = aged(planes(levels()).repeat(200, 1, 1, 1), dice(1)).mean((1, 2, 3))
    assert float(many.mean()) == pytest.approx(float(np.mean(single)), abs=0.03)
    assert float(many.std()) == pytest.approx(float(np.std(single)), rel=0.25)


def test_blur_is_opencvs() -> None:
    tone = torch.rand(2, 1, 40, 56, generator=dice(0))
    ours = smooth(tone, torch.tensor([0.45, 0.9])[:, None, None, None])
    for picture, blurred, sigma in zip(tone, ours, (0.45, 0.9), strict=True):
        wanted = cv2.GaussianBlur(picture[0].numpy(), (0, 0), sigma)
        np.testing.assert_allclose(blurred[0], wanted, atol=2e-3)


@pytest.mark.parametrize("quality", [35, 60, 89])
def test_compression_is_that_of_a_jpeg(quality: int) -> None:
    tone = luma_of(planes(levels())) + 0.02 * torch.randn(1, 1, 64, 96, generator=dice(0))
    ours = compressed(tone.clamp(0, 1), torch.full((1, 1, 1, 1), float(quality)))[0, 0].numpy() * 255
    codes = np.rint(tone.clamp(0, 1)[0, 0].numpy() * 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", codes, [cv2.IMWRITE_JPEG_QUALITY, quality])
    theirs = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    assert np.abs(ours - theirs).mean() < 0.6
    assert np.abs(theirs - codes.astype(float)).mean() > 1, "there is something to see"


def test_distances_to_lines() -> None:
    pixels = torch.stack(torch.meshgrid(torch.arange(4.0), torch.arange(5.0), indexing="ij"))
    found = distance_to_line(pixels, torch.tensor([[0.0, 1.0]]), torch.tensor([[3.0, 1.0]]))
    assert torch.equal(found[0, 0], (torch.arange(5.0) - 1).abs().expand(4, -1))


def test_hints_come_as_often_and_as_many_as_one_by_one() -> None:
    true = torch.tensor([33.0, -22.0])[:, None, None].expand(400, 2, 16, 16)
    ours = random_hints(true, 0.5, dice(0))
    one = np.broadcast_to(np.array([33.0, -22.0], np.float32), (16, 16, 2)).copy()
    theirs = np.stack([hints_of_one(one, np.random.default_rng(seed), 0.5) for seed in range(400)])
    given = ours[:, 2].flatten(1).sum(1).numpy(), theirs[:, 2].reshape(400, -1).sum(1)
    assert abs((given[0] > 0).mean() - (given[1] > 0).mean()) < 0.08
    covered = [counts[(counts > 0) & (counts < 256)].mean() for counts in given]
    assert covered[0] == pytest.approx(covered[1], rel=0.2)
    told = ours.permute(0, 2, 3, 1)[ours[:, 2] == 1]
    torch.testing.assert_close(told, torch.tensor([0.3, -0.2, 1.0]).expand_as(told))
    assert not ours[:, :2].permute(0, 2, 3, 1)[ours[:, 2] == 0].any()
    assert not random_hints(true, 0.0, dice(0)).any()


def test_the_last_hint_lies_on_top() -> None:
    spots = torch.zeros(1, resident.MOST_HINTS), torch.zeros(1, resident.MOST_HINTS)
    radius = torch.zeros(1, resident.MOST_HINTS)
    radius[0, 0] = 2
    latest = resident._latest(torch.tensor([2.0]), spots, radius, (4, 4))
    assert latest[0].tolist() == [[1, 0, 0, -1], [0, 0, 0, -1], [0, 0, 0, -1], [-1] * 4]


def test_auto_asks_for_a_card_with_room(samples: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = samples()
    card: Any = SimpleNamespace(type="cuda")
    needed = 3 * 112 * 96 * len(ours.numbers)
    for free, fits in ((2 * needed, True), (2 * needed - 2, False)):
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _, free=free: (free, free))
        assert resident.fits(ours.store, ours.numbers, card) is fits
    assert not resident.fits(ours.store, ours.numbers, CPU)
    assert Dice(3, dice(0)).uniform(2, 3).shape == (3, 1, 1, 1)


def test_groups_of_pictures_are_loaded_as_one_would_be(
    samples: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Resident(samples(), CPU)
    monkeypatch.setattr(resident, "TOGETHER", 7)  # no divisor of their number
    in_groups = Resident(samples(), CPU)
    assert len(whole.pixels) % 7
    assert torch.equal(in_groups.pixels, whole.pixels)
    assert bool((whole.pixels.flatten(1).max(1).values > 0).all())


def test_statistics_are_measured_on_the_same_batches_of_the_device(samples: Make, recipe: Settings) -> None:
    ours = samples()
    feed = OnDevice(recipe, SimpleNamespace(device=CPU), ours)  # type: ignore[arg-type] # all it asks
    first, again = (list(feed.first()) for _ in range(2))
    assert len(first) == SURVEYED_BATCHES
    assert all(len(batch.luma) == recipe.batch for batch in first)
    assert all(torch.equal(one.luma, other.luma) for one, other in zip(first, again, strict=True))
    assert not torch.equal(first[0].ab.mean(), first[1].ab.mean())


def test_a_training_on_resident_pictures_goes_on_exactly(recipe: Settings, tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    def stop(progress: Progress) -> None:
        if progress.done == 20:
            raise StoppedError

    ours = replace(recipe, data=replace(recipe.data, resident="on"))
    train_settings(ours)
    broken = replace(ours, run=str(tmp_path / "broken"))
    with pytest.raises(StoppedError):
        train_settings(broken, report=stop)
    train_settings(broken, resume=True)
    states = [
        torch.load(Path(one.run) / "last.ckpt", weights_only=True)["generator"] for one in (ours, broken)
    ]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    with pytest.raises(SettingsError, match="a stream cannot stay on the device"):
        check_settings(replace(ours, data=replace(ours.data, stream=True)))
