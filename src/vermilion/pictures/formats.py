"""The formats that can be written, and what each can hold."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """A format that can be written.

    Attributes:
        title: Its name as people write it.
        suffixes: Of its files.
        media_type: Its name for programs (RFC 6838).
        has_sixteen_bits: Whether it holds 16 bits per sample, or 8 only.
        has_alpha: Whether it holds transparency.
        longest_side: In pixels; None where a side may be as long as that of any scan.
    """

    title: str
    suffixes: tuple[str, ...]
    media_type: str
    has_sixteen_bits: bool = False
    has_alpha: bool = False
    longest_side: int | None = None


FORMATS = {
    "jpeg": Format("JPEG", (".jpg", ".jpeg"), "image/jpeg", longest_side=65_535),
    "png": Format("PNG", (".png",), "image/png", has_sixteen_bits=True, has_alpha=True),
    "tiff": Format("TIFF", (".tif", ".tiff"), "image/tiff", has_sixteen_bits=True, has_alpha=True),
    "webp": Format("WebP", (".webp",), "image/webp", has_alpha=True, longest_side=16_383),
}
"""By the names that are used in this package."""

SUFFIXES = {suffix: name for name, each in FORMATS.items() for suffix in each.suffixes}
"""The name of a format, by the suffix of a file."""

NAMES = {suffix[1:]: name for suffix, name in SUFFIXES.items()}
"""The name of a format, by what a person may call it."""
