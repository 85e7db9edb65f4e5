"""Reads pictures whose paths come line by line, and answers each by a line of JSON: `benchmarks.damage`.

python -m benchmarks.damage_child vermilion|reader
"""

import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmarks.speed import own_peak

if TYPE_CHECKING:
    from vermilion import Colorizer

_SIZE = 64  # short side that the network sees: its colours do not matter here
_MOST_MEMORY = 8 << 30  # bytes of addresses: an end to what a claim of a header can take
_WRITTEN_AS = {".jpg": "jpg", ".jpeg": "jpg", ".tif": "tif", ".tiff": "tif", ".webp": "webp"}


def main() -> None:
    """Answer until the input ends."""
    read = _vermilion() if sys.argv[1] == "vermilion" else _reader
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    channel = os.fdopen(os.dup(1), "w")  # whatever a codec prints goes elsewhere
    os.dup2(2, 1)
    for line in sys.stdin:
        path = Path(line.rstrip("\n"))
        _forget_peak()
        started = time.perf_counter()
        outcome, said = read(path)
        seconds = time.perf_counter() - started
        answer = {"outcome": outcome, "said": said, "seconds": seconds, "peak": own_peak()}
        channel.write(json.dumps(answer) + "\n")
        channel.flush()


def _forget_peak() -> None:
    """Let the kernel count this process's largest size again."""
    marks = Path("/proc/self/clear_refs")
    if marks.exists():
        marks.write_text("5", encoding="ascii")


def _vermilion() -> Callable[[Path], tuple[str, str]]:
    from vermilion import Colorizer  # noqa: PLC0415 - the reader goes without

    colorizer = Colorizer()
    return lambda path: _colorize(colorizer, path)


def _colorize(colorizer: "Colorizer", path: Path) -> tuple[str, str]:
    """Colour a picture and encode the result; tells its greys, the refusal, or the fault of ours."""
    from vermilion.errors import VermilionError  # noqa: PLC0415 - the reader goes without

    try:
        picture = colorizer.colorize(path, recolor=True, size=_SIZE)
        picture.encode(_WRITTEN_AS.get(path.suffix, "png"), drop_depth=True, drop_alpha=True)
        greys = picture.scan.luma
    except VermilionError as error:
        return "refused", str(error)
    except MemoryError:
        return "refused", "it does not fit into memory"
    except Exception as error:  # noqa: BLE001 - this is what is looked for
        return "fault", f"{type(error).__name__}: {error}"
    return "read", _digest(greys)


def _digest(samples: NDArray[np.generic]) -> str:
    return hashlib.sha256(f"{samples.shape} {samples.dtype}".encode() + samples.tobytes()).hexdigest()


def _reader(path: Path) -> tuple[str, str]:
    """Pillow, loading and verifying everything; of JPEGs that it reads, what djpeg warns of."""
    from PIL import Image, ImageFile  # noqa: PLC0415

    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(path) as image:
            image.load()
            digest = _digest(np.asarray(image))
        with Image.open(path) as image:
            image.verify()
    except Exception as error:  # noqa: BLE001 - Pillow raises many kinds for damage
        return "refused", f"{type(error).__name__}: {error}"
    if path.suffix in (".jpg", ".jpeg") and shutil.which("djpeg"):
        told = subprocess.run(["djpeg", "-strict", str(path)], check=False, capture_output=True)
        if told.returncode:
            return "warned", "djpeg: " + told.stderr.decode("utf-8", "replace").strip()
    return "read", digest


if __name__ == "__main__":
    main()
