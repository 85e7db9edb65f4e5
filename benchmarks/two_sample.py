"""A two-sample classifier: can a small network tell our colourings from photographs?

python -m benchmarks.two_sample PICTURES [--model FOLDER ...] [--results FOLDER ...] [--limit N] [--size N]

For each model and each folder of results a classifier is trained afresh on one half of the pictures, true and
coloured, and tested on the other half; then the halves change places. It prints the area under the ROC curve:
.5 means that it cannot tell, 1 that it always can; the interval is a bootstrap over the pictures. It counts
only if it can tell pictures in one mean colour, the control, which is tested first.

True pictures and results go through the same reduction, enlargement and join as the network's own colours, so
that the classifier sees colours, and not how finely they are drawn.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from benchmarks.reliability import auc
from vermilion import Colorizer, Picture
from vermilion.color import ab_to_cbcr, rgb_to_lab
from vermilion.evaluation import Pair, SrgbPicture, find_pairs, interval, resamples
from vermilion.tone import luma_of_rgb, reduce_luma, unit_range

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Decoded = Callable[[Pair, Picture], Bytes]

SIDE = 104  # pixels of the square that a picture is reduced to
SEEN = 96  # pixels of the crops that the classifier learns from
LEAST_CONTROL = 0.95  # AUC on mean colour from which the classifier counts
AB_SCALE = 40.0  # a and b are given to the classifier in these units
WIDTHS = (24, 48, 96, 128)


@dataclass(frozen=True, slots=True)
class Schedule:
    """How the classifier is trained."""

    epochs: int = 40
    pairs: int = 32  # of a step: each true picture beside its coloured one
    rate: float = 2e-3
    decay: float = 1e-2


@dataclass(frozen=True, slots=True)
class Verdict:
    """How well the classifier told a kind of colouring from photographs: AUC and its 95 % interval."""

    name: str
    auc: float
    low: float
    high: float

    def line(self) -> str:
        """One line of text."""
        return f"{self.name:<28} AUC {self.auc:.3f} ({self.low:.3f} to {self.high:.3f})"


class TwoSampleClassifier(nn.Sequential):
    """Luma and scaled a, b [N,3,H,W] to how true they look [N]."""

    def __init__(self) -> None:
        layers: list[nn.Module] = []
        for inward, outward in zip((3, *WIDTHS), WIDTHS, strict=False):
            layers += [nn.Conv2d(inward, outward, 3, 2, 1, bias=False), nn.BatchNorm2d(outward), nn.ReLU()]
        pooled = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(WIDTHS[-1], 1)]
        super().__init__(*layers, *pooled, nn.Flatten(0))


def as_input(rgb: Bytes) -> NDArray[np.float16]:
    """What the classifier sees of a picture [H,W,3]: [3,SIDE,SIDE]."""
    small = np.asarray(cv2.resize(rgb, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)
    lab = rgb_to_lab(unit_range(small))
    luma = unit_range(luma_of_rgb(small)) - 0.5
    return np.stack([luma, lab[..., 1] / AB_SCALE, lab[..., 2] / AB_SCALE]).astype(np.float16)


def reduced(rgb: Bytes, size: tuple[int, int]) -> Floats:
    """Mean a, b [h,w,2] of a picture on the network's grid."""
    ab = np.ascontiguousarray(rgb_to_lab(unit_range(rgb))[..., 1:])
    return np.asarray(cv2.resize(ab, size[::-1], interpolation=cv2.INTER_AREA), np.float32)


def in_colors(picture: Picture, ab: Floats) -> Bytes:
    """A picture of the program's in other colours [h,w,2] of network size, enlarged and joined as ever."""
    luma = reduce_luma(picture.scan.luma, ab.shape[:2])
    return np.asarray(replace(picture, cbcr=ab_to_cbcr(luma, ab)).to_numpy(), np.uint8)


def in_own_colors(_: Pair, picture: Picture) -> Bytes:
    """What the model painted."""
    return np.asarray(picture.to_numpy(), np.uint8)


def in_their_colors(pair: Pair, picture: Picture) -> Bytes:
    """What another colouriser painted, as finely as the model could."""
    assert pair.theirs is not None
    return in_colors(picture, reduced(SrgbPicture.read(pair.theirs).rgb, grid_of(picture)))


def in_one_color(pairs: list[Pair]) -> Decoded:
    """The mean colour of all true pictures, at every place."""
    means = [SrgbPicture.read(pair.path).small_ab.mean(axis=(0, 1)) for pair in pairs]
    color = np.mean(means, axis=0).astype(np.float32)
    return lambda _, picture: in_colors(picture, np.broadcast_to(color, (*grid_of(picture), 2)))


def grid_of(picture: Picture) -> tuple[int, int]:
    """Height and width of the chroma of network size."""
    return picture.cbcr.shape[0], picture.cbcr.shape[1]


