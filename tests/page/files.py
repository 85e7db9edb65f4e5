"""Files of all kinds, made up: what a browser may read of them, and what it may not."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

from tests.pictures import made_profiles as made

Size = tuple[int, int]


def soft(size: Size, seed: int = 0) -> Image.Image:
    """A soft grey picture with grain."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(20, 236, (7, 9), np.uint8)).resize(size, Image.Resampling.BICUBIC)
    grain = rng.integers(-9, 10, (size[1], size[0]))
    return Image.fromarray((np.asarray(small, np.int16) + grain).clip(0, 255).astype(np.uint8))


def toned(size: Size) -> Image.Image:
    """The same in sepia."""
    return ImageOps.colorize(soft(size), (12, 6, 2), (255, 240, 214), (150, 118, 84))


def with_chunk(image: Image.Image, name: bytes, data: bytes) -> bytes:
    """A PNG with a further chunk after its head."""
    content = saved(image, "png")
    chunk = struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return content[:33] + chunk + content[33:]


def other_profile() -> bytes:
    """A profile whose red is green: whoever converts by it shows other levels."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    tags = {bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * profile[131], 12)}
    red, green = tags[b"rXYZ"], tags[b"gXYZ"]
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


def saved(image: Image.Image, kind: str, **how) -> bytes:
    content = io.BytesIO()
    image.save(content, kind, **how)
    return content.getvalue()


def rotated(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(soft((90, 60)), "jpeg", quality=90, exif=exif)


GREY_PROFILE = made.grey_profile(made.gamma(1.8))
WIDE_PROFILE = made.rgb_profile(made.PROPHOTO, made.gamma(1.8))
TABLES = made.profile(b"RGB ", {b"A2B0": b"mft2" + bytes(60)})
CURVELESS = made.profile(b"GRAY", {b"A2B0": b"mft2" + bytes(60)})
GAMMA = struct.pack(">I", 100_000)  # of a linear picture

EXACT = {
    "grey.png": lambda: saved(soft((120, 80)), "png"),
    "tagged.png": lambda: with_chunk(soft((120, 80)).convert("RGB"), b"sRGB", b"\0"),
    "gamma.png": lambda: with_chunk(soft((120, 80)), b"gAMA", GAMMA),
    "gamma-toned.png": lambda: with_chunk(toned((120, 80)), b"gAMA", GAMMA),
    "profile.png": lambda: saved(toned((120, 80)), "png", icc_profile=other_profile()),
    "profile.jpg": lambda: saved(toned((120, 80)), "jpeg", quality=90, icc_profile=other_profile()),
    "grey-profile.png": lambda: saved(soft((120, 80)), "png", icc_profile=GREY_PROFILE),
    "grey-profile.jpg": lambda: saved(soft((120, 80)), "jpeg", quality=90, icc_profile=GREY_PROFILE),
    "wide-profile.png": lambda: saved(toned((120, 80)), "png", icc_profile=WIDE_PROFILE),
    "wide-profile.jpg": lambda: saved(toned((120, 80)), "jpeg", quality=90, icc_profile=WIDE_PROFILE),
    "wide-profile.webp": lambda: saved(toned((120, 80)), "webp", lossless=True, icc_profile=WIDE_PROFILE),
    "grey-in-rgb.png": lambda: saved(toned((120, 80)), "png", icc_profile=GREY_PROFILE),
    "spoiled-profile.png": lambda: saved(soft((120, 80)), "png", icc_profile=GREY_PROFILE[:-9]),
    "palette.png": lambda: saved(soft((120, 80)).quantize(64), "png"),
    "bits.png": lambda: saved(soft((120, 80)).convert("1"), "png"),
    "grey.jpg": lambda: saved(soft((120, 80)), "jpeg", quality=85),
    "toned.jpg": lambda: saved(toned((121, 81)), "jpeg", quality=85),
    "progressive.jpg": lambda: saved(toned((120, 80)), "jpeg", quality=85, progressive=True),
    "toned.webp": lambda: saved(toned((120, 80)), "webp", lossless=True),
    "tiny.png": lambda: saved(soft((1, 1)), "png"),
    "small.jpg": lambda: saved(soft((3, 2)), "jpeg"),
    "tall.png": lambda: saved(soft((1, 400)), "png"),
    "wide.png": lambda: saved(soft((400, 1)), "png"),
} | {f"turned-{turn}.jpg": (lambda turn=turn: rotated(turn)) for turn in range(1, 9)}
"""What makes a file whose greys must come through, by its name."""


def upright_luma(content: bytes) -> np.ndarray:
    """The luma of a file as vermilion reads it, upright: that of a JPEG is its own plane Y."""
    image = Image.open(io.BytesIO(content))
    if image.format == "JPEG":
        image.draft("L", image.size)
    return np.asarray(
        ImageOps.exif_transpose(image.convert("RGB" if image.mode == "P" else "L")).convert("L")
    )


def _cut(content: bytes, share: float) -> bytes:
    return content[: int(share * len(content))]


def _spoiled(content: bytes) -> bytes:
    middle = len(content) // 2
    return (
        content[:middle]
        + bytes(byte ^ 0x55 for byte in content[middle : middle + 64])
        + content[middle + 64 :]
    )


DAMAGED = {
    "empty.png": lambda: b"",
    "letter.jpg": lambda: b"Dear aunt",
    "cut.png": lambda: _cut(EXACT["grey.png"](), 0.6),
    "cut.jpg": lambda: _cut(EXACT["grey.jpg"](), 0.6),
    "cut.webp": lambda: _cut(EXACT["toned.webp"](), 0.6),
    "head.jpg": lambda: _cut(EXACT["grey.jpg"](), 0.05),
    "spoiled.png": lambda: _spoiled(EXACT["grey.png"]()),
    "scan.tif": lambda: saved(soft((40, 30)), "tiff"),
}
"""What makes a file that is to be refused, by its name."""


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
