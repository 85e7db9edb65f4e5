"""Controls as a page and its server exchange them: files by hash, nothing opened that was not sent along."""

import json
import math

import numpy as np
import pytest

from vermilion.assets import Asset
from vermilion.errors import SettingsError
from vermilion.guidance import (
    Box,
    Controls,
    Hint,
    Mask,
    Stroke,
    controls_from_json,
    controls_to_json,
    load_album,
)

AUNT = Asset(b"aunt", "/home/me/aunt.jpg")
COAT = Asset(b"coat", "coat.png")
ALBUM = Asset(
    json.dumps(
        {
            "entries": [
                {
                    "name": "coat",
                    "color": "navy",
                    "picture": {"sha256": COAT.sha256, "name": "coat.png"},
                    "hints": [{"x": 1, "y": 2}],
                }
            ]
        }
    ).encode(),
    "box.json",
)
SENT = {asset.sha256: asset for asset in (AUNT, COAT, ALBUM)}


def sent(name, sha256):
    if sha256 not in SENT:
        raise SettingsError(f"the asset {name or sha256!r} was never sent.")
    return SENT[sha256]


CONTROLS = Controls(
    hints=(
        Hint(np.float64(1.0), 2.0, "navy", radius=3.0),
        Stroke(((1.0, 2.0), (3.0, 4.0)), (5.0, 6.0)),
        Box(1.0, 2.0, 3.0, 4.0, "grey", strength=0.5),
        Mask(COAT, "red"),
        Mask.of(np.eye(4, dtype=bool), "tan"),
    ),
    vividness=1.5,
    reference=AUNT,
    palette=("red", "tan"),
    album=load_album(ALBUM, sent),
)


def test_controls_come_back_from_their_json():
    plain = controls_to_json(CONTROLS)
    assert controls_from_json(plain, sent) == CONTROLS
    assert controls_from_json(json.dumps(plain).encode(), sent) == CONTROLS
    assert controls_from_json(b"{}") == Controls()
    assert controls_to_json(Controls()) == {}


def test_their_json_names_files_by_hash_and_never_by_path():
    plain = controls_to_json(CONTROLS)
    assert plain["reference"] == {"sha256": AUNT.sha256, "name": "aunt.jpg"}
    assert plain["hints"][0] == {"x": 1.0, "y": 2.0, "color": "navy", "radius": 3.0, "strength": 1.0}
    assert "home" not in json.dumps(plain)


@pytest.mark.parametrize("key", ["reference", "cube", "palette", "look", "album"])
@pytest.mark.parametrize("form", ["{}", {"path": "{}"}, {"name": "{}", "sha256": ""}])
def test_what_was_not_sent_is_never_opened(key, form, tmp_path):
    (tmp_path / "here.toml").write_text("{}")
    said = json.loads(json.dumps({key: form}).replace("{}", str(tmp_path / "here.toml")))
    with pytest.raises(SettingsError, match=rf"the controls: {key}: the asset .*here\.toml.* was never sent"):
        controls_from_json(said, sent)


def test_an_album_that_was_sent_opens_no_file_of_this_machine(tmp_path):
    (tmp_path / "coat.png").write_text("coat")
    entry = {"name": "coat", "color": "navy", "picture": "coat.png", "hints": [{"x": 1, "y": 2}]}
    album = Asset(json.dumps({"entries": [entry]}).encode(), str(tmp_path / "album.json"))
    SENT[album.sha256] = album
    with pytest.raises(SettingsError, match=r"album: .*coat\.png' was never sent"):
        controls_from_json({"album": {"sha256": album.sha256}}, sent)


def test_a_mistake_is_told_by_its_place():
    with pytest.raises(SettingsError, match="the controls: hints 1: unknown key 'colour'"):
        controls_from_json({"hints": [{"x": 1, "y": 2, "colour": "red"}]})
    with pytest.raises(SettingsError, match="the controls is not valid JSON"):
        controls_from_json(b"[")


ODD: list[object] = [None, True, -1, 2**70, 10**400, math.nan, -math.inf, 1e308, "", "\udcfc", "a.png", b"a"]
ODD += [
    "data:;base64,YQ==",
    [],
    {},
    [[]] * 3,
    {"path": 1},
    {"sha256": "ab"},
    {"<Hint>": {}},
    "<Hint>",
    "grey",
]


def mutant(value: object, random: np.random.Generator) -> object:
    if random.random() < 0.08:
        return ODD[random.integers(len(ODD))]
    if isinstance(value, list):
        return [mutant(part, random) for part in value for _ in range(random.integers(0, 3))]
    if isinstance(value, dict):
        misspelt = {key if random.random() < 0.97 else f"{key}s": part for key, part in value.items()}
        return {key: mutant(part, random) for key, part in misspelt.items()}
    return value


def refusal(said: object) -> str:
    """The sentence with which controls are refused; empty if they are taken."""
    try:
        controls_from_json({"hints": [], "vividness": 1} | said if isinstance(said, dict) else {}, sent)
    except SettingsError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("seed", range(8))
def test_whatever_json_says_there_are_controls_or_one_sentence(seed):
    random = np.random.default_rng(seed)
    told = [refusal(mutant(controls_to_json(CONTROLS), random)) for _ in range(60)]
    refused = list(filter(None, told))
    assert 20 < len(refused) < 60
    assert all(text.startswith("the controls: ") and "\n" not in text for text in refused)
