"""What a frozen generator teaches of other views."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from vermilion.errors import SettingsError, TrainingError
from vermilion.training import train_settings
from vermilion.training.config.settings import Settings, check_settings
from vermilion.training.data.batch import Batch
from vermilion.training.loop.colorization import _distillation
from vermilion.training.losses.distillation import Taught, Teacher, distillation
from vermilion.training.networks.generator import UNetGenerator


class Painter(torch.nn.Module):
    """Paints what lies to the left of a picture's middle red, more so the lighter it is."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[int, ...]] = []

    def forward(self, luma: torch.Tensor, hints: torch.Tensor, temperature: float) -> Any:
        self.seen.append((*luma.shape[2:], *hints.shape[2:]))
        small = torch.nn.functional.avg_pool2d(luma, 4)
        return SimpleNamespace(
            logits=torch.cat([small * 9, -small * 9], 1), chroma=torch.cat([30 * small, 0 * small], 1)
        )


def ramp() -> torch.Tensor:
    """Three pictures, dark on the left and light on the right: [3,1,64,96]."""
    return torch.linspace(0, 1, 96).expand(3, 1, 64, 96)


def test_views_are_mirrored_and_resized_and_put_back() -> None:
    painter: Any = Painter()
    taught = Teacher(painter)(ramp(), 0.5)
    assert painter.seen == [(64, 64, 16, 16), (96, 128, 24, 32)]  # of two pictures, and of one
    assert taught.chroma.shape == (3, 2, 16, 24)
    wanted = torch.nn.functional.avg_pool2d(ramp(), 4) * 30
    torch.testing.assert_close(taught.chroma[:, :1], wanted, atol=1.0, rtol=0)
    torch.testing.assert_close(taught.odds.sum(1), torch.ones(3, 16, 24))
    assert bool((taught.odds[:, 0, :, -2] > taught.odds[:, 0, :, 1]).all())


def test_one_picture_alone_can_be_taught(generator: UNetGenerator) -> None:
    assert Teacher(generator)(ramp()[:1], 0.5).chroma.shape == (1, 2, 16, 24)


def test_the_teacher_stays_as_it_is(generator: UNetGenerator) -> None:
    teacher = Teacher(generator).train()
    before = {name: tensor.clone() for name, tensor in generator.state_dict().items()}
    taught = teacher(ramp(), 0.5)
    assert not taught.chroma.requires_grad
    assert not generator.decoder.training
    assert all(torch.equal(tensor, before[name]) for name, tensor in generator.state_dict().items())


def taught_and_painted() -> tuple[Taught, torch.Tensor, torch.Tensor, torch.Tensor]:
    """What a teacher says of two pictures, logits and chroma that say the same, and no hints."""
    torch.manual_seed(0)
    logits, chroma = torch.randn(2, 5, 6, 8), 20 * torch.randn(2, 2, 6, 8)
    return Taught(torch.softmax(logits, 1), chroma), logits, chroma, torch.zeros(2, 3, 6, 8)


def test_saying_the_same_costs_nothing_and_less_like_it_costs_more() -> None:
    taught, logits, chroma, hints = taught_and_painted()
    assert distillation(logits + 3, chroma, taught, hints).item() == pytest.approx(0, abs=1e-6)
    odds = [distillation(logits * share, chroma, taught, hints).item() for share in (0.8, 0.2)]
    colors = [distillation(logits, chroma * share, taught, hints).item() for share in (0.8, 0.2)]
    assert 0.001 < odds[0] < odds[1]
    assert 0.001 < colors[0] < colors[1]


def test_hinted_pictures_do_not_count() -> None:
    taught, logits, chroma, hints = taught_and_painted()
    hints[1, 2, 3, 3] = 0.5
    off = chroma.clone()
    off[1] += 50
    assert distillation(logits, off, taught, hints).item() == pytest.approx(0, abs=1e-6)
    off[0] += 50
    assert distillation(logits, off, taught, hints) > 1
    hints[0, 2, 0, 0] = 1
    assert distillation(logits, off, taught, hints) == 0


def test_a_stage_learns_from_the_teacher_on_clean_luma(
    config: Settings, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[Batch, torch.Tensor]] = []

    def noted(step: Any, batch: Batch, painted: Any) -> torch.Tensor:
        value = _distillation(step, batch, painted)
        seen.append((batch, value.detach()))
        return value

    monkeypatch.setattr("vermilion.training.loop.colorization._distillation", noted)
    file = str(run / "generator.safetensors")
    stages = (replace(config.stages[0], distillation=2.0, degraded=1.0), config.stages[1])
    model = replace(config.model, start_from=file, teacher=file)
    train_settings(replace(config, stages=stages, model=model))
    assert len(seen) == stages[0].images // config.batch
    batch, value = seen[0]
    assert batch.plain is not None
    assert not torch.equal(batch.plain, batch.luma)
    assert value > 0


def test_a_teacher_with_other_bins_is_refused(config: Settings, run: Path) -> None:
    stages = (replace(config.stages[0], distillation=2.0), config.stages[1])
    model = replace(config.model, teacher=str(run / "generator.safetensors"))
    with pytest.raises(TrainingError, match="has other colour bins; start from it"):
        train_settings(replace(config, stages=stages, model=model))


@pytest.mark.parametrize(
    ("teacher", "cached", "told"),
    [
        ("", 0, r'frozen.distillation: needs a generator as model.teacher, such as "shipped"'),
        ("shipped", 2, r"frozen.distillation: does not work with cached_versions"),
    ],
)
def test_what_does_not_go_together_is_named(config: Settings, teacher: str, cached: int, told: str) -> None:
    stage = replace(config.stages[0], distillation=1.0, cached_versions=cached)
    data = replace(config.data, sizes=((32, 32),))
    model = replace(config.model, teacher=teacher)
    with pytest.raises(SettingsError, match=told):
        check_settings(replace(config, stages=(stage,), model=model, data=data))
