"""Frames through pipes, as YUV4MPEG2."""

import io
import subprocess
import sys

import av
import numpy as np
import pytest

from tests.film.clips import frame_at
from vermilion.errors import AlreadyColoredError, FilmError, OutputError, SettingsError
from vermilion.film import FilmOptions


def y4m(count=10, kind="mono", more=""):
    head = f"YUV4MPEG2 W128 H72 F24:1 Ip A1:1 C{kind}{more}\n".encode()
    deep = kind.endswith("p10")
    frames = []
    for number in range(count):
        luma = frame_at(number).astype("<u2") * 4 if deep else frame_at(number)
        grey = b"" if kind == "mono" else np.full(128 * 72 // 2, 512 if deep else 128, luma.dtype).tobytes()
        frames.append(b"FRAME\n" + luma.tobytes() + grey)
    return head + b"".join(frames)


def frames_of(content):
    with av.open(io.BytesIO(content), "r", format="yuv4mpegpipe") as film:
        return list(film.decode(video=0))


@pytest.mark.parametrize("kind", ["mono", "420mpeg2", "420p10"])
def test_frames_go_through_with_their_luma(video_colorizer, kind):
    out = io.BytesIO()
    assert video_colorizer.stream(io.BytesIO(y4m(kind=kind)), out) == 10
    frames = frames_of(out.getvalue())
    assert len(frames) == 10
    for number, frame in enumerate(frames):
        planes = frame.to_ndarray()
        luma, chroma = planes[:72], planes[72:].astype(int)
        deep = kind == "420p10"
        assert np.array_equal(luma, frame_at(number).astype(luma.dtype) * (4 if deep else 1))
        assert np.abs(chroma - (512 if deep else 128)).mean() > 2


def test_a_film_goes_to_a_pipe(video_colorizer, clip):
    out = io.BytesIO()
    assert video_colorizer.stream(clip, out, FilmOptions(end=0.5)) == 12
    assert len(frames_of(out.getvalue())) == 12


def test_bad_pipes_are_told_in_a_sentence(video_colorizer):
    with pytest.raises(FilmError, match="no YUV4MPEG2"):
        video_colorizer.stream(io.BytesIO(b"no frames at all"), io.BytesIO())
    with pytest.raises(FilmError, match="no frame"):
        video_colorizer.stream(io.BytesIO(y4m(0)), io.BytesIO())
    with pytest.raises(SettingsError, match="no part of what comes in"):
        video_colorizer.stream(io.BytesIO(y4m()), io.BytesIO(), FilmOptions(start=1))
    striped = np.tile(np.array([60, 200], np.uint8), 128 * 72 // 4).tobytes()
    colored = b"YUV4MPEG2 W128 H72 F24:1 Ip A1:1 C420mpeg2\nFRAME\n" + frame_at(0).tobytes() + striped
    with pytest.raises(AlreadyColoredError, match="--recolor"):
        video_colorizer.stream(io.BytesIO(colored), io.BytesIO())


def test_a_reader_that_stops_is_told(video_colorizer):
    class Closed(io.BytesIO):
        def write(self, content):
            if self.tell() > 50_000:
                raise BrokenPipeError
            return super().write(content)

    with pytest.raises(OutputError, match="has stopped after"):
        video_colorizer.stream(io.BytesIO(y4m()), Closed())


def test_the_command_is_a_filter(tiny_model_folder):
    command = [sys.executable, "-m", "vermilion", "video", "-", "-o", "-", "--model", str(tiny_model_folder)]
    done = subprocess.run(command, input=y4m(), capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert len(frames_of(done.stdout)) == 10
    assert b"10 frames" in done.stderr
    done = subprocess.run([*command, "--quiet"], input=y4m()[:9000], capture_output=True, timeout=120)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
