"""Metadata of files that libvips reads, from libvips and, where it is silent, from the file."""

import mmap

from vermilion.pictures.exif import exif_of_tiff, without_thumbnail
from vermilion.pictures.metadata import Density, DensityUnit, Metadata
from vermilion.pictures.photoshop import without_thumbnails, wrap_iptc
from vermilion.pictures.png_file import bytes_of_raw_profile
from vermilion.pictures.source import Source
from vermilion.pictures.tiff_directory import (
    Directory,
    DirectoryReader,
    MalformedDirectoryError,
    parse_layout,
)
from vermilion.pictures.vips_library import VipsImage

_PHOTOSHOP = b"Photoshop 3.0\0"


def read_metadata(image: VipsImage, source: Source, kind: str, page: int) -> Metadata:
    """Everything that must survive; `icc` is the scan's own profile."""
    exif = _blob(image, "exif-data")
    if exif is None and kind == "tiff":
        exif = _tiff_exif(source, page)
    exif = exif.removeprefix(b"Exif\0\0") if exif else None
    iptc = _blob(image, "iptc-data") or _iptc_of_png(image)
    return Metadata(
        exif=without_thumbnail(exif) if exif else None,
        xmp=_blob(image, "xmp-data"),
        iptc=_resources(iptc) if iptc else None,
        icc=_blob(image, "icc-profile-data"),
        density=_density(image),
        comments=_comments(image),
    )


def _blob(image: VipsImage, name: str) -> bytes | None:
    return bytes(image.get(name)) or None if image.get_typeof(name) else None


def _resources(iptc: bytes) -> bytes | None:
    """Resources, whatever the container held.

    libvips hands over what the container held: resources, or bare IPTC records.
    """
    iptc = iptc.removeprefix(_PHOTOSHOP)
    if iptc.startswith(b"8BIM"):
        return without_thumbnails(iptc) or None
    return wrap_iptc(iptc)


def _density(image: VipsImage) -> Density | None:
    """Pixels an inch: libvips counts pixels a millimetre, and gives 1 where the file says nothing."""
    across, down = image.xres * 25.4, image.yres * 25.4
    if across <= 0 or down <= 0 or (abs(image.xres - 1) < 1e-6 and abs(image.yres - 1) < 1e-6):
        return None
    return Density(round(across, 3), round(down, 3), DensityUnit.INCH)


def _comments(image: VipsImage) -> tuple[bytes, ...]:
    names = [name for name in image.get_fields() if name.startswith("png-comment-")]
    # The field is called png-comment-INDEX-KEYWORD.
    kept = [n for n in names if n.split("-", 3)[-1] in ("Comment", "Description")]
    return tuple(str(image.get(name)).encode() for name in kept)


def _iptc_of_png(image: VipsImage) -> bytes | None:
    for name in image.get_fields():
        if name.startswith("png-comment-") and name.endswith("-Raw profile type iptc"):
            return bytes_of_raw_profile(str(image.get(name)))
    return None


def _tiff_exif(source: Source, page: int) -> bytes | None:
    if source.path is None:
        return _exif_of_page(source.given or b"", page)
    with source.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _exif_of_page(data, page)


def _exif_of_page(data: bytes | mmap.mmap, page: int) -> bytes | None:
    try:
        layout = parse_layout(data)
        reader = DirectoryReader(data, layout)
        directory: Directory = reader.read(layout.first)
        for _ in range(page - 1):
            directory = reader.read(directory.next_offset)
    except MalformedDirectoryError:
        return None
    return exif_of_tiff(layout, directory)
