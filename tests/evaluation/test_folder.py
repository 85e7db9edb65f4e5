from pathlib import Path

import numpy as np
import pytest

from tests.evaluation.conftest import NAMES, picture
from vermilion.errors import PictureError, SettingsError
from vermilion.evaluation import find_pairs


def test_pictures_are_found_in_the_order_of_their_names(photos: Path) -> None:
    (photos / "notes.txt").write_text("no picture")
    (photos / "below").mkdir()
    pairs, left_out = find_pairs(photos)
    assert [pair.stem for pair in pairs] == list(NAMES)
    assert pairs[0].path == photos / "beach.png"
    assert left_out == []


@pytest.mark.parametrize(("limit", "names"), [(1, NAMES[:1]), (2, NAMES[::2]), (3, NAMES[:3]), (9, NAMES)])
def test_a_limit_picks_evenly(photos: Path, limit: int, names: tuple[str, ...]) -> None:
    assert tuple(pair.stem for pair in find_pairs(photos, limit=limit)[0]) == names


def test_what_cannot_be_used_is_left_out_with_a_reason(photos: Path, write) -> None:
    write("photos/small.png", picture(1, (64, 20))[:20])
    (photos / "broken.jpg").write_bytes(b"\xff\xd8\xff nothing")
    pairs, left_out = find_pairs(photos)
    assert len(pairs) == len(NAMES)
    assert [each.name for each in left_out] == ["broken.jpg", "small.png"]
    assert left_out[1].reason == "small.png is smaller than 32 pixels."


def test_results_and_masks_go_by_stem(photos: Path, write) -> None:
    for seed, name in enumerate(NAMES):
        write(f"theirs/{name}.webp", picture(seed))
    write("theirs/extra.png", picture(9))
    write("masks/door.png", np.zeros((48, 64), np.uint8))
    pairs, _ = find_pairs(photos, photos.parent / "theirs", photos.parent / "masks")
    assert {pair.theirs.name for pair in pairs if pair.theirs} == {f"{name}.webp" for name in NAMES}
    assert [pair.stem for pair in pairs if pair.mask] == ["door"]


def test_results_must_be_complete_and_of_the_same_size(photos: Path, write) -> None:
    theirs = write("theirs/beach.png", picture(0, (32, 48))).parent
    with pytest.raises(SettingsError, match="has no result for car & <dog>, door, egg; every picture"):
        find_pairs(photos, theirs)
    with pytest.raises(PictureError, match=r"is 32 x 48 pixels and beach.png is 64 x 48"):
        find_pairs(photos, theirs, limit=1)


def test_masks_must_belong_to_pictures(photos: Path, write) -> None:
    masks = write("masks/nobody.png", np.zeros((48, 64), np.uint8)).parent
    with pytest.raises(SettingsError, match="has no mask with the name of a picture in"):
        find_pairs(photos, masks=masks)


def test_folders_that_hold_nothing_of_use_are_refused(photos: Path, write, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is not a folder"):
        find_pairs(photos / "beach.png")
    (tmp_path / "empty").mkdir()
    with pytest.raises(SettingsError, match="holds no pictures"):
        find_pairs(tmp_path / "empty")
    tiny = write("tiny/a.png", picture(0)[:8, :8]).parent
    with pytest.raises(SettingsError, match=r"can be used; the first: a.png is smaller"):
        find_pairs(tiny)
    write("photos/door.jpg", picture(0))
    with pytest.raises(SettingsError, match=r"has door.jpg and door.png; rename one"):
        find_pairs(photos)
