"""The wheel, built, installed into an environment of its own and used from elsewhere, offline."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from tests.tiny_model import make_tiny_model

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
SHIPPED_MODEL = SOURCE / "vermilion" / "models" / "vermilion"

pytestmark = pytest.mark.slow


def run(*command: object, cwd: Path) -> str:
    """Run a program without this checkout on its path; return what it prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    words = [str(word) for word in command]
    result = subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    offline = ("--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check")
    run(sys.executable, "-m", "pip", "wheel", *offline, "--wheel-dir", folder, ROOT, cwd=folder)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a new environment that holds the wheel, and borrows its dependencies."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, with_pip=False, clear=True)
    names = {"base": str(environment), "platbase": str(environment)}
    packages = Path(sysconfig.get_path("purelib", "venv", vars=names))
    programs = Path(sysconfig.get_path("scripts", "venv", vars=names))
    (packages / "borrowed.pth").write_text(
        f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n"
    )
    install = (
        "install",
        "--no-deps",
        "--no-index",
        "--force-reinstall",
        "--disable-pip-version-check",
        wheel,
    )
    run(sys.executable, "-m", "pip", "--python", programs / "python", *install, cwd=environment)
    return programs


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("vermilion/")}
        licences = [name for name in archive.namelist() if name.endswith("licenses/LICENSE")]
    files = (path for path in (SOURCE / "vermilion").rglob("*") if path.is_file())
    wanted = {path.relative_to(SOURCE).as_posix() for path in files if "__pycache__" not in path.parts}
    assert packed == wanted
    assert "vermilion/py.typed" in packed
    assert licences


def test_the_installed_program_colours_a_picture_elsewhere(programs: Path, tmp_path: Path) -> None:
    Image.linear_gradient("L").resize((96, 64)).save(tmp_path / "grandma.jpg")
    model = () if SHIPPED_MODEL.exists() else ("--model", make_tiny_model(tmp_path / "tiny"))
    where = run(programs / "python", "-c", "import vermilion; print(vermilion.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(programs.parent)
    said = run(programs / "vermilion", "colorize", "grandma.jpg", *model, cwd=tmp_path)
    assert said.startswith("grandma.jpg -> grandma.color.jpg")
    with Image.open(tmp_path / "grandma.color.jpg") as image:
        assert image.mode == "RGB"
    assert "provider" in run(programs / "vermilion", "info", *model, cwd=tmp_path)
