"""Things that get another colour: whole, to their border, and told by a hint."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from vermilion.training.data import batch as making
from vermilion.training.data import recolor
from vermilion.training.data.dice import BatchDice, Dice, SampleDice
from vermilion.training.data.hints import AB_SCALE
from vermilion.training.data.recolor import Recolored, recolored
from vermilion.training.data.resident import Resident
from vermilion.training.data.samples import Samples

Make = Callable[..., Samples]
THING, AROUND = (30.0, 20.0), (-20.0, -25.0)
CPU = torch.device("cpu")


def dice(seed: int, count: int = 32) -> Dice:
    return BatchDice(count, torch.Generator().manual_seed(seed))


def uniform(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def square(side: int, count: int = 32) -> tuple[torch.Tensor, ...]:
    """A coloured square in the middle of another colour, all of one luma: ab, luma and where it is."""
    inside = torch.zeros(count, 1, 40, 40)
    start = (40 - side) // 2
    inside[..., start : start + side, start : start + side] = 1
    thing, around = (torch.tensor(color)[:, None, None] for color in (THING, AROUND))
    return torch.where(inside > 0, thing, around), torch.full((count, 1, 160, 160), 0.5), inside > 0


def differs(ours: Recolored, ab: torch.Tensor) -> torch.Tensor:
    return (ours.ab - ab).abs().amax(1, keepdim=True) > 1e-3


def test_the_new_color_fills_the_thing_and_ends_at_its_border() -> None:
    ab, luma, inside = square(16)
    ours = recolored(ab, luma, 1.0, dice(0))
    assert ours.changed.float().mean() > 0.6
    assert not differs(ours, ab)[~ours.changed].any()
    turned = differs(ours, ab)[ours.changed]
    where = inside[ours.changed]
    # The ground, with a hole in it, is too large: what is turned is always the square.
    assert torch.equal(turned, where)
    colors = ours.ab[ours.changed].permute(0, 2, 3, 1)[where[:, 0]].reshape(len(where), -1, 2)
    torch.testing.assert_close(colors, colors[:, :1].expand_as(colors), rtol=0, atol=1e-3)
    chroma = colors[:, 0].norm(dim=1)
    assert 9.9 <= chroma.min() <= chroma.max() <= 60.1
    assert ((colors[:, 0] - torch.tensor(THING)).norm(dim=1) > recolor.CLEAR).all()


def test_cells_of_two_colors_keep_their_shares() -> None:
    ab, luma, inside = square(16)
    border = inside.roll(1, 3) & ~inside  # one column, right of the square
    mixed = 0.25 * torch.tensor(THING) + 0.75 * torch.tensor(AROUND)
    ab = torch.where(border, mixed[:, None, None], ab)
    ours = recolored(ab, luma, 1.0, dice(1))
    new = ours.ab[:, :, 20, 20]
    wanted = 0.25 * new + 0.75 * torch.tensor(AROUND)
    torch.testing.assert_close(ours.ab[ours.changed][:, :, 20, 28], wanted[ours.changed], atol=0.05, rtol=0)


def test_folds_are_turned_with_their_cloth() -> None:
    ab, luma, inside = square(16)
    dark = inside & (torch.arange(40) % 4 == 0)
    ours = recolored(torch.where(dark, 0.6 * ab, ab), luma, 1.0, dice(2))
    cloth, fold = ours.ab[ours.changed][:, :, 20, 19], ours.ab[ours.changed][:, :, 20, 20]
    assert len(cloth) > 15
    torch.testing.assert_close(fold, 0.6 * cloth, atol=0.05, rtol=0)


@pytest.mark.parametrize("side", [2, 32])
def test_things_of_no_sensible_size_are_left_alone(side: int) -> None:
    ab, luma, inside = square(side)
    ours = recolored(ab, luma, 1.0, dice(0))
    if side == 2:  # and what is around it is too large
        assert not ours.changed.any()
        assert torch.equal(ours.ab, ab)
    assert not differs(ours, ab)[inside].any()


def test_colors_without_a_clear_border_are_left_alone() -> None:
    slope = torch.linspace(-15, 15, 40).expand(32, 2, 40, 40)
    assert not recolored(slope, torch.full((32, 1, 40, 40), 0.5), 1.0, dice(0)).changed.any()


def test_greys_are_told_apart_by_their_luma() -> None:
    ab = torch.zeros(32, 2, 40, 40)
    _, _, inside = square(16)
    luma = torch.where(inside, 0.8, 0.3)
    ours = recolored(ab, luma, 1.0, dice(0))
    assert ours.changed.float().mean() > 0.6
    assert torch.equal(differs(ours, ab)[ours.changed], inside[ours.changed])
    assert not recolored(ab, torch.full_like(luma, 0.3), 1.0, dice(0)).changed.any()


def test_the_dark_and_the_light_stay_pale() -> None:
    ab, _, inside = square(16)
    for light in (0.02, 0.98):
        ours = recolored(ab, torch.full((32, 1, 40, 40), light), 1.0, dice(0))
        assert ours.changed.any()
        chroma = ours.ab[ours.changed].norm(dim=1, keepdim=True)[inside[ours.changed]]
        assert chroma.max() < 60 * 0.2


def test_what_winds_is_found_as_a_whole_or_not_at_all() -> None:
    marked = torch.zeros(1, 1, 9, 9, dtype=torch.bool)
    marked[..., ::4, :] = marked[..., 1:4, 8] = marked[..., 5:8, 0] = True  # an S of 33 cells
    at = torch.tensor([[4]]), torch.tensor([[4]])
    assert torch.equal(recolor._connected(marked, *at), torch.zeros(1, 1, 9, 9))
    marked[..., 1:4, 8] = marked[..., 5:8, 0] = False
    wanted = torch.zeros(1, 1, 9, 9)
    wanted[..., 4, :] = 1
    assert torch.equal(recolor._connected(marked, *at), wanted)
    assert not recolor._connected(marked, torch.tensor([[3]]), torch.tensor([[4]])).any()


def test_a_card_finds_the_same_as_a_processor() -> None:
    marked = torch.rand(4, 3, 30, 50, generator=uniform(0)) < 0.35
    y, x = torch.randint(30, (4, 3), generator=uniform(1)), torch.randint(50, (4, 3), generator=uniform(2))
    found = recolor._connected(marked, y, x)
    assert torch.equal(found, recolor._connected_one_by_one(marked, y, x))
    assert 0 < found.sum() < marked.sum() / 2


def test_a_share_of_pictures_is_changed_and_always_told() -> None:
    ab, luma, inside = square(16, 160)
    ours = recolored(ab, luma, 0.3, dice(0, 160))
    assert 0.15 < ours.changed.float().mean() < 0.36
    share = ours.share_of_hints(0.7, dice(1, 160))
    assert set(share[ours.changed].tolist()) == {0.0, 1.0}
    assert 0.25 < share[ours.changed].mean() < 0.75
    assert (share[~ours.changed] == 0.7).all()
    hints = ours.with_hints(torch.zeros(160, 3, 40, 40))
    assert torch.equal(hints[:, 2].any(2).any(1), ours.changed)
    assert set(hints[ours.changed, 2].sum((1, 2)).tolist()) == {1.0, 9.0, 25.0}
    within = ours.changed & ((hints[:, 2:] > 0) <= inside).all(3).all(2)[:, 0]
    told = hints[within, :2].sum((2, 3)) / hints[within, 2:].sum((2, 3)) * AB_SCALE
    torch.testing.assert_close(told, ours.ab[within, :, 20, 20], atol=1e-3, rtol=0)
    over = ours.with_hints(torch.ones(160, 3, 40, 40))
    assert (over[:, 0] == 1).flatten(1).sum(1).min() >= 40 * 40 - 25, "it lies on top of the others"


@pytest.mark.slow
def test_pictures_with_dice_of_their_own_are_recolored_alike() -> None:
    ab, luma, inside = square(16, 600)
    ours = recolored(ab, luma, 0.5, SampleDice([np.random.default_rng(seed) for seed in range(600)]))
    theirs = recolored(ab, luma, 0.5, dice(0, 600)).changed.float().mean().item()
    assert ours.changed.float().mean().item() == pytest.approx(theirs, abs=0.08)
    assert torch.equal(differs(ours, ab)[ours.changed], inside[ours.changed])
    assert not differs(ours, ab)[~ours.changed].any()
    assert torch.equal(ours.hint.flatten(1).any(1), ours.changed)


def test_without_the_setting_samples_are_as_ever(samples: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> None:
        raise AssertionError

    batch, one = Resident(samples(), CPU).batch([0, 1, 2, 3]), samples()[0]
    monkeypatch.setattr(making, "recolored", never)
    again = Resident(samples(recolored=0.0), CPU).batch([0, 1, 2, 3])
    assert torch.equal(batch.ab, again.ab)
    assert torch.equal(batch.hints, again.hints)
    assert all(torch.equal(a, b) for a, b in zip(one, samples(recolored=0.0)[0], strict=True))


def test_both_ways_of_making_samples_agree(samples: Make) -> None:
    def settings(share: float) -> Samples:
        return samples(degraded=0.0, hinted=0.0, sizes=((96, 96),), recolored=share)

    numbers = [list(range(first, first + 4)) for first in range(0, 120, 4)]
    plain, ours = (Resident(settings(share), CPU) for share in (0.0, 1.0))
    before, after = ([one.batch(four) for four in numbers] for one in (plain, ours))
    pairs = [(a.luma, a.ab, b.luma, b.ab, b.hints) for a, b in zip(before, after, strict=True)]
    theirs = [
        tuple(tensor[None] for tensor in (*settings(0.0)[n][:2], *settings(1.0)[n])) for n in range(120)
    ]
    figures = []
    for luma, ab, new_luma, new_ab, hints in (
        map(torch.cat, zip(*way, strict=True)) for way in (pairs, theirs)
    ):
        assert torch.equal(luma, new_luma)
        turned = (new_ab - ab).norm(dim=1) > 1
        changed = turned.any(2).any(1)
        assert torch.equal(changed, hints[:, 2].any(2).any(1)), "where nothing was turned, nothing is told"
        figures.append([
            float(changed.float().mean()), float(turned[changed].float().mean()),
            float(new_ab.norm(dim=1)[turned].mean()) / 100,
        ])  # fmt: skip
    np.testing.assert_allclose(figures[0], figures[1], atol=0.1)
    assert figures[0][0] > 0.2
