"""Samples of a JPEG, decoded strictly: whatever libjpeg warns of is damage, but for a few oddities.

libjpeg reports only its first warning, so a harmless one could hide another. After a
harmless one the file is therefore written again without oddities and must decode without any.
"""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vermilion.errors import PictureError
from vermilion.pictures.jpeg.odd import damage_of, decode_odd, has_odd_chroma
from vermilion.pictures.jpeg.segments import (
    ARITHMETIC,
    ARITHMETIC_PROGRESSIVE,
    BASELINE,
    EXTENDED,
    JPEG_LS,
    LOSSLESS,
    PROGRESSIVE,
    Frame,
    JpegFile,
    parse_jpeg,
    without_junk,
)
from vermilion.pictures.jpeg.tidy import ends_in_zeros, usual_file, without_left_over, without_oddities
from vermilion.tone import luma_of_rgb

# Warnings that leave every sample intact, if nothing else is wrong.
_HARMLESS = re.compile(
    r"extraneous bytes before marker 0xd9|Invalid SOS parameters|unknown Adobe|JFIF revision|bad ICC",
    re.IGNORECASE,
)
_UNSUPPORTED = re.compile(r"unsupported|not supported|not implemented|sorry|JPEG format", re.IGNORECASE)
_READ = frozenset({BASELINE, EXTENDED, PROGRESSIVE, LOSSLESS, ARITHMETIC, ARITHMETIC_PROGRESSIVE})


@dataclass(frozen=True, slots=True)
class JpegData:
    """A JPEG without junk between its segments, its frame header, and its name for messages.

    One with `odd_chroma` (see `odd`) was found to be sound, and has no oddities.
    """

    data: bytes
    frame: Frame
    name: str
    odd_chroma: bool = False


def check_coding(frame: Frame, name: str) -> None:
    """Refuse what libjpeg cannot decode, before it is tried.

    Raises:
        PictureError: It is such a JPEG.
    """
    if frame.process == JPEG_LS:
        raise unsupported(name, "a JPEG-LS picture")
    if frame.process not in _READ:
        raise unsupported(name, "a hierarchical or arithmetically coded lossless JPEG")
    if frame.precision != 8:
        raise unsupported(name, f"a JPEG with {frame.precision} bits per sample")
    if len(frame.components) not in (1, 3, 4) or (frame.process == LOSSLESS and len(frame.components) == 4):
        raise unsupported(name, f"a JPEG of {len(frame.components)} components")
    if any(not (1 <= c.across <= 4 and 1 <= c.down <= 4) for c in frame.components):
        raise refused(name, "impossible sampling factors")


def decode(jpeg: JpegData, color_space: str, at_least: tuple[int, int] | None = None) -> NDArray[np.uint8]:
    """Decode, scaled down by libjpeg as far as twice the size `at_least` allows.

    Args:
        jpeg: What to decode.
        color_space: "GRAY", "RGB" or "CMYK".
        at_least: Height and width; a lossless JPEG is always decoded whole.

    Returns:
        uint8 [H, W, C].

    Raises:
        PictureError: The data is cut off or damaged, or cannot be read.
    """
    if jpeg.frame.process == LOSSLESS:  # cannot be scaled, nor its colours be converted
        return _decode_lossless(jpeg, color_space)
    if jpeg.odd_chroma:
        return _decode_odd(jpeg, color_space, at_least)
    smallest = {}
    if at_least is not None:
        smallest = {"min_height": 2 * at_least[0], "min_width": 2 * at_least[1], "min_factor": 1}
    reason, data = "", jpeg.data
    for change in _ATTEMPTS:
        data = change(data, reason)
        try:
            return _decode(data, color_space, smallest)
        except ValueError as error:
            reason = str(error)
            if not _HARMLESS.search(reason):
                break
    raise refused(jpeg.name, reason)


def eighths_for(jpeg: JpegData, at_least: tuple[int, int]) -> int:
    """How many eighths of its size `decode` gives: the fewest that are twice `at_least`, at most all."""
    sides = (jpeg.frame.height, 2 * at_least[0]), (jpeg.frame.width, 2 * at_least[1])
    return next(k for k in range(1, 9) if k == 8 or all(-(-full * k // 8) >= least for full, least in sides))


def _decode(data: bytes, color_space: str, smallest: dict[str, int]) -> NDArray[np.uint8]:
    import simplejpeg  # noqa: PLC0415 - `import vermilion` need not wait for it

    decoded: NDArray[np.uint8] = simplejpeg.decode_jpeg(data, color_space, strict=True, **smallest)
    return decoded


def _decode_lossless(jpeg: JpegData, color_space: str) -> NDArray[np.uint8]:
    stored = "GRAY" if len(jpeg.frame.components) == 1 else "RGB"
    try:
        samples = _decode(jpeg.data, stored, {})
    except ValueError as error:
        raise refused(jpeg.name, str(error)) from error
    if stored == color_space:
        return samples
    if color_space == "GRAY":
        return np.asarray(luma_of_rgb(samples)[..., None], np.uint8)
    return np.repeat(samples, 3, axis=2)


def _decode_odd(jpeg: JpegData, color_space: str, at_least: tuple[int, int] | None) -> NDArray[np.uint8]:
    try:
        return decode_odd(jpeg.data, color_space, at_least)
    except ValueError as error:
        raise refused(jpeg.name, str(error)) from error


def open_jpeg(data: bytes, file: JpegFile, name: str) -> JpegData:
    """The decodable data of a parsed file.

    Raises:
        PictureError: It is one with odd chroma, and damaged.
    """
    clean = without_junk(file) if file.junk else data
    if not has_odd_chroma(clean):
        return JpegData(clean, file.frame, name)
    clean = without_oddities(clean, "")
    while damage := damage_of(clean):
        shorter = without_left_over(clean, damage)
        if len(shorter) == len(clean):
            raise refused(name, damage)
        clean = shorter
    return JpegData(clean, file.frame, name, odd_chroma=True)


def refused(name: str, reason: str) -> PictureError:
    """The error for a JPEG that libjpeg cannot decode to its end."""
    if _UNSUPPORTED.search(reason):
        return unsupported(name, f"a JPEG of a rare kind ({reason.strip()})")
    if "premature end" in reason.lower():
        return PictureError(f"{name} is cut off (the JPEG ends too early); copy or scan it again")
    return PictureError(f"{name} is a damaged JPEG ({reason.strip()}); copy or scan it again")


def unsupported(name: str, what: str) -> PictureError:
    """The error for an intact file in a coding that we do not read."""
    return PictureError(f"{name} holds {what}, which vermilion cannot read; save it as TIFF or PNG")


def _unchanged(data: bytes, _: str) -> bytes:
    return data


def carried_jpeg(file: JpegFile) -> JpegFile:
    """A grey JPEG whose scans are to stand in another file: without oddities and left-over zeros."""
    file = usual_file(file)
    while ends_in_zeros(file.segments[-1].coded):
        clean = without_junk(file)
        try:
            _decode(clean, "GRAY", {"min_height": 1, "min_width": 1})
        except ValueError as error:
            shorter = without_left_over(clean, str(error))
            if len(shorter) < len(clean):
                file = parse_jpeg(shorter)
                continue
        break
    return file


# libjpeg looks a few bytes ahead and does not count those, so what is left over goes in several steps.
_ATTEMPTS = (_unchanged, without_oddities, *[without_left_over] * 3)
