"""Exact results in every format, refusals instead of silent losses, whole files or none."""

import errno
import io
import os
import threading
from pathlib import Path

import numpy as np
import pytest

from tests.pictures.made import MadePainting, grey_picture, opened, saved
from vermilion.errors import OutputError
from vermilion.pictures import (
    ReadOptions,
    SaveOptions,
    check_output,
    encode_picture,
    publish,
    read_scan,
    write_picture,
)
from vermilion.pictures.write import disk

GREY = grey_picture(61, 83)


def names_in(folder):
    return [path.name for path in folder.iterdir()]


def painted(source):
    scan = read_scan(source)
    return scan, MadePainting(scan)


def read_back(data):
    return read_scan(data, ReadOptions(recolor=True))


@pytest.mark.parametrize("kind", ["png", "tif", "webp"])
def test_luma_and_colors_are_exact_at_eight_bits(kind):
    scan, painting = painted(GREY)
    image = opened(encode_picture(scan, painting, kind))
    np.testing.assert_array_equal(np.asarray(image), painting.rgb())
    np.testing.assert_array_equal(np.asarray(image.convert("L")), GREY)


@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_luma_is_exact_at_sixteen_bits(kind):
    deep = grey_picture(61, 83, np.uint16)
    scan, painting = painted(deep)
    found = read_back(encode_picture(scan, painting, kind))
    np.testing.assert_array_equal(found.luma, deep)
    assert found.depth == 16


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("kind", ["png", "tif", "webp"])
def test_alpha_is_kept(kind, dtype):
    if (kind, dtype) == ("webp", np.uint16):
        pytest.skip("WebP holds 8 bits")
    levels = grey_picture(61, 83, dtype)
    scan, painting = painted(np.dstack([levels, levels[::-1]]))
    found = read_back(encode_picture(scan, painting, kind))
    np.testing.assert_array_equal(found.alpha, levels[::-1])
    np.testing.assert_array_equal(found.luma, levels)


@pytest.mark.parametrize("kind", ["jpg", "webp"])
def test_depth_is_given_up_only_when_told(kind):
    scan, painting = painted(grey_picture(61, 83, np.uint16))
    with pytest.raises(OutputError, match=r"16 bits .* PNG or TIFF, or allow drop_depth \(--drop-depth\)"):
        encode_picture(scan, painting, kind)
    found = read_back(encode_picture(scan, painting, kind, SaveOptions(drop_depth=True)))
    rounded = np.rint(scan.luma / 257).astype(int)
    assert abs(found.luma - rounded).max() <= (1 if kind == "webp" else 8)


def test_alpha_is_given_up_only_when_told():
    scan, painting = painted(np.dstack([GREY, GREY]))
    with pytest.raises(OutputError, match=r"transparency .* allow drop_alpha \(--drop-alpha\)"):
        encode_picture(scan, painting, "jpg")
    assert opened(encode_picture(scan, painting, "jpg", SaveOptions(drop_alpha=True))).mode == "RGB"


@pytest.mark.parametrize("suffix", [".jpg", ".JPEG", ".png", ".tif", ".TIFF", ".webp"])
def test_the_suffix_chooses_the_format(suffix, tmp_path):
    scan, painting = painted(GREY)
    write_picture(scan, painting, tmp_path / f"a{suffix}")
    kind = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "tif": "TIFF", "tiff": "TIFF", "webp": "WEBP"}
    assert opened((tmp_path / f"a{suffix}").read_bytes()).format == kind[suffix[1:].lower()]
    assert names_in(tmp_path) == [f"a{suffix}"]


def test_unknown_formats_are_refused(tmp_path):
    scan, painting = painted(GREY)
    for name in ("a.gif", "a", "a.color"):
        with pytest.raises(OutputError, match=r"choose \.jpg"):
            write_picture(scan, painting, tmp_path / name)
    with pytest.raises(OutputError, match="choose jpg"):
        encode_picture(scan, painting, "bmp")


@pytest.mark.parametrize(("kind", "height"), [("webp", 16384), ("jpg", 65536)])
def test_a_picture_too_large_for_a_format_is_refused(kind, height, tmp_path):
    scan, painting = painted(np.zeros((height, 1), np.uint8))
    with pytest.raises(OutputError, match="save it as PNG or TIFF"):
        encode_picture(scan, painting, kind)
    with pytest.raises(OutputError, match="save it as PNG or TIFF"):  # before anything is painted
        check_output(scan, tmp_path / f"a.{kind}")


def test_nothing_is_overwritten_unless_asked(tmp_path):
    scan, painting = painted(GREY)
    path = tmp_path / "a.png"
    path.write_bytes(b"precious")
    for refuse in (lambda: write_picture(scan, painting, path), lambda: check_output(scan, path)):
        with pytest.raises(OutputError, match="exists already; choose another name or allow overwrite"):
            refuse()
    assert path.read_bytes() == b"precious"
    write_picture(scan, painting, path, SaveOptions(overwrite=True))
    assert opened(path.read_bytes()).size == (83, 61)
    assert names_in(tmp_path) == ["a.png"]


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_appears_meanwhile_is_kept(links, tmp_path, monkeypatch):
    scan = read_scan(GREY)
    path = tmp_path / "a.png"

    class Slow(MadePainting):
        def rgb_strips(self):
            path.write_bytes(b"precious")
            yield from super().rgb_strips()

    if not links:
        monkeypatch.setattr("os.link", failing(errno.EPERM))
    with pytest.raises(OutputError, match="exists already"):
        write_picture(scan, Slow(scan), path)
    assert path.read_bytes() == b"precious"
    assert names_in(tmp_path) == ["a.png"]


