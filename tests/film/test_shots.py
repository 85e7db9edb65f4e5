"""Lists of shots, read and refused; frames followed through a shot; what is said of them in the result."""

import json
from dataclasses import replace

import av
import cv2
import jsonschema
import numpy as np
import pytest

from tests.film.clips import background, lumas, write_clip
from tests.scripts_as_modules import load_script
from vermilion.errors import HintError, SettingsError
from vermilion.film import EncodeOptions, FilmOptions, load_shots
from vermilion.film.shots import Shown, follow

LOSSLESS = EncodeOptions("ffv1")


def written(tmp_path, shots, **more):
    path = tmp_path / "shots.json"
    path.write_text(json.dumps({"schema": 1, "shots": shots, **more}), encoding="utf-8")
    return path


def test_a_list_is_read_as_it_is_written(tmp_path):
    shots = load_shots(written(tmp_path, [{"begins": 0}, {"begins": 1.5, "controls": {"vividness": 0.5}}]))
    assert [shot.begins for shot in shots.shots] == [0, 1.5]
    assert shots.shots[1].controls.vividness == 0.5
    (tmp_path / "again.json").write_text(shots.to_json(), encoding="utf-8")
    assert load_shots(tmp_path / "again.json") == shots


@pytest.mark.parametrize(
    ("shots", "words"),
    [
        ([], "without shots"),
        ([{"begins": 2}, {"begins": 1}], "put them in order"),
        ([{"begins": 0, "frames": [{"at": 2}]}, {"begins": 1}], "lies in the shot that begins at 1 s"),
        ([{"begins": 1, "frames": [{"at": 0.5}]}], "does not lie in the shot"),
        ([{"begins": 0, "controls": {"hints": [{"x": 1, "y": 1, "color": "red"}]}}], "belong to a frame"),
        ([{"begins": 0, "controls": {"variant": 1}}], "no variant"),
        ([{"begins": 0, "colour": "red"}], "colour"),
        ([{"begins": "now"}], "must be a number"),
        ([{"begins": 0, "frames": [{"at": 0, "colors_from": "missing.png"}]}], r"missing\.png"),
    ],
)
def test_impossible_lists_are_refused_in_a_sentence(tmp_path, shots, words):
    with pytest.raises(SettingsError, match=words) as caught:
        load_shots(written(tmp_path, shots))
    assert "\n" not in str(caught.value)


def test_a_list_of_a_later_version_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="update vermilion"):
        load_shots(written(tmp_path, [{"begins": 0}], schema=2))


HIGH, WIDE, THING = 144, 256, 48


def thing_at(number, seed=0):
    """A frame with a textured thing, whose middle is at ``middle_of(number)``, before another texture."""
    frame = background(seed, (HIGH, WIDE)) // 2
    x, y = middle_of(number)
    half = THING // 2
    frame[y - half : y + half, x - half : x + half] = 100 + background(7, (THING, THING)) // 2
    return frame


def middle_of(number):
    return 60 + 3 * number, 72


