import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.evaluation.conftest import NAMES, picture, write_photos
from vermilion.color import ab_error, palette_distance
from vermilion.errors import OutputError, SettingsError
from vermilion.evaluation import Evaluation, EvaluationOptions, SrgbPicture, evaluate
from vermilion.evaluation.gallery import choose
from vermilion.evaluation.given import seen_luma
from vermilion.evaluation.report import check_report, save_report
from vermilion.evaluation.run import AGED_NOTE
from vermilion.tone import luma_of_rgb


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory, tiny_colorizer) -> Evaluation:
    """Of pictures like those of every test."""
    return evaluate(write_photos(tmp_path_factory.mktemp("plain") / "photos"), colorizer=tiny_colorizer)


def test_ours_are_the_colours_that_the_program_gives_to_the_grey(photos, tiny_colorizer, plain) -> None:
    pairs = []
    for name, result in zip(NAMES, plain.pictures, strict=True):
        true = SrgbPicture.read(photos / f"{name}.png")
        made = SrgbPicture(tiny_colorizer.colorize(luma_of_rgb(true.rgb)).to_numpy())
        assert result.stem == name
        assert result.ours.ab_err == ab_error(true.ab, made.ab)
        pairs.append((true.small_ab, made.small_ab))
    assert plain.ours.means.ab_err == pytest.approx(np.mean([each.ours.ab_err for each in plain.pictures]))
    assert plain.ours.cmd == pytest.approx(palette_distance(*zip(*pairs, strict=True)))
    assert plain.ours.pictures == 4
    assert (plain.theirs, plain.hint_curve, plain.notes, plain.left_out) == (None, {}, (), ())
    assert (plain.about.model, plain.about.size, plain.about.aged) == ("tiny 0.0.1", 64, False)


def test_the_truth_as_the_other_is_perfect_and_ours_stays(photos, tiny_colorizer, plain) -> None:
    found = evaluate(photos, EvaluationOptions(against=photos), colorizer=tiny_colorizer)
    assert found.theirs is not None
    assert found.theirs.means.ab_err == 0
    assert found.theirs.cmd == pytest.approx(0, abs=1e-9)
    assert found.ours == plain.ours
    assert [name for name, _ in found.shown[0].views] == ["grey", "vermilion", "the other", "truth"]


def test_true_hints_lower_the_error(photos, tiny_colorizer, plain) -> None:
    found = evaluate(photos, EvaluationOptions(hints=True), colorizer=tiny_colorizer)
    errors = list(found.hint_curve.values())
    assert list(found.hint_curve) == [0, 1, 5, 10, 50]
    assert errors[0] == plain.ours.means.ab_err
    assert errors[4] < errors[2] < errors[0]


def test_aged_pictures_are_seen_old_and_compared_with_the_truth(photos, tiny_colorizer, plain) -> None:
    options = EvaluationOptions(aged=True)
    found, again = (evaluate(photos, options, colorizer=tiny_colorizer) for _ in range(2))
    assert found.ours == again.ours
    assert found.ours.means.ab_err_grey == plain.ours.means.ab_err_grey
    assert found.ours.means.ssim < plain.ours.means.ssim
    assert found.notes == (AGED_NOTE,)
    assert found.shown[0].views[0][0] == "old"


def test_how_a_picture_aged_follows_from_its_stem() -> None:
    rgb = picture(0)
    np.testing.assert_array_equal(seen_luma(rgb, "a", aged=False), luma_of_rgb(rgb))
    old = seen_luma(rgb, "a", aged=True)
    assert old.dtype == np.uint8
    np.testing.assert_array_equal(old, seen_luma(rgb, "a", aged=True))
    assert not np.array_equal(old, seen_luma(rgb, "b", aged=True))


def test_inputs_are_written_for_other_colorizers(photos, tiny_colorizer, tmp_path: Path) -> None:
    options = EvaluationOptions(aged=True, inputs=tmp_path / "below" / "old", limit=1)
    for _ in range(2):  # the second run finds the same there
        evaluate(photos, options, colorizer=tiny_colorizer)
    with Image.open(tmp_path / "below" / "old" / "beach.png") as written:
        assert written.mode == "L"
        np.testing.assert_array_equal(np.asarray(written), seen_luma(picture(0), "beach", aged=True))
    with pytest.raises(OutputError, match="exists already"):
        evaluate(photos, replace(options, aged=False), colorizer=tiny_colorizer)


