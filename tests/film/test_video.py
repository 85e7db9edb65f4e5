"""Whole films through the colorizer: luma untouched, everything else carried over."""

from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest

from tests.film.clips import frame_at, lumas, packets, write_clip
from vermilion.errors import AlreadyColoredError, ExistsError, FilmError, OutputError, SettingsError
from vermilion.film import EncodeOptions, FilmOptions

LOSSLESS = [EncodeOptions("ffv1"), EncodeOptions("libx264", crf=0, preset="ultrafast")]


def few(count=10):
    return [frame_at(number) for number in range(count)]


@pytest.mark.parametrize("encode", LOSSLESS, ids=["ffv1", "x264"])
@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv420p10le", "yuv422p10le", "yuv444p", "gray", "gray10le"])
def test_luma_stays_bit_by_bit(tmp_path, video_colorizer, encode, pix_fmt):
    film = write_clip(tmp_path / "in.mkv", few(), pix_fmt)
    result = video_colorizer.colorize(film, tmp_path / "out.mkv", FilmOptions(encode))
    assert result.frames == 10
    assert np.array_equal(lumas(film), lumas(result.path))
    with av.open(str(result.path)) as made:
        frame = next(made.decode(video=0))
        assert len(frame.planes) == 3
        assert frame.format.name.replace("yuvj", "yuv").startswith(pix_fmt.replace("gray", "yuv420p"))


def test_a_film_gets_colours_that_do_not_leave_the_gamut(tmp_path, video_colorizer, clip):
    result = video_colorizer.colorize(clip, tmp_path / "out.mkv", FilmOptions(EncodeOptions("ffv1")))
    assert result.shots == 2
    with av.open(str(result.path)) as made:
        frames = list(made.decode(video=0))
    chroma = np.stack([frame.to_ndarray()[72:] for frame in frames]).astype(int)
    assert np.abs(chroma - 128).mean() > 2  # the tiny model paints bright warm and dark cool


def test_everything_else_is_copied(tmp_path, video_colorizer, clip):
    result = video_colorizer.colorize(clip, tmp_path / "out.mkv", FilmOptions(EncodeOptions("ffv1")))
    assert packets(clip, "audio") == packets(result.path, "audio")
    with av.open(str(clip)) as before, av.open(str(result.path)) as after:
        assert [stream.type for stream in after.streams] == [stream.type for stream in before.streams]
        assert after.streams.attachments[0].data == b"hello"
        titles = [chapter["metadata"]["title"] for chapter in after.chapters()]
        assert titles == ["one", "two"]
        assert after.metadata["title"] == "A test"
        comment = {key.lower(): value for key, value in after.metadata.items()}["comment"]
        assert "vermilion" in comment
        assert "compositeWithTrainedAlgorithmicMedia" in comment
    assert [at for _, at in packets(clip, "video")] == sorted(at for _, at in packets(result.path, "video"))


def test_frames_keep_their_times_where_these_vary(tmp_path, video_colorizer):
    times = [0, 40, 80, 200, 210, 300, 420, 421, 500, 700]
    film = write_clip(tmp_path / "in.mkv", few(), pts=times)
    result = video_colorizer.colorize(film, tmp_path / "out.mkv")
    shown = sorted(at for _, at in packets(result.path, "video"))
    assert result.frames == 10
    assert shown == [at / 1000 for at in times]


def test_range_matrix_aspect_and_rotation_are_kept(tmp_path, video_colorizer):
    def setup(stream):
        context = stream.codec_context
        context.color_range, context.colorspace = 2, 1
        context.sample_aspect_ratio = Fraction(4, 3)
        stream.set_display_rotation(90)

    film = write_clip(tmp_path / "in.mp4", few(), codec="libx264", setup=setup)
    result = video_colorizer.colorize(film, tmp_path / "out.mp4")
    with av.open(str(result.path)) as made:
        stream = made.streams.video[0]
        frame = next(made.decode(stream))
        assert (int(frame.color_range), int(frame.colorspace)) == (2, 1)
        assert stream.sample_aspect_ratio == Fraction(4, 3)
        assert frame.rotation == 90


