"""All files of a picture get their names in one order, the result last, and none is lost or overwritten."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vermilion.colorizer import Colorizer
from vermilion.errors import ExistsError, OutputError
from vermilion.guidance import Controls
from vermilion.outputs import (
    Companions,
    Expected,
    contact_sheet,
    is_done,
    is_own_result,
    make_folder,
    refuse_before_painting,
    refuse_existing,
    save_result,
)
from vermilion.picture import Picture
from vermilion.pictures import SaveOptions, read_mark
from vermilion.view import ViewOptions

COMPANIONS = Companions(recipe=True, confidence_map=True, variants=2)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "out" / "a.png"


@pytest.fixture(scope="module")
def scan(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("scans") / "a.png"
    y, x = np.mgrid[:60, :80]
    Image.fromarray(((x * 2 + y) % 256).astype(np.uint8)).save(path)
    return path


@pytest.fixture(scope="module")
def pictures(tiny_colorizer: Colorizer, scan: Path) -> list[Picture]:
    """A result and two variants."""
    session = tiny_colorizer.open(scan)
    return [session.paint(Controls(warmth=warmth)) for warmth in (0.0, 5.0, -5.0)]


def save(pictures: list[Picture], target: Path, options: SaveOptions | None = None) -> None:
    save_result(pictures[0], target, options or SaveOptions(), COMPANIONS, iter(pictures[1:]))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_all_is_flushed_before_anything_is_named_and_the_result_is_last(
    pictures: list[Picture], target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    fsync, link = os.fsync, os.link

    def flush(number: int) -> None:
        steps.append("flush")
        fsync(number)

    def name(source: Path, path: Path) -> None:
        steps.append(Path(path).name)
        link(source, path)

    monkeypatch.setattr(os, "fsync", flush)
    monkeypatch.setattr(os, "link", name)
    save(pictures, target)
    named = [path.name for path in COMPANIONS.names(target)]
    assert steps[:10] == ["flush"] * 10
    assert sorted(steps[10:19]) == sorted(named[:-1])
    assert steps[19:] == ["flush", "a.png"], "the folder is flushed before the result is named"
    assert set(contents(target.parent)) == set(named)


def test_the_sheet_shows_the_result_and_every_variant(pictures: list[Picture], target: Path) -> None:
    save(pictures, target)
    with Image.open(target.with_name("a.variants.jpg")) as sheet:
        assert sheet.size == (3 * (80 + 12) + 12, 60 + 2 * 12)
        shown = [np.asarray(sheet.crop((12 + 92 * n, 12, 92 + 92 * n, 72)), float) for n in range(3)]
    differences = [[abs(image - picture.to_numpy()).mean() for picture in pictures] for image in shown]
    assert np.argmin(differences, axis=1).tolist() == [0, 1, 2]


def test_a_sheet_is_laid_out_in_rows_of_three() -> None:
    images = [np.full((2, 4, 3), number, np.uint8) for number in range(4)]
    sheet = np.asarray(contact_sheet(images))[..., 0]
    assert sheet.shape == (2 * (2 + 12) + 12, 3 * (4 + 12) + 12)
    for number, (top, left) in enumerate([(12, 12), (12, 28), (12, 44), (26, 12)]):
        place = (slice(top, top + 2), slice(left, left + 4))
        assert (sheet[place] == number).all()
    assert (sheet == 255).sum() == sheet.size - 4 * 8, "all else is white"
    assert contact_sheet(images[:2]).size == (2 * (4 + 12) + 12, 2 + 2 * 12)


def test_a_result_of_another_run_stays(pictures: list[Picture], target: Path) -> None:
    save_result(pictures[0], target)
    before = contents(target.parent)
    with pytest.raises(ExistsError):
        save(pictures, target)
    assert contents(target.parent) == before
    save(pictures, target, SaveOptions(overwrite=True))
    assert set(contents(target.parent)) == {path.name for path in COMPANIONS.names(target)}


def test_a_companion_that_somebody_changed_is_not_lost(pictures: list[Picture], target: Path) -> None:
    target.parent.mkdir()
    (target.parent / "a.recipe.json").write_bytes(b"{}")
    with pytest.raises(OutputError, match=r"a\.recipe\.json exists already with other content") as told:
        save(pictures, target)
    assert not isinstance(told.value, ExistsError)
    assert contents(target.parent) == {"a.recipe.json": b"{}"}


def test_the_options_of_saving_reach_every_file(pictures: list[Picture], target: Path) -> None:
    save(pictures, target, SaveOptions(mark=False))
    written = [target, target.with_name("a.v1.png"), target.with_name("a.v2.png")]
    assert [read_mark(path) for path in written] == [None] * 3


def test_an_empty_file_is_no_result(pictures: list[Picture], target: Path) -> None:
    """What a kill leaves on a disk without hard links, in the moment between a name and its content."""
    assert not is_done(target)
    target.parent.mkdir()
    target.touch()
    assert not is_done(target)
    refuse_before_painting(pictures[0].scan, target, SaveOptions())
    save_result(pictures[0], target)
    assert is_done(target)
    with pytest.raises(ExistsError):
        refuse_before_painting(pictures[0].scan, target, SaveOptions())


def test_a_name_that_cannot_be_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="its name takes 300 bytes"):
        is_done(tmp_path / ("x" * 300))


def test_our_own_results_are_known_by_their_marks(pictures: list[Picture], target: Path, scan: Path) -> None:
    save_result(pictures[0], target)
    plain = target.with_name("plain.png")
    save_result(pictures[0], plain, SaveOptions(mark=False))
    (target.parent / "torn.png").write_bytes(target.read_bytes()[:40])
    asked = (target, plain, scan, target.parent / "torn.png", target.parent / "gone.png")
    assert [is_own_result(path) for path in asked] == [True, False, False, False, False]


def test_marks_tell_which_options_and_which_model_made_a_result(
    pictures: list[Picture], target: Path, scan: Path
) -> None:
    save_result(pictures[1], target)
    model = pictures[1].draft.model.sha256

    def is_other(warmth: float, model_hash: str | None, page: int = 1) -> bool | None:
        return Expected(Controls(warmth=warmth), None, ViewOptions(), lambda: model_hash).is_other(
            target, page
        )

    assert [is_other(5.0, model), is_other(5.0, None)] == [False, False]
    assert [is_other(4.0, model), is_other(5.0, "another"), is_other(5.0, model, page=2)] == [True] * 3
    assert Expected(Controls(), None, ViewOptions(), None).is_other(scan, 1) is None


def test_what_is_there_is_refused_before_anything_is_written(tmp_path: Path, scan: Path) -> None:
    refuse_existing([tmp_path / "gone.png"], overwrite=False)
    refuse_existing([scan], overwrite=True)
    with pytest.raises(OutputError, match=r"a\.png exists already; move it away"):
        refuse_existing([tmp_path / "gone.png", scan], overwrite=False)


def test_a_file_in_the_way_of_a_folder_is_told(scan: Path) -> None:
    with pytest.raises(OutputError, match="cannot be made"):
        make_folder(scan / "box")