def test_skin_is_measured_where_masks_show_it(photos, write, tiny_colorizer) -> None:
    mask = np.zeros((48, 64), np.uint8)
    mask[12:28, 14:38] = 255
    write("masks/door.png", mask)
    masks = write("masks/egg.png", np.zeros((48, 64), np.uint8)).parent
    found = evaluate(photos, EvaluationOptions(masks=masks), colorizer=tiny_colorizer)
    assert [each.skin is not None for each in found.pictures] == [False, False, True, False]
    assert found.ours.skin[0].tone == "all"
    assert found.ours.skin[0].pictures == 1
    assert found.pictures[2].skin is not None
    assert found.ours.skin[0].ab_err == found.pictures[2].skin.ab_err > 0


def test_the_working_size_and_the_limit_are_followed(photos, tiny_colorizer, plain) -> None:
    seen: list[str] = []

    def watch(pairs):
        seen.extend(pair.stem for pair in pairs)
        return pairs

    found = evaluate(photos, EvaluationOptions(size=32, limit=2), colorizer=tiny_colorizer, watch=watch)
    assert seen == ["beach", "door"]
    assert found.about.size == 32
    assert found.pictures[0].ours != plain.pictures[0].ours


def test_a_picture_that_ends_early_is_left_out(photos: Path, tiny_colorizer) -> None:
    whole = (photos / "egg.png").read_bytes()
    (photos / "egg.png").write_bytes(whole[: len(whole) // 2])
    found = evaluate(photos, colorizer=tiny_colorizer)
    assert found.ours.pictures == 3
    assert [each.name for each in found.left_out] == ["egg.png"]


def test_grey_pictures_have_no_truth_to_compare_with(write, tiny_colorizer) -> None:
    folder = write("grey/a.png", picture(0)[..., 0]).parent
    with pytest.raises(SettingsError, match="are grey, so there is no truth"):
        evaluate(folder, colorizer=tiny_colorizer)


def test_one_picture_is_enough_but_for_distances_of_sets(photos, tiny_colorizer, tmp_path: Path) -> None:
    found = evaluate(photos, EvaluationOptions(limit=1), colorizer=tiny_colorizer)
    assert found.ours.cmd is None
    assert [shown.group for shown in found.shown] == ["best"]
    data, _ = save_report(found, tmp_path / "one")
    assert json.loads(data.read_text(encoding="utf-8"))["ours"]["cmd"] is None


def test_best_median_and_worst_are_by_corr_and_none_comes_twice(plain) -> None:
    ranked = sorted(plain.pictures, key=lambda result: -result.ours.corr)
    chosen = choose(plain.pictures)
    assert [group for group, _ in chosen] == ["best", "median", "worst"]
    assert [result for _, result in chosen] == [ranked[0], ranked[1], ranked[3]]
    assert [group for group, _ in choose(ranked[:2])] == ["best", "worst"]


def test_a_report_is_written_once(plain: Evaluation, tmp_path: Path) -> None:
    data, page = save_report(plain, tmp_path / "new" / "report")
    assert (data.name, page.name) == ("report.json", "report.html")
    before = page.read_text(encoding="utf-8")
    with pytest.raises(OutputError, match="exists already"):
        save_report(plain, data.parent)
    data.unlink()
    with pytest.raises(OutputError, match=r"report.html exists already"):
        check_report(data.parent)
    assert page.read_text(encoding="utf-8") == before
    save_report(plain, data.parent, overwrite=True)


def test_the_json_holds_every_figure(plain: Evaluation) -> None:
    told = json.loads(plain.to_json())
    assert told["ours"]["corr"] == plain.ours.means.corr
    assert told["ours"]["cf_ratio"] == plain.ours.cf_ratio
    assert told["theirs"] is None
    assert told["ours"]["fd"] is None
    assert list(told["per_picture"]) == list(NAMES)
    assert told["per_picture"]["door"]["ours"]["ab_err"] == plain.pictures[2].ours.ab_err
    assert told["about"]["model"] == "tiny 0.0.1"
