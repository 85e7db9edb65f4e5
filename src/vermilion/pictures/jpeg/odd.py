"""JPEGs whose chroma has a size that TurboJPEG does not know (a third of the luma's width, for one).

Pillow reads them, but hides libjpeg's warnings, like every other library in this process.
OpenCV lets libjpeg write them to stderr, so it runs in a process of its own, whose stderr we read.
"""

import re
import subprocess
import sys

import numpy as np
from numpy.typing import NDArray

from vermilion.pictures.codecs.pillow import open_with_pillow
from vermilion.pictures.source import Source

_DAMAGE = re.compile(
    r"^.*(Corrupt JPEG data|Premature end|Inconsistent progression|Huffman).*$", re.MULTILINE
)
_DECODE = (
    "import sys, cv2, numpy;"
    "cv2.imdecode(numpy.frombuffer(sys.stdin.buffer.read(), numpy.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_8)"
)
_PATIENCE = 60  # seconds


def has_odd_chroma(data: bytes) -> bool:
    """Whether TurboJPEG does not know the size of a JPEG's chroma."""
    import simplejpeg  # noqa: PLC0415 - `import vermilion` need not wait for it

    try:
        simplejpeg.decode_jpeg_header(data, strict=False)
    except KeyError:  # a size that TurboJPEG knows and simplejpeg has no name for
        return False
    except ValueError as error:
        return "determine subsampling" in str(error)
    return False


def damage_of(data: bytes) -> str:
    """What libjpeg warns of when it decodes a JPEG without junk or oddities; empty if of nothing."""
    try:
        child = subprocess.run(  # noqa: S603 - our own words, in this very Python
            [sys.executable, "-c", _DECODE], input=data, check=False, capture_output=True, timeout=_PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"it could not be checked: {error}"
    found = _DAMAGE.search(child.stderr.decode("utf-8", "replace"))
    return found[0] if found else ""


def decode_odd(data: bytes, color_space: str, at_least: tuple[int, int] | None) -> NDArray[np.uint8]:
    """Decode with Pillow: uint8 [H, W, C], scaled down as far as twice the size `at_least` allows.

    Raises:
        ValueError: It cannot be decoded.
    """
    mode = {"GRAY": "L"}.get(color_space, color_space)
    try:
        with open_with_pillow(Source("<jpeg>", given=data), ("JPEG",)) as image:
            wanted = image.size if at_least is None else (2 * at_least[1], 2 * at_least[0])
            image.draft(mode, wanted)  # "L" gives the luma that is stored
            pixels = np.asarray(image.convert(mode), np.uint8)
    except (OSError, SyntaxError) as error:
        raise ValueError(str(error)) from error
    return pixels if pixels.ndim == 3 else pixels[..., None]
