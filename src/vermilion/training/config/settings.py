"""All settings of a training, read from a TOML file.

The text below each becomes its row in docs/config.md (scripts/make_config_page.py).
"""

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
    pictures: tuple[str, ...] = ()
    """Parquet shards, folders of pictures, or globs of either (`--pictures`)."""
    weights: dict[str, Weight] = field(default_factory=dict)
    """How often pictures of a source are taken: `{portraits = 3, streets = 0.5}`; 1 for all others."""
    stream: bool = False
    """Read shards from end to end, wherever they are, instead of decoding all pictures first."""
    surveyed: Count = 2048
    """Pictures at the start of a stream that give colour bins, statistics and figures."""
    cache: str = "runs/cache"
    """Folder of the memory map that holds the decoded pictures."""
    short_side: Annotated[int, Limits(64)] = 176
    """Pixels kept of each picture."""
    hold_out: CountOrNone = 64
    """Pictures whose key is 0 modulo this are never trained on; 0 = none."""
    held_out_limit: CountOrNone = 500
    """How many held-out pictures are scored."""
    sizes: Sizes = ((128, 128),)
    """Heights and widths of batches, multiples of 32."""
    chroma_stride: Count = 4
    """Pixels of luma to one of true chroma, 1 or 4; networks of your own may want 1."""
    smallest_crop: Crop = 0.55
    """Smallest share of the side that a crop keeps."""
    degraded: Share = 0.5
    """Share of inputs that are made to look like old photographs."""
    hinted: Share = 0.5
    """Share of samples with hints."""
    recolored: Share = 0.0
    """Share of samples in which a thing with a clear border gets another colour, which a hint names. It
    teaches that hints fill their thing and end at its border. Half of the pictures have such a thing."""
    vividness: Positive = 1.0
    """Factor on the true chroma."""
    workers: CountOrNone = 1
    """Processes that prepare samples."""
    resident: str = "auto"
    """Keep the pictures on the device and make samples there: "on", "off", or "auto" (on a card where they
    fit)."""


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The generator and the discriminator."""

    encoder: str = "tf_efficientnet_lite1"
    """Any timm network with `features_only` and strides 4 to 32."""
    encoder_weights: str = ""
    """A safetensors file of timm's or of a generator of ours; "shipped" takes ours, "timm" downloads, ""
    starts from noise. With `start_from` it counts only where that file holds a decoder alone."""
    start_from: str = ""
    """A generator to continue from; "shipped" is ours."""
    start_discriminator_from: str = ""
    """The file of its discriminator; "" starts a new one."""
    teacher: str = ""
    """The generator that teaches in stages with `distillation`; "shipped" is ours."""
    widths: tuple[Count, Count, Count, Count] = (256, 208, 144, 96)
    """Decoder channels at strides 32, 16, 8 and 4."""
    distribution: bool = True
    """Odds over chroma bins; without them the residual is the chroma."""
    residual: bool = True
    """Chroma added to the distribution's mean; without it the mean is the chroma."""
    discriminator_width: Count = 64
    """Channels of the discriminator's first layer."""


@dataclass(frozen=True, slots=True)
class LossSettings:
    """What the generator learns from true colours."""

    bins: Weight = 1.0
    """Weight of the cross-entropy over chroma bins."""
    rebalance: Share = 0.5
    """0 = rare colours count as much as common ones, 1 = each pixel counts alike."""
    chroma: Weight = 0.3
    """Weight of the smooth L1 on chroma, in units of 10 ab."""
    knee: Weight = 10.0
    """Units of ab below which an error of chroma counts squared; 0 = plain L1."""
    confidence: Weight = 0.1
    """Weight of the confidence's cross-entropy."""
    temperature: Positive = 0.4
    """Temperature of the annealed mean in training; lower is bolder."""
    perceptual_network: str = "tf_efficientnet_lite0"
    """The timm classifier of stages with `perceptual`."""
    perceptual_weights: str = "timm"
    """A safetensors file of its weights, or "timm" to download them."""
    perceptual_share: Crop = 0.5
    """Share of each batch that it looks at."""


