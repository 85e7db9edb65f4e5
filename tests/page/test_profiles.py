"""What profiles and chunks say of codes: the page's modules, run by Node.js, say what Python says."""

import base64
import json
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.pictures import made_profiles as made
from vermilion.pictures.profiles.coding import output_of_chunks
from vermilion.pictures.profiles.icc_read import output_profile

pytestmark = pytest.mark.needs("node", "nodejs")

TOLD = Path(__file__).with_name("told.mjs")
ADOBE = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
FORMULAS = (
    (1.5,),
    (2.0, 0.9, 0.1),
    (2.4, 0.8, 0.1, 0.02),
    (2.2, 1.0, 0.0, 0.5, 0.1),
    (2.0, 0.9, 0.05, 0.4, 0.2, 0.02, 0.01),
)
CODINGS = ((9, 16, 0, 1), (9, 18, 0, 1), (12, 13, 0, 1), (1, 1, 0, 0), (5, 7, 0, 1), (22, 4, 0, 1))
LIGHTNESS = made.table(np.linspace(0, 65535, 256))


def formula(kind, *numbers):
    packed = struct.pack(f">{len(numbers)}i", *(round(number * 65536) for number in numbers))
    return b"para" + bytes(4) + struct.pack(">HH", kind, 0) + packed


def through_lab(profile):
    return profile[:20] + b"Lab " + profile[24:]


PROFILES = {
    "grey 1.8": made.grey_profile(made.gamma(1.8)),
    "grey table": made.grey_profile(made.table(np.linspace(0, 1, 300) ** 2.6 * 65535)),
    "grey formula": made.grey_profile(formula(0, 2.2)),
    "grey, straight": made.grey_profile(made.table([])),
    "grey lightness": through_lab(made.grey_profile(LIGHTNESS)),
    "grey as sRGB": made.grey_profile(made.parametric_srgb()),
    "Adobe RGB": made.rgb_profile(ADOBE, made.gamma(563 / 256)),
    "ProPhoto": made.rgb_profile(made.PROPHOTO, made.gamma(1.8)),
    "sRGB": made.rgb_profile(made.SRGB, made.parametric_srgb()),
    "steps": made.rgb_profile(ADOBE, made.table([0, 0, 9000, 9000, 8000, 65535])),
    **{
        f"formula {kind}": made.rgb_profile(made.SRGB, formula(kind, *numbers))
        for kind, numbers in enumerate(FORMULAS)
    },
}
CHUNKS = {
    "linear": {b"gAMA": struct.pack(">I", 100_000)},
    "gamma and primaries": {
        b"gAMA": struct.pack(">I", 55_556),
        b"cHRM": struct.pack(">8I", 31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000),
    },
    "as sRGB": {b"gAMA": struct.pack(">I", 45_455)},
    "named sRGB": {b"sRGB": b"\0", b"gAMA": struct.pack(">I", 100_000)},
    "impossible primaries": {b"gAMA": struct.pack(">I", 50_000), b"cHRM": struct.pack(">8I", *[30000] * 8)},
    "impossible gamma": {b"gAMA": struct.pack(">I", 1)},
    **{f"coding {numbers}": {b"cICP": bytes(numbers)} for numbers in CODINGS},
    "unknown coding": {b"cICP": bytes((99, 99, 0, 1))},
}


