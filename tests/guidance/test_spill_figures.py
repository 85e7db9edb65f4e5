"""The figures of how far hints spill: a known thing, and a painter whose spilling is known."""

import cv2
import numpy as np
import pytest

from benchmarks.spill import spill_figures, things_in
from vermilion import Colorizer
from vermilion.color import cbcr_to_rgb


def two_things():
    """Luma and true (a,b) of a red square on green, and where it is."""
    square = np.zeros((40, 50), np.bool_)
    square[10:25, 10:30] = True
    true = np.where(square[..., None], np.array([50, 30], np.float32), np.array([-40, 30], np.float32))
    return np.full(square.shape, 0.5, np.float32), true, square


def test_things_are_found_with_what_lies_elsewhere():
    luma, true, square = two_things()
    (thing,) = things_in(luma, true, np.random.default_rng(0))
    np.testing.assert_array_equal(thing.cells, square)
    assert square[thing.place]
    assert not thing.elsewhere[8:27, 8:32][square[8:27, 8:32]].any()
    assert thing.elsewhere[0, 0]
    assert thing.elsewhere.mean() > 0.7


@pytest.mark.parametrize("limited", [True, False])
def test_a_hint_heard_everywhere_spills_and_one_that_is_kept_back_does_not(
    tmp_path, monkeypatch, tiny_colorizer: Colorizer, limited
):
    luma, _, square = two_things()
    cbcr = np.where(square[..., None], np.array([-0.1, 0.2], np.float32), np.array([-0.1, -0.2], np.float32))
    rgb = np.round(255 * np.clip(cbcr_to_rgb(luma, cbcr), 0, 1)).astype(np.uint8)
    rgb = rgb.repeat(4, axis=0).repeat(4, axis=1)
    cv2.imwrite(str(tmp_path / "square.png"), rgb[..., ::-1])

    def reach(owner, luma, looks):
        inside = cv2.resize(square.astype(np.float32), luma.shape[::-1], interpolation=cv2.INTER_NEAREST)
        return (inside if limited else np.ones_like(inside))[None]

    monkeypatch.setattr("vermilion.session.session.reach_of", reach)
    _, spread, _, seen = spill_figures(tiny_colorizer, [tmp_path / "square.png"])
    assert int(spread.split()[-1].rstrip("%")) > 40
    assert (float(seen.split("%")[0]) < 10) == limited
