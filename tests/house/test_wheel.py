"""The wheel, built, installed into an environment of its own and used from elsewhere, offline."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
import pytest
from packaging.requirements import Requirement
from PIL import Image

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
EXAMPLE = ROOT / "examples" / "photographer_on_car_1936.jpg"
DEAF_AND_DUMB = """
import socket

def refuse(*_):
    raise OSError("the program reached for the network")

socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = socket.getaddrinfo = refuse
"""
"""A sitecustomize that stands in for a machine without a network."""

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


def needed(requirements: list[str]) -> set[str]:
    """The distributions that these requirements bring, and what those bring in turn."""
    found: set[str] = set()
    waiting = [(requirement, "") for requirement in requirements]
    while waiting:
        text, extra = waiting.pop()
        requirement = Requirement(text)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        found.add(requirement.name)
        for wanted in ("", *requirement.extras):
            further = [(line, wanted) for line in distribution(requirement.name).requires or []]
            waiting += [pair for pair in further if Requirement(pair[0]).name not in found]
    return found


def lend(name: str, packages: Path) -> None:
    """Make one installed distribution known to an environment, and none of its neighbours."""
    lent = distribution(name)
    tops = {file.parts[0] for file in lent.files or [] if file.parts[0] != ".."}
    for top in tops - {"__pycache__"}:
        if not (packages / top).exists():
            (packages / top).symlink_to(Path(str(lent.locate_file(top))))


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a new environment: the wheel, its declared dependencies, no network."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, with_pip=False, clear=True)
    names = {"base": str(environment), "platbase": str(environment)}
    packages = Path(sysconfig.get_path("purelib", "venv", vars=names))
    programs = Path(sysconfig.get_path("scripts", "venv", vars=names))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for name in needed(project["dependencies"]):
        lend(name, packages)
    (packages / "sitecustomize.py").write_text(DEAF_AND_DUMB)
    offline = ("--no-deps", "--no-index", "--force-reinstall", "--disable-pip-version-check")
    run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        programs / "python",
        "install",
        *offline,
        wheel,
        cwd=environment,
    )
    return programs


def without_network() -> list[str]:
    """What to put before a command so that the system itself gives it no network, where that is allowed."""
    command = ["unshare", "--user", "--map-root-user", "--net"]
    if shutil.which("unshare") is None:
        return []
    allowed = subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    return command if allowed else []


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("vermilion/")}
        licences = [name for name in archive.namelist() if name.endswith("licenses/LICENSE")]
    files = (path for path in (SOURCE / "vermilion").rglob("*") if path.is_file())
    wanted = {path.relative_to(SOURCE).as_posix() for path in files if "__pycache__" not in path.parts}
    assert packed == wanted
    assert "vermilion/py.typed" in packed
    assert licences


@pytest.mark.parametrize("package", ["torch", "timm", "onnx", "pytest", "c2pa"])
def test_the_environment_holds_only_what_is_declared(programs: Path, tmp_path: Path, package: str) -> None:
    look = f"import importlib.util; print(importlib.util.find_spec({package!r}))"
    assert run(programs / "python", "-c", look, cwd=tmp_path) == "None\n"


def test_the_environment_has_no_network(programs: Path, tmp_path: Path) -> None:
    reach = "import socket; socket.create_connection(('192.0.2.1', 80), 1)"
    command: list[str | Path] = [programs / "python", "-c", reach]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "the program reached for the network" in ended.stderr


def test_the_installed_program_colours_a_picture_elsewhere(programs: Path, tmp_path: Path) -> None:
    shutil.copy(EXAMPLE, tmp_path / "grandma.jpg")
    where = run(programs / "python", "-c", "import vermilion; print(vermilion.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(programs.parent)
    vermilion = [*without_network(), programs / "vermilion"]
    said = run(*vermilion, "colorize", "grandma.jpg", cwd=tmp_path)
    assert said.startswith("grandma.jpg -> grandma.color.jpg")
    with Image.open(tmp_path / "grandma.jpg") as scan:
        greys = np.asarray(scan.convert("L"))
    with Image.open(tmp_path / "grandma.color.jpg") as image:
        colors = np.asarray(image)
    with Image.open(tmp_path / "grandma.color.jpg") as image:
        image.draft("L", image.size)  # the Y of the file, as it stands there
        np.testing.assert_array_equal(np.asarray(image), greys)
    assert np.ptp(colors.astype(int), axis=2).mean() > 5
    run(*vermilion, "colorize", "grandma.jpg", "-o", "grandma.png", cwd=tmp_path)
    with Image.open(tmp_path / "grandma.png") as image:
        np.testing.assert_array_equal(np.asarray(image.convert("L")), greys)
    assert "provider" in run(*vermilion, "info", cwd=tmp_path)
