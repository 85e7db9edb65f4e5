"""Opens exported graphs in the engine that will run them, to compare them with the original."""

from pathlib import Path
from typing import Any

import onnxruntime


def open_graph(path: Path, threads: int = 0) -> Any:  # noqa: ANN401 - ONNX Runtime has no types
    """An ONNX Runtime session of a graph, on the processor: all others may round in other ways.

    Args:
        path: of the graph.
        threads: on which it runs; 0 for one a core. On one it computes the same on any number of cores.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
