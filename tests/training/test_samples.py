from collections.abc import Callable

import cv2
import numpy as np
import pytest
import torch

from vermilion.color import rgb_to_lab
from vermilion.errors import TrainingError
from vermilion.training.data.batch import random_crops, true_ab
from vermilion.training.data.dice import SampleDice
from vermilion.training.data.hints import random_hints
from vermilion.training.data.samples import BatchNumbers, Listed, Samples, batches, before_workers, shuffled
from vermilion.training.data.store import PictureStore

Make = Callable[..., Samples]


def same(first: tuple[torch.Tensor, ...], second: tuple[torch.Tensor, ...]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_a_sample_follows_from_its_number_alone(samples: Make) -> None:
    forwards = [samples()[number] for number in range(8)]
    others = samples()
    backwards = [others[number] for number in reversed(range(8))]
    assert all(same(a, b) for a, b in zip(forwards, reversed(backwards), strict=True))


def test_epochs_are_permutations_and_differ(samples: Make) -> None:
    ours = samples()
    count = len(ours.numbers)
    first, second = ([ours.picture_of(epoch * count + n)[1] for n in range(count)] for epoch in (0, 1))
    assert sorted(first) == sorted(second) == list(range(count))
    assert first != second
    place = second.index(first[0])
    assert not same(ours[0], ours[count + place])  # the same picture, cut and aged in another way


def test_weights_say_how_often_a_picture_comes() -> None:
    often = np.array([0.0, 1.0, 2.5, 1.0])
    epochs = [shuffled(often, np.random.default_rng(seed)) for seed in range(400)]
    assert {len(epoch) for epoch in epochs} == {4}  # round(4.5) is even
    counts = np.stack([np.bincount(epoch[:, 0], minlength=4) for epoch in epochs])
    np.testing.assert_allclose(counts.mean(0), often * 4 / 4.5, atol=0.1)
    assert not counts[:, 0].any()
    assert set(counts[:, 2]) == {2, 3}
    for epoch in epochs[:20]:
        assert sorted(epoch[epoch[:, 0] == 2, 1]) == list(range((epoch[:, 0] == 2).sum()))
        assert len({tuple(row) for row in epoch}) == 4


def test_sources_are_mixed_by_their_weights(samples: Make, store: PictureStore) -> None:
    plain, weighted = samples(), samples(weights={store.entries[0].source: 2.0})
    count = len(plain.numbers)
    assert weighted.length == 2 * plain.length == 2 * count
    assert [plain.picture_of(n) for n in range(count)] == [samples().picture_of(n) for n in range(count)]
    taken = [weighted.picture_of(number) for number in range(2 * count)]
    assert sorted(taken) == [(0, picture, before) for picture in range(count) for before in (0, 1)]
    first, second = (place for place, (_, picture, _) in enumerate(taken) if picture == 5)
    assert not same(weighted[first], weighted[second]), "each time it is cut and aged in another way"
    with pytest.raises(TrainingError, match="no picture is from 'album'; the sources are photographs"):
        samples(weights={"album": 2.0})
    with pytest.raises(TrainingError, match="leaves no picture to train on"):
        samples(weights={store.entries[0].source: 0.0})


def test_shapes_and_ranges(samples: Make) -> None:
    for number in range(12):
        luma, ab, hints = samples(degraded=1.0, hinted=1.0)[number]
        assert luma.dtype == ab.dtype == hints.dtype == torch.float32
        height, width = luma.shape[1:]
        assert (height, width) in {(32, 64), (64, 32)}
        assert ab.shape == (2, height // 4, width // 4)
        assert hints.shape == (3, height // 4, width // 4)
        assert 0 <= luma.min() <= luma.max() <= 1
        assert set(hints[2].unique().tolist()) == {0.0, 1.0} or bool((hints[2] == 1).all())
        assert not hints[:2, hints[2] == 0].any()


def test_only_the_input_is_aged(samples: Make) -> None:
    for number in range(4):
        clean, aged = samples(degraded=0.0)[number], samples(degraded=1.0)[number]
        assert torch.equal(clean[1], aged[1])
        assert not torch.equal(clean[0], aged[0])


def test_all_samples_of_a_batch_have_one_size(samples: Make) -> None:
    loaded = list(batches(samples(), BatchNumbers(0, 40, 4), workers=0))
    assert len(loaded) == 10
    assert {tuple(batch.luma.shape) for batch in loaded} == {(4, 1, 32, 64), (4, 1, 64, 32)}


def test_two_processes_together_see_what_one_sees() -> None:
    one = list(BatchNumbers(8, 32, 8))
    parts = [list(BatchNumbers(8, 32, 8, rank, 2)) for rank in (0, 1)]
    assert [sorted(a + b) for a, b in zip(*parts, strict=True)] == one
    assert [len(numbers) for numbers in parts[0]] == [4, 4, 4]


def test_batches_stay_whole_where_a_stage_ends_within_one() -> None:
    numbers = BatchNumbers(0, 20, 8)
    assert list(numbers) == [list(range(8)), list(range(8, 16)), list(range(16, 24))]
    assert len(numbers) == 3


def randoms(count: int) -> SampleDice:
    return SampleDice([np.random.default_rng(seed) for seed in range(count)])


@pytest.mark.parametrize("stride", [4, 1])
def test_true_chroma_is_cielab(stride: int) -> None:
    flat = torch.tensor([200.0, 80.0, 40.0])[:, None, None].expand(1, 3, 16, 24)
    wanted = rgb_to_lab(flat[0, :, 0, 0].numpy() / 255)[1:]
    found = true_ab(flat, stride)
    assert found.shape == (1, 2, 16 // stride, 24 // stride)
    places = found[0].permute(1, 2, 0).reshape(-1, 2)
    np.testing.assert_allclose(places, np.broadcast_to(wanted, places.shape), atol=0.05)


def test_hints_tell_the_truth_and_as_often_as_asked() -> None:
    ab = torch.tensor([33.0, -22.0])[:, None, None].expand(400, 2, 16, 16)
    hints = random_hints(ab, 0.5, randoms(400))
    given = hints.flatten(1).any(1)
    assert 160 <= given.sum() <= 240
    told = hints.permute(0, 2, 3, 1)[hints[:, 2] == 1]
    torch.testing.assert_close(told, torch.tensor([0.3, -0.2, 1.0]).expand_as(told))
    assert not random_hints(ab, 0.0, randoms(400)).any()


def test_crops_of_any_picture_have_the_size_asked_and_lie_within() -> None:
    sizes = torch.tensor([[64.0, 102.0]]).expand(50, 2)
    crops = random_crops(sizes, (160, 96), 0.2, randoms(50))
    assert torch.minimum(crops.top, crops.left).min() >= 0
    assert (crops.top + crops.rows).max() <= 64
    assert (crops.left + crops.columns).max() <= 102
    assert 10 < crops.mirrored.sum() < 40
    shapes = crops.rows / crops.columns / (160 / 96)
    assert 0.85 < shapes.min() < shapes.max() < 1.18
    cut = Listed([np.zeros((64, 102, 3), np.uint8)] * 50).cut(crops, (160, 96))
    assert cut.shape == (50, 3, 160, 96)


def test_a_sample_is_the_same_alone_and_among_others(samples: Make) -> None:
    ours = samples(degraded=1.0, hinted=1.0, recolored=0.5, sizes=((64, 64),))
    together = ours.make(range(8))
    for number in range(8):
        for one, many in zip(ours[number], (together.luma, together.ab, together.hints), strict=True):
            torch.testing.assert_close(one, many[number], rtol=1e-4, atol=1e-4)


def test_opencvs_threads_end_before_workers_are_forked() -> None:
    """A worker that inherits them waits for ever; a process without workers keeps them."""
    threads = cv2.getNumThreads()
    try:
        cv2.setNumThreads(2)
        before_workers(0)
        assert cv2.getNumThreads() == 2
        before_workers(1)
        assert cv2.getNumThreads() == 1
    finally:
        cv2.setNumThreads(threads)
