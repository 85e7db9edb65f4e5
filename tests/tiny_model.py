"""A tiny model folder with the names, axes and promises of a real one; made on the spot, without torch.

Its colours follow from luma and hints alone: bright is warm, dark is cool, and a hint wins where it lies.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

BINS = [[0.0, 0.0], [30.0, 40.0], [-20.0, -30.0]]
WORKING_SIZE = 64
STRIDES = (4, 8, 16, 32)


def make_tiny_model(folder: Path) -> Path:
    """Write a model folder and return it; the same bytes each time."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {"encoder.onnx": _see_graph(), "decoder.onnx": _paint_graph()}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    write_card(
        folder, files={name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    )
    return folder


def write_card(folder: Path, **changes: object) -> None:
    """Write ``model.json``, with some values changed."""
    card = {
        "schema": 2,
        "name": "tiny",
        "version": "0.0.1",
        "working_size": WORKING_SIZE,
        "stride": 4,
        "bins": BINS,
        "temperature": 0.5,
        "files": {},
        "licence": "Apache-2.0",
        "training": {"images": 0},
    }
    (folder / "model.json").write_text(json.dumps(card | changes), encoding="utf-8")


def _see_graph() -> bytes:
    """Mean luma at each stride."""
    nodes = [
        helper.make_node(
            "AveragePool", ["luma"], [f"features_{s}"], kernel_shape=[s, s], strides=[s, s], name=f"pool_{s}"
        )
        for s in STRIDES
    ]
    inputs = [_value("luma", ["N", 1, "H", "W"])]
    outputs = [_value(f"features_{s}", ["N", 1, f"H{s}", f"W{s}"]) for s in STRIDES]
    return _model(nodes, inputs, outputs, {})


def _paint_graph() -> bytes:
    """Chroma = temperature-annealed mean of the bins, or the hint; confidence and odds to match."""
    constants = {
        "tilt": np.array([0.0, 8.0, -8.0], np.float32).reshape(1, 3, 1, 1),
        "middle": np.array(0.5, np.float32),
        "centres": np.array(BINS, np.float32).T.reshape(2, 3, 1, 1),
        "ab_scale": np.array(110.0, np.float32),
        "one": np.array(1.0, np.float32),
        "zero_axis": np.array([0], np.int64),
        "weight_axis": np.array([2], np.int64),
        "end_axis": np.array([3], np.int64),
        "channels": np.array([1], np.int64),
    }
    make = helper.make_node
    nodes = [
        # Every level takes part, so that a lost or misplaced one is seen.
        *[
            make(
                "Resize",
                [f"features_{s}", "", f"scale_{s}"],
                [f"coarse_{s}"],
                mode="nearest",
                name=f"grow_{s}",
            )
            for s in STRIDES[1:]
        ],
        make("Sum", ["features_4", *[f"coarse_{s}" for s in STRIDES[1:]]], ["total"], name="levels"),
        make("Mul", ["total", "quarter"], ["mean"], name="mean_of_levels"),
        make("Sub", ["mean", "middle"], ["brightness"], name="centre"),
        make("Mul", ["brightness", "tilt"], ["logits"], name="tilting"),
        make("Softmax", ["logits"], ["odds"], axis=1, name="counting"),
        make("Div", ["logits", "temperature"], ["sharp_logits"], name="annealing"),
        make("Softmax", ["sharp_logits"], ["sharp_odds"], axis=1, name="sharpening"),
        make("Conv", ["sharp_odds", "centres"], ["automatic"], name="annealed_mean"),
        make("Slice", ["hints", "zero_axis", "weight_axis", "channels"], ["hint_units"], name="hint_color"),
        make("Slice", ["hints", "weight_axis", "end_axis", "channels"], ["weight"], name="hint_weight"),
        make("Mul", ["hint_units", "ab_scale"], ["hint_ab"], name="hint_scale"),
        make("Sub", ["one", "weight"], ["rest"], name="unhinted"),
        make("Mul", ["automatic", "rest"], ["kept"], name="keep"),
        make("Mul", ["hint_ab", "weight"], ["hinted"], name="hinted_share"),
        make("Add", ["kept", "hinted"], ["chroma"], name="paint"),
        make("ReduceMax", ["sharp_odds", "channels"], ["likeliest"], keepdims=1, name="greatest_odds"),
        make("Max", ["likeliest", "weight"], ["confidence"], name="confidence"),
    ]
    constants["quarter"] = np.array(0.25, np.float32)
    for s in STRIDES[1:]:
        constants[f"scale_{s}"] = np.array([1, 1, s / 4, s / 4], np.float32)
    inputs = [_value(f"features_{s}", ["N", 1, f"H{s}", f"W{s}"]) for s in STRIDES]
    inputs += [_value("hints", ["N", 3, "H4", "W4"]), _value("temperature", [])]
    outputs = [
        _value("chroma", ["N", 2, "H4", "W4"]),
        _value("confidence", ["N", 1, "H4", "W4"]),
        _value("odds", ["N", 3, "H4", "W4"]),
    ]
    return _model(nodes, inputs, outputs, constants)


def _value(name, shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def _model(nodes, inputs, outputs, constants) -> bytes:
    initializers = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    content: bytes = model.SerializeToString()
    return content
