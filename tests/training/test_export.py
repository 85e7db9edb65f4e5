import json
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import helper, numpy_helper

from vermilion.errors import TrainingError
from vermilion.network import Model, read_card
from vermilion.training import CardFacts, export
from vermilion.training.export.model import PARITY_SIZES, check_parity, write_card, write_graphs, write_paint
from vermilion.training.networks.generator import Decoder, Parts, UNetGenerator
from vermilion.training.networks.weights import read_generator, save_module


@pytest.mark.slow
def test_an_exported_model_paints_what_torch_paints(run: Path) -> None:
    facts = CardFacts(name="tiny", temperature=0.5, working_size=64, training={"note": "made up"})
    folder = export(run, run / "model", facts)
    model = Model.load(folder, device="cpu")
    assert (model.card.name, model.card.temperature, model.card.working_size) == ("tiny", 0.5, 64)
    assert model.card.training == {"encoder": "test_efficientnet", "images": 640, "note": "made up"}
    assert set(model.card.files) == {"encoder.onnx", "decoder.onnx", "generator.safetensors"}
    generator = read_generator(folder / "generator.safetensors").eval()
    assert [list(pair) for pair in model.card.bins] == generator.decoder.centres.tolist()
    random = np.random.default_rng(5)
    for size in ((96, 32), (64, 160)):
        luma = random.random((1, 1, *size), np.float32)
        hints = np.zeros((1, 3, size[0] // 4, size[1] // 4), np.float32)
        hints[0, :, 2, 3] = 0.4, -0.3, 1
        decoder = model.decode(model.encode(luma), hints, 0.3, with_odds=True)
        with torch.no_grad():
            painted = generator(torch.from_numpy(luma), torch.from_numpy(hints), 0.3)
        np.testing.assert_allclose(decoder.chroma, painted.chroma.numpy(), atol=0.05)
        np.testing.assert_allclose(
            decoder.confidence, torch.sigmoid(painted.confidence_logit).numpy(), atol=0.01
        )
        assert decoder.odds is not None
        np.testing.assert_allclose(decoder.odds.sum(1), 1, atol=1e-4)
    content = (folder / "decoder.onnx").read_bytes()
    assert b"site-packages" not in content
    assert str(Path.cwd()).encode() not in content
    with pytest.raises(TrainingError, match="is not empty"):
        export(run, folder)


def test_graphs_that_compute_something_else_are_refused(
    generator: UNetGenerator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {"chroma": 0.01, "confidence": 0.001, "odds": 0.5}
    monkeypatch.setattr(sys.modules[check_parity.__module__], "_differences", lambda *_: iter(said.items()))
    with pytest.raises(TrainingError, match=r"differ from torch \(odds by up to 0\.500\)"):
        check_parity(generator, tmp_path)
    said["odds"] = float("nan")
    with pytest.raises(TrainingError, match="do not use this model"):
        check_parity(generator, tmp_path)


def test_parity_is_asked_for_at_several_sizes_and_aspects(
    generator: UNetGenerator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len({size[1:] for size in PARITY_SIZES}) >= 3
    aspects = {height / width for _, height, width in PARITY_SIZES}
    assert len(aspects) >= 3
    assert min(aspects) < 1 < max(aspects)
    assert any(count > 1 for count, _, _ in PARITY_SIZES)
    asked = []

    class Trainer:
        def __init__(self, *_: object, **__: object) -> None: ...

        def run(self, names: list[str], given: dict[str, np.ndarray]) -> list[np.ndarray]:
            if "luma" in given:
                asked.append((given["luma"].shape[0], *given["luma"].shape[2:]))
            return [np.zeros(1, np.float32) for _ in names]

    monkeypatch.setattr(sys.modules[check_parity.__module__], "open_graph", Trainer)
    monkeypatch.setattr(sys.modules[check_parity.__module__], "PARITY", np.inf)
    monkeypatch.setattr(sys.modules[check_parity.__module__], "PARITY_OF_ODDS", np.inf)
    check_parity(generator, tmp_path)
    assert asked == list(PARITY_SIZES)


@pytest.mark.slow
def test_a_broken_graph_is_refused(run: Path, generator: UNetGenerator, tmp_path: Path) -> None:
    generator.eval()
    write_graphs(generator, tmp_path)
    check_parity(generator, tmp_path)
    for name in ("encoder.onnx", "decoder.onnx"):
        whole = (tmp_path / name).read_bytes()
        model = onnx.load_from_string(whole)
        for tensor in model.graph.initializer:
            if tensor.data_type == onnx.TensorProto.FLOAT16:
                wrong = numpy_helper.to_array(tensor) * np.float16(1.25)
                tensor.CopyFrom(numpy_helper.from_array(wrong, tensor.name))
        onnx.save(model, tmp_path / name)
        with pytest.raises(TrainingError, match="differ from torch"):
            check_parity(generator, tmp_path)
        (tmp_path / name).write_bytes(whole)


@pytest.mark.slow
def test_a_graph_that_is_right_at_one_size_alone_is_refused(
    generator: UNetGenerator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the trace had taken a free size for a number."""
    generator.eval()
    write_graphs(generator, tmp_path)
    model = onnx.load(tmp_path / "decoder.onnx")
    count, height, width = PARITY_SIZES[0]
    shape = numpy_helper.from_array(np.array([count, 2, height // 4, width // 4], np.int64), "traced_shape")
    model.graph.initializer.append(shape)
    for node in model.graph.node:
        for index, output in enumerate(node.output):
            if output == "chroma":
                node.output[index] = "chroma_of_any_size"
    model.graph.node.append(helper.make_node("Reshape", ["chroma_of_any_size", "traced_shape"], ["chroma"]))
    onnx.save(model, tmp_path / "decoder.onnx")
    with pytest.raises(TrainingError, match="cannot be run"):
        check_parity(generator, tmp_path)


def test_a_state_is_no_generator(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="is a checkpoint of a training; name its folder"):
        export(tmp_path / "last.ckpt", tmp_path / "model")


@pytest.mark.slow
@pytest.mark.parametrize("parts", [Parts(residual=False), Parts(distribution=False)])
def test_every_kind_of_decoder_is_exported(parts: Parts, generator: UNetGenerator, tmp_path: Path) -> None:
    torch.manual_seed(3)
    decoder = Decoder(generator.encoder.channels, (12, 8, 8, 8), generator.decoder.centres, parts)
    if decoder.residual is not None:
        torch.nn.init.normal_(decoder.residual.weight, std=0.5)
    made = UNetGenerator(generator.encoder, decoder, "test_efficientnet")
    save_module(made, tmp_path / "generator.safetensors", {"generator": json.dumps(made.config)})
    folder = export(tmp_path, tmp_path / "model")  # compares the graphs with torch
    model = Model.load(folder, device="cpu")
    painted = model.decode(model.encode(np.full((1, 1, 64, 96), 0.5, np.float32)), None, 0.4)
    assert painted.chroma.shape == (1, 2, 16, 24)


def test_a_card_is_one_that_this_version_reads(generator: UNetGenerator, tmp_path: Path) -> None:
    write_card(generator, tmp_path, CardFacts(name="mine", training={"pictures": 3}), 640)
    card = read_card(tmp_path)
    assert (card.name, card.training["images"], card.training["pictures"]) == ("mine", 640, 3)


def test_no_batch_norm_is_kept_from_being_folded_and_no_softmax_goes_along_channels(
    generator: UNetGenerator, tmp_path: Path
) -> None:
    write_paint(generator, tmp_path)
    graph = onnx.load(tmp_path / "decoder.onnx").graph
    normed = {node.input[0] for node in graph.node if node.op_type == "BatchNormalization"}
    before = [node for node in graph.node if node.op_type == "Conv" and node.output[0] in normed]
    assert before
    assert {len(node.input) for node in before} == {2}, "a bias of zeros would be added before the norm"
    taken = {name for node in graph.node for name in node.input} | {output.name for output in graph.output}
    assert all(taken.intersection(node.output) for node in graph.node)
    makers = {output: node.op_type for node in graph.node for output in node.output}
    softmaxes = [makers[node.input[0]] for node in graph.node if node.op_type == "Softmax"]
    assert set(softmaxes) == {"Reshape"}, "ONNX Runtime would move a transposition behind it"