@pytest.mark.parametrize("links", [True, False])
def test_of_two_writers_one_wins_with_a_whole_file(links, tmp_path, monkeypatch):
    if not links:
        monkeypatch.setattr("os.link", failing(errno.ENOTSUP))
    scan, painting = painted(GREY)
    path = tmp_path / "a.png"
    outcomes = []

    def write():
        try:
            write_picture(scan, painting, path)
            outcomes.append("written")
        except OutputError:
            outcomes.append("refused")

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused"] * 3 + ["written"]
    assert names_in(tmp_path) == ["a.png"]
    assert opened(path.read_bytes()).size == (83, 61)


def failing(number):
    def fail(*args, **kwargs):
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EROFS, "is read-only"),
        (errno.EACCES, "is read-only"),
        (errno.EIO, "write elsewhere"),
    ],
)
def test_a_disk_that_refuses(number, reason, tmp_path, monkeypatch):
    scan, painting = painted(GREY)
    monkeypatch.setattr(os, "open", failing(number))
    with pytest.raises(OutputError, match=reason):
        write_picture(scan, painting, tmp_path / "a.png")
    assert names_in(tmp_path) == []


def test_a_read_only_disk_takes_back_nothing_either(tmp_path, monkeypatch):
    """Even to remove what is not there is an error on it."""
    scan, painting = painted(GREY)
    monkeypatch.setattr(os, "open", failing(errno.EROFS))
    monkeypatch.setattr(Path, "unlink", failing(errno.EROFS))
    with pytest.raises(OutputError, match="read-only; write elsewhere"):
        write_picture(scan, painting, tmp_path / "a.png")


def test_a_disk_that_fills_up_leaves_nothing_behind(tmp_path, monkeypatch):
    scan, painting = painted(GREY)
    monkeypatch.setattr(disk, "_move_if_free", failing(errno.ENOSPC))
    with pytest.raises(OutputError, match="the disk is full; free some space"):
        write_picture(scan, painting, tmp_path / "a.png")
    assert names_in(tmp_path) == []


def test_a_missing_folder_is_named(tmp_path):
    scan, painting = painted(GREY)
    with pytest.raises(OutputError, match="does not exist; create it first"):
        write_picture(scan, painting, tmp_path / "no" / "a.png")


def test_a_failing_painting_leaves_nothing_behind(tmp_path):
    scan = read_scan(saved(GREY, "JPEG"))

    class Broken(MadePainting):
        def chroma_planes(self, subsampled):
            raise RuntimeError("no colours today")

    with pytest.raises(RuntimeError, match="no colours"):
        write_picture(scan, Broken(scan), tmp_path / "a.jpg")
    assert names_in(tmp_path) == []


class Dripping(io.BytesIO):
    """Takes three bytes at a time, as a raw stream may."""

    def write(self, content):
        return super().write(bytes(content[:3]))


class Full(io.BytesIO):
    """Takes nothing, as a stream that would block."""

    def write(self, content):
        return None


def test_a_stream_gets_all_or_it_is_told():
    scan, painting = painted(GREY)
    stream = Dripping()
    write_picture(scan, painting, stream, format="png")
    assert stream.getvalue() == encode_picture(scan, painting, "png")
    with pytest.raises(OutputError, match="cannot be written any further"):
        write_picture(scan, painting, Full(), format="png")


@pytest.mark.parametrize(
    ("target", "format_", "told"),
    [
        (io.BytesIO(), None, "no name to choose a format by"),
        (io.BytesIO(), "bmp", "cannot be written"),
        (io.StringIO(), "png", "open it in binary mode"),
        ("a.png", "jpg", "is not a jpg file"),
    ],
)
def test_a_stream_that_cannot_be_written_is_told(target, format_, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    scan, painting = painted(GREY)
    with pytest.raises(OutputError, match=told):
        write_picture(scan, painting, target, format=format_)
    assert names_in(tmp_path) == []


def test_a_file_is_flushed_to_disk_before_it_gets_its_name(tmp_path, monkeypatch):
    steps = []

    def told(call):
        real = getattr(os, call)

        def wrapped(*given):
            steps.append(call)
            return real(*given)

        return wrapped

    for call in ("fsync", "link"):
        monkeypatch.setattr(os, call, told(call))
    publish([b"content"], tmp_path / "a.png", overwrite=False)
    assert steps == ["fsync", "link"]


def test_a_disk_that_cannot_be_asked_to_flush_is_written_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", failing(errno.EINVAL))
    publish([b"content"], tmp_path / "a.png", overwrite=False)
    assert names_in(tmp_path) == ["a.png"]
    monkeypatch.setattr(os, "fsync", failing(errno.EIO))
    with pytest.raises(OutputError, match="cannot be written"):
        publish([b"content"], tmp_path / "b.png", overwrite=False)
    assert names_in(tmp_path) == ["a.png"]
