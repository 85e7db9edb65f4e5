"""Starting is quick, and packages depend downwards only."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
HEAVY = [
    "cv2", "fastapi", "jpeglib", "numpy", "onnx", "onnxruntime", "PIL", "pydantic", "pyvips", "rich",
    "segno", "simplejpeg", "starlette", "timm", "torch", "typer", "uvicorn",
]  # fmt: skip


def run_python(code: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def loaded_after(statement: str) -> set[str]:
    names = run_python(f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))")
    return {name.partition(".")[0] for name in json.loads(names.splitlines()[-1])}


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert loaded_after("import vermilion").isdisjoint(HEAVY)


def test_importing_the_front_door_of_the_command_line_loads_nothing_heavy() -> None:
    assert loaded_after("import vermilion.cli").isdisjoint(HEAVY)


def test_asking_for_help_loads_only_typer() -> None:
    asking = "from vermilion.cli.app import app\ntry: app(['colorize', '--help'])\nexcept SystemExit: pass"
    quietly = f"import io, sys\nout, sys.stdout = sys.stdout, io.StringIO()\n{asking}"
    names = run_python(f"{quietly}\nprint(*sys.modules, file=out)")
    loaded = {name.partition(".")[0] for name in names.split()}
    assert loaded & set(HEAVY) == {"typer"}


def test_options_that_nobody_gives_load_no_validators() -> None:
    asking = (
        "from vermilion.cli.app import app\ntry: app(['colorize', 'nowhere.jpg'])\nexcept SystemExit: pass"
    )
    assert "pydantic" not in loaded_after(asking)


@pytest.mark.slow
def test_a_picture_without_a_recipe_loads_no_validators(tmp_path: Path) -> None:
    Image.new("L", (64, 64), 90).save(tmp_path / "a.png")
    command = ["colorize", str(tmp_path / "a.png"), "-o", str(tmp_path / "b.png"), "--hint", "3,4=navy"]
    asking = f"from vermilion.cli.app import app\ntry: app({command})\nexcept SystemExit: pass"
    assert "pydantic" not in loaded_after(asking)
    assert (tmp_path / "b.png").exists()


def test_colorizing_loads_no_torch_and_no_rich() -> None:
    assert loaded_after("import vermilion.archive, vermilion.colorizer, vermilion.evaluation").isdisjoint(
        {"torch", "timm", "onnx", "rich"}
    )


def test_importing_the_package_takes_at_most_a_fifth_of_a_second() -> None:
    code = (
        "import time, vermilion; print(time.process_time())"  # of the whole process, Python's start included
    )
    assert min(float(run_python(code)) for _ in range(5)) <= 0.2


@pytest.mark.slow
def test_packages_depend_as_the_contracts_say() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    result = subprocess.run(
        [program, "--no-cache"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout
