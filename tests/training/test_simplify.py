"""Graphs changed so that they compute the same, faster."""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from vermilion.training.export.simplify import fill_blocks

RANDOM = np.random.default_rng(0)


def joined_convolution(channels: int, *, taken_again: bool = False) -> onnx.ModelProto:
    """A graph that joins `deep` and `hints` [1,3,8,8] and convolves them; both may be given out, too."""
    weights = RANDOM.random((8, channels + 3, 3, 3), np.float32)
    nodes = [
        helper.make_node("Concat", ["deep", "hints"], ["both"], "join", axis=1),
        helper.make_node("Conv", ["both", "weights"], ["y"], "conv", pads=[1, 1, 1, 1]),
    ]
    if taken_again:
        nodes.append(helper.make_node("Relu", ["both"], ["also"], "again"))
    shapes = {"deep": channels, "hints": 3}
    graph = helper.make_graph(
        nodes,
        "joined",
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, of, 8, 8])
            for name, of in shapes.items()
        ],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 8, 8, 8])],
        [numpy_helper.from_array(weights, "weights")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def channels_of(model: onnx.ModelProto) -> int:
    """Channels that the convolution takes."""
    held = next(tensor for tensor in model.graph.initializer if tensor.name == "weights")
    return int(held.dims[1])


def result(model: onnx.ModelProto, channels: int) -> np.ndarray:
    """What a graph gives."""
    onnx.checker.check_model(model)
    random = np.random.default_rng(1)
    given = {
        name: random.random((1, of, 8, 8), np.float32) for name, of in (("deep", channels), ("hints", 3))
    }
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(["y"], given)[0])


def test_joined_channels_fill_blocks_of_sixteen_and_compute_the_same() -> None:
    model = joined_convolution(40)
    before = result(model, 40)
    fill_blocks(model.graph)
    assert channels_of(model) == 48
    np.testing.assert_allclose(result(model, 40), before, atol=1e-4)


def test_channels_that_fill_blocks_or_are_few_or_taken_twice_stay_as_they_are() -> None:
    for model in (joined_convolution(45), joined_convolution(4), joined_convolution(40, taken_again=True)):
        before = model.SerializeToString()
        fill_blocks(model.graph)
        assert model.SerializeToString() == before
