"""Made-up photographs, tiny networks and short configs."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from vermilion.training.config.settings import (
    DataSettings,
    ModelSettings,
    Settings,
    StageSettings,
)
from vermilion.training.data.samples import Samples
from vermilion.training.data.store import PictureStore, open_store
from vermilion.training.networks.bins import gamut_bins
from vermilion.training.networks.encoder import make_encoder
from vermilion.training.networks.generator import Decoder, UNetGenerator
from vermilion.training.networks.weights import save_module

ENCODER = "test_efficientnet"
COUNT = 24


def photograph(seed: int, size: tuple[int, int] = (112, 96)) -> Image.Image:
    """A coloured ramp with a patch of another colour; width and height."""
    random = np.random.default_rng(seed)
    width, height = size
    y, x = (plane[..., None] / height for plane in np.mgrid[:height, :width])
    across, down, level = random.random((3, 3))
    rgb = np.clip(255 * (across * x + down * y + level / 2), 0, 255).astype(np.uint8)
    rgb[20:50, 30:70] = random.integers(0, 256, 3)
    return Image.fromarray(rgb)


@pytest.fixture(scope="session")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photographs")
    for number in range(COUNT):
        photograph(number).save(folder / f"{number:02}.png")
    return folder


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def store(photographs: Path, cache: Path) -> PictureStore:
    return open_store((str(photographs),), cache, 96)


@pytest.fixture
def config(photographs: Path, cache: Path, tmp_path: Path) -> Settings:
    """Two short stages, the second adversarial; everything is written into the test's own folder."""
    return Settings(
        name="test",
        run=str(tmp_path / "run"),
        batch=4,
        precision="32",
        accelerator="cpu",
        log_every=1,
        save_every=2,
        validate_every=1000,
        ema=0.9,
        data=DataSettings(
            pictures=(str(photographs),), cache=str(cache), short_side=96, hold_out=4, held_out_limit=2,
            sizes=((32, 64), (64, 32)), workers=0,
        ),
        model=ModelSettings(encoder=ENCODER, widths=(12, 8, 8, 8), discriminator_width=4),
        stages=(
            StageSettings("frozen", images=12, warmup=4),
            StageSettings(
                "adversarial", images=12, encoder_rate=1e-4, frozen_blocks=1, adversarial=0.15, warmup=4
            ),
        ),
    )  # fmt: skip


@pytest.fixture
def samples(store: PictureStore, config: Settings) -> Callable[..., Samples]:
    """Samples of all pictures, with some settings of the data changed."""

    def make(**changes: object) -> Samples:
        data = replace(config.data, **changes)  # type: ignore[arg-type]
        return Samples(store, list(range(len(store))), replace(config, data=data))

    return make


@pytest.fixture
def generator() -> UNetGenerator:
    """A tiny generator with random weights, the same each time."""
    torch.manual_seed(1)
    encoder = make_encoder(ENCODER, "")
    centres = torch.from_numpy(gamut_bins())
    return UNetGenerator(encoder, Decoder(encoder.channels, (12, 8, 8, 8), centres), ENCODER)


@pytest.fixture
def run(generator: UNetGenerator, tmp_path: Path) -> Path:
    """The folder of a finished run: a generator whose heads all say something."""
    for head in (generator.decoder.residual, generator.decoder.sure):
        torch.nn.init.normal_(head.weight, std=0.1)
    for _ in range(3):
        generator(torch.rand(4, 1, 64, 64), torch.rand(4, 3, 16, 16), 0.4)
    facts = {"generator": json.dumps(generator.config), "images": "640"}
    save_module(generator, tmp_path / "generator.safetensors", facts)
    return tmp_path


def tiny_config(
    stages: str, *, top: str = "", data: str = "", sizes: str = "[[32, 32]]", batch: int = 8
) -> str:
    """The TOML of a training of tiny networks on the processor; `top` and `data` are further keys."""
    return f"""name = "tiny"
run = "run"
batch = {batch}
precision = "32"
accelerator = "cpu"
{top}
[data]
short_side = 96
hold_out = 4
held_out_limit = 3
sizes = {sizes}
{data}
[model]
encoder = "{ENCODER}"
widths = [12, 8, 8, 8]
discriminator_width = 4
{stages}
"""


def write_config(folder: Path, pictures: Path, stages: str, more: str = "", workers: int = 0) -> Path:
    """A config for trainings in processes of their own, which run in `folder`."""
    path = folder / "small.toml"
    data = f'pictures = ["{pictures}"]\ncache = "cache"\nworkers = {workers}'
    top = f"log_every = 1\nsave_every = 5\n{more}"
    path.write_text(tiny_config(stages, top=top, data=data, sizes="[[32, 64], [64, 32]]"), encoding="utf-8")
    return path


def losses_of(run: Path) -> dict[str, list[float]]:
    """Every supervised loss of every step that the last training in a run's folder logged, in order."""
    events = EventAccumulator(str(max(run.glob("events.*"), key=lambda path: path.stat().st_mtime_ns)))
    events.Reload()
    names = [name for name in events.Tags()["scalars"] if "/" not in name]
    return {name: [scalar.value for scalar in events.Scalars(name)] for name in names}
