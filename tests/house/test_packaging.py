"""What is promised to whoever installs, and the scripts that a newcomer runs."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

import vermilion

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SCRIPTS = [ROOT / ".ci" / "run", ROOT / "scripts" / "demo", ROOT / "scripts" / "test"]


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\s\[<>=!~;]", requirement)[0] for requirement in requirements}


def test_the_base_needs_no_more_than_was_promised() -> None:
    assert names(PROJECT["project"]["dependencies"]) == {
        "numpy",
        "pillow",
        "onnxruntime",
        "pyvips",
        "simplejpeg",
        "jpeglib",
        "opencv-python-headless",
        "pydantic",
        "typer",
        "rich",
        "fastapi",
        "uvicorn",
        "python-multipart",
        "segno",
    }


def test_training_brings_torch_and_no_one_else_does() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    assert {"torch", "torchvision", "timm"} <= names(extras["train"])
    assert "torch" not in names(extras["test"])


def test_no_version_is_capped() -> None:
    extras = PROJECT["project"]["optional-dependencies"].values()
    every = PROJECT["project"]["dependencies"] + [line for extra in extras for line in extra]
    versions = [line.split(";")[0] for line in every]  # what follows says on which machines
    assert [version for version in versions if "<" in version or "==" in version] == []


def test_the_version_has_one_home_and_a_line_in_the_changelog() -> None:
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert f"## {vermilion.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_licence_is_whole() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_every_example_has_its_licence() -> None:
    told = (ROOT / "examples" / "LICENSES.md").read_text(encoding="utf-8")
    shown = [path.name for path in (ROOT / "examples").iterdir() if path.suffix == ".jpg"]
    assert shown
    assert [name for name in shown if name not in told and ".color." not in name] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_can_be_run(script: Path) -> None:
    assert os.access(script, os.X_OK)
    bash = shutil.which("bash")
    assert bash is not None
    subprocess.run([bash, "-n", script], check=True)


def test_continuous_integration_rehearses_a_release_and_runs_the_checks() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if "scripts/" in line] == [
        "VERMILION_RELEASE_OFFLINE=1 bash scripts/release --skip-tests",
        "exec bash scripts/test --all",
    ]


def test_continuous_integration_installs_every_program_that_tests_need() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    needed = {
        package
        for path in (ROOT / "tests").rglob("test_*.py")
        for package in re.findall(r'mark\.needs\("[^"]+", "([^"]+)"\)', path.read_text(encoding="utf-8"))
    }
    assert needed
    assert {package for package in needed if package not in script} == set()