def test_a_moving_thing_is_followed_both_ways():
    trails = follow([thing_at(number) for number in range(20)], 8)
    for number in (0, 4, 8, 12, 19):
        places, weight = trails[number].on((HIGH // 2, WIDE // 2))
        x, y = middle_of(number)
        was = places[y // 2, x // 2] * 2 + 0.5
        assert np.abs(was - middle_of(8)).max() < 3
        assert weight[y // 2, x // 2] > 0.5


def test_what_is_no_longer_seen_is_not_followed():
    seen = [thing_at(0), thing_at(1), *(255 - thing_at(number, seed=5) for number in (2, 3))]
    assert set(follow(seen, 0)) == {0, 1}


@pytest.mark.parametrize("turns", range(4))
def test_places_as_shown_and_as_stored_belong_together(turns):
    shown = Shown((40, 60), 1.0, turns)
    places = np.array([[0.1, 0.3], [0.9, 0.2]])
    assert np.allclose(shown.to_shown(shown.to_stored(places)), places)
    stored = np.zeros((40, 60), np.float32)
    x, y = shown.to_stored(np.array([[0.25, 0.1]]))[0]
    stored[int(y * 40), int(x * 60)] = 1
    row, column = np.argwhere(shown.turned(stored))[0]
    height, width = shown.size
    assert abs(column / width - 0.25) < 0.03
    assert abs(row / height - 0.1) < 0.03


@pytest.fixture(scope="module")
def two_shots(tmp_path_factory):
    frames = [thing_at(number) for number in range(20)] + [thing_at(number, seed=5) for number in range(20)]
    return write_clip(tmp_path_factory.mktemp("film") / "film.mkv", frames, rate=20)


def chroma(path):
    """(Cb,Cr) less grey of all frames of an 8-bit film in 4:2:0, [n,h,w,2]."""
    with av.open(str(path)) as film:
        frames = [frame.to_ndarray(format="yuv444p") for frame in film.decode(video=0)]
    return np.moveaxis(np.stack(frames)[:, 1:].astype(int) - 128, 1, -1)


def colored(video_colorizer, film, path, shots, **more):
    options = FilmOptions(LOSSLESS, shots=load_shots(shots), overwrite=True, **more)
    return video_colorizer.colorize(film, path, options)


def test_a_hint_goes_with_what_it_lies_on(tmp_path, video_colorizer, two_shots):
    x, y = middle_of(8)
    frames = [{"at": 0.4, "hints": [{"x": x, "y": y, "color": "#ff00ff", "radius": 8}]}]
    plain = written(tmp_path, [{"begins": 0}, {"begins": 1}])
    before = chroma(colored(video_colorizer, two_shots, tmp_path / "a.mkv", plain).path)
    hinted = written(tmp_path, [{"begins": 0, "frames": frames}, {"begins": 1}])
    after = chroma(colored(video_colorizer, two_shots, tmp_path / "b.mkv", hinted).path)
    for number in (0, 4, 8, 12, 16, 19):
        place = number, *middle_of(number)[::-1]
        assert after[place][0] > 12 > before[place][0]
        assert after[place][1] > 12
    assert np.array_equal(before[20:], after[20:])


def test_an_area_goes_along_too(tmp_path, video_colorizer, two_shots):
    x, y = middle_of(8)
    box = {"x0": x - 16, "y0": y - 16, "x1": x + 16, "y1": y + 16, "color": "#ff00ff"}
    shots = written(tmp_path, [{"begins": 0, "frames": [{"at": 0.4, "hints": [box]}]}, {"begins": 1}])
    after = chroma(colored(video_colorizer, two_shots, tmp_path / "b.mkv", shots).path)
    for number in (2, 8, 14):
        assert min(after[number, *middle_of(number)[::-1]]) > 12


def test_a_corrected_picture_steers_its_shot(tmp_path, video_colorizer, two_shots):
    grey = thing_at(8).astype(np.float32)
    right = np.dstack([grey * 1.1, grey * 0.85, grey * 1.2])  # blue, green, red
    cv2.imwrite(str(tmp_path / "right.png"), np.clip(right, 0, 255).astype(np.uint8))
    frames = [{"at": 0.4, "colors_from": "right.png"}]
    shots = written(tmp_path, [{"begins": 0, "frames": frames}, {"begins": 1}])
    after = chroma(colored(video_colorizer, two_shots, tmp_path / "b.mkv", shots).path)
    shares = [(after[number].min(axis=-1) > 0).mean() for number in (0, 8, 19)]
    assert min(shares) > 0.8
    assert (after[25].min(axis=-1) > 0).mean() < 0.5


def test_a_recipe_steers_its_shot(tmp_path, video_colorizer, tiny_model, two_shots):
    from vermilion import Colorizer
    from vermilion.guidance import Controls, Hint

    controls = Controls(hints=(Hint(84, 72, "#ff00ff", radius=8),), vividness=0.5)
    picture = Colorizer(tiny_model).colorize(thing_at(8), controls=controls)
    (tmp_path / "frame.recipe.json").write_text(picture.recipe.to_json(), encoding="utf-8")
    frames = [{"at": 0.4, "recipe": "frame.recipe.json"}]
    path = written(tmp_path, [{"begins": 0, "frames": frames}, {"begins": 1}])
    [shot, _] = load_shots(path).shots
    assert shot.frames[0].all_hints == controls.hints
    assert shot.over(Controls(warmth=3)) == Controls(warmth=3, vividness=0.5)
    after = chroma(colored(video_colorizer, two_shots, tmp_path / "b.mkv", path).path)
    assert min(after[16, *middle_of(16)[::-1]]) > 6


def test_only_what_changed_is_coloured_again(tmp_path, video_colorizer, two_shots):
    same, other = {"begins": 0}, {"begins": 1, "controls": {"vividness": 0.3}}
    result = tmp_path / "a.mkv"
    colored(video_colorizer, two_shots, result, written(tmp_path, [same, {"begins": 1}]))
    folder = tmp_path / ".a.mkv.work"
    before = {file: file.stat().st_mtime_ns for file in folder.glob("*.nut")}
    colored(video_colorizer, two_shots, result, written(tmp_path, [same, other]))
    after = {file: file.stat().st_mtime_ns for file in folder.glob("*.nut")}
    assert len(before) == len(after) == 2
    assert len(before.items() & after.items()) == 1
    new = colored(video_colorizer, two_shots, tmp_path / "new.mkv", written(tmp_path, [same, other]))
    assert new.path.read_bytes() == result.read_bytes()
    assert np.array_equal(lumas(result), lumas(two_shots))


def test_a_list_gives_what_is_found_without_it(tmp_path, video_colorizer, two_shots):
    found = video_colorizer.colorize(two_shots, tmp_path / "a.mkv", FilmOptions(LOSSLESS))
    listed = colored(
        video_colorizer, two_shots, tmp_path / "b.mkv", written(tmp_path, [{"begins": 0}, {"begins": 1}])
    )
    assert (found.frames, found.shots) == (listed.frames, listed.shots) == (40, 2)
    assert np.array_equal(chroma(found.path), chroma(listed.path))
    assert not (tmp_path / ".a.mkv.work").exists()


def test_a_part_of_a_film_with_a_list(tmp_path, video_colorizer, two_shots):
    shots = written(tmp_path, [{"begins": 0}, {"begins": 0.5}, {"begins": 1}])
    result = colored(video_colorizer, two_shots, tmp_path / "a.mkv", shots, start=0.6, end=1.2)
    assert result.shots == 2
    assert np.array_equal(lumas(result.path), lumas(two_shots)[12:24])


def test_frames_that_are_not_there_and_hints_outside_are_refused(tmp_path, video_colorizer, two_shots):
    late = written(tmp_path, [{"begins": 0}, {"begins": 1, "frames": [{"at": 7}]}])
    with pytest.raises(SettingsError, match="no frame at 7 s"):
        colored(video_colorizer, two_shots, tmp_path / "a.mkv", late)
    hint = {"x": 500, "y": 1, "color": "red"}
    outside = written(tmp_path, [{"begins": 0, "frames": [{"at": 0, "hints": [hint]}]}])
    with pytest.raises(HintError, match=r"At 0 s: .*500"):
        colored(video_colorizer, two_shots, tmp_path / "a.mkv", outside)
    cv2.imwrite(str(tmp_path / "other.png"), thing_at(0))
    grey = written(tmp_path, [{"begins": 0, "frames": [{"at": 0, "colors_from": "other.png"}]}])
    with pytest.raises(SettingsError, match="no colours"):
        colored(video_colorizer, two_shots, tmp_path / "a.mkv", grey)
    bars = np.random.default_rng(0).integers(0, 255, (9, 16, 3), np.uint8).repeat(16, 0).repeat(16, 1)
    cv2.imwrite(str(tmp_path / "other.png"), bars)
    wrong = written(tmp_path, [{"begins": 0, "frames": [{"at": 0, "colors_from": "other.png"}]}])
    with pytest.raises(SettingsError, match="does not show the frame"):
        colored(video_colorizer, two_shots, tmp_path / "a.mkv", wrong)


def seen(path):
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED))


def test_a_preview_shows_the_shots_and_keeps_what_was_edited(tmp_path, video_colorizer, two_shots):
    result = video_colorizer.preview(two_shots, tmp_path / "look")
    assert result.shots == 2
    names = sorted(file.name for file in result.folder.iterdir())
    assert names == ["frame-0.400.jpg", "frame-1.400.jpg", "sheet-01.jpg", "shots.json"]
    found = load_shots(result.folder / "shots.json")
    assert [shot.begins for shot in found.shots] == [0, 1]
    frame = seen(result.folder / "frame-0.400.jpg")
    assert frame.shape == (HIGH, WIDE)
    first = seen(result.folder / "sheet-01.jpg")
    hint = {"x": 84, "y": 72, "color": "#ff00ff", "radius": 12}
    edited = written(result.folder, [{"begins": 0, "frames": [{"at": 0.4, "hints": [hint]}]}, {"begins": 1}])
    text = edited.read_text(encoding="utf-8")
    video_colorizer.preview(two_shots, tmp_path / "look")
    assert edited.read_text(encoding="utf-8") == text
    second = seen(result.folder / "sheet-01.jpg")
    apart = np.abs(first.astype(int) - second).max(axis=(0, 2))
    assert apart[:330].max() > 40 > apart[340:].max()


def test_palettes_and_references_count_for_all_of_a_film(tmp_path, video_colorizer, two_shots):
    from vermilion.guidance import Controls

    options = FilmOptions(LOSSLESS, end=0.4)
    plain = chroma(video_colorizer.colorize(two_shots, tmp_path / "a.mkv", options).path)
    options = replace(options, controls=Controls(palette=("#ff00ff", "#00ff00")))
    painted = chroma(video_colorizer.colorize(two_shots, tmp_path / "b.mkv", options).path)
    assert np.abs(plain - painted).mean() > 1


def test_the_command_makes_a_list_and_takes_it(tmp_path, tiny_model_folder, two_shots, capsys, monkeypatch):
    from vermilion.cli.app import app

    monkeypatch.chdir(tmp_path)
    (tmp_path / "film.mkv").write_bytes(two_shots.read_bytes())
    model = ["--model", str(tiny_model_folder), "--codec", "ffv1"]
    with pytest.raises(SystemExit) as end:
        app(["video", "film.mkv", "--preview", *model])
    assert end.value.code == 0
    assert capsys.readouterr().out == "film.shots: 2 shots: see sheet-01.jpg and shots.json\n"
    with pytest.raises(SystemExit) as end:
        app(["video", "film.mkv", "--shots", "film.shots/shots.json", *model])
    assert end.value.code == 0
    assert capsys.readouterr().out == "film.color.mkv: 40 frames, 2 shots\n"
    with pytest.raises(SystemExit) as end:
        app(["video", "film.mkv", "film.mkv", "--shots", "film.shots/shots.json", *model])
    assert end.value.code == 1
    assert "belongs to one film" in capsys.readouterr().err


def test_the_schema_is_that_of_the_dataclasses():
    module = load_script("make_recipe_schema")
    text = module.SHOTS_FILE.read_text(encoding="utf-8")
    assert text == module.make_shots_schema(), "run scripts/make_recipe_schema.py"
    shots = [{"begins": 0, "frames": [{"at": 0, "colors_from": "a.png"}]}]
    jsonschema.validate({"schema": 1, "shots": shots}, json.loads(text))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"schema": 1, "shots": [{"frames": []}]}, json.loads(text))
