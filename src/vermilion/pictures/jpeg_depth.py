"""How many bits a sample a JPEG has, found without reading all of it."""

from pathlib import Path

from vermilion.pictures import extra
from vermilion.pictures.jpeg_file import is_jpeg

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # tables and an extension lie between them
_SCAN = 0xDA
_MOST_SEGMENTS = 1000


def is_deep_jpeg(path: Path) -> bool:
    """Whether a file is a JPEG of more than 8 bits that can be read here, whose result no JPEG holds."""
    if not extra.has(extra.IMAGECODECS):
        return False
    try:
        return _bits(path) > 8
    except OSError:  # which is reported when its turn comes
        return False


def _bits(path: Path) -> int:
    """Bits a sample by the frame header; 8 where there is none."""
    with path.open("rb") as file:
        if not is_jpeg(file.read(2)):
            return 8
        for _ in range(_MOST_SEGMENTS):
            head = file.read(5)
            if len(head) < 5 or head[0] != 0xFF or head[1] == _SCAN:
                return 8
            if head[1] in _FRAMES:
                return head[4]
            file.seek(int.from_bytes(head[2:4]) - 3, 1)
    return 8
