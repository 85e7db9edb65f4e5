"""Graphs as ONNX Runtime computes them fastest: the same numbers, but for their rounding."""

import numpy as np
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper

CHANNELS = 16  # ONNX Runtime's fast layouts hold so many channels in a block; it copies others in and out


def drop_zero_biases(graph: GraphProto) -> None:
    """Remove biases of convolutions that are zeros, made as the graph runs, and all that is unused then.

    torch writes them where a convolution has no bias; ONNX Runtime then folds no batch norm into it.
    """
    makers = _makers(graph)
    for node in graph.node:
        if node.op_type == "Conv" and len(node.input) > 2 and _are_zeros(node.input[2], makers):
            del node.input[2]
    while unused := _unused(graph):
        for node in unused:
            graph.node.remove(node)


def fill_blocks(graph: GraphProto) -> None:
    """Let convolutions of joined channels [N,C,h,w] have a multiple of 16 of them: zeros, with weights of 0.

    The zeros are added to what is joined last, and only where nothing else takes what is joined.
    """
    makers = _makers(graph)
    taken = _taken(graph)
    weights = {tensor.name: tensor for tensor in graph.initializer}
    for node in list(graph.node):
        joined = makers.get(node.input[0]) if node.op_type == "Conv" else None
        held = weights.get(node.input[1]) if joined is not None else None
        if joined is None or held is None or joined.op_type != "Concat" or taken.count(node.input[0]) > 1:
            continue
        values = numpy_helper.to_array(held)
        missing = -values.shape[1] % CHANNELS
        if missing and values.shape[1] > CHANNELS:
            filled = np.pad(values, [(0, 0), (0, missing), (0, 0), (0, 0)])
            held.CopyFrom(numpy_helper.from_array(filled, held.name))
            _pad_last(graph, joined, missing)


def _pad_last(graph: GraphProto, joined: NodeProto, missing: int) -> None:
    """Add channels of zeros to the last input of a node that joins channels."""
    last = joined.input[-1]
    amounts = numpy_helper.from_array(np.array([0, 0, 0, 0, 0, missing, 0, 0]), f"{joined.name}.zeros")
    graph.initializer.append(amounts)
    pad = helper.make_node("Pad", [last, amounts.name], [f"{joined.name}.filled"], f"{joined.name}.fill")
    graph.node.insert(list(graph.node).index(joined), pad)
    joined.input[-1] = pad.output[0]


def _makers(graph: GraphProto) -> dict[str, NodeProto]:
    """Return the node that makes each value."""
    return {output: node for node in graph.node for output in node.output}


def _are_zeros(name: str, makers: dict[str, NodeProto]) -> bool:
    """Tell whether a value is the constant 0, cast and expanded."""
    node = makers.get(name)
    while node is not None and node.op_type in ("Expand", "CastLike"):
        node = makers.get(node.input[0])
    if node is None or node.op_type != "Constant":
        return False
    value = helper.get_attribute_value(node.attribute[0])
    return isinstance(value, TensorProto) and not numpy_helper.to_array(value).any()


def _taken(graph: GraphProto) -> list[str]:
    """Return the values that nodes take and the graph gives, as often as they are taken."""
    return [name for node in graph.node for name in node.input] + [output.name for output in graph.output]


def _unused(graph: GraphProto) -> list[NodeProto]:
    """Return the nodes whose outputs nothing takes."""
    taken = set(_taken(graph))
    return [node for node in graph.node if not taken.intersection(node.output)]
