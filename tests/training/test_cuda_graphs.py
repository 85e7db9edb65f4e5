"""What a card records and repeats is what would be done step by step; rehearsed on a processor."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import timm
import torch

from tests.training.conftest import losses_of
from tests.training.tape import NoWaiting, WaitedError, on_tape
from vermilion.errors import SettingsError
from vermilion.training import Progress, Settings, train_settings
from vermilion.training.config.settings import StageSettings, check_settings, for_stage
from vermilion.training.data.batch import Batch
from vermilion.training.data.samples import Samples
from vermilion.training.devices.cuda_graphs import WARM_UP, RecordedStep, own_stream, wants_graphs
from vermilion.training.loop import state, trainer
from vermilion.training.loop.colorization import ColorizationTask
from vermilion.training.loop.step import take_step
from vermilion.training.loop.task import Phase, Step
from vermilion.training.losses.perceptual import PerceptualNetwork
from vermilion.training.networks.encoder import fold_batch_norms, static_padding

CPU = torch.device("cpu")


def tiny_eye() -> PerceptualNetwork:
    torch.manual_seed(2)
    body = timm.create_model("test_efficientnet", pretrained=False).eval()
    folded = fold_batch_norms(static_padding(body))
    return PerceptualNetwork(folded, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


@pytest.fixture
def long(config: Settings, run: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Stages long enough to be recorded and repeated, of everything that a config may ask for."""
    monkeypatch.setattr(state, "make_perceptual_network", lambda *_: tiny_eye())
    data = replace(config.data, resident="on", recolored=0.5, sizes=((32, 32),))
    taught = StageSettings(
        "taught",
        40,
        encoder_rate=1e-3,
        frozen_blocks=1,
        warmup=16,
        colorfulness=0.1,
        perceptual=0.3,
        patch=1.0,
        palette=1.0,
        hinted_chroma=1.0,
        distillation=1.0,
    )
    alone = 24
    played = replace(
        taught, name="adversarial", images=240, adversarial=0.15, discriminator_alone=alone, penalty=0.5
    )
    file = str(run / "generator.safetensors")
    model = replace(config.model, start_from=file, teacher=file)
    return replace(config, save_every=1000, data=data, model=model, stages=(taught, played))


def recorded(monkeypatch: pytest.MonkeyPatch) -> list[RecordedStep]:
    """Let trainings record on tape; returns what each stage will have used."""
    steps: list[RecordedStep] = []

    def made(_: object = None) -> RecordedStep:
        steps.append(RecordedStep(on_tape))
        return steps[-1]

    monkeypatch.setattr(trainer, "RecordedStep", made)
    return steps


def checkpoint_of(run: str) -> dict[str, Any]:
    loaded: dict[str, Any] = torch.load(Path(run) / "last.ckpt", weights_only=True)
    return loaded


