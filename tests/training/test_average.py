from collections.abc import Callable

import pytest
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

from vermilion.training.data.samples import SURVEYED_BATCHES, Samples, first_batches
from vermilion.training.loop.average import refresh_statistics, update_average
from vermilion.training.networks.generator import UNetGenerator


def test_the_average_is_quick_at_first_and_averages_statistics_too() -> None:
    module = nn.Sequential(nn.Linear(1, 1, bias=False), nn.BatchNorm1d(1))
    average = AveragedModel(module, use_buffers=True)
    weight = next(module.parameters())
    norm = module[1]
    assert isinstance(norm, nn.BatchNorm1d)
    assert norm.running_mean is not None
    assert norm.num_batches_tracked is not None
    expected = 0.0
    for count, value in enumerate([3.0, 5.0, 7.0, 11.0]):
        weight.data.fill_(value)
        norm.running_mean.fill_(value)
        norm.num_batches_tracked.fill_(count)
        update_average(average, module, 0.5)
        keep = min(0.5, (1 + count) / (10 + count)) if count else 0.0
        expected = keep * expected + (1 - keep) * value
        assert average.module[0].weight.item() == pytest.approx(expected)  # type: ignore[index]
        assert average.module[1].running_mean.item() == pytest.approx(expected)  # type: ignore[index]
        assert average.module[1].num_batches_tracked.item() == count  # type: ignore[index]


def test_refreshed_statistics_are_those_of_the_samples(
    generator: UNetGenerator, samples: Callable[..., Samples]
) -> None:
    ours = samples(sizes=((32, 64),))
    norm = generator.decoder.start[1]
    assert isinstance(norm, nn.BatchNorm2d)
    assert norm.running_mean is not None
    norm.running_mean.fill_(1e3)  # what an average may be left with
    entering: list[torch.Tensor] = []
    handle = norm.register_forward_pre_hook(lambda _, inputs: entering.append(inputs[0]))
    generator.eval()
    refresh_statistics(generator, first_batches(ours))
    handle.remove()
    assert len(entering) == SURVEYED_BATCHES
    mean = torch.stack([batch.mean(dim=(0, 2, 3)) for batch in entering]).mean(0)
    torch.testing.assert_close(norm.running_mean, mean)
    assert norm.momentum == 0.1
    assert not generator.training
    before = {name: value.clone() for name, value in generator.state_dict().items()}
    refresh_statistics(generator, first_batches(ours))
    assert all(torch.equal(value, before[name]) for name, value in generator.state_dict().items())


def test_statistics_that_are_kept_are_not_refreshed(
    generator: UNetGenerator, samples: Callable[..., Samples]
) -> None:
    before = {name: value.clone() for name, value in generator.state_dict().items()}
    generator.decoder.keeps_statistics = True
    generator.eval()
    refresh_statistics(generator, first_batches(samples(sizes=((32, 64),))))
    assert not generator.training
    assert all(torch.equal(value, before[name]) for name, value in generator.state_dict().items())
