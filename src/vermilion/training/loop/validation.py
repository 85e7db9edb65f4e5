"""Held-out pictures: figures that say which checkpoint is best, and a sheet to look at."""

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from vermilion.color import ab_error, correlation, old_photograph, palette_distance, plain_luma
from vermilion.training.data.batch import STRIDE, true_ab
from vermilion.training.data.store import PictureStore
from vermilion.training.losses.adversarial import rightness
from vermilion.training.networks.generator import GeneratorOutput, UNetGenerator

SIDE = 160  # pixels of the short side at which held-out pictures are painted
MULTIPLE = 32  # of both sides
TILE = (192, 144)  # pixels of a view on the sheet, width and height
SCORED = 64  # figures compare 64 x 64 means of a, b


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over the held-out pictures."""

    ab_error: float
    corr: float
    corr_c: float
    chroma_ratio: float  # root mean square chroma, painted over true
    cmd: float

    def line(self) -> str:
        """All figures in one line."""
        return (
            f"ab {self.ab_error:.2f} corr {self.corr:.4f} corr_c {self.corr_c:.4f} "
            f"ratio {self.chroma_ratio:.3f} cmd {self.cmd:.0f}"
        )


def merit(clean: Figures, aged: Figures) -> float:
    """One number to choose checkpoints by: colours in place, on clean and aged inputs, and true palettes.

    The weight of `cmd` was fixed on figures in MODEL_CARD.md and the training log: the end of vermilion 5's
    last adversarial stage comes first and, by clean figures alone, the first third of vermilion 4's, which
    is what was chosen then by hand.
    """
    return (clean.corr_c + aged.corr_c) / 2 - clean.cmd / 2000


@dataclass(frozen=True, slots=True)
class HeldOut:
    """One held-out picture, ready for the network: luma [H,W], aged luma [H,W], true ab [h,w,2]."""

    luma: NDArray[np.float32]
    aged: NDArray[np.float32]
    ab: NDArray[np.float32]


def held_out_pictures(
    store: PictureStore, numbers: list[int], side: int = SIDE, multiple: int = MULTIPLE
) -> list[HeldOut]:
    """The pictures of the given numbers; how each has aged follows from its key alone."""
    pictures = []
    for number in numbers:
        rgb = store[number]
        scale = side / min(rgb.shape[:2])
        height, width = (max(1, round(length * scale / multiple)) * multiple for length in rgb.shape[:2])
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        resized = cv2.resize(rgb, (width, height), interpolation=way).astype(np.uint8, copy=False)
        random = np.random.default_rng(int(store.entries[number].key, 16))
        ab = true_ab(torch.from_numpy(resized).permute(2, 0, 1)[None].float(), STRIDE)[0]
        true = np.ascontiguousarray(ab.permute(1, 2, 0).numpy())
        pictures.append(HeldOut(plain_luma(resized), old_photograph(resized, random), true))
    return pictures


@torch.no_grad()
def paint_alone(generator: nn.Module, luma: NDArray[np.float32], temperature: float) -> NDArray[np.float32]:
    """Chroma [h, w, 2] that the generator gives a luma [H, W] without hints."""
    device = next(generator.parameters()).device
    tensor = torch.from_numpy(luma)[None, None].to(device)
    hints = torch.zeros(1, 3, luma.shape[0] // STRIDE, luma.shape[1] // STRIDE, device=device)
    painted: GeneratorOutput = generator(tensor, hints, temperature)
    return painted.chroma[0].permute(1, 2, 0).float().cpu().numpy().astype(np.float32, copy=False)


def figures(true: list[NDArray[np.float32]], painted: list[NDArray[np.float32]]) -> Figures:
    """Compare lists of a, b arrays [h, w, 2]."""
    pairs = [(_scored(truth), _scored(ours)) for truth, ours in zip(true, painted, strict=True)]
    strengths = [[float(np.sqrt((ab**2).sum(-1).mean())) for ab in pair] for pair in pairs]
    return Figures(
        ab_error=float(np.mean([ab_error(*pair) for pair in pairs])),
        corr=float(np.mean([correlation(*pair) for pair in pairs])),
        corr_c=float(np.mean([correlation(*pair, centred=True) for pair in pairs])),
        chroma_ratio=float(np.sum([s[1] for s in strengths]) / np.sum([s[0] for s in strengths])),
        cmd=palette_distance([pair[0] for pair in pairs], [pair[1] for pair in pairs]),
    )


def _scored(ab: NDArray[np.float32]) -> NDArray[np.float32]:
    return cv2.resize(ab, (SCORED, SCORED), interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)


def validate(generator: nn.Module, pictures: list[HeldOut], temperature: float) -> tuple[Figures, Figures]:
    """Figures on clean and on aged inputs; the generator's mode is left as it was."""
    was_training = generator.training
    generator.eval()
    truth = [picture.ab for picture in pictures]
    clean = [paint_alone(generator, picture.luma, temperature) for picture in pictures]
    aged = [paint_alone(generator, picture.aged, temperature) for picture in pictures]
    generator.train(was_training)
    return figures(truth, clean), figures(truth, aged)


