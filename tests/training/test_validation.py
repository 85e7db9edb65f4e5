import numpy as np
import pytest

from vermilion.training.data.store import PictureStore
from vermilion.training.loop.validation import figures, held_out_pictures, sheet, to_rgb, validate
from vermilion.training.networks.generator import UNetGenerator


def test_held_out_pictures_are_the_same_each_time(store: PictureStore) -> None:
    first, second = (held_out_pictures(store, [0, 5]) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a.aged, b.aged)
        assert all(side % 32 == 0 for side in a.luma.shape)
        assert a.ab.shape == (a.luma.shape[0] // 4, a.luma.shape[1] // 4, 2)
        assert 0 <= a.aged.min() <= a.aged.max() <= 1


def test_the_truth_gets_full_marks(store: PictureStore) -> None:
    truth = [picture.ab for picture in held_out_pictures(store, [0, 1, 2])]
    perfect = figures(truth, truth)
    assert perfect.ab_error == 0
    assert perfect.corr == pytest.approx(1)
    assert perfect.chroma_ratio == pytest.approx(1)
    assert perfect.cmd == pytest.approx(0, abs=1e-6)
    half = figures(truth, [ab * np.float32(0.5) for ab in truth])
    assert half.corr == pytest.approx(1)
    assert half.chroma_ratio == pytest.approx(0.5)
    assert half.cmd > 0
    assert "ratio 0.500" in half.line()


def test_validation_leaves_the_mode_as_it_was(generator: UNetGenerator, store: PictureStore) -> None:
    pictures = held_out_pictures(store, [0, 1], side=64)
    generator.train()
    clean, aged = validate(generator, pictures, 0.4)
    assert generator.training
    assert clean != aged
    shown = sheet(generator, pictures, 0.4)
    assert shown.shape == (2 * 144, 4 * 192, 3)
    assert shown.dtype == np.uint8


def test_no_chroma_is_shown_as_grey() -> None:
    luma = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    rgb = to_rgb(luma, np.zeros((2, 2, 2), np.float32))
    assert np.ptp(rgb.astype(int), axis=2).max() <= 1
    np.testing.assert_allclose(rgb[..., 1], luma * 255, atol=1)
