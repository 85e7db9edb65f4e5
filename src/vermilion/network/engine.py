"""ONNX Runtime: sessions on the chosen device, or an error."""

from typing import TYPE_CHECKING

from vermilion.errors import DeviceError, ModelError
from vermilion.work import thread_count

if TYPE_CHECKING:
    from onnxruntime import InferenceSession, SessionOptions

PROVIDERS = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "rocm": "ROCMExecutionProvider",
    "migraphx": "MIGraphXExecutionProvider",
    "directml": "DmlExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
}
"""Device as the user names it: ONNX Runtime's execution provider."""

# CoreML comes with every macOS build and is slower for graphs of changing size: only when asked for.
# TensorRT and OpenVINO compile for minutes or seconds: only when asked for.
_TRIED_BY_AUTO = ("cuda", "migraphx", "rocm", "directml")

# They move the softmax over the colour bins to an axis on which it takes 3.5 ms of 35 instead of 0.2; the
# values are the same to the last bit.
_SLOWER_ON_CPU = ("TransposeOptimizer", "TransposeOptimizer_CPUExecutionProvider")


def engine_name() -> str:
    """Return the engine and its version, such as "ONNX Runtime 1.22.0"."""
    import onnxruntime  # noqa: PLC0415 - a tenth of a second that `import vermilion` must not cost

    return f"ONNX Runtime {onnxruntime.__version__}"


def choose_provider(device: str) -> str:
    """Return the execution provider for a device name; "auto" takes the best that is installed.

    Raises:
        DeviceError: the name is unknown, or this ONNX Runtime was built without that provider.
    """
    from onnxruntime import get_available_providers  # noqa: PLC0415

    available = get_available_providers()
    if device == "auto":
        found = (PROVIDERS[name] for name in _TRIED_BY_AUTO if PROVIDERS[name] in available)
        return next(found, PROVIDERS["cpu"])
    if device not in PROVIDERS:
        raise DeviceError(f"There is no device {device!r}; choose one of auto, {', '.join(PROVIDERS)}.")
    if PROVIDERS[device] not in available:
        have = ", ".join(name for name, provider in PROVIDERS.items() if provider in available)
        raise DeviceError(
            f"The device {device!r} needs a build of ONNX Runtime with {PROVIDERS[device]}, and this one has "
            f"{have}; install {_package_for(device)} in place of onnxruntime, or choose one of those."
        )
    return PROVIDERS[device]


def open_session(
    graph: bytes, name: str, provider: str, *, strict: bool, frugal: bool = False
) -> "InferenceSession":
    """Return a session of an ONNX graph.

    ONNX Runtime falls back to the processor with only a warning when a provider does not start, so the
    provider is compared with the wanted one.

    Args:
        graph: content of the file.
        name: of the file, for messages.
        provider: the one that must run the graph; the processor does what it cannot.
        strict: whether falling back to the processor is an error ("auto" allows it).
        frugal: whether what a run needed is given back after it; many pictures at once take longer then.

    Raises:
        DeviceError: ``strict``, and the provider did not start.
        ModelError: the graph is not one that ONNX Runtime can run.
    """
    from onnxruntime import InferenceSession  # noqa: PLC0415

    wanted = list(dict.fromkeys([provider, PROVIDERS["cpu"]]))
    left_out = _SLOWER_ON_CPU if provider == PROVIDERS["cpu"] else ()
    try:
        session = InferenceSession(
            graph, _session_options(frugal), providers=wanted, enable_fallback=0, disabled_optimizers=left_out
        )
    except Exception as error:
        if provider == PROVIDERS["cpu"]:
            raise ModelError(
                f"{name} is not a graph that ONNX Runtime can run ({error}); export it again."
            ) from error
        if strict:
            raise _not_started(provider, str(error)) from error
        return open_session(graph, name, PROVIDERS["cpu"], strict=True, frugal=frugal)
    if strict and provider not in session.get_providers():
        raise _not_started(provider, "ONNX Runtime gave no reason")
    # Its wrapper keeps the file's content to start again on another device, which nobody here asks for.
    session._model_bytes = None  # noqa: SLF001
    return session


def _session_options(frugal: bool) -> "SessionOptions":  # noqa: FBT001
    from onnxruntime import SessionOptions  # noqa: PLC0415

    options = SessionOptions()
    options.intra_op_num_threads = thread_count()
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # a second block for what the first run has allocated; no faster
    options.enable_cpu_mem_arena = not frugal
    # Waiting threads that spin would take the cores from the codecs and from the join.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3  # errors only: what matters of a warning is checked and raised
    return options


def _not_started(provider: str, reason: str) -> DeviceError:
    device = next(name for name, known in PROVIDERS.items() if known == provider)
    first_line = reason.strip().splitlines()[0] if reason.strip() else "no reason given"
    return DeviceError(
        f"The device {device!r} could not be started ({first_line}); check its driver and libraries, "
        "or choose --device cpu."
    )


def _package_for(device: str) -> str:
    packages = {
        "cuda": "onnxruntime-gpu",
        "tensorrt": "onnxruntime-gpu",
        "rocm": "onnxruntime-rocm",
        "migraphx": "onnxruntime-migraphx",
        "directml": "onnxruntime-directml",
        "openvino": "onnxruntime-openvino",
    }
    return packages.get(device, "one that has it")
