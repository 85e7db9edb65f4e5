"""Help, version, completion, and the commands beside `colorize`."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

import vermilion as package
from tests.cli.conftest import Screen
from vermilion import cli
from vermilion.cli import progress
from vermilion.cli.training_extra import training_packages_needed
from vermilion.errors import TrainingError

ROOT = Path(__file__).parents[2]


COMMANDS = ["colorize", "replay", "inspect", "info", "evaluate", "train", "finetune", "export", "models"]
MODELS_COMMANDS = ["models verify", "models import", "models export", "models remove"]


@pytest.mark.parametrize("command", [*COMMANDS, *MODELS_COMMANDS])
def test_help_has_examples(vermilion, command: str) -> None:
    said = vermilion(*command.split(), "--help", model=None)
    assert said.code == 0
    assert f"vermilion {command} " in said.out.partition("Examples:")[2]


def test_no_arguments_show_the_commands(vermilion) -> None:
    said = vermilion("--help")
    for command in COMMANDS:
        assert f"\n  {command} " in said.out


def test_version(vermilion) -> None:
    assert vermilion("--version").out == f"vermilion {package.__version__}\n"


def test_a_mistyped_option_is_a_usage_error(vermilion) -> None:
    said = vermilion("colorize", "a.png", "--colour", model=None)
    assert said.code == 2
    assert "--colour" in said.err


def test_info_says_what_runs(vermilion) -> None:
    said = vermilion("info")
    assert said.code == 0
    lines = dict(line.split(maxsplit=1) for line in said.out.splitlines() if not line.startswith("looks at"))
    assert lines["vermilion"] == package.__version__
    assert lines["model"] == "tiny 0.0.1"
    assert lines["licence"] == "Apache-2.0"
    assert lines["provider"] == "CPUExecutionProvider"
    assert lines["engine"].startswith("ONNX Runtime ")
    assert len(lines["hash"]) == 64


@pytest.mark.parametrize("missing", ["torch", "timm"])
def test_a_missing_training_package_is_one_sentence(missing: str) -> None:
    with (
        pytest.raises(TrainingError, match=rf"^Training needs {missing}.*pip install \"\.\[train\]\"\.$"),
        training_packages_needed(),
    ):
        raise ModuleNotFoundError(name=missing)


def test_a_fault_of_ours_is_not_taken_for_a_missing_package() -> None:
    with pytest.raises(ModuleNotFoundError), training_packages_needed():
        raise ModuleNotFoundError(name="vermilion.training.nothing")


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", [["train", "a.toml"], ["export", "a.ckpt", "folder"], ["finetune", "photos", "--name", "a"]]
)
def test_training_commands_without_torch_say_how_to_get_it(command: list[str]) -> None:
    code = "import sys; sys.modules['torch'] = None; from vermilion.cli import main; main()"
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    result = subprocess.run(
        [sys.executable, "-c", code, *command], env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    [error] = result.stderr.splitlines()
    assert (
        error
        == 'error: Training needs torch, which is not installed; run in the checkout: pip install ".[train]".'
    )


@dataclass(frozen=True)
class Facts:
    """A card's facts, with defaults of their own."""

    name: str
    version: str
    licence: str
    temperature: float = 1.5
    working_size: int = 32


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A stand-in for training that only remembers what it was asked."""
    asked: list[tuple[object, ...]] = []

    def train(config, *, resume, report, pictures=(), run="", minutes=None):
        asked.append((config, resume, list(pictures), run))
        report(SimpleNamespace(stage="pictures", done=0, wanted=10, rate=0.0, counts="3 grey"))
        used = {"waiting": 0.1, "utilisation": 0.2}
        report(SimpleNamespace(stage="game", done=5, wanted=10, rate=84.2, numbers={"loss": 0.5}, **used))
        return Path("runs/generator.safetensors")

    def export(checkpoint, folder, facts, int8, heads):
        asked.append((checkpoint, folder, facts, int8, heads))

    trainer = SimpleNamespace(train=train, export=export, CardFacts=Facts, asked=asked)
    trainer.is_first_process = lambda: True
    monkeypatch.setitem(sys.modules, "vermilion.training", trainer)
    return trainer


def test_train_calls_the_trainer(vermilion, training: SimpleNamespace) -> None:
    said = vermilion("train", "a.toml", "--resume", "--pictures", "a", "--pictures", "b", "--run", "r")
    assert said.code == 0
    assert training.asked == [(Path("a.toml"), True, ["a", "b"], "r")]
    assert "pictures: 3 grey" in said.err
    assert "game  5/10  84 images/s  10% waiting  20% used  0:00:00 left  loss 0.5" in said.err
    assert "vermilion export runs/generator.safetensors" in said.out.replace("\\", "/")


def test_training_shows_a_bar_on_a_terminal(training, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "160")
    with progress.training_bar() as report:
        training.train(Path("a.toml"), resume=False, report=report)
    assert "images/s" in screen.getvalue()
    assert "\u2501" in screen.getvalue(), "the bar itself"


def test_export_calls_the_exporter(vermilion, training: SimpleNamespace) -> None:
    said = vermilion("export", "runs/a", "my-model", "--name", "mine", "--temperature", "0.3")
    assert said.code == 0
    facts = Facts("mine", "1", "not stated", temperature=0.3)
    assert training.asked == [(Path("runs/a"), Path("my-model"), facts, None, None)]
    assert vermilion("export", "runs/a", "other", "--working-size", "96").code == 0
    assert training.asked[1][2] == Facts("unnamed", "1", "not stated", working_size=96)
    assert "my-model is a model folder" in said.out


def test_the_entry_point_runs_the_app(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["vermilion", "--version"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("vermilion ")


@pytest.mark.slow
def test_the_shell_can_complete() -> None:
    environment = os.environ | {
        "PYTHONPATH": str(ROOT / "src"),
        "_VERMILION_COMPLETE": "complete_bash",
        "COMP_WORDS": "vermilion colorize --over",
        "COMP_CWORD": "2",
    }
    code = "from vermilion.cli import main; main()"
    result = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert result.stdout.split() == ["--overwrite"]
