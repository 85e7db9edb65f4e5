"""Samples of films, and what is said and checked before hours of work begin."""

import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from tests.film.clips import frame_at, lumas, packets, write_clip
from vermilion.errors import OutputError
from vermilion.film import EncodeOptions, FilmOptions, colorizer
from vermilion.work import Work

LOSSLESS = FilmOptions(EncodeOptions("ffv1"))


@pytest.fixture(scope="module")
def long_film(tmp_path_factory):
    """A minute at four frames a second, with sound."""
    frames = [frame_at(number) for number in range(240)]
    return write_clip(tmp_path_factory.mktemp("long") / "film.mkv", frames, rate=4, audio=True)


def test_a_sample_shows_five_places_with_their_sound(tmp_path, video_colorizer, long_film):
    result = video_colorizer.sample(long_film, tmp_path / "sample.mkv", LOSSLESS)
    numbers = [number for place in range(5) for number in range(16 + 48 * place, 32 + 48 * place)]
    assert result.made.frames == 80
    assert np.array_equal(lumas(result.made.path), lumas(long_film)[numbers])
    shown = sorted(at for _, at in packets(result.made.path, "video"))
    assert np.allclose(np.diff(shown), 0.25, atol=0.002)
    heard = dict.fromkeys(content for content, _ in packets(long_film, "audio"))
    sound = packets(result.made.path, "audio")
    assert all(content in heard for content, _ in sound)
    assert abs(sound[-1][1] - 20) < 1
    assert result.whole.frames == 240
    assert result.whole.bytes > result.made.path.stat().st_size
    assert not list(tmp_path.glob(".*"))


def test_a_short_film_is_its_own_sample(tmp_path, video_colorizer, clip):
    result = video_colorizer.sample(clip, tmp_path / "sample.mkv", LOSSLESS)
    assert result.made.frames == 48


def test_a_long_film_is_estimated_first(tmp_path, video_colorizer, long_film, monkeypatch):
    monkeypatch.setattr(colorizer, "LONG", 100)
    told = []
    work = Work(lambda text, share: told.append((share, text)))
    result = video_colorizer.colorize(long_film, tmp_path / "a.mkv", LOSSLESS, work)
    assert told[0][0] == 0
    assert "240 frames, about 1 min and" in told[0][1]
    assert np.array_equal(lumas(result.path), lumas(long_film))


def test_a_film_for_which_there_is_no_room_is_refused(tmp_path, video_colorizer, long_film, monkeypatch):
    monkeypatch.setattr(colorizer, "LONG", 100)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(OutputError, match=r"a\.mkv would take about \d+ MB.*free some"):
        video_colorizer.colorize(long_film, tmp_path / "a.mkv", LOSSLESS)
    assert not (tmp_path / "a.mkv").exists()
    assert not list(tmp_path.glob(".a.mkv.work/*.nut"))


def test_the_command_makes_a_sample(tmp_path, tiny_model_folder, long_film, capsys, monkeypatch):
    from vermilion.cli.app import app

    monkeypatch.chdir(tmp_path)
    (tmp_path / "film.mkv").write_bytes(long_film.read_bytes())
    with pytest.raises(SystemExit) as end:
        app(["video", "film.mkv", "--sample", "--model", str(tiny_model_folder)])
    assert end.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith("film.sample.mkv: 80 frames; the whole film: 240 frames, about 1 min and")
