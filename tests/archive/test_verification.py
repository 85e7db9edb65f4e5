"""Results proved against their scans; and each kind of damage is named."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from vermilion import Colorizer
from vermilion.archive import VerifyOptions, verify
from vermilion.errors import SettingsError

EXIF = Image.Exif()
EXIF[0x010E], EXIF[0x0112] = "The gate", 6


def grey(size: tuple[int, int] = (96, 72)) -> Image.Image:
    noise = np.random.default_rng(5).integers(20, 230, size[::-1], np.uint8)
    return Image.fromarray(noise)


def write_scan(path: Path) -> Path:
    """A scan of the kind that its name says."""
    kind = path.stem
    picture = grey()
    if kind == "deep":
        Image.fromarray(np.asarray(picture).astype(np.uint16) * 257).save(path)
    elif kind == "clear":
        Image.merge("LA", [picture, picture.rotate(180)]).save(path)
    elif kind == "stored-in-color":
        picture.convert("RGB").save(path, progressive=True)
    else:
        picture.save(path, exif=EXIF, dpi=(300, 300))
    return path


def coloured(colorizer: Colorizer, scan: Path, suffix: str, **options: Any) -> Path:
    result = scan.with_suffix(f".color{suffix}")
    colorizer.colorize(scan).save(result, **options)
    return result


@pytest.mark.parametrize(
    ("name", "suffix", "luma"),
    [
        ("a.jpg", ".jpg", "coefficients"),
        ("stored-in-color.jpg", ".jpg", "coefficients"),
        ("a.png", ".png", "samples"),
        ("a.png", ".jpg", "encoded anew"),
        ("a.jpg", ".webp", "samples"),
        ("a.tif", ".tif", "samples"),
        ("deep.tif", ".png", "samples"),
        ("clear.png", ".tif", "samples"),
    ],
)
def test_a_sound_result_holds(
    tiny_colorizer: Colorizer, tmp_path: Path, name: str, suffix: str, luma: str
) -> None:
    scan = write_scan(tmp_path / name)
    found = verify(scan, coloured(tiny_colorizer, scan, suffix))
    assert (found.differences, found.luma, found.ok) == ((), luma, True)
    assert len(found.scan_sha256) == len(found.result_sha256) == 64


@pytest.fixture
def pair(tiny_colorizer: Colorizer, tmp_path: Path) -> tuple[Path, Path]:
    scan = write_scan(tmp_path / "a.png")
    return scan, coloured(tiny_colorizer, scan, ".png")


def sentences(scan: Path, result: Path, options: VerifyOptions | None = None) -> list[str]:
    return [f"{each.check}: {each.sentence}" for each in verify(scan, result, options).differences]


def change(path: Path, points: list[tuple[int, int]]) -> None:
    """Raise green of some pixels, and keep the file's XMP."""
    with Image.open(path) as image:
        samples, info = np.array(image), dict(image.info)
        exif = image.getexif()
    for x, y in points:
        samples[y, x, 1] = (int(samples[y, x, 1]) + 128) % 256
    texts = PngInfo()
    texts.add_itxt("XML:com.adobe.xmp", info["XML:com.adobe.xmp"])
    Image.fromarray(samples).save(path, pnginfo=texts, exif=exif, dpi=info["dpi"])


def test_changed_pixels_are_counted_and_placed(pair: tuple[Path, Path]) -> None:
    change(pair[1], [])
    assert sentences(*pair) == [], "saving it again alone changes nothing that matters"
    change(pair[1], [(5, 5), (7, 5), (3, 9)])
    assert sentences(*pair) == ["luma: luma differs at 3 pixels, first at 5, 5"]
    change(pair[1], [(7, 5), (3, 9)])
    assert sentences(*pair) == ["luma: luma differs at 1 pixel, at 5, 5"]


def test_a_changed_coefficient_is_seen(tiny_colorizer: Colorizer, tmp_path: Path) -> None:
    scan = write_scan(tmp_path / "a.jpg")
    result = coloured(tiny_colorizer, scan, ".jpg")
    with Image.open(scan) as image:
        other = image.copy()
    other.putpixel((50, 40), 255 - int(other.getpixel((50, 40))))  # type: ignore[arg-type]
    other.save(scan, exif=EXIF, dpi=(300, 300))
    told = sentences(scan, result)
    assert told[0].startswith("luma: luma differs at ")
    assert told[1:] == ["mark: the mark was made for another scan, or for this one before it was changed"]


