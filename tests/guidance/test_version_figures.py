"""What measures versions: the chain of edits knows what it did, and how to undo its warp."""

import numpy as np
import pytest
from PIL import Image

from benchmarks.edited import edited
from benchmarks.scene import ab_of_rgb
from benchmarks.versions import case_of
from tests.versions import made_scene


@pytest.mark.parametrize("hard", [False, True])
def test_a_chain_of_edits_is_the_same_for_the_same_seed(hard):
    first, second = (
        edited(made_scene(), made_scene(3), np.random.default_rng(4), hard=hard) for _ in range(2)
    )
    np.testing.assert_array_equal(first.rgb, second.rgb)
    assert 768 * 0.8 < max(first.rgb.shape[:2]) < 1344
    assert 0.6 < first.inside.mean() < 1
    assert not hard or first.foreign.any()


def test_the_true_places_of_a_version_are_known(tmp_path):
    for name, seed in (("a", 0), ("b", 3)):
        Image.fromarray(made_scene(seed)).save(tmp_path / f"{name}.png")
    case = case_of(tmp_path / "a.png", tmp_path / "b.png", hard=True, aged=False)
    own = ab_of_rgb(case.version.colors)
    away = np.linalg.norm(case.wanted - own, axis=-1)[case.edges].mean()
    naive = np.linalg.norm(case.naive() - own, axis=-1)[case.edges].mean()
    assert away < 0.6 * naive
    assert case.grey.shape == (525, 700)
