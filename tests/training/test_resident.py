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
from vermilion.training import Progress, Settings, train_settings
from vermilion.training.config.settings import check_settings
from vermilion.training.data import aging, resident
from vermilion.training.data import hints as hinting
from vermilion.training.data.aging import aged, compressed, distance_to_lines, luma_of, smooth
from vermilion.training.data.batch import Crops, random_crops, true_ab
from vermilion.training.data.dice import BatchDice, Dice, SampleDice, whole
from vermilion.training.data.hints import random_hints
from vermilion.training.data.loaders import OnDevice
from vermilion.training.data.resident import Resident
from vermilion.training.data.samples import SURVEYED_BATCHES, Listed, Samples
from vermilion.training.data.store import PictureStore, open_store

Make = Callable[..., Samples]
CPU = torch.device("cpu")


def dice(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def of_batch(count: int, seed: int) -> Dice:
    return BatchDice(count, dice(seed))


def of_each(count: int) -> Dice:
    return SampleDice([np.random.default_rng(seed) for seed in range(count)])


def levels(seed: int = 0, size: tuple[int, int] = (64, 96)) -> np.ndarray:
    """A smooth random picture, uint8 [H,W,3]."""
    coarse = np.random.default_rng(seed).integers(0, 256, (5, 7, 3)).astype(np.uint8)
    return cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC)


