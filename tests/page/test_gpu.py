"""The graphics processor: used where there is one and it computes rightly, and never needed."""

import base64
import gzip
import hashlib
import io
import itertools
import json
import re

import numpy as np
import pytest
from PIL import Image

from tests.page.conftest import STUDIO, web_space_of
from tests.page.files import saved, soft, write
from tests.page.test_journey import until
from vermilion.guidance import load_recipe
from vermilion.tone import luma_of_rgb

STATE = f"{STUDIO}.engine.gpu.state"
HERE = "Colours are computed on the processor; threads: 1."
CONTROLS = {"hints": [{"x": 60, "y": 40, "color": "crimson"}], "vividness": 1.5}

SAYS = "const say = MessagePort.prototype.postMessage; MessagePort.prototype.postMessage = function (said) {"
CHANGES = "if (said.output?.chroma) said.output.chroma.data[7] += 3;"
SLOW = SAYS + "say.call(this, { ...said, took: 1e6 }); };"
WRONG = SAYS + CHANGES + "say.call(this, { ...said, took: 0 }); };"
BREAKS = SAYS + "say.call(this, said.id > 6 ? { id: said.id, problem: 'lost' } : { ...said, took: 0 }); };"
HARDWARE = "Object.defineProperty(GPUAdapterInfo.prototype, 'isFallbackAdapter', { get: () => false });"


@pytest.fixture(scope="module")
def web_space(tmp_path_factory):
    """A folder, and the address at which it is served."""
    folder = tmp_path_factory.mktemp("web")
    with web_space_of(folder) as address:
        yield folder, address


@pytest.fixture(scope="module")
def small(built, tiny_model_folder):
    """The page of a web space with a tiny model, as text: a processor made of software is slow."""
    text = (built.parent / "page" / "index.html").read_text("utf-8")
    card = (tiny_model_folder / "model.json").read_bytes()
    for name, content in {
        "card": card,
        "encoder": (tiny_model_folder / "encoder.onnx").read_bytes(),
        "decoder": (tiny_model_folder / "decoder.onnx").read_bytes(),
    }.items():
        text = with_part(text, name, content)
    shipped = json.loads(found(text, "facts"))["modelHash"]
    return text.replace(shipped, hashlib.sha256(card).hexdigest())


def found(text, name):
    match = re.search(rf'<script id="{name}" [^>]+>([^<]*)<', text)
    assert match
    return match[1]


def with_part(text, name, content):
    return text.replace(found(text, name), base64.b64encode(gzip.compress(content, 1)).decode())


@pytest.fixture
def visit(built, new_window, web_space, small, request):
    """Open a page of a web space; its graphics worker begins with the script ``first``."""
    folder, address = web_space
    numbers = itertools.count()

    def visiting(first="", text=small, program=None, is_hardware=True):
        if first:
            worker = gzip.decompress(base64.b64decode(found(text, "gpu-worker")))
            text = with_part(text, "gpu-worker", first.encode() + worker)
        place = folder / f"{request.node.name}-{next(numbers)}"
        place.mkdir()
        (place / "page.html").write_text(text, "utf-8")  # by this name it is not installed
        (beside,) = (built.parent / "page").glob("*.part")
        (place / beside.name).write_bytes(program or beside.read_bytes())
        script = HARDWARE if is_hardware else ""
        return new_window(f"{address}/{place.name}/page.html", script, may_ask=True, locale="en")

    return visiting


@pytest.fixture
def scan(tmp_path):
    return write(tmp_path, "aunt.png", saved(soft((150, 100)), "png"))


def painted(page, picture):
    """Colours with a hint, and who made them."""
    page.paint(picture, CONTROLS)
    files = page.save(picture)
    recipe = files["aunt.color.recipe.json"]
    return np.asarray(Image.open(io.BytesIO(files["aunt.color.png"]))), recipe


def settled(page):
    return until(page, f"!['idle', 'trying'].includes({STATE}) && {STATE}")


def line(page, choose=None):
    """What the settings say of it, after a choice."""
    page.page.get_by_role("button", name="Settings").click()
    if choose:
        page.page.get_by_label("Compute colours on").select_option(choose)
    said = page.page.locator("dialog [role=status]").inner_text()
    page.page.keyboard.press("Escape")
    return said


def test_its_colours_are_those_of_python_and_the_luma_is_the_scans(visit, scan, tiny_colorizer, tmp_path):
    page = visit(is_hardware=False)
    page.open(scan)
    page.page.wait_for_timeout(1300)
    assert page.ask(STATE) == "idle"  # software is slow: it is not tried unless it is wanted
    assert line(page, "gpu") == f"{HERE} The graphics processor is being tried."
    assert settled(page) == "on"
    assert line(page) == "Colours are computed on the graphics processor (WebGPU)."
    rgb, recipe = painted(page, page.open(scan))  # it is seen by the graphics processor, too
    (tmp_path / "recipe.json").write_bytes(recipe)
    told = load_recipe(tmp_path / "recipe.json")
    assert told.made is not None
    assert told.made.engine.startswith("WebGPU, ONNX Runtime Web ")
    theirs = tiny_colorizer.replay(told, scan).to_numpy()
    assert np.array_equal(luma_of_rgb(rgb), np.asarray(Image.open(scan)))
    assert np.abs(rgb.astype(int) - theirs).max() <= 2
    assert line(page, "cpu") == HERE
    again, recipe = painted(page, page.ask(f"{STUDIO}.pictures[0].picture"))
    assert json.loads(recipe)["made"]["engine"].startswith("WebAssembly")
    assert np.abs(rgb.astype(int) - again).max() <= 1


@pytest.mark.parametrize(("first", "state"), [(WRONG, "wrong"), (SLOW, "slow"), (BREAKS, "failed")])
def test_one_that_computes_wrongly_or_slowly_or_breaks_is_left_without_a_word(first, state, visit, scan):
    page = visit(first=first)
    opened = page.open(scan)
    assert settled(page) == ("on" if first == BREAKS else state)
    rgb, recipe = painted(page, opened)
    assert page.ask(STATE) == state
    assert "WebAssembly" in json.loads(recipe)["made"]["engine"]
    assert np.array_equal(luma_of_rgb(rgb), np.asarray(Image.open(scan)))
    assert line(page).startswith(f"{HERE} The graphics processor ")
    assert page.ask("document.querySelectorAll('v-messages .error').length") == 0


def test_the_shipped_model_is_computed_rightly(built, visit, scan):
    page = visit(text=(built.parent / "page" / "index.html").read_text("utf-8"), is_hardware=False)
    page.open(scan)
    line(page, "gpu")
    assert settled(page) == "on"


def test_a_program_that_was_not_built_with_the_page_is_not_run(visit, scan):
    page = visit(program=b"another")
    page.open(scan)
    assert settled(page) == "failed"
    page.complaints.clear()
