"""What ExifTool finds in a result, compared with the scan, field by field.

All that may differ stands in docs/metadata.md, which is read here.
"""

import json
import re
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.pictures.made import MadePainting, grey_picture
from tests.pictures.made_profiles import gamma, grey_profile
from vermilion.pictures import Mark, ReadOptions, read_scan, write_picture

pytestmark = [pytest.mark.slow, pytest.mark.needs("exiftool", "libimage-exiftool-perl")]

Fields = dict[str, object]
PAGE = Path(__file__).parents[3] / "docs" / "metadata.md"
MARK = Mark("1.2.3", "town & archive 4", "ab" * 32, "cd" * 32)
PRINT = "http://cv.iptc.org/newscodes/digitalsourcetype/print"
GREY = grey_picture(40, 60)
DEEP = grey_picture(40, 60, np.uint16)
# What is written into scans, by ExifTool, a variant of its own for each.
VARIANTS: dict[str, tuple[str, ...]] = {
    "plain": (),
    "exif": (
        "-IFD0:Make=Zeiss", "-IFD0:Model=Ikonta", "-IFD0:Artist=Grandpa", "-IFD0:Copyright=nobody",
        "-IFD0:ImageDescription=At the gate", "-IFD0:Software=Scan 5", "-IFD0:ModifyDate=1948:05:01 12:00:00",
        "-ExifIFD:DateTimeOriginal=1948:05:01 12:00:00", "-ExifIFD:UserComment=a note", "-ExifIFD:ISO=50",
        "-ExifIFD:ExposureTime=1/50", "-ExifIFD:FNumber=4.5", "-ExifIFD:LensModel=Tessar",
    ),
    "turned": ("-IFD0:Orientation#=6", "-IFD0:Make=Zeiss"),
    "place": (
        "-GPS:GPSLatitude=48.2", "-GPS:GPSLatitudeRef=N", "-GPS:GPSLongitude=16.37", "-GPS:GPSLongitudeRef=E",
        "-GPS:GPSAltitude=171", "-GPS:GPSDateStamp=1948:05:01",
    ),
    "xmp": (
        "-XMP-dc:Title=Großmutter", "-XMP-dc:Subject=gate", "-XMP-dc:Subject=door", "-XMP-dc:Type=A < B",
        "-XMP-dc:Rights=nobody", "-XMP-xmp:Rating=4", "-XMP-xmp:CreatorTool=Scan 5", "-XMP-xmp:Label=Red",
        "-XMP-xmpMM:DocumentID=xmp.did:1", "-XMP-xmpMM:InstanceID=xmp.iid:1", "-XMP-photoshop:City=Wien",
        "-XMP-photoshop:ColorMode#=1", "-XMP-photoshop:ICCProfileName=Dot Gain",
        "-XMP-crs:ConvertToGrayscale=true",
        "-XMP-tiff:BitsPerSample=8", "-XMP-tiff:SamplesPerPixel=1", "-XMP-tiff:Compression#=1",
        "-XMP-tiff:PlanarConfiguration#=1", "-XMP-tiff:YCbCrPositioning#=1",
        f"-XMP-iptcExt:DigitalSourceType={PRINT}",
        "-XMP-tiff:PhotometricInterpretation#=1", "-XMP-tiff:Make=Zeiss",
    ),
    "motion": ("-XMP-GCamera:MicroVideo=1", "-XMP-GCamera:MicroVideoOffset=5000", "-XMP-dc:Title=A film"),
    "iptc": (
        "-IPTC:Caption-Abstract=At the gate, 1931", "-IPTC:Keywords=gate", "-IPTC:Keywords=Wien",
        "-IPTC:City=Wien", "-IPTC:By-line=Grandpa", "-IPTC:DateCreated=1931:05:01",
        "-IPTC:CodedCharacterSet=UTF8",
    ),
    "density": ("-IFD0:XResolution=600", "-IFD0:YResolution=600", "-IFD0:ResolutionUnit#=2"),
    "comment": ("-Comment=from the attic",),
    "thumbnail": ("-IFD0:Make=Zeiss", "-IFD1:Compression#=6"),
}  # fmt: skip
VARIANTS["all"] = tuple(argument for each in VARIANTS.values() for argument in each)
# What Debian's ExifTool cannot write, and test_merged.py tests.
UNWRITTEN = (
    "XMP-apdi:",
    "XMP-hdrgm:",
    "XMP-HDRGainMap:",
    "XMP-GContainer:",
    "XMP-GCamera:MotionPhoto",
    "XMP-xmp:Thumbnails",
)
SUFFIXES = ("jpg", "png", "tif", "webp")


def exiftool(*arguments: object) -> str:
    done = subprocess.run(["exiftool", *map(str, arguments)], capture_output=True, text=True)
    return done.stdout


