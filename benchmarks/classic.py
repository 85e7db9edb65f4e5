"""The textbook baseline that everybody knows, pix2pix: trained by our loop, and scored as a colouriser.

python -m benchmarks.classic configs/classic.toml --pictures photos --run runs/classic [--resume]

It cannot be exported. `ClassicTask` shows how networks and losses of one's own are trained.
"""

import argparse
import json
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor

from benchmarks.pix2pix import (
    SIDE_MULTIPLE,
    PatchDiscriminator,
    Pix2PixGenerator,
    discriminator_loss,
    generator_loss,
)
from vermilion.color import ab_to_cbcr, join_enlarged
from vermilion.errors import SettingsError, VermilionError
from vermilion.training import Networks, Progress, Settings, Step, load_settings, train_settings
from vermilion.training.data.batch import Batch
from vermilion.training.data.samples import Samples
from vermilion.training.loop.validation import paint_alone
from vermilion.training.networks.generator import GeneratorOutput
from vermilion.training.networks.weights import read_facts

BETAS = (0.5, 0.999)  # of both optimisers, as in the paper


class ClassicTask:
    """pix2pix: binary cross-entropy of a PatchGAN, and 100 L1."""

    side = multiple = SIDE_MULTIPLE

    def check(self, settings: Settings) -> None:
        """Refuse sizes that seven halvings do not fit, chroma at less than full size, and kept features.

        Raises:
            SettingsError: it names the key, what it may be and what it is.
        """
        if settings.data.chroma_stride != 1:
            raise SettingsError("data.chroma_stride: must be 1, as pix2pix paints at full size.")
        sizes = [*settings.data.sizes, *(size for stage in settings.stages for size in stage.sizes or ())]
        for size in sizes:
            if any(side % SIDE_MULTIPLE for side in size):
                raise SettingsError(f"sizes: {list(size)} is not a pair of multiples of {SIDE_MULTIPLE}.")
        if any(stage.cached_versions for stage in settings.stages):
            raise SettingsError("cached_versions: pix2pix has no features that can be kept; set it to 0.")

    def make_networks(
        self, settings: Settings, samples: Samples, device: torch.device, centres: Tensor | None
    ) -> Networks:
        """U-Net and PatchGAN of the config's width."""
        del samples, device, centres
        width = settings.model.discriminator_width
        return Networks(
            Pix2PixGenerator(width), PatchDiscriminator(width), betas=BETAS, discriminator_betas=BETAS
        )

    def loss(self, step: Step, batch: Batch, painted: GeneratorOutput) -> tuple[Tensor, dict[str, Tensor]]:
        """The discriminator learns; then what the generator should minimise."""
        found, accuracy = discriminator_loss(step.state.discriminator, batch.luma, batch.ab, painted.chroma)
        step.learn_discriminator(found)
        with step.fixed_discriminator() as discriminator:
            adversarial, l1 = generator_loss(discriminator, batch.luma, batch.ab, painted.chroma)
        return adversarial + l1, {
            "l1": l1.detach(),
            "adversarial/discriminator": found.detach(),
            "adversarial/accuracy": accuracy,
            "adversarial/generator": adversarial.detach(),
        }


def is_classic(path: Path) -> bool:
    """Whether a generator's file holds the textbook's."""
    return "classic" in json.loads(read_facts(path).get("generator", "{}"))


def read_classic(path: Path) -> Pix2PixGenerator:
    """The textbook's generator from the file that a training left behind."""
    generator = Pix2PixGenerator(json.loads(read_facts(path)["generator"])["classic"])
    state = {name: tensor.float() for name, tensor in load_file(path).items()}
    lacking, unknown = generator.load_state_dict(state, strict=False)
    if unknown or any(not name.endswith("num_batches_tracked") for name in lacking):
        raise ValueError(f"{path}: its weights do not fit the classic generator.")
    return generator.eval()


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """A finished picture, as `Colorizer` would give it."""

    rgb: NDArray[np.unsignedinteger]

    def to_numpy(self) -> NDArray[np.unsignedinteger]:
        """RGB [H, W, 3]."""
        return self.rgb


class ClassicColorizer:
    """What `Colorizer` does, by the textbook's generator: at about the size it was trained at."""

    def __init__(self, path: Path) -> None:
        self.generator = read_classic(path)

    def colorize(self, path: Path, *, hints: object = (), size: int | None = None) -> Joined:
        """Colourise a grey picture; hints are not understood, and there is one size."""
        del hints, size
        codes = np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)
        scale = SIDE_MULTIPLE / min(codes.shape)
        height, width = (round(side * scale / SIDE_MULTIPLE) * SIDE_MULTIPLE for side in codes.shape)
        small = cv2.resize(codes, (width, height), interpolation=cv2.INTER_AREA)
        luma = small.astype(np.float32) / np.float32(255)
        ab = paint_alone(self.generator, luma, 1.0)
        return Joined(join_enlarged(codes, ab_to_cbcr(luma, ab)))


def say(progress: Progress) -> None:
    """A line for each report."""
    print(f"  {progress.stage} {progress.done}/{progress.wanted} {progress.rate:.0f} pictures/s", flush=True)


def train(args: argparse.Namespace) -> Path:
    """Train as the words of the command say; returns the generator's file."""
    settings = load_settings(args.config)
    pictures = tuple(args.pictures) or settings.data.pictures
    settings = replace(settings, run=args.run or settings.run, data=replace(settings.data, pictures=pictures))
    return train_settings(settings, resume=args.resume, report=say, task=ClassicTask())


def main() -> None:
    """Parse, train."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.classic", description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("--pictures", action="append", default=[], help="shards or folders; repeatable")
    parser.add_argument("--run", default="", help="folder of the run, in place of the config's")
    parser.add_argument("--resume", action="store_true", help="continue from the run's last checkpoint")
    try:
        print(train(parser.parse_args()))
    except VermilionError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
