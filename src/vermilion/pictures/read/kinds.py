"""Recognises a file by its first bytes: a kind with its own reader, or one that we do not read."""

from vermilion.errors import PictureError

HEAD = 64
"""Recognises a file by its first bytes."""

HEIC, JPEG_XL, JPEG_2000, PHOTOSHOP, PNM = "heic", "jxl", "jpeg2000", "psd", "pnm"

_SIGNATURES = (
    (b"\xff\x0a", JPEG_XL),
    (b"\0\0\0\x0cJXL \r\n\x87\n", JPEG_XL),
    (b"\0\0\0\x0cjP  \r\n\x87\n", JPEG_2000),
    (b"\xff\x4f\xff\x51", JPEG_2000),
    (b"8BPS", PHOTOSHOP),
    (b"P5", PNM),
    (b"P6", PNM),
)
_HEVC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_AV1 = frozenset({b"avif", b"avis"})
_STILL = _HEVC | _AV1 | {b"mif1", b"msf1", b"mif2", b"miaf"}
_UNREAD = (
    (b"%PDF", "a PDF document", "save the pictures in it as TIFF or PNG"),
    (b"%!PS", "a PostScript document", "save the pictures in it as TIFF or PNG"),
    (b"AT&TFORM", "a DjVu document", "save the pictures in it as TIFF or PNG"),
    (b"PK\3\4", "an archive (ZIP) or an office document", "unpack it, and name the pictures in it"),
    (b"<svg", "a drawing (SVG)", "save it as PNG"),
    (b"<?xml", "a text (XML)", "name the picture itself"),
    (b"<!DOCTYPE", "a web page", "save the picture itself from the browser"),
    (b"<html", "a web page", "save the picture itself from the browser"),
    (b"II\xbc", "a JPEG XR picture", "save it as TIFF or PNG"),
    (b"v/1\x01", "an OpenEXR picture", "save it as TIFF with 16 bits"),
    (b"#?RADIANCE", "a Radiance HDR picture", "save it as TIFF with 16 bits"),
    (b"#?RGBE", "a Radiance HDR picture", "save it as TIFF with 16 bits"),
    (b"DDS ", "a DirectDraw picture (DDS)", "save it as TIFF or PNG"),
    (b"SDPX", "a DPX frame", "save it as TIFF with 16 bits"),
    (b"XPDS", "a DPX frame", "save it as TIFF with 16 bits"),
    (b"SIMPLE  =", "a FITS picture", "save it as TIFF with 16 bits"),
    (b"gimp xcf", "a GIMP file", "export it as TIFF or PNG"),
    (b"FUJIFILMCCD-RAW", "a raw camera file", "develop it and save that as TIFF or JPEG"),
    (b"IIRO", "a raw camera file", "develop it and save that as TIFF or JPEG"),
    (b"IIRS", "a raw camera file", "develop it and save that as TIFF or JPEG"),
    (b"IIU\0", "a raw camera file", "develop it and save that as TIFF or JPEG"),
    (b"FOVb", "a raw camera file", "develop it and save that as TIFF or JPEG"),
    (b"\0MRM", "a raw camera file", "develop it and save that as TIFF or JPEG"),
    (b"\x1aE\xdf\xa3", "a film", "films are not coloured; save a picture of it as PNG"),
)


def kind_of(head: bytes) -> str | None:
    """One of the kinds with a reader of its own, by the first `HEAD` bytes; None for all others."""
    brands = _brands(head)
    if brands & _HEVC and not brands & _AV1:
        return HEIC
    return next((kind for signature, kind in _SIGNATURES if head.startswith(signature)), None)


def refuse_unread(head: bytes, name: str) -> None:
    """Refuse a file of a kind that is known and that nothing here reads.

    Raises:
        PictureError: It is one; the message says of which kind, and what to save it as.
    """
    brands = _brands(head)
    if b"crx " in brands:
        raise PictureError(f"{name} is a raw camera file; develop it and save that as TIFF or JPEG")
    if (brands and not brands & _STILL) or (head[:4] == b"RIFF" and head[8:11] == b"AVI"):
        raise PictureError(f"{name} is a film, and films are not coloured; save a picture of it as PNG")
    if head[:4] in (b"II*\0", b"MM\0*") and head[8:10] == b"CR":
        raise PictureError(f"{name} is a raw camera file; develop it and save that as TIFF or JPEG")
    for signature, called, cure in _UNREAD:
        if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(signature.lower()):
            raise PictureError(f"{name} is {called}, which vermilion cannot read; {cure}")


def _brands(head: bytes) -> frozenset[bytes]:
    """The brands of a file of boxes, as far as `head` reaches; none for other files."""
    if head[4:8] != b"ftyp":
        return frozenset()
    end = min(int.from_bytes(head[:4]), len(head))
    return frozenset([head[8:12], *(head[place : place + 4] for place in range(16, end - 3, 4))])