def make_scans(folder: Path) -> list[Path]:
    """Sixty scans and more: every variant in each format that is written, and others as they come."""
    for suffix in SUFFIXES:
        for variant in VARIANTS:
            options: dict[str, Any] = {"lossless": True} if suffix == "webp" else {}
            image = Image.fromarray(GREY).convert("RGB" if variant == "exif" else "L")
            image.save(folder / f"{variant}.{suffix}", **options)
    others: tuple[tuple[str, Image.Image, dict[str, Any]], ...] = (
        ("deep.png", Image.fromarray(DEEP), {}),
        ("deep.tif", Image.fromarray(DEEP), {}),
        ("alpha.png", Image.merge("LA", [Image.fromarray(GREY), Image.fromarray(255 - GREY)]), {}),
        ("palette.png", Image.fromarray(GREY).convert("P"), {}),
        ("lzw.tif", Image.fromarray(GREY), {"compression": "tiff_lzw"}),
        ("progressive.jpg", Image.fromarray(GREY), {"progressive": True}),
        ("cmyk.jpg", Image.fromarray(GREY).convert("CMYK"), {}),
        ("inches.jpg", Image.fromarray(GREY), {"dpi": (300, 300)}),
        ("inches.png", Image.fromarray(GREY), {"dpi": (300, 300)}),
        ("inches.tif", Image.fromarray(GREY), {"dpi": (300, 300)}),
        ("profile.jpg", Image.fromarray(GREY), {"icc_profile": grey_profile(gamma(1.8))}),
        ("profile.png", Image.fromarray(GREY), {"icc_profile": grey_profile(gamma(1.8))}),
        ("profile.tif", Image.fromarray(GREY), {"icc_profile": grey_profile(gamma(1.8))}),
        ("profile.webp", Image.fromarray(GREY), {"icc_profile": grey_profile(gamma(1.8))}),
        ("picture.gif", Image.fromarray(GREY), {"comment": b"from the attic"}),
        ("picture.avif", Image.fromarray(GREY), {}),
        ("picture.bmp", Image.fromarray(GREY), {}),
        ("picture.pgm", Image.fromarray(GREY), {}),
        ("picture.jp2", Image.fromarray(GREY), {}),
    )
    for name, image, options in others:
        image.save(folder / name, **options)
    for variant, arguments in VARIANTS.items():
        files = [folder / f"{variant}.{suffix}" for suffix in SUFFIXES]
        if arguments:
            exiftool("-q", "-q", "-m", "-overwrite_original", *arguments, *files)
    told = [folder / f"picture.{suffix}" for suffix in ("gif", "avif", "jp2")]
    arguments = (*VARIANTS["exif"], *VARIANTS["xmp"], *VARIANTS["iptc"])
    exiftool("-q", "-q", "-m", "-overwrite_original", *arguments, *told)
    return sorted(folder.iterdir())


def dump(folder: Path) -> dict[str, Fields]:
    """All fields, "Group:Tag", of all files, by name."""
    found = json.loads(exiftool("-json", "-G1", "-n", "-a", "-charset", "filename=utf8", folder))
    return {Path(each["SourceFile"]).name: each for each in found}


def may_differ(kind: str) -> list[str]:
    """Patterns of fields that may differ, as the page has them, for "jpg", or "jpg to tif"."""
    *_, target = kind.split()
    found = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("| `"):
            continue
        fields, results, _ = (cell.strip() for cell in line.strip("| ").split("|"))
        holds = {
            "another format": " to " in kind,
            "tif, before or after": "tif" in kind.split(),
            "jpg, png or tif to webp": kind.endswith(" to webp"),
        }
        if results in ("all", target) or holds.get(results, False):
            found += re.findall(r"`([^`]+)`", fields)
    return found


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str, Fields, Fields]]:
    """Name, kind, and the fields before and after, of every scan in its own format, and some in others."""
    scans, results = tmp_path_factory.mktemp("scans"), tmp_path_factory.mktemp("results")
    made = []
    for path in make_scans(scans):
        scan = read_scan(path, ReadOptions(recolor=True))
        own = path.suffix[1:]
        for target in SUFFIXES if path.stem == "all" else [own if own in SUFFIXES else "png"]:
            name = f"{path.name}.{target}"
            write_picture(scan, MadePainting(scan, mark=MARK), results / name)
            made.append((path.name, name, target if own == target else f"{own} to {target}"))
    before, after = dump(scans), dump(results)
    return [(name, kind, before[scan], after[name]) for scan, name, kind in made]


def test_there_are_sixty_and_more(compared: list[tuple[str, str, Fields, Fields]]) -> None:
    assert len(compared) > 60
    kinds = {kind for _, kind, _, _ in compared}
    assert {"jpg", "png", "tif", "webp", "gif to png", "avif to png", "jp2 to png", "jpg to tif"} <= kinds
    fields = set().union(*(before.keys() for _, _, before, _ in compared))
    assert {"IPTC:Keywords", "GPS:GPSLatitude", "XMP-dc:Title", "ExifIFD:LensModel"} <= fields


def test_nothing_differs_but_what_the_page_says(compared: list[tuple[str, str, Fields, Fields]]) -> None:
    found = []
    for name, kind, before, after in compared:
        allowed = may_differ(kind)
        for field in sorted(before.keys() | after.keys()):
            differs = before.get(field) != after.get(field)
            if differs and not any(fnmatchcase(field, pattern) for pattern in allowed):
                found.append((name, field, before.get(field), after.get(field)))
    assert found == [], "\n".join(map(str, found))


def test_nothing_on_the_page_is_idle(compared: list[tuple[str, str, Fields, Fields]]) -> None:
    """The page lists what becomes of fields, not what might."""
    differing = {
        (kind, field)
        for _, kind, before, after in compared
        for field in before.keys() | after.keys()
        if before.get(field) != after.get(field)
    }
    said = [line.split("|")[1] for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:3] == "| `"]
    every = [pattern for fields in said for pattern in re.findall(r"`([^`]+)`", fields)]
    patterns = [pattern for pattern in every if not pattern.startswith(UNWRITTEN)]
    idle = [each for each in patterns if not any(fnmatchcase(field, each) for _, field in differing)]
    assert len(patterns) > 30
    assert idle == [], idle
