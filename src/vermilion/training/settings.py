"""All settings of a training, one line each, read from a TOML file."""

import dataclasses
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from vermilion.errors import SettingsError
from vermilion.training.recipe import read_recipe


@dataclass(frozen=True, slots=True)
class DataSettings:
    """Which pictures, and how they become samples."""

    # Relative paths, here and below, start from the folder in which `vermilion train` is called.
    pictures: tuple[str, ...] = ()  # Parquet shards, folders of pictures, or globs of either
    # How often a picture of a source is taken, 1 = once an epoch; sources are folders or named in shards.
    weights: dict[str, float] = field(default_factory=dict)
    stream: bool = False  # read shards from end to end, wherever they are, instead of decoding all at first
    surveyed: int = 2048  # of a stream: first pictures that are decoded for bins, statistics and figures
    cache: str = "runs/cache"  # folder of the memory map that the pictures are decoded into, once
    short_side: int = 176  # pixels kept of each picture
    hold_out: int = 64  # pictures whose key is 0 modulo this are never trained on; 0 = none
    held_out_limit: int = 500  # held-out pictures that are scored
    # Heights and widths of batches: multiples of 32, of 128 for the classic kind.
    sizes: tuple[tuple[int, int], ...] = ((128, 128),)
    smallest_crop: float = 0.55  # least share of the side that a crop keeps
    degraded: float = 0.5  # share of inputs that are made to look like old photographs
    hinted: float = 0.5  # share of samples with hints
    recolored: float = 0.0  # share of samples in which a thing gets another colour, told by a hint
    vividness: float = 1.0  # factor on the true chroma
    workers: int = 1  # processes that prepare samples
    # Keep the pictures on the device and make samples there: on, off, or auto = on a card where they fit.
    resident: str = "auto"


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The generator and the discriminator."""

    kind: str = "vermilion"  # or "classic", the textbook pix2pix U-Net
    encoder: str = "tf_efficientnet_lite1"  # any timm encoder with `features_only`
    # A safetensors file of timm's or of ours; "shipped" = the package's own; "timm" downloads; "" = noise.
    # With `start_from` it only counts where that file holds a decoder alone.
    encoder_weights: str = ""
    start_from: str = ""  # a generator.safetensors to go on from; "shipped" = the package's own
    start_judge_from: str = ""  # its discriminator
    widths: tuple[int, int, int, int] = (256, 208, 144, 96)  # decoder channels at strides 32, 16, 8, 4
    distribution: bool = True  # odds over chroma bins; without them the residual is all there is
    residual: bool = True  # chroma added to the distribution's mean, for the game to refine
    queries: int = 0  # learned colour queries that look at the picture, as in DDColor; 0 = none
    judge_width: int = 64  # discriminator channels at its first layer


@dataclass(frozen=True, slots=True)
class LossSettings:
    """What the generator is taught."""

    bins: float = 1.0  # weight of the cross-entropy over chroma bins
    rebalance: float = 0.5  # 0 = all colours count alike, 1 = each as often as it occurs
    chroma: float = 0.3  # weight of the (smooth) L1 on chroma, in units of 10 ab
    knee: float = 10.0  # ab units below which an error of chroma counts squared; 0 = plain L1
    confidence: float = 0.1  # weight of the confidence head's cross-entropy
    temperature: float = 0.4  # of the annealed mean while training
    eye: str = "tf_efficientnet_lite0"  # timm classifier that sees the colours, in stages with `perceptual`
    eye_weights: str = "timm"  # a safetensors file of timm's keys, or "timm" to download
    eye_share: float = 0.5  # of each batch that it looks at; the rest of the lessons are cheaper


@dataclass(frozen=True, slots=True)
class StageSettings:
    """One stretch of the training."""

    name: str
    passes: int  # pictures seen
    sizes: tuple[tuple[int, int], ...] = ()  # of this stage's batches; none = those of [data]
    decoder_rate: float = 1e-3
    encoder_rate: float = 0.0  # 0 = frozen
    frozen_blocks: int = 3  # leading encoder blocks that stay frozen when the encoder learns
    adversarial: float = 0.0  # share of the gradient that the game gets; 0 = no game
    colorfulness: float = 0.0  # weight of matching the batch's mean spread of chroma
    perceptual: float = 0.0  # weight of how differently [loss] `eye` sees painted and true colours
    judge_rate: float = 3e-4
    judge_alone: int = 0  # first passes in which the judge learns and the painter does not hear it yet
    penalty: float = 1.0  # weight of the zero-centred gradient penalties R1 and R2
    warmup: int = 3200  # passes over which the rates rise
    decay: float = 0.3  # last share of the stage over which the rates fall to a hundredth


@dataclass(frozen=True, slots=True)
class Settings:
    """A whole training."""

    name: str
    run: str  # folder for checkpoints, samples and scalars
    seed: int = 0
    batch: int = 32
    precision: str = "auto"  # of the decoder, on cards of the encoder too: auto, 32 or bf16
    compile: bool = False  # the painter's convolutions with torch.compile; on an H200 it gained nothing
    accelerator: str = "auto"  # Lightning Fabric's: cpu, cuda, mps ...
    devices: int = 1  # processes on each machine; each takes its part of a batch
    nodes: int = 1  # machines
    threads: int = 0  # 0 = as many as torch likes
    ema: float = 0.9995  # per step
    weight_decay: float = 0.01
    keep_statistics: bool = False  # the decoder's batch norms keep those that they came with
    log_every: int = 50  # steps
    save_every: int = 1000  # steps
    validate_every: int = 5000  # steps
    data: DataSettings = field(default_factory=DataSettings)
    model: ModelSettings = field(default_factory=ModelSettings)
    loss: LossSettings = field(default_factory=LossSettings)
    stages: tuple[StageSettings, ...] = ()


def load_settings(path: Path) -> Settings:
    """Read and check a TOML file.

    Raises:
        SettingsError: the file is missing, is no TOML, holds an unknown key or an impossible value.
    """
    settings = _build(Settings, read_recipe(path), str(path))
    check_settings(settings)
    return settings


def check_settings(settings: Settings) -> None:
    """Refuse settings that cannot work, before anything is loaded.

    Raises:
        SettingsError: it names the key, what it may be and what it is.
    """
    _check_choices(settings)
    _check_sizes(settings)
    for where, table in _tables(settings):
        for name, (least, most) in _LIMITS.items():
            value = getattr(table, name, None)
            if value is not None and not least <= value <= most:
                wanted = f"at least {least}" if most == _MANY else f"in {least}..{most}"
                raise SettingsError(f"{where}{name}: must be {wanted}, not {value}.")
    for source, weight in settings.data.weights.items():
        if not 0 <= weight < _MANY:
            raise SettingsError(f"data.weights: {source!r} must be at least 0, not {weight}.")
    names = [stage.name for stage in settings.stages]
    if not names:
        raise SettingsError("stages: at least one [[stages]] table is needed.")
    if len(set(names)) < len(names):
        raise SettingsError(f"stages: two have the same name; rename one of {', '.join(names)}.")
    processes = settings.devices * settings.nodes
    if settings.batch % processes:
        raise SettingsError(
            f"batch: {settings.batch} cannot be shared by {processes} devices; make it a multiple."
        )


_MANY = math.inf
_LIMITS: dict[str, tuple[float, float]] = {
    "batch": (1, _MANY),
    "seed": (0, _MANY),
    "devices": (1, _MANY),
    "nodes": (1, _MANY),
    "threads": (0, _MANY),
    "ema": (0, 1),
    "log_every": (1, _MANY),
    "save_every": (1, _MANY),
    "validate_every": (1, _MANY),
    "short_side": (64, _MANY),
    "surveyed": (1, _MANY),
    "hold_out": (0, _MANY),
    "smallest_crop": (0.01, 1),
    "degraded": (0, 1),
    "hinted": (0, 1),
    "recolored": (0, 1),
    "vividness": (0.01, _MANY),
    "workers": (0, _MANY),
    "judge_width": (1, _MANY),
    "queries": (0, _MANY),
    "knee": (0, _MANY),
    "rebalance": (0, 1),
    "temperature": (0.01, _MANY),
    "eye_share": (0.01, 1),
    "perceptual": (0, _MANY),
    "passes": (1, _MANY),
    "decoder_rate": (0, _MANY),
    "encoder_rate": (0, _MANY),
    "frozen_blocks": (0, _MANY),
    "adversarial": (0, 0.99),
    "judge_rate": (0, _MANY),
    "decay": (0, 1),
}


def _tables(settings: Settings) -> list[tuple[str, object]]:
    """Each table of the recipe and what its keys are called in messages."""
    parts = [("data.", settings.data), ("model.", settings.model), ("loss.", settings.loss)]
    stages = [(f"stages.{stage.name}.", stage) for stage in settings.stages]
    return [("", settings), *parts, *stages]


def _check_choices(settings: Settings) -> None:
    choices = (
        ("model.kind", settings.model.kind, ("vermilion", "classic")),
        ("precision", settings.precision, ("auto", "32", "bf16")),
        ("data.resident", settings.data.resident, ("auto", "on", "off")),
    )
    for key, value, known in choices:
        if value not in known:
            raise SettingsError(f"{key}: must be one of {', '.join(known)}, not {value!r}.")
    if settings.data.stream and settings.data.resident == "on":
        raise SettingsError('data.resident: a stream cannot stay on the device; set it to "auto" or "off".')
    if settings.keep_statistics and not settings.model.start_from:
        raise SettingsError(
            "keep_statistics: a generator from nothing has none yet; name one as model.start_from, or leave "
            "this out."
        )
    if not (settings.model.distribution or settings.model.residual):
        raise SettingsError("model: a generator without `distribution` and `residual` has no colours.")


def _check_sizes(settings: Settings) -> None:
    multiple = 128 if settings.model.kind == "classic" else 32
    if not settings.data.sizes:
        raise SettingsError("data.sizes: at least one pair of height and width is needed.")
    tables = [("data.", settings.data.sizes)]
    tables += [(f"stages.{stage.name}.", stage.sizes) for stage in settings.stages]
    for where, sizes in tables:
        for size in sizes:
            if any(side % multiple or side < multiple for side in size):
                raise SettingsError(f"{where}sizes: {list(size)} is not a pair of multiples of {multiple}.")


T = TypeVar("T")


def _build(kind: type[T], table: object, where: str) -> T:
    """A dataclass from a TOML table; unknown and missing keys are errors that name the known ones."""
    if not isinstance(table, dict):
        raise SettingsError(f"{where}: must be a table, not {table!r}.")
    hints = get_type_hints(kind)
    unknown = sorted(set(table) - set(hints))
    if unknown:
        raise SettingsError(f"{where}: unknown key {unknown[0]!r}; known are {', '.join(sorted(hints))}.")
    entries = dataclasses.fields(kind)  # type: ignore[arg-type] # every kind here is a dataclass
    missing = [entry.name for entry in entries if _is_required(entry) and entry.name not in table]
    if missing:
        raise SettingsError(f"{where}: the key {missing[0]!r} is missing.")
    return kind(**{key: _convert(hints[key], value, f"{where}: {key}") for key, value in table.items()})


def _is_required(entry: "dataclasses.Field[Any]") -> bool:
    return entry.default is dataclasses.MISSING and entry.default_factory is dataclasses.MISSING


def _convert(kind: type, value: object, where: str) -> object:
    """A TOML value as the annotated type, or an error that names the key."""
    if dataclasses.is_dataclass(kind):
        return _build(kind, value, where)
    if get_origin(kind) is tuple:
        inner = get_args(kind)
        if not isinstance(value, list):
            raise SettingsError(f"{where}: must be a list, not {value!r}.")
        kinds = [inner[0]] * len(value) if inner[-1] is Ellipsis else inner
        if len(kinds) != len(value):
            raise SettingsError(f"{where}: must have {len(kinds)} entries, not {len(value)}.")
        return tuple(_convert(k, v, where) for k, v in zip(kinds, value, strict=True))
    if get_origin(kind) is dict:
        if not isinstance(value, dict):
            raise SettingsError(f"{where}: must be a table, not {value!r}.")
        return {key: _convert(get_args(kind)[1], entry, f"{where}: {key}") for key, entry in value.items()}
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise SettingsError(f"{where}: must be {_KINDS[kind]}, not {value!r}.")
    return value


_KINDS = {int: "a whole number", float: "a number", str: "a text in quotes", bool: "true or false"}