def test_a_part_of_a_film(tmp_path, video_colorizer, clip):
    options = FilmOptions(EncodeOptions("ffv1"), start=0.5, end=1.5)
    result = video_colorizer.colorize(clip, tmp_path / "out.mkv", options)
    assert np.array_equal(lumas(result.path), lumas(clip)[12:36])


def test_a_film_in_colour_is_refused(tmp_path, video_colorizer):
    def striped(planes):
        for plane in planes:
            plane[:, ::2] = 90
        return planes

    film = write_clip(tmp_path / "in.mkv", few(), fill=striped)
    with pytest.raises(AlreadyColoredError, match="--recolor"):
        video_colorizer.colorize(film, tmp_path / "out.mkv")
    assert video_colorizer.colorize(film, tmp_path / "out.mkv", FilmOptions(recolor=True)).frames == 10


def test_a_result_is_not_overwritten(tmp_path, video_colorizer, clip):
    (tmp_path / "out.mkv").write_bytes(b"mine")
    with pytest.raises(ExistsError, match=r"out\.mkv"):
        video_colorizer.colorize(clip, tmp_path / "out.mkv")
    with pytest.raises(OutputError, match="the film itself"):
        video_colorizer.colorize(clip, clip, FilmOptions(overwrite=True))
    assert (tmp_path / "out.mkv").read_bytes() == b"mine"


def damaged(tmp_path, clip, name):
    path = tmp_path / name
    content = clip.read_bytes()
    if name == "empty.mkv":
        path.write_bytes(b"")
    if name == "text.mkv":
        path.write_text("no film")
    if name == "short.mkv":
        path.write_bytes(content[: len(content) // 3])
    if name == "sound.mka":
        with av.open(str(clip)) as film, av.open(str(path), "w", format="matroska") as sound:
            stream = sound.add_stream_from_template(film.streams.audio[0])
            for packet in film.demux(audio=0):
                if packet.dts is not None:
                    packet.stream = stream
                    sound.mux(packet)
    return path


@pytest.mark.parametrize("name", ["missing.mkv", "empty.mkv", "text.mkv", "short.mkv", "sound.mka"])
def test_bad_films_are_refused_in_a_sentence(tmp_path, video_colorizer, clip, name):
    film = damaged(tmp_path, clip, name)
    with pytest.raises(FilmError, match=name) as caught:
        video_colorizer.colorize(film, tmp_path / "out.mkv")
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.glob("*out.mkv*")) + list(tmp_path.glob(".*"))


def test_odd_sides_are_refused_where_the_codec_has_none(tmp_path, video_colorizer):
    frames = [frame[:71, :127] for frame in few()]
    film = write_clip(tmp_path / "in.mkv", frames)
    with pytest.raises(OutputError, match=r"odd sides \(127 × 71\)"):
        video_colorizer.colorize(film, tmp_path / "out.mkv")
    options = FilmOptions(EncodeOptions("ffv1"))
    result = video_colorizer.colorize(film, tmp_path / "out.mkv", options)
    assert np.array_equal(lumas(film), lumas(result.path))


def test_a_container_that_cannot_hold_a_stream_is_refused(tmp_path, video_colorizer, clip):
    with pytest.raises(OutputError, match=r"cannot hold ffv1; name the result out.mkv"):
        video_colorizer.colorize(clip, tmp_path / "out.webm", FilmOptions(EncodeOptions("ffv1")))
    with pytest.raises(OutputError, match="ending"):
        video_colorizer.colorize(clip, tmp_path / "out.xyz")
    with pytest.raises(OutputError, match=r"audio, flac\); name the result out\.mkv, which holds it"):
        video_colorizer.colorize(clip, tmp_path / "out.mov")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("codec", ["libx264", "libx265", "libsvtav1"])
def test_presets_that_do_not_exist_are_refused(codec):
    with pytest.raises(SettingsError, match=f"{codec} has no preset 'quick'; choose one of"):
        EncodeOptions(codec, preset="quick")


def test_a_film_that_changes_its_size_is_refused_and_leaves_nothing(tmp_path, video_colorizer):
    parts = [
        write_clip(
            tmp_path / f"{height}.ts",
            [frame_at(number, size=(height, 128)) for number in range(8)],
            codec="libx264",
        )
        for height in (72, 96)
    ]
    film = tmp_path / "film.ts"
    film.write_bytes(b"".join(part.read_bytes() for part in parts))
    with pytest.raises(FilmError, match=r"changes from 128 × 72 yuv420p to 128 × 96 yuv420p at 0\.\d+ s"):
        video_colorizer.colorize(film, tmp_path / "out.mkv")
    assert not list(tmp_path.glob("*out.mkv*")) + list(tmp_path.glob(".*"))


@pytest.mark.parametrize(("codec", "name"), [("prores", "a.mov"), ("libx265", "a.mkv"), ("libx264", "a.ts")])
def test_other_codecs_and_containers(tmp_path, video_colorizer, codec, name):
    film = write_clip(tmp_path / "in.mkv", few(6))
    result = video_colorizer.colorize(film, tmp_path / name, FilmOptions(EncodeOptions(codec)))
    found = lumas(result.path)
    assert len(found) == 6
    levels = 4.0 if found.dtype == np.uint16 else 1.0
    assert np.abs(found / levels - lumas(film)).mean() < 2
    assert bool(result.notes) == (codec == "prores")


@pytest.mark.parametrize(("name", "codec"), [("disc.mpg", "libx264"), ("broadcast.ts", "ffv1")])
def test_containers_from_which_no_player_would_get_the_pictures_are_refused(
    tmp_path, video_colorizer, clip, name, codec
):
    with pytest.raises(OutputError, match=rf"cannot hold {codec} .*name the result \w+\.mkv"):
        video_colorizer.colorize(clip, tmp_path / name, FilmOptions(EncodeOptions(codec)))
    assert not list(tmp_path.glob("*.mpg")) + list(tmp_path.glob("*.ts"))


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("disc.mpg", "mpeg2video"),  # whose streams are not known before they are decoded
        ("disc.vob", "mpeg2video"),
        ("broadcast.ts", "mpeg2video"),
        ("old.avi", "mpeg4"),
        ("old.wmv", "wmv2"),
    ],
)
def test_films_in_older_containers_are_read(tmp_path, video_colorizer, name, codec):
    film = write_clip(tmp_path / name, few(6), codec=codec)
    result = video_colorizer.colorize(film, tmp_path / "out.mkv", FilmOptions(EncodeOptions("ffv1")))
    assert result.frames == 6
    assert np.array_equal(lumas(film), lumas(result.path))


