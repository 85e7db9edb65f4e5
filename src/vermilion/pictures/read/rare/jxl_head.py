"""The head of a JPEG XL codestream (ISO/IEC 18181-1:2024): size and bits, before anything is decoded."""

from dataclasses import dataclass

HEAD = 256
"""First bytes of a codestream that are enough for `parse_head`."""

_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))


class MalformedJxlError(ValueError):
    """A head that makes no sense."""


@dataclass(frozen=True, slots=True)
class JxlHead:
    """Height and width as coded, before any turning, and bits per sample; `bits` is 0 for floats."""

    height: int
    width: int
    bits: int


class _Bits:
    """Reads numbers from bytes, the lowest bit first."""

    def __init__(self, data: bytes) -> None:
        self._number, self._left = int.from_bytes(data, "little"), 8 * len(data)

    def take(self, count: int) -> int:
        if count > self._left:
            raise MalformedJxlError("the head is cut off")
        found = self._number & ((1 << count) - 1)
        self._number >>= count
        self._left -= count
        return found

    def choose(self, *ways: tuple[int, int]) -> int:
        """One of four ways to code a number: an offset, and bits that are added to it."""
        offset, count = ways[self.take(2)]
        return offset + self.take(count)


def parse_head(codestream: bytes) -> JxlHead:
    """The head of a codestream, of which some hundred bytes are enough.

    Raises:
        MalformedJxlError: It is none.
    """
    if codestream[:2] != b"\xff\x0a":
        raise MalformedJxlError("no JPEG XL codestream")
    bits = _Bits(codestream[2:HEAD])
    height, width = _size(bits)
    return JxlHead(height, width, 8 if bits.take(1) else _depth(bits))


def _size(bits: _Bits) -> tuple[int, int]:
    small = bits.take(1)
    height = _side(bits, small)
    ratio = bits.take(3)
    if ratio == 0:
        return height, _side(bits, small)
    above, below = _RATIOS[ratio - 1]
    return height, height * above // below


def _side(bits: _Bits, small: int) -> int:
    return 8 * (1 + bits.take(5)) if small else bits.choose((1, 9), (1, 13), (1, 18), (1, 30))


def _depth(bits: _Bits) -> int:
    """Bits a sample out of the image's metadata, which begin with some more of the picture's looks."""
    if bits.take(1):
        bits.take(3)  # orientation, which the decoder undoes
        if bits.take(1):
            _size(bits)  # the size at which to show it
        if bits.take(1):
            _skip_preview(bits)
        if bits.take(1):
            _skip_animation(bits)
    if bits.take(1):
        return 0
    return bits.choose((8, 0), (10, 0), (12, 0), (1, 6))


def _skip_preview(bits: _Bits) -> None:
    eighths = bits.take(1)
    ways = ((16, 0), (32, 0), (1, 5), (33, 9)) if eighths else ((1, 6), (65, 8), (321, 10), (1345, 12))
    bits.choose(*ways)
    if bits.take(3) == 0:
        bits.choose(*ways)


def _skip_animation(bits: _Bits) -> None:
    bits.choose((100, 0), (1000, 0), (1, 10), (1, 30))
    bits.choose((1, 0), (1001, 0), (1, 8), (1, 10))
    bits.choose((0, 0), (0, 3), (0, 16), (0, 32))
    bits.take(1)
