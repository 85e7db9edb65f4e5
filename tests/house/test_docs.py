"""Docs are run, not believed."""

import re
import shlex
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from tests.film.clips import frame_at, write_clip
from tests.older_files import make_old_model, make_old_recipe
from tests.scripts_as_modules import load_script
from tests.tiny_model import make_tiny_model
from tests.versions import made_scene, warped
from vermilion.cli.app import app
from vermilion.network import folder as model_folder

ROOT = Path(__file__).parents[2]
PAGES = [page for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))) if page.exists()]
ONLY_OPTIONS = {"train", "train-heads", "finetune", "export", "studio", "serve"}
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list:
    """Every block of a language, page by page, as test parameters."""
    found = []
    for page in PAGES:
        texts = [text for kind, text in BLOCK.findall(page.read_text(encoding="utf-8")) if kind == language]
        found += [pytest.param(text, id=f"{page.stem}-{number}") for number, text in enumerate(texts, 1)]
    return found


def hints_and_album_of_the_docs() -> list[str]:
    """The file of hints and the album that docs/steering.md shows."""
    page = (ROOT / "docs" / "steering.md").read_text(encoding="utf-8")
    return [text for kind, text in BLOCK.findall(page) if kind == "json"]


@pytest.fixture
def shoebox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with every picture that the docs speak of, and the tiny model in place of the shipped one."""
    monkeypatch.chdir(tmp_path)
    model = make_tiny_model(tmp_path / "my-model")
    monkeypatch.setattr("vermilion.network.model.default_model_folder", lambda: model)
    monkeypatch.setattr(model_folder, "default_model_folder", lambda: model)
    install_models(tmp_path, monkeypatch)
    make_old_model(tmp_path / "old-model")
    make_old_recipe(tmp_path / "old.recipe.json")
    grey = Image.linear_gradient("L").resize((96, 64))
    for name in (
        "grandma.jpg",
        "grandma.png",
        "scans/1920/street.tif",
        "shoebox/a.jpg",
        "shoebox/1931/b.png",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        grey.save(path)
    grey.save(tmp_path / "album.tif", save_all=True, append_images=[grey, grey])
    Image.merge("RGB", [grey, grey.rotate(90).resize(grey.size), grey]).save(tmp_path / "postcard.jpg")
    for folder in ("photos", "other-results", "skin"):
        (tmp_path / folder).mkdir()
        for number in range(3):
            color = Image.merge("RGB", [grey, grey.rotate(90 * number).resize(grey.size), grey.rotate(180)])
            color.save(tmp_path / folder / f"{number}.png")
    hints, album = hints_and_album_of_the_docs()
    (tmp_path / "hints.json").write_text(hints)
    (tmp_path / "album.json").write_text(album)
    write_clip(tmp_path / "film.mp4", [frame_at(number) for number in range(12)], codec="libx264")
    write_clip(tmp_path / "film.mkv", [frame_at(number) for number in range(90)], rate=1)
    (tmp_path / "frames").mkdir()
    for number in range(3):
        grey.save(tmp_path / "frames" / f"{number:06d}.tif")
    scene = made_scene()
    Image.fromarray(scene).convert("L").save(tmp_path / "scan.tif")
    Image.fromarray(warped(scene)).save(tmp_path / "edited.png")
    corners = (f"{red} {green} {blue}" for blue in (0, 1) for green in (0, 1) for red in (0, 1))
    (tmp_path / "film.cube").write_text("\n".join(["LUT_3D_SIZE 2", *corners]))
    return tmp_path


def install_models(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed model, and the archive of another."""
    monkeypatch.setenv("VERMILION_MODELS", str(place / "models"))
    make_tiny_model(place / "models" / "kodachrome")
    with zipfile.ZipFile(place / "autochrome.zip", "w") as archive:
        for path in (place / "my-model").iterdir():
            archive.write(path, path.name)


@pytest.mark.parametrize("snippet", blocks("python"))
def test_python_snippets_run(snippet: str, shoebox: Path) -> None:
    exec(compile(snippet, "<docs>", "exec"), {"__name__": "docs"})


@pytest.mark.parametrize("snippet", blocks("sh"))
def test_shell_snippets_run(snippet: str, shoebox: Path) -> None:
    for line in snippet.splitlines():
        words = shlex.split(line, comments=True)
        if not words or words[0] != "vermilion":
            continue
        if words[1] in ONLY_OPTIONS or "--device" in words:
            check_options(words[1:])
        else:
            result = CliRunner().invoke(app, words[1:])
            assert result.exit_code == 0, f"{line}\n{result.output}"


def check_options(words: list[str]) -> None:
    """Commands that need torch or a GPU, or serve until they are stopped, are compared with their help."""
    told = CliRunner().invoke(app, [words[0], "--help"]).output
    assert [word for word in words if word.startswith("--") and word not in told] == []


def test_the_page_of_commands_is_what_the_commands_say() -> None:
    module = load_script("make_cli_page")
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert page == module.make_page(), "run scripts/make_cli_page.py"


def test_the_page_of_the_configuration_is_what_the_settings_say() -> None:
    page = (ROOT / "docs" / "config.md").read_text(encoding="utf-8")
    assert page == load_script("make_config_page").make_page(), "run scripts/make_config_page.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_glossary_uses_the_names_of_the_code() -> None:
    lines = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 40
    files = (ROOT / "src" / "vermilion").rglob("*.py")
    words = set(re.findall(r"[\w.]+", "\n".join(path.read_text(encoding="utf-8") for path in files)))
    named = re.findall(r"`([\w.]+)`", "\n".join(lines[4:]))
    assert len(named) > 40
    assert [name for name in named if name not in words] == []


@pytest.mark.parametrize("page", [*PAGES, *sorted((ROOT / "src").rglob("*.py"))], ids=lambda page: page.stem)
def test_nobody_is_sent_to_an_index_that_does_not_have_us(page: Path) -> None:
    lines = page.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if re.search(r"pip install \"?vermilion", line)] == []
