"""The command as a process: signals, and streams that are closed, full or no longer read."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "", "OMP_NUM_THREADS": "1"}
FULL = Path("/dev/full")

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="these streams are those of Unix")]


@pytest.fixture
def shell(here: Path, tiny_model: Path):
    """Runs a line of bash in which $V stands for the program and $M for the option with the tiny model."""

    def run(line: str) -> subprocess.CompletedProcess[str]:
        words = {"V": f"{sys.executable} -m vermilion", "M": f"--model {tiny_model}"}
        return subprocess.run(
            ["bash", "-c", f"set -o pipefail; {line}"],
            env=ENVIRONMENT | words,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


@pytest.fixture
def box(scan, here: Path) -> Path:
    for name in "abcd":
        scan(f"box/{name}.png")
    return here / "box"


def results(box: Path) -> list[str]:
    return sorted(path.name for path in box.glob("*.color.png"))


def noise(path: Path) -> None:
    """A scan whose result is larger than what a pipe holds."""
    grey = np.random.default_rng(1).integers(0, 256, (400, 400), np.uint8)
    Image.fromarray(grey).save(path)


@pytest.mark.usefixtures("heard")
@pytest.mark.parametrize("package", ["typer", "numpy", "onnxruntime", "pyvips"])
def test_ctrl_c_while_packages_are_loaded(scan, here: Path, tiny_model: Path, package: str) -> None:
    scan("a.png")
    code = f"""
import os, signal, sys
class Nervous:
    def find_spec(self, name, path=None, target=None):
        if name == {package!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Nervous())
from vermilion.cli import main
main()
"""
    command = [sys.executable, "-c", code, "colorize", "a.png", "--model", str(tiny_model)]
    ended = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert ended.returncode == 130
    [error] = ended.stderr.splitlines()
    assert error.startswith("error: Stopped")


@pytest.mark.parametrize(
    ("cause", "code", "told"), [("KeyboardInterrupt", 130, "error: Stopped."), ("OSError", 1, "Trace")]
)
def test_a_compiled_module_that_ctrl_c_stopped_is_no_broken_one(cause: str, code: int, told: str) -> None:
    """ONNX Runtime makes an ImportError of Ctrl-C in the midst of its start; other causes stay faults."""
    text = f"""
import vermilion.cli.app
def run():
    raise ImportError("initialization failed") from {cause}()
vermilion.cli.app.run = run
vermilion.cli.main()
"""
    command = [sys.executable, "-c", text]
    ended = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert ended.returncode == code
    assert told in ended.stderr
    assert ("Traceback" in ended.stderr) == (code == 1)


@pytest.mark.usefixtures("heard")
def test_ctrl_c_in_the_middle_of_a_folder(scan, here: Path, tiny_model: Path) -> None:
    for number in range(40):
        scan(f"box/{number:02}.png", (400, 300))
    command = [sys.executable, "-m", "vermilion", "colorize", "box", "--model", str(tiny_model)]
    with subprocess.Popen(
        command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("box/00.png -> ")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "error: Stopped. The same command continues from here.\n"
    done = len(results(here / "box"))
    assert 1 <= done < 40
    assert f"{done} colourised" in out
    assert not list((here / "box").glob(".*")), "nothing half-written is left"


@pytest.mark.usefixtures("heard")
def test_a_real_ctrl_c_at_any_moment_leaves_no_traceback(scan, here: Path, tiny_model: Path) -> None:
    scan("a.png")
    command = [sys.executable, "-c", "from vermilion.cli import main; print(flush=True); main()"]
    command += ["colorize", "a.png", "--model", str(tiny_model), "--overwrite"]
    for delay in (0.02, 0.1, 0.2, 0.4):
        with subprocess.Popen(
            command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(delay)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=60)
        # Once Python takes itself down, the signal ends the process itself; shells call that 130, too.
        assert process.returncode in {0, 130, -signal.SIGINT}, err
        assert "Traceback" not in err


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_a_full_disk_under_the_messages_stops_no_work(shell, box: Path) -> None:
    ended = shell("$V colorize box $M > /dev/full")
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: Standard output cannot be written (No space left on device)")
    assert len(ended.stderr.splitlines()) == 1
    assert len(results(box)) == 4


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("line", ["$V --help > /dev/full", "$V info $M > /dev/full"])
def test_a_full_disk_under_an_answer_is_one_sentence(shell, line: str) -> None:
    ended = shell(line)
    assert ended.returncode == 1
    [error] = ended.stderr.splitlines()
    assert error.startswith("error: Standard output cannot be written")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_a_full_disk_under_the_picture_is_one_sentence(shell, here: Path) -> None:
    noise(here / "a.png")
    ended = shell("$V colorize a.png -o - $M > /dev/full")
    assert ended.returncode == 1
    [error] = ended.stderr.splitlines()
    assert "the picture there is incomplete" in error


def test_a_reader_of_the_messages_may_go_away(shell, box: Path) -> None:
    ended = shell("$V colorize box $M | head -n 1")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert len(ended.stdout.splitlines()) == 1
    assert len(results(box)) == 4


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_of_the_picture_may_not(shell, here: Path, unbuffered: str) -> None:
    noise(here / "a.png")
    ended = shell(f"PYTHONUNBUFFERED={unbuffered} $V colorize a.png -o - $M | head -c 10 > /dev/null")
    assert ended.returncode == 1
    [error] = ended.stderr.splitlines()
    assert "stopped before its end" in error


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-", "2> /dev/full"])
def test_closed_streams_stop_no_work(shell, box: Path, closed: str) -> None:
    ended = shell(f"$V colorize box $M {closed}")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert len(results(box)) == 4


def test_closed_streams_are_told_where_they_are_needed(shell, scan) -> None:
    scan("a.png")
    ended = shell("$V colorize - $M <&-")
    assert (ended.returncode, ended.stderr) == (
        1,
        "error: Standard input is closed; pipe a picture into it.\n",
    )
    ended = shell("$V colorize a.png -o - $M >&-")
    assert (ended.returncode, ended.stderr) == (
        1,
        "error: Standard output is closed; redirect it, or name a file with -o.\n",
    )
