"""Choose a checkpoint, a temperature and a chroma gain on held-out training pictures, never on the bench.

python -m benchmarks.held_out RECIPE.toml GENERATOR.safetensors [...] --eye mobilenetv2_100:WEIGHTS
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
import timm
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import nn

from vermilion.color.figures import colorfulness, kernel_distance
from vermilion.training import load_settings
from vermilion.training.checkpoint import read_generator, read_weights
from vermilion.training.discriminator import Discriminator
from vermilion.training.generator import NEAR, Heads, UNetGenerator
from vermilion.training.store import open_store
from vermilion.training.validation import HeldOut, figures, held_out_pictures, to_rgb

EYE_SIDE = 160
EYE_MEAN, EYE_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def load_eye(spec: str) -> nn.Module:
    """A feature network NAME:FILE that no training has used."""
    name, _, file = spec.partition(":")
    eye = timm.create_model(name, pretrained=False, num_classes=0)
    eye.load_state_dict({key: value.float() for key, value in load_file(file).items()}, strict=False)
    return eye.eval()


@torch.no_grad()
def look(eye: nn.Module, pictures: list[NDArray[np.uint8]]) -> NDArray[np.float64]:
    """Pooled features [n, d] of uint8 RGB pictures."""
    rows = []
    mean, deviation = (torch.tensor(values).view(1, 3, 1, 1) for values in (EYE_MEAN, EYE_DEVIATION))
    for picture in pictures:
        square = cv2.resize(picture, (EYE_SIDE, EYE_SIDE), interpolation=cv2.INTER_AREA)
        tensor = torch.from_numpy(square).permute(2, 0, 1)[None].float() / 255
        rows.append(eye((tensor - mean) / deviation)[0].double().numpy())
    return np.stack(rows)


@torch.no_grad()
def heads_of(generator: UNetGenerator, luma: NDArray[np.float32]) -> Heads:
    """What the heads say of one luma [H, W], before any temperature."""
    hints = torch.zeros(1, 3, luma.shape[0] // 4, luma.shape[1] // 4)
    heads = generator.paint.heads(generator.see(torch.from_numpy(luma)[None, None]), hints)
    logits = None if heads.logits is None else heads.logits.half()
    return heads._replace(trunk=heads.trunk[:0], logits=logits)


def sweep(
    generator: UNetGenerator,
    pictures: list[HeldOut],
    eye: nn.Module | None,
    knobs: list[tuple[float, float]],
    *,
    aged: bool,
) -> list[str]:
    """One line of figures for each pair of temperature and gain."""
    said = [heads_of(generator, picture.aged if aged else picture.luma) for picture in pictures]
    truth = [to_rgb(picture.luma, picture.ab) for picture in pictures]
    seen = look(eye, truth) if eye else None
    lines = []
    for temperature, gain in knobs:
        chroma = [
            (gain * generator.paint.chroma(heads, temperature)[1])[0].permute(1, 2, 0).numpy()
            for heads in said
        ]
        line = (
            f"T {temperature:.2f} gain {gain:.2f}  "
            + figures([picture.ab for picture in pictures], chroma).line()
        )
        painted = [to_rgb(picture.luma, ab) for picture, ab in zip(pictures, chroma, strict=True)]
        line += f" cf {sum(map(colorfulness, painted)) / sum(map(colorfulness, truth)):.3f}"
        if eye is not None and seen is not None:
            features = look(eye, painted)
            line += f" kmd {kernel_distance(seen, features, seen.shape[1], 1.0):.2f}"
        lines.append(line)
    return lines


@torch.no_grad()
def judge_accuracy(generator: UNetGenerator, weights: Path, pictures: list[HeldOut]) -> float:
    """Share of held-out pictures whose true chroma the judge finds truer than the painted one."""
    judge = Discriminator(generator.see.channels)
    read_weights(judge, weights)
    right = 0
    for picture in pictures:
        luma = torch.from_numpy(picture.luma)[None, None]
        true = torch.from_numpy(picture.ab).permute(2, 0, 1)[None]
        painted = generator(luma, torch.zeros(1, 3, *true.shape[2:]), 0.4)
        calls = [judge(luma, ab, list(painted.features))[0, -1] for ab in (true, painted.chroma)]
        right += bool(calls[0] > calls[1])
    return right / len(pictures)


@torch.no_grad()
def calibration(generator: UNetGenerator, pictures: list[HeldOut], temperature: float) -> tuple[float, float]:
    """Slope and shift of the confidence's logit that fit best, on clean and aged pictures alike."""
    logits, right = [], []
    for picture in pictures:
        for luma in (picture.luma, picture.aged):
            true = torch.from_numpy(picture.ab).permute(2, 0, 1)[None]
            seen = torch.from_numpy(luma)[None, None]
            painted = generator(seen, torch.zeros(1, 3, *true.shape[2:]), temperature)
            logits.append(painted.sureness.flatten()[::7])
            near = (painted.chroma - true).square().sum(1) < NEAR**2
            right.append(near.float().flatten()[::7])
    line = torch.tensor([1.0, 0.0], requires_grad=True)
    x, y = torch.cat(logits), torch.cat(right)
    optimizer = torch.optim.LBFGS([line], max_iter=50)

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        with torch.enable_grad():
            value = nn.functional.binary_cross_entropy_with_logits(line[0] * x + line[1], y)
            value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return float(line[0]), float(line[1])


def main() -> None:
    """Print a table of figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.held_out", description=__doc__)
    parser.add_argument("recipe", type=Path)
    parser.add_argument("generators", type=Path, nargs="+")
    parser.add_argument("--eye", help="NAME:FILE of a timm network's weights")
    parser.add_argument("--knobs", default="0.4:1,0.3:1,0.4:1.2", help="pairs temperature:gain")
    parser.add_argument("--limit", type=int, default=500)
    parser.add_argument("--side", type=int, default=192, help="pixels of the short side; the working size")
    parser.add_argument("--judge", type=Path, help="discriminator of the last generator; adds its accuracy")
    parser.add_argument(
        "--calibrate",
        action="store_true",
        help="fit the last generator's confidence",
    )
    args = parser.parse_args()
    data = load_settings(args.recipe).data
    store = open_store(data.pictures, Path(data.cache), data.short_side)
    pictures = held_out_pictures(store, store.split(data.hold_out)[1][: args.limit], args.side)
    eye = load_eye(args.eye) if args.eye else None
    knobs = [(float(t), float(g)) for t, g in (pair.split(":") for pair in args.knobs.split(","))]
    for path in args.generators:
        generator = read_generator(path).eval()
        for aged in (False, True):
            print(path.name, "aged" if aged else "clean")
            lines = sweep(generator, pictures, None if aged else eye, knobs, aged=aged)
            print("\n".join(lines), flush=True)
    if args.calibrate:
        slope, shift = calibration(generator, pictures, knobs[0][0])
        print(f'for model.json: "calibration": [{slope:.3f}, {shift:.3f}]')
    if args.judge:
        print(f"judge right on {judge_accuracy(generator, args.judge, pictures):.1%} of held-out pictures")


if __name__ == "__main__":
    main()
