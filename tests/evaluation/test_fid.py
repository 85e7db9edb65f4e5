"""FID as torchmetrics and torch-fidelity have it, with weights made up at random.

They are not in the environment of the tests; to run these: pip install torchmetrics torch-fidelity.
"""

from pathlib import Path

import numpy as np
import pytest

from tests.evaluation.conftest import picture
from vermilion.evaluation.networks import PictureFeatures, open_networks


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of the shape of Inception's weights; features of its own differ from picture to picture."""
    pytest.importorskip("torchmetrics")
    inception = pytest.importorskip("torch_fidelity.feature_extractor_inceptionv3")
    import torch

    torch.manual_seed(0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch, "load", lambda *_, **__: None)
        patch.setattr(torch.nn.Module, "load_state_dict", lambda *_: None)
        network = inception.FeatureExtractorInceptionV3("inception-v3-compat", ["2048"], "nothing")
    for layer in network.modules():
        if isinstance(layer, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(layer.weight)  # else what is seen fades away, layer by layer
    path = tmp_path_factory.mktemp("inception") / "weights.pth"
    torch.save(network.state_dict(), path)
    return path


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # torchmetrics' own
def test_fid_is_nothing_for_the_truth_and_something_for_others(weights: Path) -> None:
    true, others = ([picture(seed) for seed in seeds] for seeds in ((0, 1, 2), (3, 4, 5)))
    distances = []
    for made in (true, others):
        opened = open_networks(None, str(weights), 1)
        assert opened.notes == ()
        looks = PictureFeatures(inception=opened.inception[0])
        for pair in zip(true, made, strict=True):
            looks.add(*pair)
        distances.append(looks.distances()["fid"])
    assert np.isfinite(distances).all()
    assert distances[0] == pytest.approx(0, abs=1e-3 * distances[1])
    assert 0 <= distances[0] < distances[1]