def planes(rgb: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(rgb.copy()).permute(2, 0, 1)[None].float()


def test_the_truth_is_opencvs() -> None:
    rgb = levels()
    ours = true_ab(planes(rgb), 4)[0].permute(1, 2, 0).numpy()
    twice = cv2.resize(rgb, (48, 32), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(twice.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    theirs = cv2.resize(lab[..., 1:], (24, 16), interpolation=cv2.INTER_AREA)
    np.testing.assert_allclose(ours, theirs, atol=2.5)
    assert np.abs(ours - theirs).mean() < 0.2
    np.testing.assert_allclose(luma_of(planes(rgb))[0, 0], luma_of_one(rgb), atol=1e-5)


def test_pixels_are_found_in_upright_and_lying_pictures(config: Settings, tmp_path: Path) -> None:
    for number, size in enumerate(((70, 96), (96, 70), (80, 80), (150, 100))):
        photograph(number, size).save(tmp_path / f"{number}.png")
    store = open_store((str(tmp_path),), tmp_path / "cache", 96)
    on_device = Resident(Samples(store, [0, 1, 2, 3], config), CPU)
    for number in range(4):
        picture = store[number]
        y, x = (torch.arange(side)[None] + 0.5 for side in picture.shape[:2])
        found = on_device._sampled(torch.tensor([number]), y, x)[0].permute(1, 2, 0)
        np.testing.assert_allclose(found, picture, atol=1e-2)
        edge = on_device._sampled(torch.tensor([number]), y - 200, x + 200)[0].permute(1, 2, 0)
        np.testing.assert_allclose(edge[0, 0], picture[0, -1], atol=1e-2)


def test_both_ways_of_cutting_give_the_same_pixels(samples: Make, store: PictureStore) -> None:
    on_device, one_by_one = Resident(samples(), CPU), Listed([store[number] for number in range(24)])
    assert torch.equal(on_device.sizes, one_by_one.sizes)
    crops = random_crops(one_by_one.sizes, (32, 64), 0.3, of_batch(24, 0))
    ours = on_device.cut(torch.arange(24), crops, (32, 64))
    theirs = one_by_one.cut(crops, (32, 64))
    assert torch.equal(ours, ours.round())
    assert torch.equal(theirs, theirs.round())
    difference = (ours - theirs).abs()
    assert difference.mean() < 0.3
    assert difference.flatten(1).mean(1).max() < 1, "each is cut at its place, and mirrored or not"
    turned = Crops(crops.top, crops.left, crops.rows, crops.columns, ~crops.mirrored)
    again = on_device.cut(torch.arange(24), turned, (32, 64)).flip(3)
    assert (again - ours).abs().max() <= 1


def test_inputs_and_targets_are_of_the_same_pixels(samples: Make) -> None:
    ours = samples(degraded=0.0, hinted=1.0)
    on_device = Resident(ours, CPU)
    cuts: list[torch.Tensor] = []
    cut = on_device.cut

    def seen(*args: Any) -> torch.Tensor:
        cuts.append(cut(*args))
        return cuts[-1]

    on_device.cut = seen  # type: ignore[method-assign, assignment]
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


@pytest.mark.slow
def test_batches_are_distributed_as_single_samples_are(samples: Make) -> None:
    def settings(share: float) -> Samples:
        return samples(degraded=share, hinted=0.0, sizes=((64, 64),))

    for share in (0.0, 1.0):
        on_device, singly = Resident(settings(share), CPU), settings(share)
        batches = [on_device.batch(list(range(first, first + 4))) for first in range(0, 480, 4)]
        singles = [singly[number] for number in range(480)]
        ours = moments(torch.cat([batch.luma for batch in batches]))
        theirs = moments(torch.stack([luma for luma, _, _ in singles]))
        np.testing.assert_allclose(ours, theirs, rtol=0.12, atol=0.004)
        ab = [torch.cat([b.ab for b in batches]), torch.stack([ab for _, ab, _ in singles])]
        assert float((ab[0].mean() - ab[1].mean()).abs()) < 1
        assert float(ab[0].std() / ab[1].std()) == pytest.approx(1, abs=0.05)


def test_aged_pictures_stay_in_range_and_differ(samples: Make) -> None:
    rgb = planes(levels()).repeat(16, 1, 1, 1)
    old = aged(rgb, of_batch(16, 0))
    assert old.shape == (16, 1, 64, 96)
    assert 0 <= old.min() <= old.max() <= 1
    assert len({float(one.mean()) for one in old}) == 16
    assert torch.equal(old, aged(rgb, of_batch(16, 0)))
    single = [old_photograph(levels(), np.random.default_rng(seed)).mean() for seed in range(200)]
    many = aged(planes(levels()).repeat(200, 1, 1, 1), of_batch(200, 1)).mean((1, 2, 3))
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
    start, end = torch.tensor([[[0.0, 1.0], [0.0, 0.0]]]), torch.tensor([[[2.0, 1.0], [0.0, 0.0]]])
    line, point = distance_to_lines((4, 5), start, end)[0]
    wanted = (torch.arange(5.0) - 1).abs().expand(4, -1).clone()
    wanted[3] = (wanted[3] ** 2 + 1).sqrt()  # beyond its end
    torch.testing.assert_close(line, wanted)
    y, x = torch.meshgrid(torch.arange(4.0), torch.arange(5.0), indexing="ij")
    torch.testing.assert_close(point, torch.hypot(y, x))


def scratched_one_by_one(random: np.random.Generator, height: int, width: int) -> np.ndarray:
    """A grey plane with scratches and specks, drawn one after the other as ageing first did."""
    tone, (y, x) = np.full((height, width), 0.5), np.mgrid[:height, :width]
    for _ in range(random.integers(1, 6)):
        start, end = (random.random(2) * (height, width) for _ in range(2))
        if random.random() < 0.6:
            end[1] = start[1] + 4 * random.normal()
        way = end - start
        along = ((y - start[0]) * way[0] + (x - start[1]) * way[1]) / (way @ way)
        along = along.clip(0, 1)
        away = np.hypot(y - start[0] - along * way[0], x - start[1] - along * way[1])
        tone += (1 - away).clip(0, 1) * (random.choice([0.05, 0.95]) - tone)
    for _ in range(random.integers(0, 12)):
        down, across = random.integers(height), random.integers(width)
        near = (y - down) ** 2 + (x - across) ** 2 <= random.integers(2) ** 2
        tone[near] = random.choice([0.05, 0.95])
    return tone


@pytest.mark.parametrize("make", [of_each, lambda count: of_batch(count, 0)])
def test_scratches_of_a_batch_are_as_many_and_as_long_as_one_by_one(make: Callable[[int], Dice]) -> None:
    """Of a flat grey: how much is covered on average and how unevenly, by what ink, and how upright."""
    ours = aging._scratched((torch.full((500, 1, 64, 96), 0.5),), make(500))[0][:, 0].numpy()
    theirs = np.stack([scratched_one_by_one(np.random.default_rng([7, n]), 64, 96) for n in range(500)])
    shares = [(np.abs(each - 0.5) > 0.2).mean((1, 2)) for each in (ours, theirs)]
    assert shares[0].mean() == pytest.approx(shares[1].mean(), rel=0.12)
    assert shares[0].std() == pytest.approx(shares[1].std(), rel=0.2)
    inks = [(each > 0.5).sum() / (np.abs(each - 0.5) > 0.01).sum() for each in (ours, theirs)]
    assert inks[0] == pytest.approx(inks[1], abs=0.06)
    steps = [
        np.abs(np.diff(each, axis=1)).sum() / np.abs(np.diff(each, axis=2)).sum() for each in (ours, theirs)
    ]
    assert steps[0] == pytest.approx(steps[1], rel=0.12), "mostly upright"
    assert ours.min() == pytest.approx(0.05, abs=1e-3)
    assert ours.max() == pytest.approx(0.95, abs=1e-3)


@pytest.mark.parametrize("make", [of_each, lambda count: of_batch(count, 0)])
def test_dice_are_even_and_change_as_many_as_asked(make: Callable[[int], Dice]) -> None:
    ours = make(4000)
    drawn = ours.uniform(2, 4, 1)
    assert 2 <= drawn.min() < 2.01
    assert 3.99 < drawn.max() <= 4
    assert ours.normal(1).std().item() == pytest.approx(1, abs=0.05)
    assert set(whole(ours, 3, 2).unique().tolist()) == {0, 1, 2}
    zeros = torch.zeros(4000, 2), torch.ones(4000, 1)

    def raised(given: tuple[torch.Tensor, ...], dice: Dice) -> tuple[torch.Tensor, ...]:
        return (given[0] + given[1] + dice.uniform(0, 1, 1),)

    (changed,) = ours.change(0.3, zeros, raised, keep=1)
    assert (changed[:, 0] > 0).float().mean().item() == pytest.approx(0.3, abs=0.03)
    assert len(changed[changed > 0].unique()) > 1000, "each by numbers of its own"
    some = torch.tensor([0.0, 1.0]).repeat(2000)
    (all_or_none,) = ours.change(some, (zeros[0],), lambda given, _: (given[0] + 1,))
    assert torch.equal(all_or_none[:, 0], some)


def hints_of_one(random: np.random.Generator, size: int) -> np.ndarray:
    """Which cells are given in one picture, point by point as the paper tells it."""
    given = np.zeros((size, size), bool)
    if random.random() >= 0.5:
        return given
    if random.random() < 0.01:
        return ~given
    for _ in range(random.geometric(1 / 8)):
        y, x = np.clip(random.normal(size / 2, size / 4, 2), 0, size - 1).astype(int)
        radius = int(random.integers(0, 3))
        given[max(0, y - radius) : y + radius + 1, max(0, x - radius) : x + radius + 1] = True
    return given


@pytest.mark.parametrize("make", [of_each, lambda count: of_batch(count, 0)])
def test_hints_come_as_often_and_as_many_as_point_by_point(make: Callable[[int], Dice]) -> None:
    true = torch.tensor([33.0, -22.0])[:, None, None].expand(800, 2, 16, 16)
    ours = random_hints(true, 0.5, make(800))
    given = [
        ours[:, 2].flatten(1).sum(1).numpy(),
        np.array([hints_of_one(np.random.default_rng([7, seed]), 16).sum() for seed in range(800)]),
    ]
    assert abs((given[0] > 0).mean() - (given[1] > 0).mean()) < 0.08
    covered = [counts[(counts > 0) & (counts < 256)] for counts in given]
    assert covered[0].mean() == pytest.approx(covered[1].mean(), rel=0.15)
    assert covered[0].std() == pytest.approx(covered[1].std(), rel=0.15)
    told = ours.permute(0, 2, 3, 1)[ours[:, 2] == 1]
    torch.testing.assert_close(told, torch.tensor([0.3, -0.2, 1.0]).expand_as(told))
    assert not ours[:, :2].permute(0, 2, 3, 1)[ours[:, 2] == 0].any()


def test_the_last_hint_lies_on_top() -> None:
    spots = torch.zeros(1, hinting.MOST_HINTS), torch.zeros(1, hinting.MOST_HINTS)
    radius = torch.zeros(1, hinting.MOST_HINTS)
    radius[0, 0] = 2
    latest = hinting.latest_point(torch.tensor([[2.0]]), spots, radius, (4, 4))
    assert latest[0].tolist() == [[1, 0, 0, -1], [0, 0, 0, -1], [0, 0, 0, -1], [-1] * 4]


def test_auto_asks_for_a_card_with_room(samples: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = samples()
    card: Any = SimpleNamespace(type="cuda")
    needed = 3 * 112 * 96 * len(ours.numbers)
    for free, fits in ((2 * needed, True), (2 * needed - 2, False)):
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _, free=free: (free, free))
        assert resident.fits(ours.store, ours.numbers, card) is fits
    assert not resident.fits(ours.store, ours.numbers, CPU)
    assert of_batch(3, 0).uniform(2, 3).shape == (3, 1, 1, 1)


def test_groups_of_pictures_are_loaded_as_one_would_be(
    samples: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Resident(samples(), CPU)
    monkeypatch.setattr(resident, "TOGETHER", 7)  # no divisor of their number
    in_groups = Resident(samples(), CPU)
    assert len(whole.pixels) % 7
    assert torch.equal(in_groups.pixels, whole.pixels)
    assert bool((whole.pixels.flatten(1).max(1).values > 0).all())


def test_statistics_are_measured_on_the_same_batches_of_the_device(samples: Make, config: Settings) -> None:
    ours = samples()
    loader = OnDevice(config, SimpleNamespace(device=CPU), ours)  # type: ignore[arg-type] # all it asks
    first, again = (list(loader.first()) for _ in range(2))
    assert len(first) == SURVEYED_BATCHES
    assert all(len(batch.luma) == config.batch for batch in first)
    assert all(torch.equal(one.luma, other.luma) for one, other in zip(first, again, strict=True))
    assert not torch.equal(first[0].ab.mean(), first[1].ab.mean())


@pytest.mark.slow
def test_a_training_on_resident_pictures_goes_on_exactly(config: Settings, tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    def stop(progress: Progress) -> None:
        if progress.done == 20:
            raise StoppedError

    ours = replace(config, data=replace(config.data, resident="on"))
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
