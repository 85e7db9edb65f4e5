import json
import re
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import get_type_hints

import pytest

from vermilion.errors import SettingsError
from vermilion.training.config.settings import (
    DataSettings,
    LossSettings,
    ModelSettings,
    Settings,
    StageSettings,
    check_settings,
    for_stage,
    load_settings,
)
from vermilion.training.networks.weights import SHIPPED

CONFIGS = Path(__file__).parents[2] / "configs"
STAGE = '[[stages]]\nname = "a"\nimages = 8\n'


def load(text: str, tmp_path: Path) -> Settings:
    path = tmp_path / "config.toml"
    path.write_text('name = "x"\nrun = "r"\n' + text, encoding="utf-8")
    return load_settings(path)


def test_values_and_defaults_arrive(tmp_path: Path) -> None:
    settings = load(f"ema = 1\n[data]\nsizes = [[32, 64], [96, 96]]\nweights = {{a = 2}}\n{STAGE}", tmp_path)
    assert settings.ema == 1.0
    assert settings.data.sizes == ((32, 64), (96, 96))
    assert settings.stages == (StageSettings("a", 8),)
    assert settings.batch == 32
    assert settings.data.weights == {"a": 2.0}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("bacth = 3\n" + STAGE, "unknown key 'bacth' (did you mean 'batch'?); known are name, run"),
        (f"[data]\nsize = 3\n{STAGE}", "data: unknown key 'size' (did you mean 'sizes'?)"),
        ("batch = 1.5\n" + STAGE, "batch: must be a whole number, not 1.5"),
        ("batch = true\n" + STAGE, "batch: must be a whole number, not True"),
        ('ema = "high"\n' + STAGE, "ema: must be a number, not 'high'"),
        ("data = 3\n" + STAGE, "data: must be a table {...}, not 3"),
        (f"[data]\nsizes = [[32]]\n{STAGE}", "must have 2 entries, not 1"),
        (f"[data]\nsizes = 32\n{STAGE}", "must be a list [...], not 32"),
        (f"[data]\nsizes = [[32, 33]]\n{STAGE}", "[32, 33] is not a pair of multiples of 32"),
        (f"[data]\nsizes = []\n{STAGE}", "at least one pair"),
        (STAGE + "sizes = [[32, 40]]\n", "stages.a.sizes: [32, 40] is not a pair of multiples of 32"),
        (f"[data]\nchroma_stride = 2\n{STAGE}", "data.chroma_stride: must be 1 or 4, not 2"),
        (STAGE + "losses = {edges = -1}\n", "stages.a.losses.edges: must be at least 0"),
        ('precision = "16"\n' + STAGE, "precision: must be one of auto, 32, bf16"),
        ('[[stages]]\nname = "a"\n', "stages.a: needs a length, either `images` in images or `minutes`"),
        (STAGE + "minutes = 2\n", "stages.a: needs a length, either `images` in images or `minutes`"),
        (STAGE + "minutes = -2\n", "stages.a.minutes: must be at least 0"),
        (STAGE + "adversarial = 1.5\n", "stages.a.adversarial: must be in 0..0.99, not 1.5"),
        (STAGE + "penalty = -1\n", "stages.a.penalty: must be at least 0, not -1"),
        (STAGE + "warmup = -1\n", "stages.a.warmup: must be at least 0, not -1"),
        (STAGE + "decoder_rate = inf\n", "stages.a.decoder_rate: must be at least 0, not inf"),
        (
            STAGE + "discriminator_alone = 9\n",
            "stages.a.discriminator_alone: must be at most the stage's 8 images, not 9",
        ),
        (STAGE + "batch = 0\n", "stages.a.batch: must be at least 1, not 0"),
        (STAGE + "degraded = 2\n", "stages.a.degraded: must be in 0..1, not 2"),
        (STAGE + "weights = {a = -1}\n", "stages.a.weights.a: must be at least 0, not -1"),
        (STAGE + "temperature = 'low'\n", "stages.a.temperature: must be a number or null, not 'low'"),
        (STAGE + "sizes = []\n", "stages.a.sizes: at least one pair"),
        ("devices = 2\n" + STAGE + "batch = 5\n", "stages.a.batch: 5 cannot be shared by 2 devices"),
        (f"[loss]\nbins = -1\n{STAGE}", "loss.bins: must be at least 0, not -1"),
        (f"[model]\nwidths = [8, 8, -8, 8]\n{STAGE}", "model.widths.3: must be at least 1, not -8"),
        (f"[data]\nheld_out_limit = -1\n{STAGE}", "data.held_out_limit: must be at least 0, not -1"),
        (STAGE + "decay = nan\n", "stages.a.decay: must be in 0..1, not nan"),
        (f"[model]\ndistribution = false\nresidual = false\n{STAGE}", "has no colours"),
        ("keep_statistics = true\n" + STAGE, "has no statistics yet; name one as model.start_from"),
        (STAGE + STAGE, "two have the same name"),
        (f"[data]\nweights = 3\n{STAGE}", "data.weights: must be a table {...}, not 3"),
        (f'[data]\nweights = {{a = "b"}}\n{STAGE}', "data.weights.a: must be a number, not 'b'"),
        (f"[data]\nweights = {{a = -1}}\n{STAGE}", "data.weights.a: must be at least 0, not -1"),
        ("batch = 0\n" + STAGE, "batch: must be at least 1, not 0"),
        ("devices = 3\n" + STAGE, "batch: 32 cannot be shared by 3 devices"),
        ("", "at least one [[stages]] table"),
        ("batch = \n", "is not valid TOML"),
    ],
)
def test_a_mistake_is_named(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(text, tmp_path)
    assert told in str(caught.value)


def test_a_stage_sets_for_itself_what_a_config_sets_for_all(tmp_path: Path) -> None:
    own = "batch = 64\nema = 0.5\ndegraded = 0.2\nsizes = [[32, 64]]\nweights = {a = 2}\n"
    text = f"[data]\nhinted = 0.7\n[loss]\nchroma = 0.1\n{STAGE}{own}temperature = 0.3\nchroma = 0\n"
    settings = load(text + '[[stages]]\nname = "b"\nimages = 8\n', tmp_path)
    first, second = (for_stage(settings, stage) for stage in settings.stages)
    assert second == settings, "nothing of another stage is left"
    assert (first.batch, first.ema, first.weight_decay) == (64, 0.5, settings.weight_decay)
    assert (first.data.degraded, first.data.hinted, first.data.sizes) == (0.2, 0.7, ((32, 64),))
    assert first.data.weights == {"a": 2.0}
    assert (first.loss.temperature, first.loss.chroma, first.loss.bins) == (0.3, 0.0, 1.0)
    assert (first.model, first.stages) == (settings.model, settings.stages)


def test_what_a_stage_may_set_has_the_kind_and_the_limits_of_the_configs(tmp_path: Path) -> None:
    hints = {
        name: hint
        for table in (Settings, DataSettings, LossSettings)
        for name, hint in get_type_hints(table, include_extras=True).items()
    }
    stage = get_type_hints(StageSettings, include_extras=True)
    own = [entry.name for entry in fields(StageSettings) if entry.default is None]
    assert len(own) > 15
    for name in own:
        assert stage[name] == hints[name] | None, name


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml cannot be read"):
        load_settings(tmp_path / "none.toml")


def test_a_config_may_be_like_another_but_for_some_keys(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(
        'name = "base"\nrun = "r"\nseed = 3\n[data]\nshort_side = 96\nhold_out = 4\n'
        '[[stages]]\nname = "a"\nimages = 8\nwarmup = 1\n[[stages]]\nname = "b"\nimages = 9\n',
        encoding="utf-8",
    )
    text = 'like = "base.toml"\n[data]\nhold_out = 2\n[[stages]]\nname = "b"\ndecay = 0.5\n'
    settings = load(text + '[[stages]]\nname = "c"\nimages = 1\n', tmp_path)
    assert (settings.name, settings.seed) == ("x", 3)
    assert (settings.data.short_side, settings.data.hold_out) == (96, 2)
    assert settings.stages == (StageSettings("b", 9, decay=0.5), StageSettings("c", 1))
    assert load('like = "base.toml"', tmp_path).stages[0] == StageSettings("a", 8, warmup=1)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('like = "none.toml"', "none.toml cannot be read"),
        ('like = "config.toml"', "is like itself"),
        ("like = 3", "like: must be a text in quotes, not 3"),
    ],
)
def test_a_wrong_likeness_is_named(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=told):
        load(text, tmp_path)


