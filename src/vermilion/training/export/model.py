"""A trained generator as a model folder: two ONNX graphs, the weights they came from, and a card."""

import hashlib
import json
import shutil
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.export import Dim

from vermilion.errors import TrainingError
from vermilion.training.export.eight_bit import make_eight_bit
from vermilion.training.export.graphs import open_graph
from vermilion.training.export.head_features import HeadPictures
from vermilion.training.export.heads import make_heads
from vermilion.training.export.simplify import drop_zero_biases, fill_blocks
from vermilion.training.networks.bins import probabilities
from vermilion.training.networks.decoder_alone import encoder_hash, save_decoder_alone
from vermilion.training.networks.encoder import STRIDES
from vermilion.training.networks.generator import Decoder, GeneratorOutput, UNetGenerator
from vermilion.training.networks.weights import read_facts, read_generator

SCHEMA = 2
STRIDE = 4  # pixels of luma to one of chroma
FEATURES = [f"features_{stride}" for stride in STRIDES]
PARITY_SIZES = ((1, 64, 64), (1, 96, 224), (2, 256, 160), (1, 320, 32))  # batch, height, width
PARITY = 0.05  # ab units, the largest difference of chroma allowed between ONNX and torch
PARITY_OF_ODDS = 0.01  # the same of confidence and odds
STORED_SMALL = 256  # elements above which a weight is stored as fp16


@dataclass(frozen=True, slots=True)
class CardFacts:
    """Facts that the exporter cannot know; size and temperature are those of the shipped model."""

    name: str = "vermilion"
    version: str = "1"
    working_size: int = 192
    temperature: float = 0.65
    licence: str = ""
    training: dict[str, Any] = field(default_factory=dict)
    calibration: tuple[float, float, float, float] = (1.0, 0.0, 0.0, 0.0)  # of the confidence; see ModelCard


