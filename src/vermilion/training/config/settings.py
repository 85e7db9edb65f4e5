"""All settings of a training, one line each, read from a TOML file."""

from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Annotated, Any

from vermilion.errors import SettingsError
from vermilion.plain import Limits, dotted, from_plain
from vermilion.training.config.file import read_config

Share = Annotated[float, Limits(0, 1)]
Weight = Annotated[float, Limits(0)]  # of a loss, or a learning rate
Count = Annotated[int, Limits(1)]
CountOrNone = Annotated[int, Limits(0)]
Positive = Annotated[float, Limits(0.01)]
Sizes = tuple[tuple[int, int], ...]  # heights and widths
Crop = Annotated[float, Limits(0.01, 1)]
SIDE_MULTIPLE = 32  # pixels: the encoder's coarsest stride


@dataclass(frozen=True, slots=True)
class DataSettings:
    """Which pictures, and how they become samples."""

    # Relative paths, here and below, start from the folder in which `vermilion train` is called.
    pictures: tuple[str, ...] = ()  # Parquet shards, folders of pictures, or globs of either
    # How often a picture of a source is taken, 1 = once an epoch; sources are folders or named in shards.
    weights: dict[str, Weight] = field(default_factory=dict)
    stream: bool = False  # read shards from end to end, wherever they are, instead of decoding all at first
    surveyed: Count = 2048  # of a stream: first pictures that are decoded for bins, statistics and figures
    cache: str = "runs/cache"  # folder of the memory map that the pictures are decoded into, once
    short_side: Annotated[int, Limits(64)] = 176  # pixels kept of each picture
    hold_out: CountOrNone = 64  # pictures whose key is 0 modulo this are never trained on; 0 = none
    held_out_limit: CountOrNone = 500  # held-out pictures that are scored
    sizes: Sizes = ((128, 128),)  # heights and widths of batches, multiples of 32
    chroma_stride: Count = 4  # pixels of luma to one of chroma, 1 or 4; other networks than ours may want 1
    smallest_crop: Crop = 0.55  # least share of the side that a crop keeps
    degraded: Share = 0.5  # share of inputs that are made to look like old photographs
    hinted: Share = 0.5  # share of samples with hints
    recolored: Share = 0.0  # share of samples in which a thing gets another colour, which a hint names
    vividness: Positive = 1.0  # factor on the true chroma
    workers: CountOrNone = 1  # processes that prepare samples
    # Keep the pictures on the device and make samples there: on, off, or auto = on a card where they fit.
    resident: str = "auto"


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The generator and the discriminator."""

    encoder: str = "tf_efficientnet_lite1"  # any timm encoder with `features_only`
    # A safetensors file of timm's or of ours; "shipped" = the package's own; "timm" downloads; "" = noise.
    # With `start_from` it only counts where that file holds a decoder alone.
    encoder_weights: str = ""
    start_from: str = ""  # a generator.safetensors to go on from; "shipped" = the package's own
    start_discriminator_from: str = ""  # its discriminator
    # Decoder channels at strides 32, 16, 8, 4.
    widths: tuple[Count, Count, Count, Count] = (256, 208, 144, 96)
    distribution: bool = True  # odds over chroma bins; without them the residual is all there is
    residual: bool = True  # chroma added to the distribution's mean, for adversarial training to refine
    discriminator_width: Count = 64  # discriminator channels at its first layer


@dataclass(frozen=True, slots=True)
class LossSettings:
    """What the generator learns from true colours."""

    bins: Weight = 1.0  # weight of the cross-entropy over chroma bins
    rebalance: Share = 0.5  # 0 = all colours count alike, 1 = each as often as it occurs
    chroma: Weight = 0.3  # weight of the (smooth) L1 on chroma, in units of 10 ab
    knee: Weight = 10.0  # ab units below which an error of chroma counts squared; 0 = plain L1
    confidence: Weight = 0.1  # weight of the confidence head's cross-entropy
    temperature: Positive = 0.4  # of the annealed mean while training
    perceptual_network: str = (
        "tf_efficientnet_lite0"  # timm classifier that sees the colours, in stages with `perceptual`
    )
    perceptual_weights: str = "timm"  # a safetensors file of timm's keys, or "timm" to download
    perceptual_share: Crop = (
        0.5  # of each batch that it looks at; the rest of the supervised losses are cheaper
    )


@dataclass(frozen=True, slots=True)
class StageSettings:
    """One stretch of the training."""

    name: str
    images: CountOrNone = 0  # images seen; a stage has either these or
    minutes: Weight = 0.0  # its length by the clock, scoring and saving included
    decoder_rate: Weight = 1e-3
    encoder_rate: Weight = 0.0  # 0 = frozen
    frozen_blocks: CountOrNone = 3  # leading encoder blocks that stay frozen when the encoder learns
    # Share of the gradient that adversarial training gets; 0 = none.
    adversarial: Annotated[float, Limits(0, 0.99)] = 0.0
    colorfulness: Weight = 0.0  # weight of matching the batch's mean spread of chroma
    # Weight of how differently [loss] `perceptual_network` sees painted and true colours.
    perceptual: Weight = 0.0
    patch: Weight = 0.0  # weight of painted colours that vary where the true ones do not
    losses: dict[str, Weight] = field(default_factory=dict)  # weights of losses that the caller adds, by name
    discriminator_rate: Weight = 3e-4
    # First images in which the discriminator learns and the generator does not hear it yet.
    discriminator_alone: CountOrNone = 0
    penalty: Weight = 1.0  # weight of the zero-centred gradient penalties R1 and R2
    # Augmented versions of each picture whose features are kept on disk, with a frozen encoder; 0 = none.
    cached_versions: CountOrNone = 0
    warmup: CountOrNone = 3200  # images over which the rates rise
    decay: Share = 0.3  # last share of the stage over which the rates fall to a hundredth
    # What a stage may set for itself; left out, the whole training's, [data]'s and [loss]'s values count.
    batch: Count | None = None
    ema: Share | None = None
    weight_decay: Weight | None = None
    sizes: Sizes | None = None
    weights: dict[str, Weight] | None = None
    smallest_crop: Crop | None = None
    degraded: Share | None = None
    hinted: Share | None = None
    recolored: Share | None = None
    vividness: Positive | None = None
    bins: Weight | None = None
    rebalance: Share | None = None
    chroma: Weight | None = None
    knee: Weight | None = None
    confidence: Weight | None = None
    temperature: Positive | None = None
    perceptual_share: Crop | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """A whole training."""

    name: str
    run: str  # folder for checkpoints, samples and scalars
    seed: CountOrNone = 0
    batch: Count = 32
    precision: str = "auto"  # of the decoder, on cards of the encoder too: auto, 32 or bf16
    # Steps recorded as CUDA graphs: on, off, or auto = on a card that one process trains on.
    cuda_graphs: str = "auto"
    accelerator: str = "auto"  # Lightning Fabric's: cpu, cuda, mps ...
    devices: Count = 1  # processes on each machine; each takes its part of a batch
    nodes: Count = 1  # machines
    threads: CountOrNone = 0  # 0 = as many as torch likes
    ema: Share = 0.9995  # per step
    weight_decay: Weight = 0.01
    keep_statistics: bool = False  # the decoder's batch norms keep those that they came with
    log_every: Count = 50  # steps
    save_every: Count = 1000  # steps
    validate_every: Count = 5000  # steps
    save_minutes: Weight = 0.0  # also after so many minutes; 0 = by steps alone
    validate_minutes: Weight = 0.0  # likewise
    data: DataSettings = field(default_factory=DataSettings)
    model: ModelSettings = field(default_factory=ModelSettings)
    loss: LossSettings = field(default_factory=LossSettings)
    stages: tuple[StageSettings, ...] = ()


def load_settings(path: Path) -> Settings:
    """Read and check a TOML file.

    Raises:
        SettingsError: the file is missing, is no TOML, holds an unknown key or an impossible value.
    """
    settings = from_plain(Settings, read_config(path), str(path), placed=dotted)
    _check_together(settings)
    return settings


def check_settings(settings: Settings) -> None:
    """Refuse settings that cannot work, before anything is loaded.

    Raises:
        SettingsError: it names the key, what it may be and what it is.
    """
    from_plain(Settings, asdict(settings), "the training", placed=dotted)
    _check_together(settings)


def _check_together(settings: Settings) -> None:
    """Refuse values that are no words of ours, or do not go with others."""
    _check_choices(settings)
    _check_sizes(settings)
    _check_stages(settings)


def _check_stages(settings: Settings) -> None:
    names = [stage.name for stage in settings.stages]
    if not names:
        raise SettingsError("stages: at least one [[stages]] table is needed.")
    if len(set(names)) < len(names):
        raise SettingsError(f"stages: two have the same name; rename one of {', '.join(names)}.")
    for stage in settings.stages:
        if (stage.images > 0) == (stage.minutes > 0):
            raise SettingsError(
                f"stages.{stage.name}: needs a length, either `images` in images or `minutes` by the clock."
            )
        if stage.cached_versions:
            _check_cached(settings, stage)
        if stage.discriminator_alone > stage.images > 0:
            raise SettingsError(
                f"stages.{stage.name}.discriminator_alone: must be at most the stage's {stage.images} "
                "images, "
                f"not {stage.discriminator_alone}."
            )
    processes = settings.devices * settings.nodes
    for where, batch in batches_of(settings):
        if batch % processes:
            raise SettingsError(
                f"{where}batch: {batch} cannot be shared by {processes} devices; make it a multiple."
            )


def _check_cached(settings: Settings, stage: StageSettings) -> None:
    """Refuse to keep features that would change, or that nobody could find again."""
    sizes = stage.sizes or settings.data.sizes
    reasons = {
        "an encoder that learns (encoder_rate)": stage.encoder_rate > 0,
        "a stream": settings.data.stream,
        f"{len(sizes)} sizes (keep one)": len(sizes) != 1,
    }
    for reason, applies in reasons.items():
        if applies:
            raise SettingsError(
                f"stages.{stage.name}.cached_versions: features cannot be kept with {reason}; set it to 0."
            )


def batches_of(settings: Settings) -> list[tuple[str, int]]:
    """Each batch size of a training, and what its key is called before `batch`."""
    own = [(f"stages.{stage.name}.", stage.batch) for stage in settings.stages if stage.batch]
    return [("", settings.batch), *own]


def for_stage(settings: Settings, stage: StageSettings) -> Settings:
    """The whole training's settings as they are in a stage, with what it sets for itself."""
    own = {entry.name: getattr(stage, entry.name) for entry in fields(stage) if entry.default is None}
    own = {name: value for name, value in own.items() if value is not None}

    def set_in(table: Any) -> dict[str, Any]:  # noqa: ANN401 - any of the dataclasses above
        return {name: own[name] for name in own.keys() & {entry.name for entry in fields(table)}}

    data = replace(settings.data, **set_in(settings.data))
    loss = replace(settings.loss, **set_in(settings.loss))
    return replace(settings, data=data, loss=loss, **set_in(settings))


def _check_choices(settings: Settings) -> None:
    choices = (
        ("precision", settings.precision, ("auto", "32", "bf16")),
        ("cuda_graphs", settings.cuda_graphs, ("auto", "on", "off")),
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
    if settings.data.chroma_stride not in (1, 4):
        raise SettingsError(f"data.chroma_stride: must be 1 or 4, not {settings.data.chroma_stride}.")
    if not (settings.model.distribution or settings.model.residual):
        raise SettingsError("model: a generator without `distribution` and `residual` has no colours.")


def _check_sizes(settings: Settings) -> None:
    tables = [("data.", settings.data.sizes)]
    own = [(f"stages.{stage.name}.", stage.sizes) for stage in settings.stages if stage.sizes is not None]
    for where, sizes in [*tables, *own]:
        if not sizes:
            raise SettingsError(f"{where}sizes: at least one pair of height and width is needed.")
        for size in sizes:
            if any(side % SIDE_MULTIPLE or side < SIDE_MULTIPLE for side in size):
                raise SettingsError(
                    f"{where}sizes: {list(size)} is not a pair of multiples of {SIDE_MULTIPLE}."
                )