def test_negative_seeds_are_refused() -> None:
    with pytest.raises(SettingsError, match="seed"):
        check_settings(replace(Settings("a", "b", stages=(StageSettings("a", 1),)), seed=-1))


@pytest.mark.parametrize("name", ["vermilion", "next", "classic", "smoke"])
def test_the_committed_configs_load(name: str) -> None:
    settings = load_settings(CONFIGS / f"{name}.toml")
    assert settings.name == name
    assert not Path(settings.run).is_absolute()
    assert not any(Path(path).is_absolute() for path in settings.data.pictures)


@pytest.mark.parametrize("name", ["vermilion", "classic", "smoke"])
def test_every_config_plays_the_adversarial_training(name: str) -> None:
    stages = load_settings(CONFIGS / f"{name}.toml").stages
    assert any(stage.adversarial > 0 and stage.discriminator_rate > 0 for stage in stages)


def test_our_config_freezes_then_learns_whole_then_plays() -> None:
    frozen, whole, large, *rounds = load_settings(CONFIGS / "vermilion.toml").stages
    assert frozen.encoder_rate == frozen.adversarial == whole.adversarial == large.adversarial == 0
    assert whole.encoder_rate > 0 < large.encoder_rate
    adversarial_stages = [stage for stage in rounds if stage.adversarial]
    assert rounds[0] in adversarial_stages
    assert len(adversarial_stages) > 1
    assert all(0.1 <= adversarial.adversarial <= 0.2 for adversarial in adversarial_stages)
    assert all(loss.perceptual > 0 for loss in rounds if not loss.adversarial)
    assert rounds[-1] in adversarial_stages, "what is shipped has played last"
    assert load_settings(CONFIGS / "vermilion.toml").data.hinted > 0