class DecoderGraph(nn.Module):
    """`Decoder` with flat inputs and the outputs of the contract."""

    def __init__(self, decoder: Decoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(
        self, f4: Tensor, f8: Tensor, f16: Tensor, f32: Tensor, hints: Tensor, temperature: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Features, hints [N,3,h,w] and temperature [] to `answers`."""
        return answers(self.decoder([f4, f8, f16, f32], hints, temperature))


def answers(painted: GeneratorOutput) -> tuple[Tensor, Tensor, Tensor]:
    """The outputs of a decoder: chroma [N,2,h,w], confidence [N,1,h,w], odds [N,K,h,w]."""
    odds = probabilities(painted.logits).permute(0, 3, 1, 2)
    return painted.chroma, torch.sigmoid(painted.confidence_logit), odds


class EncoderGraph(nn.Module):
    """`See` with its features as a tuple."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, luma: Tensor) -> tuple[Tensor, ...]:
        """Luma [N,1,H,W] to four features."""
        return tuple(self.encoder(luma))


def export(
    checkpoint: Path,
    folder: Path,
    facts: CardFacts | None = None,
    calibrate_on: Path | None = None,
    heads_from: Path | None = None,
) -> Path:
    """Write a model folder from a generator's safetensors file, or from the run folder that holds one.

    Args:
        checkpoint: `generator.safetensors` or another that a training kept, or its folder.
        folder: where the model goes; must not exist or be empty.
        facts: name, version, licence and training summary for the card.
        calibrate_on: colour pictures, a folder or a shard: then the decoder works in eight-bit integers,
            calibrated on these, and the card says how much its colours differ (`eight_bit`).

        heads_from: ordinary colour pictures, a folder or a shard, of which heads are made that tell which way
            is up, and negatives.

    Raises:
        TrainingError: not a generator, the folder is taken, the graphs do not compute what torch computes, or
            nothing can be calibrated on, or made heads of.
    """
    source = checkpoint / "generator.safetensors" if checkpoint.is_dir() else checkpoint
    if source.suffix == ".ckpt":
        raise TrainingError(
            f"{source}: is a checkpoint of a training; name its folder, or one of {source.parent / 'kept'}."
        )
    generator = read_generator(source).eval()
    _make_empty(folder)
    write_graphs(generator, folder)
    check_parity(generator, folder)
    facts = facts or CardFacts()
    if calibrate_on is not None:
        differs = make_eight_bit(folder, calibrate_on)
        facts = replace(facts, training=facts.training | {"eight_bit": {"differs_by": round(differs, 3)}})
    if heads_from is not None:
        make_heads(folder, facts.working_size, HeadPictures((str(heads_from),)))
    shutil.copyfile(source, folder / "generator.safetensors")
    images = int(read_facts(source).get("images", "0"))
    write_card(generator, folder, facts, images)
    return folder


@dataclass(frozen=True, slots=True)
class Lender:
    """The model whose encoder a decoder uses: the folder of its `encoder.onnx`, and its generator's file."""

    encoder_folder: Path
    generator: Path


def export_decoder(checkpoint: Path, folder: Path, lender: Lender, facts: CardFacts) -> Path:
    """Write a model folder with only what changed; it names the lender's `encoder.onnx` by its hash.

    Args:
        checkpoint: the file of a generator whose encoder is still the lender's.
        folder: where the model goes; must not exist or be empty.
        lender: whose encoder it is.
        facts: name, version, licence and training summary for the card.

    Raises:
        TrainingError: the encoder is another one, the folder is taken, or the graphs do not compute what
            torch computes.
    """
    if encoder_hash(checkpoint) != encoder_hash(lender.generator):
        raise TrainingError(f"{checkpoint}: its encoder is not that of {lender.generator}; export it whole.")
    generator = read_generator(checkpoint).eval()
    _make_empty(folder)
    write_paint(generator, folder)
    check_parity(generator, folder, lender.encoder_folder)
    save_decoder_alone(checkpoint, folder / "generator.safetensors")
    images = int(read_facts(checkpoint).get("images", "0"))
    write_card(generator, folder, facts, images, borrowed=(lender.encoder_folder / "encoder.onnx",))
    return folder


def _make_empty(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise TrainingError(f"{folder}: is not empty; name another folder for the model.")
    folder.mkdir(parents=True, exist_ok=True)


def write_graphs(generator: UNetGenerator, folder: Path) -> None:
    """`encoder.onnx` and `decoder.onnx`, weights stored as fp16."""
    count, height, width = _free_sizes()
    shapes = ({0: count, 2: 32 * height, 3: 32 * width},)
    seen = Tracing((torch.rand(2, 1, 96, 64),), shapes, ["luma"], FEATURES)
    seen.write(EncoderGraph(generator.encoder), folder / "encoder.onnx")
    write_paint(generator, folder)


def write_paint(generator: UNetGenerator, folder: Path) -> None:
    """`decoder.onnx`, weights stored as fp16.

    The decoder's batch norms stay nodes of their own, which ONNX Runtime folds as it loads them: folded here,
    the weights would be rounded to fp16 a second time (0.1 ab units on average, 3 at worst).
    """
    count, height, width = _free_sizes()
    features = EncoderGraph(generator.encoder)(torch.rand(2, 1, 96, 64))
    inputs = (*features, torch.zeros(2, 3, 24, 16), torch.tensor(0.4))
    shapes = [{0: count, 2: scale * height, 3: scale * width} for scale in (8, 4, 2, 1, 8)]
    names = [*FEATURES, "hints", "temperature"]
    painted = Tracing(inputs, (*shapes, None), names, ["chroma", "confidence", "odds"])
    painted.write(DecoderGraph(generator.decoder), folder / "decoder.onnx", optimize=False)


def _free_sizes() -> tuple[Any, Any, Any]:
    """Count, height and width in units of 32 pixels, free within limits."""
    return Dim("count", min=1, max=64), Dim("height", min=1, max=256), Dim("width", min=1, max=256)


@dataclass(frozen=True, slots=True)
class Tracing:
    """What a module is traced with: inputs, their free sizes, and the names of inputs and outputs."""

    inputs: tuple[Tensor, ...]
    shapes: tuple[object, ...]
    names: list[str]
    outputs: list[str]

    def write(self, module: nn.Module, path: Path, *, optimize: bool = True) -> None:
        """Trace the module and write it as ONNX."""
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter(
                "ignore"
            )  # torch warns of its own future; `check_parity` is the check that counts
            program = torch.onnx.export(
                module.eval(),
                self.inputs,
                dynamo=True,
                input_names=self.names,
                output_names=self.outputs,
                dynamic_shapes=self.shapes,
                verbose=False,
                optimize=optimize,
            )
        if program is None:
            raise TrainingError(
                f"{path}: torch made no graph; export with the torch that vermilion requires."
            )
        model = program.model_proto
        drop_zero_biases(model.graph)
        fill_blocks(model.graph)
        onnx.save(_stored_as_half(model), path)


def _stored_as_half(model: onnx.ModelProto) -> onnx.ModelProto:
    """Large float32 weights become fp16 with a cast to float32, which runtimes fold away on loading."""
    graph = model.graph
    casts = []
    for tensor in list(graph.initializer):
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size <= STORED_SMALL:
            continue
        graph.initializer.remove(tensor)
        graph.initializer.append(numpy_helper.from_array(values.astype(np.float16), tensor.name + ".half"))
        casts.append(helper.make_node("Cast", [tensor.name + ".half"], [tensor.name], to=TensorProto.FLOAT))
    nodes = list(graph.node)
    del graph.node[:]
    graph.node.extend(casts + nodes)
    del graph.value_info[:]
    for node in graph.node:
        del node.metadata_props[:]  # torch writes the paths of its sources here
        node.doc_string = ""
    onnx.checker.check_model(model)
    return model


def check_parity(generator: UNetGenerator, folder: Path, encoder_folder: Path | None = None) -> None:
    """Compare the folder's graphs with torch, in the engine that will run them, at several sizes.

    Args:
        generator: what the graphs were made from.
        folder: of the graphs.
        encoder_folder: of `encoder.onnx`, where that is another model's: then `decoder.onnx` alone is
            compared, on what that one encodes.

    Raises:
        TrainingError: they differ by more than `PARITY` or `PARITY_OF_ODDS`, or do not run at every size.
    """
    limits = {"chroma": PARITY, "confidence": PARITY_OF_ODDS, "odds": PARITY_OF_ODDS}
    for output, difference in _differences(generator, folder, encoder_folder):
        if not difference <= limits[output]:
            raise TrainingError(
                f"{folder}: the exported graphs differ from torch ({output} by up to {difference:.3f}); "
                "do not use this model."
            )


def _differences(
    generator: UNetGenerator, folder: Path, encoder_folder: Path | None
) -> Iterator[tuple[str, float]]:
    """Names of outputs and the largest difference of each, size by size."""
    encoder, decoder = (
        open_graph((encoder_folder or folder) / "encoder.onnx"),
        open_graph(folder / "decoder.onnx"),
    )
    random = np.random.default_rng(0)
    outputs = ["chroma", "confidence", "odds"]
    for count, height, width in PARITY_SIZES:
        luma = _smooth(random, (count, 1, height, width))
        hints = np.zeros((count, 3, height // STRIDE, width // STRIDE), np.float32)
        hints[:, :, 2:4, 3:5] = np.array([0.3, -0.2, 1.0], np.float32)[None, :, None, None]
        try:
            seen = encoder.run(FEATURES, {"luma": luma})
            given = dict(zip(FEATURES, seen, strict=True))
            given |= {"hints": hints, "temperature": np.array(0.4, np.float32)}
            found = decoder.run(outputs, given)
        except Exception as error:  # ONNX Runtime has no error of its own that covers all
            raise TrainingError(
                f"{folder}: the exported graphs cannot be run at {height} x {width} ({error}); "
                "do not use this model."
            ) from error
        with torch.no_grad():
            features = [torch.from_numpy(each) for each in seen] if encoder_folder else None
            features = features or generator.encoder(torch.from_numpy(luma))
            painted = answers(generator.decoder(features, torch.from_numpy(hints), 0.4))
        for name, ours, theirs in zip(outputs, found, painted, strict=True):
            yield name, float(np.abs(ours - theirs.numpy()).max())


def _smooth(random: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Random luma that is not mere noise."""
    values = random.random((*shape[:2], shape[2] // 8, shape[3] // 8), np.float32)
    return values.repeat(8, axis=2).repeat(8, axis=3)


def write_card(
    generator: UNetGenerator, folder: Path, facts: CardFacts, images: int, borrowed: tuple[Path, ...] = ()
) -> None:
    """`model.json`: everything a program needs to know of the network, with the hashes of borrowed files."""
    own = (path for path in folder.iterdir() if path.suffix in (".onnx", ".safetensors", ".npz"))
    files = sorted((*own, *borrowed), key=lambda path: path.name)
    card = {
        "schema": SCHEMA,
        "name": facts.name,
        "version": facts.version,
        "working_size": facts.working_size,
        "stride": STRIDE,
        "bins": [[float(a), float(b)] for a, b in generator.decoder.centres.tolist()],
        "temperature": facts.temperature,
        "files": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files},
        "licence": facts.licence,
        "calibration": list(facts.calibration),
        "training": {"encoder": generator.config["encoder"], "images": images} | facts.training,
    }
    (folder / "model.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
