"""Refuses intact TIFFs that we cannot read, by what they hold and never as damaged."""

from itertools import pairwise

from vermilion.errors import PictureError
from vermilion.pictures.tiff import pages as tags
from vermilion.pictures.tiff.packed import can_unpack
from vermilion.pictures.tiff.pages import TiffPage

VIPS_CODINGS = frozenset({1, 2, 3, 4, 5, 7, 8, 32771, 32773, 32946, 34676, 34677, 50001})
"""Compressions that libvips reads."""

OLD_JPEG, JPEG = 6, 7
PILLOW_CODINGS = frozenset({OLD_JPEG, 34925, 50000})
"""Compressions that only Pillow reads: TIFF 6.0's own JPEG, LZMA, Zstandard."""

YCBCR = 6
_SUBSAMPLING = 530
_CODINGS = {
    32809: "ThunderScan",
    33003: "JPEG 2000",
    33005: "JPEG 2000",
    34661: "JBIG",
    34712: "JPEG 2000",
    34887: "LERC",
    34892: "lossy JPEG",
    34933: "PNG",
    34934: "JPEG XR",
    50002: "JPEG XL",
    52546: "JPEG XL",
}
_CURE = "which vermilion cannot read; save it as TIFF with LZW compression and 8 or 16 bits"
_SIGNED, _FLOAT = 2, 3


def refuse_unread(page: TiffPage, name: str) -> None:
    """Refuse a page of a kind that neither libvips, nor Pillow, nor `packed` reads rightly.

    Raises:
        PictureError: It is one.
    """
    for what in (_coding(page), _samples(page), _by_pillow(page)):
        if what:
            raise PictureError(f"{name} is a TIFF {what}, {_CURE}")
    if tags.PHOTOMETRIC not in page.directory.entries:
        raise PictureError(
            f"{name} is a TIFF that does not say whether 0 is black or white (PhotometricInterpretation is"
            " missing); save it as TIFF with another program"
        )


def needs_pillow(page: TiffPage) -> bool:
    """Whether Pillow must read what is not unpacked here."""
    coding = page.number(tags.COMPRESSION, 1)
    # libtiff makes RGB of YCbCr in JPEG coding alone; libvips takes any other for RGB.
    bare_ycbcr = page.number(tags.PHOTOMETRIC, 1) == YCBCR and coding not in (JPEG, OLD_JPEG)
    return coding in PILLOW_CODINGS or bare_ycbcr


def _coding(page: TiffPage) -> str:
    """What is not read of its compression; empty if that is read."""
    coding = page.number(tags.COMPRESSION, 1)
    if coding not in VIPS_CODINGS | PILLOW_CODINGS:
        return f"compressed by {_CODINGS.get(coding, f'a way that is not known (number {coding})')}"
    if coding in (JPEG, OLD_JPEG) and set(page.bits) != {8}:
        return f"with JPEG compression of {page.bits[0]} bits per sample"
    return ""


def _samples(page: TiffPage) -> str:
    bits = sorted(set(page.bits))
    if can_unpack(page):
        return ""
    if len(bits) > 1:
        return f"whose samples have {' and '.join(map(str, bits))} bits"
    kind = page.number(tags.SAMPLE_FORMAT, 1)
    known = (16, 32) if kind == _FLOAT else (1, 2, 4, 8, 16, 32)
    if bits[0] not in known:
        return f"with {bits[0]} bits per sample{' in floating point' if kind == _FLOAT else ''}"
    return ""


def _by_pillow(page: TiffPage) -> str:
    """What Pillow would read with fewer bits, or as something else."""
    if can_unpack(page) or not needs_pillow(page):
        return ""
    kind, bits, one = page.number(tags.SAMPLE_FORMAT, 1), page.bits[0], page.samples == 1
    raw_ycbcr = page.number(tags.PHOTOMETRIC, 1) == YCBCR and page.number(tags.COMPRESSION, 1) == 1
    if raw_ycbcr and set(page.numbers(_SUBSAMPLING)) - {1}:
        return "in YCbCr with reduced chroma and without compression"
    if kind == _SIGNED:
        return "of signed numbers"
    if bits <= 8 or (one and (bits, kind) in ((16, 1), (32, _FLOAT))):
        return ""
    if kind == _FLOAT:
        return f"of {bits}-bit floating point, coded by LZMA or Zstandard"
    return f"with {bits} bits per sample, of which only {16 if one else 8} could be read as it is coded"


_PLAIN, _YCBCR = 1, 6  # a compression, and a colour space that has fewer samples of chroma


def check_places(page: TiffPage, name: str) -> None:
    """Refuse a page of which a part is missing, or whose width cannot be that of its samples.

    Raises:
        PictureError: It is such a page.
    """
    starts = page.numbers(tags.TILE_STARTS) or page.numbers(tags.STRIP_STARTS)
    if missing := starts.count(0):
        raise PictureError(
            f"{name} lacks {missing:,} of the {len(starts):,} parts in which its samples lie;"
            " copy or scan it again, or save it whole"
        )
    if page.number(tags.COMPRESSION, _PLAIN) == _PLAIN and page.number(tags.PHOTOMETRIC, 1) != _YCBCR:
        needed = _needed(page, starts)
        ordered = sorted(needed)
        if any(after - here < needed[here] for here, after in pairwise(ordered)):
            raise PictureError(
                f"{name} is damaged (its samples do not fit its width and height); copy or scan it again"
            )


def _needed(page: TiffPage, starts: tuple[int, ...]) -> dict[int, int]:
    """The bytes that parts take, by where they begin; equal parts may be stored once."""
    is_tiled = bool(page.numbers(tags.TILE_STARTS))
    in_planes = page.number(tags.PLANAR, 1) == 2
    length = page.number(tags.LENGTH, 0)
    across = page.number(tags.TILE_WIDTH if is_tiled else tags.WIDTH, 0)
    down = page.number(tags.TILE_LENGTH if is_tiled else tags.ROWS_PER_STRIP, length)
    row = (across * (page.bits[0] if in_planes else sum(page.bits)) + 7) // 8
    a_plane = max(1, len(starts) // (page.samples if in_planes else 1))
    needed: dict[int, int] = {}
    for index, start in enumerate(starts):
        rows = down if is_tiled else min(down, length - index % a_plane * down)
        needed[start] = min(row * max(0, rows), needed.get(start, row * down))
    return needed