@dataclass(frozen=True, slots=True)
class StageSettings:
    """One stretch of the training."""

    name: str
    """Name of the stage."""
    images: CountOrNone = 0
    """Length in images. A stage has this or `minutes`."""
    minutes: Weight = 0.0
    """Length by the clock, scoring and saving included; rates then fall with the time used."""
    decoder_rate: Weight = 1e-3
    """Learning rate of the decoder."""
    encoder_rate: Weight = 0.0
    """Learning rate of the encoder; 0 = frozen."""
    frozen_blocks: CountOrNone = 3
    """First blocks of the encoder that stay frozen when it learns."""
    adversarial: Annotated[float, Limits(0, 0.99)] = 0.0
    """The adversarial loss's share of the gradient; 0 = none."""
    colorfulness: Weight = 0.0
    """Weight of matching the mean colourfulness of the batch."""
    perceptual: Weight = 0.0
    """Weight of the distance between painted and true colours in the perceptual network's features."""
    patch: Weight = 0.0
    """Weight of painted colours that vary where the true ones do not, relative to their strength."""
    palette: Weight = 0.0
    """Weight of colours that a batch is painted in more or less often than it has them in truth."""
    hinted_chroma: Weight = 0.0
    """Weight of the smooth L1 on chroma where hints name it, for stages with `chroma = 0`."""
    distillation: Weight = 0.0
    """Weight of the distance to what `model.teacher` paints on mirrored and larger or smaller views."""
    losses: dict[str, Weight] = field(default_factory=dict)
    """Weights of [losses of your own](training.md#losses-and-networks-of-your-own):
    `{total_variation = 0.1}`."""
    discriminator_rate: Weight = 3e-4
    """Learning rate of the discriminator."""
    discriminator_alone: CountOrNone = 0
    """Images before the adversarial loss reaches the generator."""
    penalty: Weight = 1.0
    """Weight of the gradient penalties R1 and R2; higher is calmer."""
    cached_versions: CountOrNone = 0
    """Augmented versions of each image whose [features are kept on disk](lab/training.md#features-on-disk),
    with a frozen encoder; 0 = none."""
    warmup: CountOrNone = 3200
    """Images over which the rates rise."""
    decay: Share = 0.3
    """Last share of the stage over which the rates fall to a hundredth."""
    # A stage may set these for itself; otherwise the values of the training, [data] and [loss] count.
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
    """Name of the training."""
    run: str
    """Folder for checkpoints, samples and scalars (`--run`)."""
    seed: CountOrNone = 0
    """Seed of all random choices."""
    batch: Count = 32
    """Pictures in a step, over all devices."""
    precision: str = "auto"
    """Precision of the decoder, on cards of the encoder too: "32", "bf16", or "auto" for what the machine is
    fast at."""
    cuda_graphs: str = "auto"
    """Record steps as [CUDA graphs](lab/training.md#cuda-graphs): "on", "off", or "auto" (on a card with one
    process)."""
    accelerator: str = "auto"
    """Lightning Fabric's name: "cpu", "cuda", "mps" …"""
    devices: Count = 1
    """Processes on each machine; each takes its part of a batch."""
    nodes: Count = 1
    """Machines."""
    threads: CountOrNone = 0
    """Threads of torch; 0 = torch decides."""
    ema: Share = 0.9995
    """How slowly the average of the weights forgets, per step."""
    weight_decay: Weight = 0.01
    """Weight decay of AdamW, for the generator."""
    keep_statistics: bool = False
    """The decoder's batch norms keep the statistics of `start_from`, for [few pictures of one
    kind](finetune.md)."""
    log_every: Count = 50
    """Steps between lines of the log."""
    save_every: Count = 1000
    """Steps between checkpoints."""
    validate_every: Count = 5000
    """Steps between validations."""
    save_minutes: Weight = 0.0
    """Also save after so many minutes; 0 = by steps alone."""
    validate_minutes: Weight = 0.0
    """Also validate after so many minutes; 0 = by steps alone."""
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
    """Refuse unknown words, and values that do not fit together."""
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
        if stage.distillation > 0:
            _check_taught(settings, stage)
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


def _check_taught(settings: Settings, stage: StageSettings) -> None:
    """Refuse distillation without a teacher, or without the pictures that it looks at."""
    where = f"stages.{stage.name}.distillation:"
    if not settings.model.teacher:
        raise SettingsError(f'{where} needs a generator as model.teacher, such as "shipped".')
    if stage.cached_versions:
        raise SettingsError(f"{where} does not work with cached_versions; set one of them to 0.")


def _check_cached(settings: Settings, stage: StageSettings) -> None:
    """Refuse to keep features that would change, or could not be found again."""
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
    """Each batch size of a training, with the part of its key before `batch`."""
    own = [(f"stages.{stage.name}.", stage.batch) for stage in settings.stages if stage.batch]
    return [("", settings.batch), *own]


def for_stage(settings: Settings, stage: StageSettings) -> Settings:
    """The training's settings in a stage, with the values that the stage sets for itself."""
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
            "keep_statistics: a new generator has no statistics yet; name one as model.start_from, or leave "
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
