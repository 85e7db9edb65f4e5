"""Two checks of films: colours after a cut away and back, and memory over a long film.

Run them as: python -m benchmarks.film_checks back CLIP
and: python -m benchmarks.film_checks memory [--frames 10000], which takes a few minutes
"""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame

from benchmarks.film import Floats
from vermilion.color import cbcr_to_ab
from vermilion.film import EncodeOptions, FilmOptions, VideoColorizer
from vermilion.film.media import Luma, Source, read_facts, read_luma
from vermilion.film.motion import Motion, carried, hold
from vermilion.film.paint import FrameForm, KeyPainter
from vermilion.film.pipeline import Colored, Pipeline
from vermilion.film.shots import Shown
from vermilion.guidance import Controls
from vermilion.network import Model
from vermilion.painter import Painter
from vermilion.work import Work

_FOUND = 0.45  # weight from which a place counts as found again
_PARTS = ((0, 40), (-30, None), (60, 100))  # of a clip of two shots: there, away, and back
_SIZE = (180, 320)


def main() -> None:
    """Run one of the checks."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    checks = parser.add_subparsers(required=True)
    back = checks.add_parser("back")
    back.add_argument("clip", type=Path)
    back.set_defaults(check=lambda asked: print(cut_and_back(asked.clip)))
    memory = checks.add_parser("memory")
    memory.add_argument("--frames", type=int, default=10_000)
    memory.set_defaults(check=lambda asked: print(memory_over(asked.frames)))
    asked = parser.parse_args()
    asked.check(asked)


def cut_and_back(clip: Path) -> str:
    """Return how far colours in a, b differ after a cut away and back, and if each shot stood alone."""
    facts = read_facts(Source(clip))
    painter = Painter(Model.load(None, "cpu"))
    keys = KeyPainter(painter, FrameForm(facts.layout, 6, Shown(facts.size)), 192, Controls())
    frames = list(read_luma(facts))
    there, away, back = (frames[slice(*part)] for part in _PARTS)
    film = list(Pipeline(keys).run(hold(_numbered([*there, *away, *back]), facts.layout)))
    known = _apart(film[len(there) - 1], film[len(there) + len(away)])
    alone = [list(Pipeline(keys).run(hold(_numbered(part), facts.layout))) for part in (there, back)]
    return f"{known:.2f}, and {_apart(alone[0][-1], alone[1][0]):.2f} if the shots do not know of each other"


def _numbered(frames: list[Luma]) -> list[Luma]:
    return [replace(frame, number=number) for number, frame in enumerate(frames)]


def _apart(one: Colored, other: Colored) -> float:
    """Return the mean distance in a, b of places of a frame from themselves in another."""
    step = Motion().step(one.held.motion, other.held.motion)
    found = step.back_weight > _FOUND
    before, after = (cbcr_to_ab(each.held.small, each.cbcr) for each in (one, other))
    apart: Floats = np.linalg.norm(after - carried(before, step.back), axis=-1)
    return float(apart[found].mean())


def memory_over(count: int) -> str:
    """Return the megabytes that this process has while a made-up film is coloured (Linux)."""
    told = list[float]()
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "film.mkv"
        _make(film, count)
        colorizer = VideoColorizer(threads=1)
        options = FilmOptions(EncodeOptions(preset="ultrafast"))
        colorizer.colorize(film, options=options, work=Work(lambda _, __: told.append(_resident())))
    places = [told[min(len(told) - 1, int(share * len(told)))] for share in (0, 0.25, 0.5, 0.75, 1)]
    return "MB at the start, each quarter and the end: " + ", ".join(f"{place:.0f}" for place in places)


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096 / 1e6


def _make(path: Path, count: int) -> None:
    """Write a film of shots of 250 frames: smooth texture, and a disc that moves."""
    noise = np.random.default_rng(0).random((8, 9, 16)).astype(np.float32)
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        stream.height, stream.width, stream.pix_fmt = *_SIZE, "yuv420p"
        for number in range(count):
            texture = cv2.resize(noise[number // 250 % 8], _SIZE[::-1], interpolation=cv2.INTER_CUBIC)
            frame = np.clip(40 + 160 * texture, 0, 255).astype(np.uint8)
            cv2.circle(frame, (20 + 2 * number % 280, 90), 24, 230, -1)
            file.mux(stream.encode(VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="gray")))
        file.mux(stream.encode(None))


if __name__ == "__main__":
    main()