def test_the_shipped_model_played_the_adversarial_training_of_our_config() -> None:
    """What the card says of the model in the package: the config's stages, some adversarial."""
    card = json.loads((SHIPPED.parent / "model.json").read_text(encoding="utf-8"))
    config = load_settings(CONFIGS / "vermilion.toml")
    wanted = [(stage.name, stage.images, stage.adversarial) for stage in config.stages]
    assert [tuple(stage.values()) for stage in card["training"]["stages"]] == wanted
    assert config.stages[-1].adversarial > 0
    assert card["training"]["images"] == sum(stage.images for stage in config.stages)


@pytest.mark.parametrize("table", [Settings, DataSettings, ModelSettings, LossSettings, StageSettings])
def test_the_page_explains_every_key_and_no_other(table: type) -> None:
    page = (CONFIGS.parent / "docs" / "config.md").read_text(encoding="utf-8")
    headers = {
        DataSettings: "[data]",
        ModelSettings: "[model]",
        LossSettings: "[loss]",
        StageSettings: "[[stages]]",
    }
    header = f"| Key of `{headers[table]}` |" if table in headers else "| Key |"
    rows = page.partition(header)[2].partition("\n\n")[0].splitlines()[2:]
    told = {key for row in rows for key in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert is_dataclass(table)
    wanted = {field.name for field in fields(table)} - {"data", "model", "loss", "stages"}
    assert told == wanted