def assert_close(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    for part in ("generator", "discriminator", "average"):
        for name, tensor in ours[part].items():
            torch.testing.assert_close(tensor, theirs[part][name], rtol=1e-4, atol=1e-5, msg=f"{part} {name}")
    for name in ("images", "steps"):
        assert ours[name] == theirs[name]
    assert ours["balance"] == pytest.approx(theirs["balance"], rel=1e-3)
    assert ours["share"] == pytest.approx(theirs["share"], rel=1e-3)


@pytest.mark.slow
def test_recorded_trainings_are_those_step_by_step(long: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = replace(long, run=long.run + "-plain")
    train_settings(plain)
    steps = recorded(monkeypatch)
    train_settings(long)
    assert_close(checkpoint_of(long.run), checkpoint_of(plain.run))
    ours, theirs = losses_of(Path(long.run)), losses_of(Path(plain.run))
    assert ours.keys() == theirs.keys()
    for name in ours:
        assert ours[name] == pytest.approx(theirs[name], rel=1e-3, abs=1e-4), name
    kinds = [
        {str(key): recording.replay is not None for key, recording in step._recordings.items()}
        for step in steps
    ]
    assert [len(kind) for kind in kinds] == [1, 3], "the discriminator alone, heard, heard and measured"
    assert all(done for kind in kinds for done in kind.values())


@pytest.mark.slow
def test_a_recorded_training_goes_on_where_it_was_stopped(
    long: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class StoppedError(Exception):
        pass

    def stop(progress: Progress) -> None:
        if progress.done == 180:
            raise StoppedError

    recorded(monkeypatch)
    train_settings(long)
    broken = replace(long, run=long.run + "-broken", save_every=5)
    with pytest.raises(StoppedError):
        train_settings(broken, report=stop)
    assert checkpoint_of(broken.run)["images"] == 160
    train_settings(broken, resume=True)
    assert_close(checkpoint_of(broken.run), checkpoint_of(long.run))


def test_each_kind_and_shape_is_recorded_once() -> None:
    recordings, total = [], torch.zeros(())

    def recorder(work: Callable[[], Any]) -> Any:
        recordings.append(1)
        return on_tape(work)

    def step(values: torch.Tensor) -> dict[str, torch.Tensor]:
        total.add_(values.sum())
        return {"doubled": 2 * values}

    recorded_step, wanted = RecordedStep(recorder), 0.0
    for number in range(1, 20):
        for kind, shape in (("a", 3), ("b", 3), ("a", 5)):
            given = torch.full((shape,), float(number))
            outputs = recorded_step(kind, step, (given,))
            wanted += shape * number
            assert torch.equal(outputs["doubled"], 2 * given)
            given.zero_()  # it may be overwritten at once
            assert total.item() == wanted
    assert len(recordings) == 3
    assert WARM_UP > 0


@pytest.mark.parametrize(
    "waits",
    [
        lambda x: float(x.sum()),
        lambda x: bool((x > 0).all()),
        lambda x: x[x > 0],
        lambda x: x.nonzero(),
        lambda x: x + torch.tensor([1.0, 2.0, 3.0]),
        lambda x: torch.where(x > 0)[0],
    ],
)
def test_the_rehearsal_refuses_what_a_card_would(waits: Callable[[torch.Tensor], Any]) -> None:
    with pytest.raises(WaitedError), NoWaiting():
        waits(torch.ones(3))


def test_graphs_are_recorded_by_themselves_on_a_card_alone(config: Settings) -> None:
    card = torch.device("cuda")
    on, off = (replace(config, cuda_graphs=choice) for choice in ("on", "off"))
    assert wants_graphs(config, card, 1)
    assert wants_graphs(on, card, 1)
    assert not wants_graphs(off, card, 1)
    assert not wants_graphs(config, card, 2)
    assert not wants_graphs(config, CPU, 1)
    with pytest.raises(SettingsError, match="needs one process on a CUDA device, not a cpu"):
        wants_graphs(on, CPU, 1)
    with pytest.raises(SettingsError, match="not 2 processes"):
        wants_graphs(on, card, 2)
    with pytest.raises(SettingsError, match="cuda_graphs: must be one of auto, on, off"):
        check_settings(replace(config, cuda_graphs="yes"))
    with own_stream(CPU, wanted=False):
        pass


class Elsewhere:
    """A device that is not the host, as far as torch's `meta` can be one: it knows shapes, but no numbers."""

    device, world_size = torch.device("meta"), 1

    def setup_optimizers(self, optimizer: Any) -> Any:
        return optimizer

    def backward(self, loss: torch.Tensor) -> None:
        loss.backward()

    def clip_gradients(self, module: torch.nn.Module, *_: Any, max_norm: float, **__: Any) -> None:
        torch.nn.utils.clip_grad_norm_(module.parameters(), max_norm)


def test_nothing_of_a_step_stays_on_the_host(
    long: Settings, samples: Callable[..., Samples], monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_numbers(groups: Any, *_: Any) -> torch.optim.Optimizer:
        return torch.optim.SGD(groups, lr=0.1)  # fused AdamW knows no such device

    monkeypatch.setattr(state, "make_optimizer", without_numbers)
    monkeypatch.setattr(torch, "autocast", lambda *_, **__: nullcontext())  # which this device has not
    fabric: Any = Elsewhere()
    task = ColorizationTask()
    everybody = state.make_state(long, samples(), fabric, task)
    held = [everybody.balance, everybody.share, everybody.supervised.weights, everybody.supervised.centres]
    for module in (
        everybody.generator,
        everybody.discriminator,
        everybody.average,
        everybody.perceptual_network,
        everybody.teacher,
    ):
        held += [*module.parameters(), *module.buffers()]
    assert {tensor.device.type for tensor in held} == {"meta"}
    adversarial = long.stages[1]
    shapes = ((4, 1, 32, 32), (4, 2, 8, 8), (4, 3, 8, 8), (4, 1, 32, 32))
    luma, ab, hints, plain = (torch.zeros(shape, device="meta") for shape in shapes)
    batch = Batch(luma, ab, hints, plain)
    phase = Phase(adversarial=True, measures=True)
    step = Step(fabric, task, everybody, adversarial, for_stage(long, adversarial), phase)
    scalars = take_step(step, batch)
    assert {value.device.type for value in scalars.values()} == {"meta"}
