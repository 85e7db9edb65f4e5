"""Operations are counted as they are done, and time as it passes."""

import time
from collections.abc import Iterator
from dataclasses import astuple

import pytest
import torch
from torch import nn

from vermilion.training.devices import throughput
from vermilion.training.devices.throughput import Throughput, flops_of, measured_peak, peak_of

CPU = torch.device("cpu")


@pytest.mark.parametrize("groups", [1, 2, 8])
def test_a_convolution_costs_as_much_again_for_each_slope(groups: int) -> None:
    layer = nn.Conv2d(8, 8, 3, padding=1, groups=groups, bias=False)
    x = torch.rand(2, 8, 5, 6, requires_grad=True)
    forwards = 2 * (2 * 5 * 6) * 8 * (8 // groups) * 9
    painted, counted = flops_of(lambda: layer(x))
    assert counted == forwards
    assert flops_of(lambda: painted.sum().backward(retain_graph=True))[1] == 2 * forwards
    layer.weight.requires_grad_(False)
    again = layer(x).sum()
    assert flops_of(again.backward)[1] == forwards


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that goes as far as the test pushes it."""
    now = [100.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    return now


def test_a_reading_tells_rate_waiting_and_use(clock: list[float]) -> None:
    ours = Throughput(peak=1000.0, processes=2)
    ours.begin()
    matrix = torch.ones(4, 4)  # 128 operations a product

    def slow() -> Iterator[int]:
        for number in range(3):
            clock[0] += 1  # a second of waiting
            yield number

    def work() -> torch.Tensor:
        clock[0] += 3
        return matrix @ matrix

    for _ in ours.fetch(slow()):
        ours.step(("a",), 4, work)
    reading = ours.read()
    assert reading.rate == pytest.approx(24 / 12)
    assert reading.waiting == pytest.approx(3 / 12)
    assert reading.utilisation == pytest.approx(3 * 128 / 12 / 1000)
    assert ours.counted == {("a",): 128}
    ours.step(("a",), 4, work)
    assert astuple(ours.read()) == pytest.approx((8 / 3, 0.0, 128 / 3 / 1000))
    clock[0] += 100  # scored and saved, before the next stage
    ours.begin()
    ours.step(("a",), 4, work)
    assert ours.read().rate == pytest.approx(8 / 3)


def test_a_peak_says_where_it_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throughput, "SIDE_OF_PROCESSOR", 64)
    monkeypatch.setattr(throughput, "SIDE_OF_CARD", 64)
    assert peak_of(CPU, half=False).origin == "measured on matrix products in float32"
    assert "bfloat16" in peak_of(CPU, half=True).origin
    assert measured_peak(CPU, torch.float32) > 1e6
    card = torch.device("cuda")
    monkeypatch.setattr(throughput, "measured_peak", lambda device, dtype: 7.0)
    for name, flops in (
        ("NVIDIA H200", 989e12),
        ("NVIDIA H100 PCIe", 756e12),
        ("NVIDIA H100 80GB HBM3", 989e12),
        ("NVIDIA L40S", 362e12),
        ("NVIDIA L4", 121e12),
        ("Another 3000", 7.0),
    ):
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda _, name=name: name)
        assert peak_of(card, half=True).flops == flops
    assert peak_of(card, half=False).flops == 7.0