def spoiled():
    """Profiles cut off, and with bytes changed."""
    rng = np.random.default_rng(0)
    for profile in (PROFILES["Adobe RGB"], PROFILES["grey table"], PROFILES["formula 4"]):
        for length in (0, 20, 128, 131, 140, 200, 300, len(profile) // 2, len(profile) - 9, len(profile) - 1):
            yield profile[:length]
        for _ in range(120):
            content = bytearray(profile)
            for _ in range(rng.integers(1, 6)):
                content[rng.integers(16, min(len(content), 500))] = rng.choice([0, 1, 2, 4, 127, 255])
            yield bytes(content)


SPOILED = list(spoiled())
CONVERTED = ("grey 1.8", "Adobe RGB", "steps", "gamma and primaries")
"""Those by which colours are converted; it takes time to prepare."""


def text(content):
    return base64.b64encode(content).decode()


@pytest.fixture(scope="module")
def colors():
    """Luma and chroma, all over the range."""
    rng = np.random.default_rng(1)
    luma = rng.integers(0, 256, 4000, np.uint8)
    return luma, rng.normal(0, 0.12, (2, 4000)).clip(-0.5, 0.5).astype(np.float32)


@pytest.fixture(scope="module")
def told(colors):
    """What the page says of all cases, by their names; of spoiled ones by their number."""
    luma, (cb, cr) = colors
    planes = {"luma": luma.tolist(), "cb": cb.tolist(), "cr": cr.tolist()}
    chunks = [{name.decode(): text(body) for name, body in case.items()} for case in CHUNKS.values()]
    cases = [
        *({"icc": text(profile)} for profile in [*PROFILES.values(), *SPOILED]),
        *({"chunks": case} for case in chunks),
    ]
    names = [*PROFILES, *range(len(SPOILED)), *CHUNKS]
    for name, case in zip(names, cases, strict=True):
        case.update(planes if name in CONVERTED else {})
    run = subprocess.run(["node", TOLD], input=json.dumps(cases), capture_output=True, text=True, check=True)
    return dict(zip(names, json.loads(run.stdout), strict=True))


def same_space(found, wanted):
    """Whether the page found the space that Python found."""
    if wanted.space is None:
        return found["tones"] is None
    tones = wanted.to_srgb_tone(np.arange(256, dtype=np.float32) / 255)
    return (
        found["tones"] is not None
        and np.allclose(found["tones"], tones, rtol=0, atol=2e-6)
        and np.allclose(found["toXyz"], wanted.space.to_xyz, rtol=0, atol=2e-6)
    )


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_says_what_it_says_in_python(name, told):
    icc, wanted = output_profile(PROFILES[name])
    assert told[name]["isFollowed"]
    assert told[name]["icc"] == text(icc)
    assert same_space(told[name], wanted)


@pytest.mark.parametrize("name", CHUNKS)
def test_chunks_say_what_they_say_in_python(name, told):
    assert same_space(told[name], colors_of_chunks(name))


def colors_of_chunks(name):
    found = output_of_chunks(tuple(CHUNKS[name].items()), has_profile=False)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("name", CONVERTED)
def test_colours_are_converted_as_in_python(name, told, colors):
    """Places in a table are rounded, and a half may go either way: that is 0.6 levels at most."""
    wanted = output_profile(PROFILES[name])[1] if name in PROFILES else colors_of_chunks(name)
    luma, chroma = colors
    convert = wanted.converter()
    assert convert is not None
    theirs = convert(luma[None], chroma[:, None].copy())[:, 0]
    apart = np.abs(np.array([told[name]["cb"], told[name]["cr"]]) - theirs) * 255
    assert apart.max() < 0.6
    assert apart.mean() < 0.01
    assert np.abs(theirs - chroma).mean() * 255 > 1


@pytest.mark.parametrize("name", CONVERTED)
def test_colours_are_shown_on_screens_as_in_python(name, told, colors):
    wanted = output_profile(PROFILES[name])[1] if name in PROFILES else colors_of_chunks(name)
    rgb = colors[0][:3999].reshape(1, -1, 3)
    theirs = wanted.to_screen(rgb).astype(int)
    assert np.abs(np.array(told[name]["shown"]).reshape(theirs.shape) - theirs).max() <= 1
    greys = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    assert (
        np.abs(np.array(told[name]["shownGreys"]) - wanted.to_screen(greys)[0, :, 1].astype(int)).max() <= 1
    )
    assert np.abs(theirs - rgb).mean() > 3


def test_spoiled_profiles_are_read_or_left_out_as_in_python(told):
    """Some hold tables after all: these are for Python alone."""
    followed = [number for number in range(len(SPOILED)) if told[number]["isFollowed"]]
    for number in followed:
        icc, wanted = output_profile(SPOILED[number])
        assert (told[number]["icc"] is None) == (icc is None), number
        assert same_space(told[number], wanted), number
    assert len(followed) > 300
