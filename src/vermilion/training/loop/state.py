"""The generator, the discriminator, their optimisers and the average of the generator, made from settings."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from vermilion.errors import TrainingError
from vermilion.training.config.settings import ModelSettings, Settings, StageSettings
from vermilion.training.data.batch import Batch
from vermilion.training.data.samples import Samples
from vermilion.training.devices.distributed import share_statistics
from vermilion.training.devices.optimizers import make_optimizer, set_rate
from vermilion.training.loop.checkpoint import TrainingState
from vermilion.training.loop.task import Networks, Task
from vermilion.training.losses.distillation import Teacher
from vermilion.training.losses.perceptual import PerceptualNetwork, make_perceptual_network
from vermilion.training.losses.supervised import SupervisedLosses
from vermilion.training.networks.bins import common_bins
from vermilion.training.networks.discriminator import Discriminator
from vermilion.training.networks.encoder import Encoder, make_encoder
from vermilion.training.networks.generator import Decoder, Parts, UNetGenerator
from vermilion.training.networks.weights import SHIPPED, read_facts, read_generator, read_weights

SURVEYED = 512  # samples from which bins, their shares and the features' scales are taken


def use_bfloat16(wanted: str, device: torch.device) -> bool:
    """Whether dense convolutions work in bfloat16; "auto" asks the card or processor if it is fast at it."""
    if wanted != "auto":
        return wanted == "bf16"
    return torch.cuda.is_bf16_supported() if device.type == "cuda" else _processor_has_bfloat16()


def _processor_has_bfloat16() -> bool:
    """Only the processor's flags show it: oneDNN also emulates bfloat16, slowly."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


def make_state(
    settings: Settings, samples: Samples, fabric: Fabric, task: Task, centres: Tensor | None = None
) -> TrainingState:
    """The networks, their optimisers and the average, on the device of `fabric`.

    The networks stay as they are, several processes included (`learn` averages the gradients itself):
    wrappers that do so cannot follow encoders that thaw and penalties that differentiate twice.

    Args:
        settings: of the training.
        samples: from whose first ones the bins, their shares and the features' scales are taken.
        fabric: where the training runs.
        task: makes the networks.
        centres: of the bins [K,2] of a resumed run; without them the samples decide.
    """
    device = fabric.device
    made = task.make_networks(settings, samples, device, centres)
    generator, discriminator = made.generator.to(device), made.discriminator.to(device)
    average = AveragedModel(generator, device, use_buffers=True)  # its count, too
    for network in (generator, discriminator):  # the average is measured by one process alone
        share_statistics(network)
    optimizer = make_optimizer(_groups(generator), device, made.betas, settings.weight_decay)
    discriminator_optimizer = make_optimizer(discriminator.parameters(), device, made.discriminator_betas)
    state = TrainingState(
        generator, discriminator, average, optimizer, discriminator_optimizer, made.supervised
    )
    if made.perceptual_network is not None:
        state.perceptual_network = made.perceptual_network.to(device)
    if made.teacher is not None:
        state.teacher = made.teacher.to(device)
    state.balance, state.share = (torch.zeros((), device=device) for _ in range(2))
    state.optimizer = fabric.setup_optimizers(optimizer)
    state.discriminator_optimizer = fabric.setup_optimizers(discriminator_optimizer)
    return state


def _perceptual_network(settings: Settings) -> PerceptualNetwork | None:
    """The frozen perceptual network, if any stage uses it."""
    if not any(stage.perceptual > 0 for stage in settings.stages):
        return None
    return make_perceptual_network(settings.loss.perceptual_network, settings.loss.perceptual_weights)


def _teacher(settings: Settings, *, half: bool) -> Teacher | None:
    """The frozen generator that teaches, if any stage asks it; `half`: it works in bfloat16, too."""
    if not any(stage.distillation > 0 for stage in settings.stages):
        return None
    generator = read_generator(_path_of(settings.model.teacher)).to(memory_format=torch.channels_last)
    generator.half_decoder = half
    return Teacher(generator)


def _groups(generator: nn.Module) -> list[dict[str, Any]]:
    """The generator's parameters by their rates."""
    if not isinstance(generator, UNetGenerator):
        return [{"params": list(generator.parameters()), "name": "decoder"}]
    return [
        {"params": list(generator.decoder.parameters()), "name": "decoder"},
        {"params": list(generator.encoder.parameters()), "name": "encoder"},
    ]


def make_networks(
    settings: Settings, samples: Samples, device: torch.device, kept: Tensor | None
) -> Networks:
    """Our generator and discriminator, and the generator's supervised losses."""
    centres, shares, luma = survey(samples)
    generator = make_generator(settings, centres if kept is None else kept)
    generator.to(memory_format=torch.channels_last)
    if not settings.model.start_from:
        generator.measure_scales(luma)
    if not torch.equal(generator.decoder.centres, centres):
        shares = _shares_for(generator.decoder.centres, samples)
    generator.half_decoder = use_bfloat16(settings.precision, device)
    generator.decoder.keeps_statistics = settings.keep_statistics
    generator.train()
    discriminator = Discriminator(generator.encoder.channels, settings.model.discriminator_width)
    if settings.model.start_discriminator_from:
        read_weights(discriminator, Path(settings.model.start_discriminator_from))
    centres = generator.decoder.centres.to(device)
    supervised = SupervisedLosses(centres, shares.to(device), settings.loss)
    teacher = _teacher(settings, half=generator.half_decoder)
    if teacher is not None and not torch.equal(teacher.generator.decoder.centres, generator.decoder.centres):
        raise TrainingError(
            f"model.teacher: {settings.model.teacher} has other colour bins; start from it, or from its kin."
        )
    return Networks(generator, discriminator, supervised, _perceptual_network(settings), teacher)


