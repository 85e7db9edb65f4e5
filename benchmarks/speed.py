"""How long things take, as ratios to what libvips needs for the same file, and how much memory.

Timings are interleaved (ours, theirs, ours, theirs ...), and the median of the pairs' ratios counts, so
that a machine whose speed drifts does not decide the outcome.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from vermilion import Hint, Session

LARGE = (3000, 4000)  # height and width of a 12-megapixel scan
SMALL = (512, 512)
VIEW = (768, 1024)
HINTS = 20
QUALITY = 90
ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the report."""

    name: str
    value: float
    unit: str
    target: float

    def line(self) -> str:
        """Text with a verdict against the target."""
        verdict = "ok" if self.value <= self.target else "MISSED"
        return f"{self.name:<52} {self.value:8.2f} {self.unit:<6} target {self.target:g}  {verdict}"


def write_scan(path: Path, size: tuple[int, int]) -> None:
    """A grey JPEG that compresses like a photograph: smooth shapes, edges and grain."""
    random = np.random.default_rng(0)
    coarse = random.random((size[0] // 64, size[1] // 64), np.float32)
    shapes = cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC)
    edges = cv2.resize(
        random.random((size[0] // 16, size[1] // 16), np.float32), size[::-1], interpolation=cv2.INTER_LINEAR
    )
    grain = random.standard_normal(size, np.float32)
    grey = np.clip(40 + 130 * shapes + 40 * (edges > 0.6) + 4 * grain, 0, 255).astype(np.uint8)
    cv2.imwrite(str(path), grey, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


def floor(path: Path) -> None:
    """Let libvips decode the file and encode it again as RGB."""
    import pyvips  # noqa: PLC0415 - not needed by the other measures

    pyvips.Image.jpegload(str(path), access="sequential").colourspace("srgb").jpegsave_buffer(Q=QUALITY)


def ratios(
    ours: Callable[[], object], theirs: Callable[[], object], rounds: int = ROUNDS
) -> tuple[float, float]:
    """Medians of ours over theirs and of ours in seconds, after one unmeasured round."""
    quotients, seconds = [], []
    for turn in range(rounds + 1):
        times = []
        for action in (ours, theirs):
            started = time.perf_counter()
            action()
            times.append(time.perf_counter() - started)
        if turn:
            quotients.append(times[0] / times[1])
            seconds.append(times[0])
    return statistics.median(quotients), statistics.median(seconds)


def large_jpeg(folder: Path, model: Path | None) -> list[Measure]:
    """A 12-megapixel grey JPEG to a colour JPEG, in a warm process."""
    from vermilion import Colorizer  # noqa: PLC0415 - the cold starts come first

    scan = folder / "large.jpg"
    write_scan(scan, LARGE)
    colorizer = Colorizer(model)

    def ours() -> None:
        colorizer.colorize(scan).save(folder / "out.jpg", overwrite=True)

    ratio, seconds = ratios(ours, lambda: floor(scan))
    return [Measure(f"12 Mpx JPEG ({seconds:.3f} s), over libvips", ratio, "x", 3.0)]


def steered(folder: Path, model: Path | None) -> list[Measure]:
    """What twenty hints cost a large picture, and a view that is painted again."""
    from vermilion import Colorizer, Controls  # noqa: PLC0415 - the cold starts come first

    scan, view = folder / "large.jpg", folder / "view.jpg"
    write_scan(scan, LARGE)
    write_scan(view, VIEW)
    colorizer = Colorizer(model)
    hints, session = likely_hints(colorizer.open(scan)), colorizer.open(view)

    def save(hints: "tuple[Hint, ...]" = ()) -> None:
        colorizer.colorize(scan, hints=hints).save(folder / "out.jpg", overwrite=True)

    def repaint() -> None:
        session.paint(Controls(hints=moved)).to_numpy()

    moved = likely_hints(session)
    over, _ = ratios(lambda: save(hints), save)
    _, seconds = ratios(repaint, lambda: session.paint().to_numpy())
    return [
        Measure(f"12 Mpx JPEG with {HINTS} hints, over the automatic one", over, "x", 1.3),
        Measure(f"{VIEW[1]} px view painted again, {HINTS} hints", 1000 * seconds, "ms", 60),
    ]


def likely_hints(session: "Session") -> "tuple[Hint, ...]":
    """Hints at random places, each the second likeliest colour there: what a person may well correct."""
    from vermilion import Hint  # noqa: PLC0415

    random, hints = np.random.default_rng(0), []
    for _ in range(HINTS):
        y, x = (float(random.uniform(0, side)) for side in session.size)
        hints.append(Hint(x, y, session.suggest(x, y, 2)[-1].ab))
    return tuple(hints)


_COLORIZE = """
import sys
from vermilion import Colorizer
Colorizer(sys.argv[3] or None).colorize(sys.argv[1]).save(sys.argv[2], overwrite=True)
from benchmarks.speed import own_peak
print(own_peak())
"""


def own_peak() -> float:
    """Largest resident size of this process so far, in MiB.

    Linux's `ru_maxrss` starts from that of the process which started this one, so the kernel is asked for
    the present program's own mark.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if "VmHWM" in line)
        return int(line.split()[1]) / 1024
    import resource  # noqa: PLC0415 - not on every system

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def peak_memory(folder: Path, model: Path | None) -> Measure:
    """Largest resident size of a fresh process that colourises the large scan."""
    write_scan(folder / "large.jpg", LARGE)
    command = [sys.executable, "-c", _COLORIZE, str(folder / "large.jpg"), str(folder / "out.jpg")]
    told = subprocess.run([*command, str(model or "")], check=True, capture_output=True, text=True)
    return Measure("12 Mpx JPEG, peak memory", float(told.stdout), "MiB", 400)


def _median_of_process(command: list[str], rounds: int = ROUNDS) -> float:
    times = []
    for _ in range(rounds + 1):
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append(time.perf_counter() - started)
    return statistics.median(times[1:])


def _import_seconds() -> float:
    """How long a fresh Python imports the package, less its own start."""
    timed = "import time; start = time.perf_counter(); import vermilion; print(time.perf_counter() - start)"
    told = subprocess.run([sys.executable, "-c", timed], check=True, capture_output=True, text=True)
    return float(told.stdout)


def cold_starts(folder: Path, model: Path | None) -> list[Measure]:
    """Fresh processes: the command line on a small picture, whole, and the bare import as it times itself."""
    scan = folder / "small.jpg"
    write_scan(scan, SMALL)
    command = [sys.executable, "-m", "vermilion", "colorize", str(scan), "--overwrite"]
    colorize = _median_of_process([*command, "--model", str(model)] if model else command)
    imported = statistics.median(_import_seconds() for _ in range(ROUNDS))
    return [
        Measure("vermilion colorize, 512 px, cold start", colorize, "s", 0.8),
        Measure("import vermilion", imported, "s", 0.2),
    ]


def all_speeds(model: Path | None) -> list[Measure]:
    """Every measure of speed and memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        memory = peak_memory(folder, model)
        return [*large_jpeg(folder, model), *steered(folder, model), memory, *cold_starts(folder, model)]
