"""Recoloured things: one thing of a true picture gets another colour, which a hint names.

From true pictures the network learns that hands are skin, but hardly that a hint colours its whole
thing and ends at its border, because it can guess most colours. Here it cannot. A thing is what is
connected to a cell drawn at random through cells of like chroma; its luma stays exactly as it is.

All pictures are processed at once, and nothing waits for a card.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from vermilion.training.data.dice import BatchDice, Dice, Planes, whole
from vermilion.training.data.hints import AB_SCALE, RADII, random_spots, squares

TRIES = 4  # cells of each picture from which a thing is looked for
ALIKE = 7.0  # ab units that a cell of a thing may be away from the first one
CLEAR, SHARP = 10.0, 0.8  # ab units away, and the share of cells around a thing that have to be so
SMALLEST, LARGEST = 0.015, 0.5  # share of the picture that a thing may have
GREY = 8.0  # chroma below which a hue means nothing
FOLDS, SHEEN = 15.0, 60.0  # chroma at which a thing may differ twice as much in chroma, and in hue
GREYS = 40.0  # ab units that luma from black to white is worth among greys
PALEST, MOST_VIVID = 10.0, 60.0  # chroma of new colours, before the gamut is asked
ALONE = 0.5  # share of recoloured samples whose only hint is the one on the thing


@dataclass(frozen=True, slots=True)
class Recolored:
    """Pictures of which some have a thing in another colour.

    Attributes:
        ab: float32 [N,2,h,w], CIELAB.
        changed: bool [N], which have.
        hint: bool [N,1,h,w], the cells on each thing that are hinted.
    """

    ab: Tensor
    changed: Tensor
    hint: Tensor

    def share_of_hints(self, share: float, dice: Dice) -> Tensor:
        """How often each picture gets random hints, 0..1 [N]: a new colour cannot be guessed without any."""
        alone = (dice.uniform(0, 1, 1) < ALONE)[:, 0]
        return torch.where(self.changed, 1.0 - alone.float(), share)

    def with_hints(self, hints: Tensor) -> Tensor:
        """Hints [N,3,h,w] with the one on the thing over them: its mean ab / `AB_SCALE`, weight 1."""
        cells = self.hint.sum((2, 3), keepdim=True).clamp_min(1)
        mean = (self.ab * self.hint).sum((2, 3), keepdim=True) / cells
        own = torch.cat([mean / AB_SCALE, torch.ones_like(mean[:, :1])], dim=1)
        return torch.where(self.hint & self.changed[:, None, None, None], own, hints)


def recolored(ab: Tensor, luma: Tensor, share: float, dice: Dice) -> Recolored:
    """Give a thing in some pictures another colour; pictures without a thing of fitting size stay.

    Args:
        ab: true CIELAB a, b [N,2,h,w].
        luma: 0..1 [N,1,H,W], plain and not aged; it stays, says which greys are alike and how vivid a colour
            can be.
        share: 0..1, of pictures in which a thing is looked for.
        dice: for the pictures.
    """
    luma = functional.avg_pool2d(luma, luma.shape[3] // ab.shape[3])
    nowhere = torch.zeros_like(luma, dtype=torch.bool)
    ours, hint = dice.change(share, (ab, nowhere, luma), _turn_a_thing, keep=1)
    return Recolored(ours, hint.flatten(1).any(1), hint)


def _turn_a_thing(planes: Planes, dice: Dice) -> Planes:
    """Chroma in which a thing has another colour, and the cells on it that are hinted; none if none fits."""
    ab, _, luma = planes
    y, x = random_spots(ab, TRIES, dice)
    near = functional.avg_pool2d(torch.cat([ab, luma], dim=1), 3, 1, 1, count_include_pad=False)
    seeds = _at(near, y, x)  # [N,3,K]
    apart = _apart(ab, luma, seeds)
    connected = _connected if isinstance(dice, BatchDice) else _connected_one_by_one
    things = connected(apart < ALIKE, y, x)
    covered = things.mean((2, 3))
    fits = (covered >= SMALLEST) & (covered <= LARGEST) & (_distinct(things, apart) >= SHARP)
    first = fits.float().argmax(1, keepdim=True)  # that fits, [N,1]
    thing = torch.gather(things, 1, first[..., None, None].expand(-1, -1, *things.shape[2:]))
    old = torch.gather(seeds[:, :2], 2, first[:, None].expand(-1, 2, -1))[..., 0]
    mean = (luma * thing).sum((1, 2, 3)) / thing.sum((1, 2, 3)).clamp_min(1)
    new = _new_color(old, mean, dice)
    changed = (fits.any(1) & ((new - old).norm(dim=1) > CLEAR))[:, None, None, None]
    spot = torch.gather(y, 1, first), torch.gather(x, 1, first)
    cells = squares(spot, whole(dice, len(RADII), 1), (ab.shape[2], ab.shape[3]))
    return torch.where(changed, _turned(ab, thing, old, new), ab), cells & changed


def _at(planes: Tensor, y: Tensor, x: Tensor) -> Tensor:
    """Values of planes [N,C,h,w] at cells [N,K]: [N,C,K]."""
    places = (y * planes.shape[3] + x)[:, None].expand(-1, planes.shape[1], -1)
    return torch.gather(planes.flatten(2), 2, places)


def _apart(ab: Tensor, luma: Tensor, seeds: Tensor) -> Tensor:
    """How unlike each cell is to the first cells of things [N,3,K], in ab units: [N,K,h,w].

    The folds of a vivid cloth differ much in chroma, little in hue. Grey things differ in luma or in nothing.
    """
    a, b, light = seeds[..., None, None].unbind(1)
    vivid = (a**2 + b**2).sqrt().clamp_min(1e-3)
    off = ab[:, :1] - a, ab[:, 1:] - b
    along = (off[0] * a + off[1] * b) / vivid / (1 + vivid / FOLDS)
    across = (off[1] * a - off[0] * b) / vivid / (1 + vivid / SHEEN)
    lighter = (luma - light) * GREYS * (1 - vivid / (2 * GREY)).clamp_min(0)
    return (along**2 + across**2 + lighter**2).sqrt()


def _connected(alike: Tensor, y: Tensor, x: Tensor) -> Tensor:
    """What is connected to a cell [N,K] among marked cells [N,K,h,w]: 0 or 1; empty if it has no end.

    Each round reaches one cell further, so winding things would need more rounds than a picture has rows;
    rather than cut one off in its midst, it is given up.
    """
    marked, (height, width) = alike.float(), alike.shape[2:]
    number = torch.arange(height * width, device=alike.device).reshape(height, width)
    found = before = marked * (number == (y * width + x)[..., None, None])
    for _ in range(max(height, width)):
        before, found = found, functional.max_pool2d(found, 3, 1, 1) * marked
    ended = (found == before).all(3).all(2)
    return found * ended[..., None, None]


def _connected_one_by_one(alike: Tensor, y: Tensor, x: Tensor) -> Tensor:
    """The same by OpenCV, ten times as fast on a processor; winding things are found, too."""
    found = np.zeros(alike.shape, np.float32)
    for at in np.ndindex(found.shape[:2]):
        marked = alike[at].numpy()
        _, labels = cv2.connectedComponents(marked.astype(np.uint8), connectivity=8)
        found[at] = marked & (labels == labels[y[at], x[at]])
    return torch.from_numpy(found)


def _distinct(things: Tensor, apart: Tensor) -> Tensor:
    """Share of the cells around each thing [N,K,h,w] whose colour is clearly another: 0..1 [N,K].

    The cells that touch it may hold some of its own colour, so the next ones are asked. A stretch of a colour
    that changes little by little has an end, too, but no border that a person would see.
    """
    grown = functional.max_pool2d(things, 3, 1, 1)
    around = functional.max_pool2d(grown, 3, 1, 1) - grown
    return (around * (apart > CLEAR)).sum((2, 3)) / around.sum((2, 3)).clamp_min(1)


def _turned(ab: Tensor, thing: Tensor, old: Tensor, new: Tensor) -> Tensor:
    """Pictures [N,2,h,w] with things [N,1,h,w] of colour `old` in colour `new` ([N,2]).

    The cells around a thing hold some of its colour: where they lie between the mean colours of the thing and
    of what is beyond says how much.
    """
    grown = functional.max_pool2d(thing, 3, 1, 1)
    inner, outer = _mean_near(ab, thing), _mean_near(ab, 1 - grown)
    way = inner - outer
    part = ((ab - outer) * way).sum(1, keepdim=True) / (way**2).sum(1, keepdim=True).clamp_min(1)
    part = torch.where(thing > 0, 1.0, part.clamp(0, 1) * grown)
    own = torch.where(thing > 0, ab, inner)
    return ab + part * (_like(own, old, new) - own)


def _like(ab: Tensor, old: Tensor, new: Tensor) -> Tensor:
    """Colours [N,2,h,w] around `old` as colours around `new` ([N,2]): turned and stretched, greys shifted."""
    size = (old**2).sum(1).clamp_min(GREY**2)
    grey = old.norm(dim=1) < GREY
    real = torch.where(grey, 1.0, (old * new).sum(1) / size)[:, None, None]
    turn = torch.where(grey, 0.0, (old[:, 0] * new[:, 1] - old[:, 1] * new[:, 0]) / size)[:, None, None]
    a, b = (ab - old[:, :, None, None]).unbind(1)
    return new[:, :, None, None] + torch.stack([real * a - turn * b, turn * a + real * b], dim=1)


def _mean_near(ab: Tensor, mask: Tensor) -> Tensor:
    """Mean of the masked cells at most two away from each: [N,2,h,w]."""
    return functional.avg_pool2d(ab * mask, 5, 1, 2) / functional.avg_pool2d(mask, 5, 1, 2).clamp_min(1e-6)


def _new_color(old: Tensor, luma: Tensor, dice: Dice) -> Tensor:
    """Another ab [N,2] for things of mean ab [N,2] and luma [N]: turned, or from anywhere."""
    drawn = dice.uniform(0, 1, 4)
    vivid = old.norm(dim=1)
    turned = (drawn[:, 0] < 0.5) & (vivid >= GREY)
    chroma = torch.where(turned, vivid * (0.6 + drawn[:, 1]), PALEST + 35 * drawn[:, 2]).clamp_min(PALEST)
    room = (2.2 * torch.minimum(luma, 1 - luma) + 0.15).clamp(0, 1)
    chroma = torch.minimum(chroma, MOST_VIVID * room)
    hue = 2 * math.pi * drawn[:, 3]  # a hue turned by a uniform angle is uniform, too
    return chroma[:, None] * torch.stack([hue.cos(), hue.sin()], dim=1)