def make_generator(settings: Settings, centres: Tensor) -> UNetGenerator:
    """A generator on a pretrained encoder, or the one to start from."""
    model = settings.model
    parts = Parts(model.distribution, model.residual)
    if model.start_from:
        lender = model.encoder_weights if model.encoder_weights not in ("", "timm") else "shipped"
        generator = read_generator(_path_of(model.start_from), _path_of(lender))
        if generator.decoder.parts != parts:
            raise TrainingError(
                f"model.start_from: {model.start_from} holds {generator.decoder.parts}, not {parts}; "
                "give the config the same `distribution` and `residual`."
            )
        return generator
    encoder = _trained_encoder(model) or make_encoder(model.encoder, model.encoder_weights)
    return UNetGenerator(encoder, Decoder(encoder.channels, model.widths, centres, parts), model.encoder)


def _path_of(name: str) -> Path:
    return SHIPPED if name == "shipped" else Path(name)


def _trained_encoder(model: ModelSettings) -> Encoder | None:
    """The encoder of a generator that vermilion trained, if the weights are one."""
    if model.encoder_weights in ("", "timm"):
        return None
    path = _path_of(model.encoder_weights)
    if model.encoder_weights != "shipped" and not (path.is_file() and "generator" in read_facts(path)):
        return None  # a file of timm's or none at all: `make_encoder` knows what to say
    generator = read_generator(path)
    found = generator.config["encoder"]
    if found != model.encoder:
        raise TrainingError(f"model.encoder_weights: {path} holds a {found}; name that as model.encoder.")
    return generator.encoder


def _first(samples: Samples, count: int) -> list[Batch]:
    """The first samples, in batches."""
    return [
        samples.make(range(first, min(first + samples.batch, count)))
        for first in range(0, count, samples.batch)
    ]


def _colors(batches: list[Batch]) -> Tensor:
    """All their ab [M,2]."""
    return torch.cat([batch.ab.transpose(0, 1).flatten(1) for batch in batches], dim=1).T


def survey(samples: Samples) -> tuple[Tensor, Tensor, Tensor]:
    """Bins [K,2] and their shares [K], and a batch of luma, from the first samples."""
    taken = _first(samples, min(SURVEYED, 4 * len(samples.numbers)))
    ab = _colors(taken).numpy()
    centres, shares = common_bins(ab[np.random.default_rng(0).permutation(len(ab))[:200_000]])
    shape = taken[0].luma.shape[1:]
    luma = torch.cat([batch.luma for batch in taken if batch.luma.shape[1:] == shape])[:32]
    return torch.from_numpy(centres), torch.from_numpy(shares), luma


def _shares_for(centres: Tensor, samples: Samples) -> Tensor:
    ab = _colors(_first(samples, min(SURVEYED, len(samples.numbers))))
    nearest = torch.cdist(ab[:: max(1, len(ab) // 200_000)], centres).argmin(1)
    shares = torch.bincount(nearest, minlength=len(centres)).float() + 1
    return shares / shares.sum()


def begin_stage(state: TrainingState, settings: Settings) -> None:
    """Let the training state learn by the settings of a stage."""
    if state.supervised is not None:
        state.supervised = state.supervised.with_settings(settings.loss)
    for group in state.optimizer.param_groups:
        group["weight_decay"] = settings.weight_decay
    for network in (state.generator, state.discriminator):
        network.zero_grad()  # what is left may be in the memory of another stage's recorded steps


def set_rates(state: TrainingState, stage: StageSettings, done: int, share: float) -> None:
    """Learning rates after `done` images of a stage: a rise, a plateau, a linear fall to a hundredth.

    Args:
        state: whose optimisers they are.
        stage: their highest rates, and how long they rise and fall.
        done: images that the stage has seen.
        share: of the stage that is over, by images or by the clock.
    """
    left = (1 - share) / max(1e-6, stage.decay)
    factor = min(1.0, (done + 1) / max(1, stage.warmup), max(0.01, left))
    for group in state.optimizer.param_groups:
        rate = stage.decoder_rate if group["name"] == "decoder" else stage.encoder_rate
        set_rate(group, rate * factor)
    for group in state.discriminator_optimizer.param_groups:
        set_rate(group, stage.discriminator_rate * factor)
    if isinstance(state.generator, UNetGenerator):
        freeze(state.generator, stage)


def freeze(generator: UNetGenerator, stage: StageSettings) -> None:
    """Only the encoder's later blocks learn, and only where the stage gives them a rate."""
    blocks = generator.encoder.blocks() if stage.encoder_rate > 0 else []
    learning = {id(weight) for block in blocks[stage.frozen_blocks :] for weight in block.parameters()}
    for parameter in generator.encoder.parameters():
        learns = id(parameter) in learning
        if parameter.requires_grad != learns:
            parameter.requires_grad_(learns)
            parameter.grad = None