def sights(
    colorizer: Colorizer, pairs: list[Pair], size: int | None, paint: Decoded
) -> tuple[Tensor, Tensor]:
    """True and coloured inputs [n,3,SIDE,SIDE] of all pictures."""
    true, made = [], []
    for pair in pairs:
        rgb = SrgbPicture.read(pair.path).rgb
        picture = colorizer.colorize(luma_of_rgb(rgb), size=size)
        true.append(as_input(in_colors(picture, reduced(rgb, grid_of(picture)))))
        made.append(as_input(paint(pair, picture)))
    return torch.from_numpy(np.stack(true)), torch.from_numpy(np.stack(made))


def verdict(name: str, true: Tensor, made: Tensor, schedule: Schedule) -> Verdict:
    """Train on each half and test on the other; the AUC is the mean of both, whose scores have two scales."""
    order = torch.from_numpy(np.random.default_rng(0).permutation(len(true)))
    halves = order[: len(true) // 2], order[len(true) // 2 :]
    scores = []
    for learned, tested in (halves, halves[::-1]):
        classifier = trained(true[learned], made[learned], schedule)
        scores.append(np.stack([scores_of(classifier, side[tested]) for side in (true, made)], axis=-1))
    rounds = [[auc_of(half[pick]) for pick in resamples(len(half))] for half in scores]
    low, high = interval(np.mean(rounds, axis=0))
    return Verdict(name, float(np.mean([auc_of(half) for half in scores])), low, high)


def auc_of(scores: NDArray[np.float32]) -> float:
    """How often a true picture [n,0] looks truer than a coloured one [n,1]."""
    return auc(scores.T.ravel(), np.repeat([True, False], len(scores)))


def trained(true: Tensor, made: Tensor, schedule: Schedule) -> TwoSampleClassifier:
    """A classifier that has learned from some pictures; the same each time on one machine."""
    torch.manual_seed(0)
    classifier = TwoSampleClassifier().to(memory_format=torch.channels_last)  # 40 % quicker on a processor
    optimizer = torch.optim.AdamW(classifier.parameters(), lr=schedule.rate, weight_decay=schedule.decay)
    pairs = min(schedule.pairs, len(true))
    steps = schedule.epochs * (len(true) // pairs)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimizer, schedule.rate, total_steps=steps)
    for _ in range(steps):
        some = torch.randint(len(true), (pairs,))
        pictures = crops(torch.cat([true[some], made[some]]).float())
        wanted = torch.tensor([1.0, 0.0]).repeat_interleave(pairs)
        optimizer.zero_grad()
        binary_cross_entropy_with_logits(classifier(pictures), wanted).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        rate.step()
    return classifier.eval()


def crops(pictures: Tensor) -> Tensor:
    """A random part of pictures [N,3,SIDE,SIDE], the same of all, mirrored half the time."""
    top, left = (int(place) for place in torch.randint(SIDE - SEEN + 1, (2,)))
    part = pictures[..., top : top + SEEN, left : left + SEEN]
    part = part.flip(-1) if torch.rand(()) < 0.5 else part
    return part.contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def scores_of(classifier: TwoSampleClassifier, pictures: Tensor) -> NDArray[np.float32]:
    """How true pictures look [n]: the mean of what is seen straight and mirrored."""
    batches = torch.split(pictures, 64)
    means = [(classifier(batch.float()) + classifier(batch.float().flip(-1))) / 2 for batch in batches]
    return np.asarray(torch.cat(means).numpy(), np.float32)


def verdicts(args: argparse.Namespace, schedule: Schedule) -> Iterator[Verdict]:
    """One of the control, and one of each model and folder of results."""
    pairs, _ = find_pairs(args.pictures, limit=args.limit)
    shipped = Colorizer()
    yield verdict("mean colour", *sights(shipped, pairs, args.size, in_one_color(pairs)), schedule)
    for folder in args.model or [None]:
        colorizer = Colorizer(folder) if folder else shipped
        card = colorizer.model.card
        name = str(folder) if folder else f"{card.name} {card.version}"
        yield verdict(name, *sights(colorizer, pairs, args.size, in_own_colors), schedule)
    for folder in args.results or []:
        with_theirs, _ = find_pairs(args.pictures, folder, limit=args.limit)
        yield verdict(str(folder), *sights(shipped, with_theirs, args.size, in_their_colors), schedule)


def main() -> None:
    """Print a line for the control, for each model and for each folder of results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.two_sample", description=__doc__)
    parser.add_argument("pictures", type=Path, help="folder of true colour pictures")
    parser.add_argument("--model", type=Path, action="append", help="a model folder; else the shipped one")
    parser.add_argument("--results", type=Path, action="append", help="a folder of another's results")
    parser.add_argument("--limit", type=int, help="how many pictures at most, evenly picked")
    parser.add_argument("--size", type=int, help="working size; by default each model's own")
    parser.add_argument("--epochs", type=int, default=Schedule().epochs)
    args = parser.parse_args()
    for number, each in enumerate(verdicts(args, Schedule(epochs=args.epochs))):
        print(each.line(), flush=True)
        if number == 0 and each.auc < LEAST_CONTROL:
            print(
                f"The classifier is too weak to count: it wants {LEAST_CONTROL} on mean colour.", flush=True
            )


if __name__ == "__main__":
    main()
