"""What all tests share: a tiny model and a colorizer that uses it."""

import pytest

from tests.tiny_model import make_tiny_model


@pytest.fixture(scope="session")
def tiny_model_folder(tmp_path_factory):
    """A complete model folder; not to be changed."""
    return make_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def tiny_model(tiny_model_folder):
    from vermilion.network import Model

    return Model.load(tiny_model_folder, "cpu")


@pytest.fixture(scope="session")
def tiny_colorizer(tiny_model):
    from vermilion import Colorizer

    return Colorizer(tiny_model)