@torch.no_grad()
def discriminator_accuracy(
    discriminator: nn.Module, generator: UNetGenerator, pictures: list[HeldOut], temperature: float
) -> float:
    """Share of held-out pictures in which the discriminator tells true from painted; 0.5 is guessing."""
    was_training = generator.training
    generator.eval()
    device, right = next(generator.parameters()).device, []
    for picture in pictures:
        luma = torch.from_numpy(picture.luma)[None, None].to(device)
        true = torch.from_numpy(picture.ab.transpose(2, 0, 1).copy())[None].to(device)
        painted = generator(luma, torch.zeros_like(true[:, :1]).expand(-1, 3, -1, -1), temperature)
        margin = discriminator(luma, true, painted.features) - discriminator(
            luma, painted.chroma, painted.features
        )
        right.append(float(rightness(margin)))
    generator.train(was_training)
    return float(np.mean(right))


def to_rgb(luma: NDArray[np.float32], ab: NDArray[np.float32]) -> NDArray[np.uint8]:
    """A picture to look at, uint8 [H, W, 3]: the lightness of the luma with the chroma enlarged."""
    lightness = cv2.cvtColor(np.repeat(luma[..., None], 3, axis=2), cv2.COLOR_RGB2LAB)[..., :1]
    large = cv2.resize(ab, luma.shape[::-1], interpolation=cv2.INTER_CUBIC)
    rgb = cv2.cvtColor(np.concatenate([lightness, large], axis=2), cv2.COLOR_LAB2RGB)
    return np.rint(np.clip(rgb, 0, 1) * 255).astype(np.uint8)


def tiles(shown: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Pictures [H, W, 3] beside each other, each at the size of a tile."""
    scaled = [cv2.resize(view, TILE, interpolation=cv2.INTER_AREA) for view in shown]
    return np.concatenate(scaled, axis=1).astype(np.uint8, copy=False)


def sheet(generator: nn.Module, pictures: list[HeldOut], temperature: float) -> NDArray[np.uint8]:
    """Rows of luma, painted, painted from the aged input, truth: uint8 [H, W, 3]."""
    was_training = generator.training
    generator.eval()
    rows = []
    for picture in pictures:
        grey = np.zeros_like(picture.ab)
        shown = [
            to_rgb(picture.luma, grey),
            to_rgb(picture.luma, paint_alone(generator, picture.luma, temperature)),
            to_rgb(picture.aged, paint_alone(generator, picture.aged, temperature)),
            to_rgb(picture.luma, picture.ab),
        ]
        rows.append(tiles(shown))
    generator.train(was_training)
    return np.concatenate(rows, axis=0).astype(np.uint8)
