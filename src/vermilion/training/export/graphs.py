"""Exported graphs in the engine that will run them, to be compared with what they were made from."""

from pathlib import Path
from typing import Any

import onnxruntime


def open_graph(path: Path) -> Any:  # noqa: ANN401 - ONNX Runtime has no types
    """An ONNX Runtime session of a graph, on the processor: all others may round in other ways."""
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
