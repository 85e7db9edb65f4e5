"""Choose a checkpoint, a temperature and a chroma gain on held-out training pictures, never on the bench.

python -m benchmarks.held_out CONFIG.toml GENERATOR.safetensors [...] --extractor mobilenetv2_100:WEIGHTS
"""

import argparse
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file

from benchmarks.reliability import fit_calibration
from vermilion.color import ab_to_cbcr, join_enlarged, smooth_along_edges
from vermilion.color.figures import colorfulness, kernel_distance
from vermilion.tone import reduce_luma
from vermilion.training import FeatureExtractor, load_feature_extractor, load_settings
from vermilion.training.data.store import open_store
from vermilion.training.loop.validation import HeldOut, figures, held_out_pictures, to_rgb
from vermilion.training.networks.discriminator import Discriminator
from vermilion.training.networks.generator import NEAR, Heads, UNetGenerator
from vermilion.training.networks.weights import read_generator, read_weights

CELL_STEP = 7  # of all cells one in so many is fitted to: neighbours say the same
EYE_SIDE = 192


class Sight(NamedTuple):
    """What a network sees of n pictures: pooled features [n, d] and, if it is a classifier, classes [n]."""

    features: NDArray[np.float64]
    classes: NDArray[np.int64] | None


class Extractor(NamedTuple):
    """A network that no training has used, and the weight [k, d] and bias [k] of its classifier, if any."""

    network: FeatureExtractor
    classifier: tuple[NDArray[np.float64], NDArray[np.float64]] | None


def load_extractor(spec: str) -> Extractor:
    """A timm network NAME:FILE."""
    name, _, file = spec.partition(":")
    state = load_file(file)
    if "classifier.weight" not in state:
        return Extractor(load_feature_extractor(name, Path(file)), None)
    weight, bias = (state[f"classifier.{part}"].double().numpy() for part in ("weight", "bias"))
    return Extractor(load_feature_extractor(name, Path(file)), (weight, bias))


def look(extractor: Extractor, pictures: list[NDArray[np.uint8]]) -> Sight:
    """What the perceptual network sees of uint8 RGB pictures."""
    size = EYE_SIDE, EYE_SIDE
    squares = [cv2.resize(picture, size, interpolation=cv2.INTER_AREA) for picture in pictures]
    features = np.stack([extractor.network.whole_features(square.astype(np.uint8)) for square in squares])
    if extractor.classifier is None:
        return Sight(features, None)
    weight, bias = extractor.classifier
    return Sight(features, (features @ weight.T + bias).argmax(axis=1))


