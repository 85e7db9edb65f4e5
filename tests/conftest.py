"""What all tests share: a tiny model and a colorizer that uses it, and no installed models."""

import shutil
import signal

import pytest

from tests.tiny_model import make_tiny_model


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="fail where a test's program is missing")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Skip tests marked ``needs(program, package)`` where the program is missing; with --all they fail."""
    for marker in item.iter_markers("needs"):
        program, package = marker.args
        if shutil.which(program) is None:
            refuse = pytest.fail if item.config.getoption("--all") else pytest.skip
            refuse(f"{program} is missing: install the Debian package {package}")


@pytest.fixture
def heard():
    """Ctrl-C reaches the processes that a test starts, though whoever started the tests ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def chromium():
    """A browser, closed after each file: playwright's loop would be in the way of other tests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session", autouse=True)
def models_folder(tmp_path_factory):
    """Where models would be installed: never the folder of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("installed") / "models"
        patch.setenv("VERMILION_MODELS", str(folder))
        yield folder


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
