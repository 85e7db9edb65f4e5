"""What CONTRIBUTING.md says of a new control is done here, to a copy of the package."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
SECTION = (
    (ROOT / "CONTRIBUTING.md")
    .read_text(encoding="utf-8")
    .partition("\n## Add a control\n")[2]
    .partition("\n## ")[0]
)
EDITS = re.compile(r"^In `(src/[\w/.]+)`[^\n]*\n\n```diff\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout after every step of the page, with the package's models where they are."""
    copy = tmp_path_factory.mktemp("checkout")
    unneeded = shutil.ignore_patterns("models", "__pycache__")
    shutil.copytree(ROOT / "src", copy / "src", ignore=unneeded)
    (copy / "src" / "vermilion" / "models").symlink_to(ROOT / "src" / "vermilion" / "models")
    shutil.copytree(ROOT / "scripts", copy / "scripts", ignore=unneeded)
    (copy / "docs").mkdir()
    edits = EDITS.findall(SECTION)
    assert len(edits) == 3
    for name, hunks in edits:
        for hunk in hunks.split("@@\n"):
            apply(copy / name, hunk.splitlines())
    return copy


def apply(path: Path, hunk: list[str]) -> None:
    """Put the new lines of a hunk beside its one line of context, which stands in the file once."""
    [anchor] = [line[1:] for line in hunk if line[0] == " "]
    lines = path.read_text(encoding="utf-8").splitlines()
    [place] = [number for number, line in enumerate(lines) if line.strip() == anchor.strip()]
    lines[place : place + 1] = [lines[place] if line[0] == " " else line[1:] for line in hunk]
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")


def run(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(checkout / "src")}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True)


@pytest.mark.slow
def test_a_control_as_on_the_page_fades_colours_and_is_replayed(changed: Path) -> None:
    Image.linear_gradient("L").resize((96, 64)).save(changed / "a.png")
    hint = ["--hint", "48,32=#a03020"]
    for name, extra in (("plain", []), ("pastel", ["--pastel", "1", "--recipe"])):
        done = run(changed, "-m", "vermilion", "colorize", "a.png", "-o", f"{name}.png", *hint, *extra)
        assert done.returncode == 0, done.stderr
    spread = {name: colorfulness(changed / f"{name}.png") for name in ("plain", "pastel")}
    assert 0.4 * spread["plain"] < spread["pastel"] < 0.65 * spread["plain"]
    assert json.loads((changed / "pastel.recipe.json").read_text())["controls"]["pastel"] == 1.0
    again = run(changed, "-m", "vermilion", "replay", "pastel.recipe.json", "-o", "again.png")
    assert again.returncode == 0, again.stderr
    assert (changed / "again.png").read_bytes() == (changed / "pastel.png").read_bytes()
    refused = run(changed, "-m", "vermilion", "colorize", "a.png", "-o", "b.png", "--pastel", "2")
    assert "error: A pastel of 2 is impossible; give one from 0 to 1." in refused.stderr


@pytest.mark.slow
def test_the_scripts_of_the_page_write_what_says_so(changed: Path) -> None:
    for script in ("make_recipe_schema", "make_cli_page"):
        assert run(changed, f"scripts/{script}.py").returncode == 0
    schema = json.loads((changed / "src/vermilion/guidance/recipe.schema.json").read_text(encoding="utf-8"))
    pastel = schema["$defs"]["Controls"]["properties"]["pastel"]
    assert pastel == {
        "default": 0.0,
        "type": "number",
        "description": "0..1: how far all colour fades to its half.",
    }
    assert "--pastel" in (changed / "docs" / "cli.md").read_text(encoding="utf-8")


def colorfulness(path: Path) -> float:
    """Mean distance of the channels from their mean, in levels."""
    with Image.open(path) as image:
        channels = [channel.tobytes() for channel in image.split()[:3]]
    return sum(max(pixel) - min(pixel) for pixel in zip(*channels, strict=True)) / len(channels[0])