def as_shown(luma: NDArray[np.float32], ab: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The picture that the program would make of luma [H, W] and ab [h, w, 2]: uint8 [H, W, 3]."""
    codes = np.rint(luma * 255).astype(np.uint8)
    small_luma = reduce_luma(luma, (ab.shape[0], ab.shape[1]))
    small = ab_to_cbcr(small_luma, smooth_along_edges(ab, small_luma))
    return join_enlarged(codes, small).astype(np.uint8, copy=False)


@torch.no_grad()
def heads_of(generator: UNetGenerator, luma: NDArray[np.float32]) -> Heads:
    """What the heads say of one luma [H, W], before any temperature."""
    hints = torch.zeros(1, 3, luma.shape[0] // 4, luma.shape[1] // 4)
    heads = generator.decoder.heads(generator.encoder(torch.from_numpy(luma)[None, None]), hints)
    logits = None if heads.logits is None else heads.logits.half()
    return heads._replace(trunk=heads.trunk[:0], logits=logits)


def sweep(
    generator: UNetGenerator,
    pictures: list[HeldOut],
    extractor: Extractor | None,
    knobs: list[tuple[float, float]],
    *,
    aged: bool,
) -> list[str]:
    """One line of figures for each pair of temperature and gain."""
    said = [heads_of(generator, picture.aged if aged else picture.luma) for picture in pictures]
    truth = [to_rgb(picture.luma, picture.ab) for picture in pictures]
    wanted = look(extractor, truth) if extractor else None
    lines = []
    for temperature, gain in knobs:
        chroma = [
            (gain * generator.decoder.chroma(heads, temperature)[1])[0].permute(1, 2, 0).numpy()
            for heads in said
        ]
        line = (
            f"T {temperature:.2f} gain {gain:.2f}  "
            + figures([picture.ab for picture in pictures], chroma).line()
        )
        painted = [as_shown(picture.luma, ab) for picture, ab in zip(pictures, chroma, strict=True)]
        line += f" cf {sum(map(colorfulness, painted)) / sum(map(colorfulness, truth)):.3f}"
        if extractor and wanted:
            line += told(wanted, look(extractor, painted))
        lines.append(line)
    return lines


def told(wanted: Sight, seen: Sight) -> str:
    """Kernel distance of the features, and how often a picture is taken for what the true one is."""
    line = f" kmd {kernel_distance(wanted.features, seen.features, wanted.features.shape[1], 1.0):.2f}"
    if wanted.classes is None or seen.classes is None:
        return line
    return line + f" same class {(wanted.classes == seen.classes).mean():.3f}"


@torch.no_grad()
def discriminator_accuracy(generator: UNetGenerator, weights: Path, pictures: list[HeldOut]) -> float:
    """Share of held-out pictures whose true chroma the discriminator finds truer than the painted one."""
    discriminator = Discriminator(generator.encoder.channels)
    read_weights(discriminator, weights)
    right = 0
    for picture in pictures:
        luma = torch.from_numpy(picture.luma)[None, None]
        true = torch.from_numpy(picture.ab).permute(2, 0, 1)[None]
        painted = generator(luma, torch.zeros(1, 3, *true.shape[2:]), 0.4)
        calls = [discriminator(luma, ab, list(painted.features))[0, -1] for ab in (true, painted.chroma)]
        right += bool(calls[0] > calls[1])
    return right / len(pictures)


@torch.no_grad()
def calibration(
    generator: UNetGenerator, pictures: list[HeldOut], temperature: float
) -> tuple[float, float, float, float]:
    """The calibration of the confidence that fits best, on clean and aged pictures alike."""
    sure: list[NDArray[np.float32]] = []
    chroma: list[NDArray[np.float32]] = []
    right: list[NDArray[np.bool_]] = []
    for picture in pictures:
        true = torch.from_numpy(picture.ab).permute(2, 0, 1)[None]
        for luma in (picture.luma, picture.aged):
            seen = torch.from_numpy(luma)[None, None]
            painted = generator(seen, torch.zeros(1, 3, *true.shape[2:]), temperature)
            away = (painted.chroma - true).norm(dim=1)
            sure.append(painted.confidence_logit.sigmoid().flatten()[::CELL_STEP].numpy())
            chroma.append(painted.chroma.norm(dim=1).flatten()[::CELL_STEP].numpy())
            right.append((away < NEAR).flatten()[::CELL_STEP].numpy())
    return fit_calibration(np.concatenate(sure), np.concatenate(chroma), np.concatenate(right))


def main() -> None:
    """Print a table of figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.held_out", description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("generators", type=Path, nargs="+")
    parser.add_argument("--extractor", help="NAME:FILE of a timm network's weights")
    parser.add_argument("--knobs", default="0.4:1,0.3:1,0.4:1.2", help="pairs temperature:gain")
    parser.add_argument("--limit", type=int, default=500)
    parser.add_argument("--side", type=int, default=192, help="pixels of the short side; the working size")
    parser.add_argument(
        "--discriminator", type=Path, help="discriminator of the last generator; adds its accuracy"
    )
    parser.add_argument(
        "--calibrate",
        action="store_true",
        help="fit the last generator's confidence",
    )
    args = parser.parse_args()
    data = load_settings(args.config).data
    store = open_store(data.pictures, Path(data.cache), data.short_side)
    pictures = held_out_pictures(store, store.split(data.hold_out)[1][: args.limit], args.side)
    extractor = load_extractor(args.extractor) if args.extractor else None
    knobs = [(float(t), float(g)) for t, g in (pair.split(":") for pair in args.knobs.split(","))]
    for path in args.generators:
        generator = read_generator(path).eval()
        for aged in (False, True):
            print(path.name, "aged" if aged else "clean")
            lines = sweep(generator, pictures, None if aged else extractor, knobs, aged=aged)
            print("\n".join(lines), flush=True)
    if args.calibrate:
        fitted = calibration(generator, pictures, knobs[0][0])
        print(f'for model.json: "calibration": {[round(value, 3) for value in fitted]}')
    if args.discriminator:
        print(
            f"discriminator right on "
            f"{discriminator_accuracy(generator, args.discriminator, pictures):.1%} of held-out pictures"
        )


if __name__ == "__main__":
    main()
