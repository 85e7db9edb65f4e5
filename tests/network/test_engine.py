import pickle

import numpy as np
import onnxruntime
import pytest

from vermilion.errors import DeviceError
from vermilion.network import Model, engine_name


def test_auto_finds_something(tiny_model_folder):
    assert Model.load(tiny_model_folder).provider in onnxruntime.get_available_providers()


def test_unknown_device(tiny_model_folder):
    with pytest.raises(DeviceError, match="no device 'toaster'; choose one of auto, cpu, cuda"):
        Model.load(tiny_model_folder, "toaster")


def test_a_provider_that_was_not_built_in(tiny_model_folder, monkeypatch):
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"])
    with pytest.raises(DeviceError, match=r"'cuda' needs .* and this one has cpu; install onnxruntime-gpu"):
        Model.load(tiny_model_folder, "cuda")


class SilentFallback(onnxruntime.InferenceSession):  # type: ignore[misc]
    """What ONNX Runtime does when a driver is missing: only the processor remains."""

    def __init__(self, graph, options, providers, **others):
        super().__init__(graph, options, providers=["CPUExecutionProvider"], **others)


class Refusal:
    """What ONNX Runtime does when a provider raises."""

    def __init__(self, graph, options, providers, **others):
        if providers != ["CPUExecutionProvider"]:
            raise RuntimeError("libcudart.so.12: cannot open shared object file")
        self.session = onnxruntime.capi.onnxruntime_inference_collection.InferenceSession(
            graph, options, providers=providers, **others
        )

    def __getattr__(self, name):
        return getattr(self.session, name)


@pytest.fixture
def cuda_is_built_in(monkeypatch):
    built_in = ["CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: built_in)


@pytest.mark.parametrize("session", [SilentFallback, Refusal])
@pytest.mark.usefixtures("cuda_is_built_in")
def test_falling_back_is_refused_when_a_device_was_named(tiny_model_folder, monkeypatch, session):
    monkeypatch.setattr(onnxruntime, "InferenceSession", session)
    with pytest.raises(DeviceError, match=r"'cuda' could not be started .*--device cpu"):
        Model.load(tiny_model_folder, "cuda")


@pytest.mark.parametrize("session", [SilentFallback, Refusal])
@pytest.mark.usefixtures("cuda_is_built_in")
def test_auto_falls_back_and_says_what_runs(tiny_model_folder, monkeypatch, session):
    monkeypatch.setattr(onnxruntime, "InferenceSession", session)
    assert Model.load(tiny_model_folder, "auto").provider == "CPUExecutionProvider"


def test_engine_name():
    assert engine_name() == f"ONNX Runtime {onnxruntime.__version__}"


def test_a_frugal_model_paints_the_same_and_neither_keeps_its_files(tiny_model_folder):
    luma = np.linspace(0, 1, 64 * 96, dtype=np.float32).reshape(1, 1, 64, 96)
    painted = []
    for frugal in (False, True):
        model = Model.load(tiny_model_folder, "cpu", frugal=frugal)
        again = pickle.loads(pickle.dumps(model))
        for session in (model._encoder, model._decoder, again._encoder):
            assert session._model_bytes is None
            assert session.get_session_options().enable_cpu_mem_arena is not frugal
        painted.append(again.decode(again.encode(luma)))
    np.testing.assert_array_equal(painted[0].chroma, painted[1].chroma)
    np.testing.assert_array_equal(painted[0].confidence, painted[1].confidence)