def test_a_jpeg_that_another_program_coded_anew_without_loss_holds(
    tiny_colorizer: Colorizer, tmp_path: Path
) -> None:
    from vermilion.pictures import NamedBytes, ReadOptions, read_scan
    from vermilion.pictures.compare.luma import compare_luma
    from vermilion.pictures.jpeg.coefficients import grey_jpeg
    from vermilion.pictures.jpeg.segments import parse_jpeg

    scan = tmp_path / "a.jpg"
    grey().save(scan, progressive=True)
    again = grey_jpeg(parse_jpeg(scan.read_bytes()), "a.jpg")
    result = coloured(tiny_colorizer, scan, ".jpg")
    first = read_scan(NamedBytes(again, "again.jpg"))
    assert parse_jpeg(again).frame.process != parse_jpeg(scan.read_bytes()).frame.process
    found = compare_luma(first, read_scan(result, ReadOptions(recolor=True)))
    assert (found.by, found.difference) == ("coefficients", None)


def test_damaged_chroma_is_seen(tiny_colorizer: Colorizer, tmp_path: Path) -> None:
    scan = write_scan(tmp_path / "a.jpg")
    result = coloured(tiny_colorizer, scan, ".jpg")
    result.write_bytes(result.read_bytes()[:-40])
    [told] = sentences(scan, result)
    assert told.startswith("result: ")
    assert "cut off" in told


@pytest.mark.parametrize(
    ("name", "suffix", "check"), [("deep.tif", ".webp", "depth"), ("clear.png", ".jpg", "alpha")]
)
def test_a_loss_is_named_unless_it_is_allowed(
    tiny_colorizer: Colorizer, tmp_path: Path, name: str, suffix: str, check: str
) -> None:
    scan = write_scan(tmp_path / name)
    result = coloured(tiny_colorizer, scan, suffix, drop_depth=True, drop_alpha=True)
    assert [each.check for each in verify(scan, result).differences] == [check]
    found = verify(scan, result, VerifyOptions(allow=frozenset({check})))
    assert (found.ok, [each.check for each in found.allowed]) == (True, [check])


def test_size_orientation_metadata_and_mark_are_compared(pair: tuple[Path, Path], tmp_path: Path) -> None:
    other = tmp_path / "other.png"
    grey((72, 96)).convert("RGB").save(other)
    told = sentences(pair[0], other)
    assert told[0] == "size: size is 72 x 96 pixels, not 96 x 72 as in the scan"
    assert told[1] == "orientation: orientation is 1, not 6 as in the scan"
    assert "mark: the mark that says how it was made is missing" in told
    assert "metadata: EXIF of the scan is missing" in told
    assert "metadata: resolution of the scan is missing" in told


def test_a_profile_that_is_lost_is_seen(tiny_colorizer: Colorizer, tmp_path: Path) -> None:
    from tests.pictures.made_profiles import gamma, grey_profile

    scan = tmp_path / "a.tif"
    grey().save(scan, icc_profile=grey_profile(gamma(1.8)))
    result = coloured(tiny_colorizer, scan, ".png")
    assert sentences(scan, result) == []
    with Image.open(result) as image:
        Image.fromarray(np.asarray(image)).save(result)
    assert "profile: the colour profile of the scan is missing" in sentences(scan, result)


def test_missing_files_are_differences(pair: tuple[Path, Path], tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere.png"
    assert sentences(nowhere, pair[1]) == [
        f"scan: {nowhere} does not exist; check the spelling and the folder"
    ]
    assert sentences(pair[0], nowhere)[0].startswith(f"result: {nowhere} does not exist")


def test_luma_can_never_be_allowed() -> None:
    with pytest.raises(SettingsError, match="'luma' can never differ; allow depth, alpha"):
        VerifyOptions(allow=frozenset({"luma"}))
