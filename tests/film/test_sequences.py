"""Films that come as files of single frames."""

from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from tests.film.clips import frame_at, lumas, packets
from vermilion.errors import FilmError, SettingsError
from vermilion.film import EncodeOptions, FilmOptions

LOSSLESS = FilmOptions(EncodeOptions("ffv1"), fps=Fraction(12))


def frames_in(folder, ending, count=10, first=3):
    folder.mkdir(exist_ok=True)
    for number in range(count):
        cv2.imwrite(str(folder / f"{number + first:04d}.{ending}"), frame_at(number))
    return folder / f"%04d.{ending}"


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_frames_in_files_become_a_film(tmp_path, video_colorizer, ending):
    pattern = frames_in(tmp_path / "frames", ending)
    result = video_colorizer.colorize(pattern, options=LOSSLESS)
    assert result.path == tmp_path / "frames.color.mkv"
    assert np.array_equal(lumas(result.path), np.stack([frame_at(number) for number in range(10)]))
    shown = sorted(at for _, at in packets(result.path, "video"))
    assert np.allclose(np.diff(shown), 1 / 12, atol=0.002)


def test_frames_in_dpx_are_read(tmp_path, video_colorizer):
    folder = tmp_path / "frames"
    folder.mkdir()
    for number in range(5):
        codec = av.CodecContext.create("dpx", "w")
        codec.width, codec.height, codec.pix_fmt = 128, 72, "rgb48be"
        codec.time_base = Fraction(1, 24)
        frame = av.VideoFrame.from_ndarray(frame_at(number), format="gray").reformat(format="rgb48be")
        (folder / f"{number:06d}.dpx").write_bytes(b"".join(bytes(packet) for packet in codec.encode(frame)))
    result = video_colorizer.colorize(folder / "%06d.dpx", options=LOSSLESS)
    found = lumas(result.path).astype(float)
    assert len(found) == 5
    wanted = np.stack([frame_at(number) for number in range(5)]) / 255
    assert np.abs((found - 64) / 876 - wanted).max() < 0.01


def test_a_part_of_a_sequence(tmp_path, video_colorizer):
    pattern = frames_in(tmp_path / "frames", "png", count=24)
    options = FilmOptions(EncodeOptions("ffv1"), fps=Fraction(12), start=0.5, end=1.5)
    result = video_colorizer.colorize(pattern, options=options)
    assert np.array_equal(lumas(result.path), np.stack([frame_at(number) for number in range(6, 18)]))


def test_gaps_and_missing_speeds_are_told_in_a_sentence(tmp_path, video_colorizer):
    pattern = frames_in(tmp_path / "frames", "png")
    with pytest.raises(FilmError, match="frames a second with --fps"):
        video_colorizer.colorize(pattern)
    (tmp_path / "frames" / "0007.png").unlink()
    with pytest.raises(FilmError, match=r"0007\.png is missing"):
        video_colorizer.colorize(pattern, options=LOSSLESS)
    with pytest.raises(FilmError, match="check the number of digits"):
        video_colorizer.colorize(tmp_path / "frames" / "%06d.png", options=LOSSLESS)
    with pytest.raises(SettingsError, match="impossible"):
        FilmOptions(fps=Fraction(0))
