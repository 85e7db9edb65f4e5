from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import save_file

from tests.training.conftest import ENCODER, photograph
from vermilion.errors import TrainingError
from vermilion.training.networks.feature_extractor import load_feature_extractor, middle


def test_the_middle_is_what_is_looked_at() -> None:
    y, x = np.mgrid[:512, :768]
    rgb = np.dstack([x * 255 // 767, y * 255 // 511, 0 * x]).astype(np.uint8)
    seen = middle(rgb)
    assert seen.shape == (224, 224, 3)
    assert seen[112, 112, :2] == pytest.approx(rgb[256, 384, :2], abs=2)
    assert seen[0, 0, 1] == pytest.approx(255 * 16 / 256, abs=2)  # 16 of 256 rows are cut off above
    assert middle(np.asarray(photograph(1))).shape == (224, 224, 3)


def test_other_networks_and_other_files_are_refused(tmp_path: Path) -> None:
    import torch

    with pytest.raises(TrainingError, match="timm has no network 'nonsense'"):
        load_feature_extractor("nonsense", tmp_path / "a")
    broken, other = tmp_path / "broken.safetensors", tmp_path / "other.safetensors"
    broken.write_bytes(b"nothing")
    save_file({"a": torch.zeros(1)}, other)
    with pytest.raises(TrainingError, match="is not a safetensors file"):
        load_feature_extractor(ENCODER, broken)
    with pytest.raises(TrainingError, match=f"so it is not {ENCODER}'s"):
        load_feature_extractor(ENCODER, other)