def test_damage_in_the_middle_is_told_with_its_time_and_the_film_goes_on(tmp_path, video_colorizer):
    film = write_clip(tmp_path / "in.mkv", few(40), codec="libx264")
    content = bytearray(film.read_bytes())
    with av.open(str(film)) as opened:
        middle = [packet.pos or 0 for packet in opened.demux(video=0) if packet.pts is not None][20]
    content[middle + 30 : middle + 60] = bytes(30)
    film.write_bytes(content)
    result = video_colorizer.colorize(film, tmp_path / "out.mkv")
    assert 30 <= result.frames <= 40
    assert all("damage at" in note for note in result.notes)


@pytest.mark.slow
def test_a_killed_command_goes_on_and_gives_the_same_file(tmp_path, tiny_model_folder):
    import os
    import random
    import subprocess
    import sys
    import time

    frames = [frame_at(number, seed=number // 150) for number in range(600)]
    film = write_clip(tmp_path / "in.mkv", frames)
    command = [sys.executable, "-m", "vermilion", "video", str(film), "--model", str(tiny_model_folder), "-o"]

    def run(name):
        return subprocess.Popen([*command, str(tmp_path / name)], env=os.environ, stdout=subprocess.DEVNULL)

    began = time.monotonic()
    assert run("whole.mkv").wait() == 0
    whole = time.monotonic() - began
    kills, dice = 0, random.Random(7)
    while kills < 10:
        process = run("again.mkv")
        time.sleep(whole * (0.4 + 0.4 * dice.random()))
        if process.poll() is not None:
            break
        process.kill()
        process.wait()
        kills += 1
    assert kills
    assert run("again.mkv").wait() == 0 or (tmp_path / "again.mkv").exists()
    assert (tmp_path / "again.mkv").read_bytes() == (tmp_path / "whole.mkv").read_bytes()


def _uneven(count):
    """Times of frames in thousandths of a second: now late, now early."""
    return [42 * number + (number * 7) % 23 for number in range(count)]


def _often(stream):
    stream.codec_context.gop_size = 12


@pytest.mark.parametrize(
    ("name", "ending", "looked_up", "options"),
    [
        ("in.mkv", "mkv", True, {}),
        ("in.mp4", "mp4", True, {"codec": "libx264", "setup": _often}),
        ("uneven.mkv", "mkv", True, {"codec": "libx264", "setup": _often, "pts": _uneven(110)}),
        ("in.ts", "mkv", True, {"codec": "libx264", "setup": _often}),
        ("bare.h264", "mkv", False, {"codec": "libx264", "setup": _often}),
    ],
)
def test_a_stopped_run_goes_on_and_gives_the_same_file(
    tmp_path, tiny_model, monkeypatch, name, ending, looked_up, options
):
    from vermilion.errors import CancelledError
    from vermilion.film import VideoColorizer, segments
    from vermilion.film.media import frames as reading
    from vermilion.work import Work

    monkeypatch.setattr(segments, "SEGMENT", 1)  # a segment may end after each chunk
    video = VideoColorizer(tiny_model)
    frames = [frame_at(number, seed=number // 37) for number in range(110)]
    film = write_clip(tmp_path / name, frames, **options)
    whole = video.colorize(film, tmp_path / f"whole.{ending}").path.read_bytes()
    again = tmp_path / f"again.{ending}"
    read = []
    plane_of = reading.plane_of

    def counted(*given):
        read.append(1)
        return plane_of(*given)

    monkeypatch.setattr(reading, "plane_of", counted)
    for share in (0.2, 0.5, 0.8):

        def stop(_text, done, share=share):
            if done > share:
                raise KeyboardInterrupt

        with pytest.raises((KeyboardInterrupt, CancelledError)):
            video.colorize(film, again, work=Work(stop))
        assert not again.exists()
        assert list(tmp_path.glob(f".again.{ending}.work/*.npz"))
    read.clear()
    assert video.colorize(film, again).path.read_bytes() == whole
    assert not list(tmp_path.glob(".again*"))
    assert (len(read) < 60) == looked_up


def test_the_command_colours_a_film_and_says_so(tmp_path, tiny_model_folder, clip, capsys, monkeypatch):
    from vermilion.cli.app import app

    monkeypatch.chdir(tmp_path)
    film = tmp_path / "film.mkv"
    film.write_bytes(clip.read_bytes())
    with pytest.raises(SystemExit) as end:
        app(["video", "film.mkv", "--codec", "ffv1", "--to", "0:01", "--model", str(tiny_model_folder)])
    assert end.value.code == 0
    assert capsys.readouterr().out == "film.color.mkv: 24 frames, 1 shot\n"
    assert np.array_equal(lumas(tmp_path / "film.color.mkv"), lumas(film)[:24])
    with pytest.raises(SystemExit) as end:
        app(["video", "film.mkv", "--crf", "99"])
    assert end.value.code == 1
    assert "0 to 51" in capsys.readouterr().err


def test_the_figures_of_the_benchmark_know_steady_from_flickering():
    from benchmarks.film import Judged, color_inconsistency, errors_of, judged, warp_error

    frames = [frame_at(number) for number in range(6)]
    motions: list[Judged | None] = [judged(*pair) for pair in pairwise(frames)]
    steady = [np.full((36, 64, 2), 10, np.float32) for _ in frames]
    flickering = [one + 5 * (number % 2) for number, one in enumerate(steady)]
    assert warp_error(steady, motions) == 0
    assert warp_error(flickering, motions) == pytest.approx(5 * 2**0.5, rel=1e-3)
    assert color_inconsistency(steady) == 0
    assert color_inconsistency(flickering) > 0.3
    assert errors_of(flickering, steady, motions)[0] == pytest.approx(2.5 * 2**0.5, rel=1e-3)
