"""Which picture becomes which result."""

import os
from pathlib import Path

import imagecodecs
import numpy as np
import pytest

from vermilion.archive import Plan, PlanOptions, make_plan
from vermilion.errors import OutputError, SettingsError
from vermilion.outputs import Companions


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def touch(*names: str) -> None:
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def results(plan: Plan) -> dict[str, str]:
    return {job.source.as_posix(): job.target.as_posix() for job in plan.jobs}


def test_one_file_becomes_a_neighbour(here: Path) -> None:
    touch("old/grandma.jpg")
    assert results(make_plan(["old/grandma.jpg"])) == {"old/grandma.jpg": "old/grandma.color.jpg"}


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("a.JPG", "a.color.JPG"),
        ("a.jpeg", "a.color.jpeg"),
        ("a.b.tif", "a.b.color.tif"),
        ("a.bmp", "a.color.png"),
        ("a.PSD", "a.color.tif"),
        ("a.heic", "a.color.tif"),
        ("a.jp2", "a.color.tif"),
        ("a", "a.color.png"),
    ],
)
def test_the_format_stays_unless_we_cannot_write_it(here: Path, name: str, result: str) -> None:
    touch(name)
    assert results(make_plan([name])) == {name: result}


@pytest.mark.parametrize(("name", "stem"), [("a.jfif", "a"), ("a.JPE", "a"), ("a", "a"), ("b.bmp", "b")])
def test_a_jpeg_stays_one_whatever_it_is_called(here: Path, name: str, stem: str) -> None:
    Path(name).write_bytes(b"\xff\xd8\xff\xe0 and so on")
    assert results(make_plan([name])) == {name: f"{stem}.color.jpg"}


def test_a_jpeg_of_more_than_eight_bits_becomes_tiff(here: Path) -> None:
    deep = imagecodecs.jpeg8_encode(np.zeros((16, 16), np.uint16), bitspersample=12)
    Path("a.jpg").write_bytes(deep)
    Path("b.jfif").write_bytes(deep)
    assert results(make_plan(["a.jpg", "b.jfif"])) == {"a.jpg": "a.color.tif", "b.jfif": "b.color.tif"}
    assert results(make_plan(["a.jpg"], PlanOptions(format="jpg"))) == {"a.jpg": "a.color.jpg"}


def test_format_sets_the_suffix(here: Path) -> None:
    touch("a.tif")
    assert results(make_plan(["a.tif"], PlanOptions(format="webp"))) == {"a.tif": "a.color.webp"}


def test_a_folder_is_searched_all_the_way_down_and_mirrored(here: Path) -> None:
    touch(
        "box/a.jpg",
        "box/1920/b.png",
        "box/1920/x/c.tiff",
        "box/notes.txt",
        "box/.hidden/d.jpg",
        "box/._a.jpg",
    )
    assert results(make_plan(["box"], PlanOptions(output=Path("out")))) == {
        "box/a.jpg": "out/a.jpg",
        "box/1920/b.png": "out/1920/b.png",
        "box/1920/x/c.tiff": "out/1920/x/c.tiff",
    }


def test_a_pattern_is_mirrored_from_its_first_wildcard(here: Path) -> None:
    touch("box/1920/a.jpg", "box/1921/a.jpg", "box/1921/b.png", "box/1921/deep/c.jpg")
    assert results(make_plan(["box/**/*.jpg"], PlanOptions(output=Path("out"), format="png"))) == {
        "box/1920/a.jpg": "out/1920/a.png",
        "box/1921/a.jpg": "out/1921/a.png",
        "box/1921/deep/c.jpg": "out/1921/deep/c.png",
    }


def test_a_pattern_may_mean_folders(here: Path) -> None:
    touch("box/1920/a.jpg", "box/1921/b.jpg")
    assert set(results(make_plan(["box/192*"]))) == {"box/1920/a.jpg", "box/1921/b.jpg"}


def test_a_name_with_brackets_is_a_name(here: Path) -> None:
    touch("scan[1].jpg", "scan1.jpg")
    assert set(results(make_plan(["scan[1].jpg"]))) == {"scan[1].jpg"}


def test_a_picture_named_twice_is_done_once(here: Path) -> None:
    touch("box/a.jpg")
    assert len(make_plan(["box/a.jpg", "box", "box/*.jpg", Path("box").resolve()]).jobs) == 1


def test_a_single_picture_may_name_its_result(here: Path) -> None:
    touch("a.jpg")
    assert results(make_plan(["a.jpg"], PlanOptions(output=Path("x/b.png")))) == {"a.jpg": "x/b.png"}


def test_results_are_no_inputs(here: Path) -> None:
    touch("box/a.jpg", "box/a.color.jpg", "box/b.COLOR.png", "box/c.p2.color.tif")
    plan = make_plan(["box"])
    assert set(results(plan)) == {"box/a.jpg"}
    assert len(plan.skipped) == 3


def test_the_output_folder_is_not_searched(here: Path) -> None:
    touch("box/a.jpg", "box/out/a.jpg")
    assert results(make_plan(["box"], PlanOptions(output=Path("box/out")))) == {"box/a.jpg": "box/out/a.jpg"}


def test_what_is_missing_or_empty_fails_and_the_rest_is_planned(here: Path) -> None:
    touch("a.jpg")
    Path("empty").mkdir()
    plan = make_plan(["gone.jpg", "a.jpg", "empty", "no*.jpg"])
    assert set(results(plan)) == {"a.jpg"}
    assert [failed.source.as_posix() for failed in plan.failed] == ["gone.jpg", "empty", "no*.jpg"]


def test_links_are_followed_whichever_way_they_are_found(here: Path) -> None:
    touch("box/a.jpg", "attic/b.jpg")
    Path("box/more").symlink_to(Path("attic").resolve())
    Path("box/again.jpg").symlink_to("a.jpg")
    for typed in ("box", "box/**/*.jpg", "box/**"):
        plan = make_plan([typed], PlanOptions(output=Path("out")))
        assert results(plan) == {"box/a.jpg": "out/a.jpg", "box/more/b.jpg": "out/more/b.jpg"}
        [skipped] = plan.skipped
        assert skipped.source == Path("box/again.jpg")
        assert skipped.reason == f"is the same picture as {Path('box/a.jpg')}"


def test_a_loop_of_links_is_walked_once(here: Path) -> None:
    touch("scans/a/z.jpg", "scans/b/y.jpg", "secret.jpg")
    Path("scans/a/loop").symlink_to("..")
    Path("scans/a/out-of-it").symlink_to("../..")
    Path("scans/b/across").symlink_to("../a")
    for typed in ("scans", "scans/**/*.jpg", "scans/**/**/*.jpg"):
        plan = make_plan([typed], PlanOptions(output=Path("out")))
        assert results(plan) == {"scans/a/z.jpg": "out/a/z.jpg", "scans/b/y.jpg": "out/b/y.jpg"}
        reasons = {skipped.source.as_posix(): skipped.reason for skipped in plan.skipped}
        assert reasons == {
            "scans/a/loop": "is the same folder as scans",
            "scans/a/out-of-it": "leads back to a folder that holds it",
            "scans/b/across": f"is the same folder as {Path('scans/a')}",
        }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_only_regular_files_are_taken(here: Path) -> None:
    touch("box/a.jpg")
    os.mkfifo("box/z.jpg")
    Path("box/gone.jpg").symlink_to("nowhere.jpg")
    Path("box/self.jpg").symlink_to("self.jpg")
    for typed in ("box", "box/*", "box/**/*.jpg"):
        plan = make_plan([typed])
        assert set(results(plan)) == {"box/a.jpg"}
        assert [(skipped.source.name, skipped.reason) for skipped in plan.skipped] == [
            ("z.jpg", "is not a regular file")
        ]
        assert sorted(failed.source.name for failed in plan.failed) == ["gone.jpg", "self.jpg"]
        assert all("is a broken link" in failed.reason for failed in plan.failed)


def test_an_empty_path_is_not_the_current_folder(here: Path) -> None:
    touch("a.jpg")
    with pytest.raises(SettingsError, match="An empty PATH"):
        make_plan([""])


def test_an_unreadable_folder_is_a_failure(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch("box/a.jpg", "box/secret/b.jpg")
    real = os.scandir

    def refuse(path: str) -> object:  # the tests may run as root, who may read everything
        if str(path).endswith("secret"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    plan = make_plan(["box"])
    assert set(results(plan)) == {"box/a.jpg"}
    [failed] = plan.failed
    assert "Permission denied" in failed.reason
    assert failed.source == Path("box/secret")


def test_two_scans_of_one_result_are_found(here: Path) -> None:
    touch("box/a.jpg", "box/a.png", "other/a.jpg")
    with pytest.raises(OutputError, match=r"a\.jpg and box.a\.png would both become"):
        make_plan(["box"], PlanOptions(format="png"))
    with pytest.raises(OutputError, match="would both become"):
        make_plan(["box/a.jpg", "other/a.jpg"], PlanOptions(output=Path("out")))
    assert len(make_plan(["box"]).jobs) == 2


def test_many_clashes_are_told_in_one_sentence(here: Path) -> None:
    touch(*[f"box/{name}.{suffix}" for name in "abcde" for suffix in ("jpg", "png")])
    with pytest.raises(OutputError, match=r"\(and 2 more\)"):
        make_plan(["box"], PlanOptions(format="png"))


def test_a_result_never_replaces_a_scan(here: Path) -> None:
    touch("box/a.jpg")
    with pytest.raises(OutputError, match="among the scans"):
        make_plan(["box"], PlanOptions(output=Path("box")))
    with pytest.raises(OutputError, match="is a scan and would be replaced"):
        make_plan(["box/a.jpg"], PlanOptions(output=Path("box")))
    with pytest.raises(OutputError, match="is a scan and would be replaced"):
        make_plan(["box/a.jpg"], PlanOptions(output=Path("box/../box/a.jpg")))


def test_outputs_that_cannot_be_meant(here: Path) -> None:
    touch("a.jpg", "b.jpg", "notes.txt")
    with pytest.raises(SettingsError, match="2 pictures cannot all become"):
        make_plan(["a.jpg", "b.jpg"], PlanOptions(output=Path("x.png")))
    with pytest.raises(SettingsError, match="leave out --format"):
        make_plan(["a.jpg"], PlanOptions(output=Path("x.png"), format="jpg"))
    with pytest.raises(OutputError, match="name a folder"):
        make_plan(["a.jpg"], PlanOptions(output=Path("notes.txt")))
    assert make_plan(["a.jpg"], PlanOptions(output=Path("x.jpeg"), format="jpg")).jobs


def test_a_page_must_not_become_another_scans_result(here: Path) -> None:
    touch("a.tif", "a.p1.tif")
    with pytest.raises(OutputError, match=r"a page of a\.tif"):
        make_plan(["a.tif", "a.p1.tif"], PlanOptions(every_page=True))
    assert len(make_plan(["a.tif", "a.p1.tif"]).jobs) == 2


def test_what_stands_beside_two_results_needs_two_names(here: Path) -> None:
    touch("box/a.jpg", "box/a.png", "box/b.jpg")
    assert len(make_plan(["box"], PlanOptions(output=Path("out"))).jobs) == 3
    with pytest.raises(OutputError, match=r"written beside .*a\.jpg and .*a\.png would have the same names"):
        make_plan(["box"], PlanOptions(output=Path("out"), companions=Companions(recipe=True)))


def test_a_path_that_cannot_be_looked_at_leaves_the_others_alone(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch("box/a.jpg", "locked/b.jpg")
    real = Path.is_dir

    def refuse(path: Path) -> bool:
        if "locked" in path.parts:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(Path, "is_dir", refuse)
    plan = make_plan(["locked/b.jpg", "box/a.jpg"])
    assert set(results(plan)) == {"box/a.jpg"}
    assert "locked/b.jpg cannot be read (Permission denied); check its name" in plan.failed[0].reason


def test_an_impossible_name_leaves_the_others_alone(here: Path) -> None:
    touch("a.jpg")
    plan = make_plan(["x" * 300, "a.jpg"])
    assert set(results(plan)) == {"a.jpg"}
    assert "cannot be read" in plan.failed[0].reason


@pytest.mark.parametrize(
    ("names_", "companions", "told"),
    [
        (("a.png", "a.v1.png"), Companions(variants=1), r"out.a\.v1\.png would be written for both"),
        (("a.png", "a.v1.png"), Companions(variants=1, recipe=True), r"out.a\.v1\.png would be written for"),
        (
            ("a.png", "a.confidence.png"),
            Companions(confidence_map=True),
            r"a\.confidence\.png would be written",
        ),
        (("a.png", "a.variants.jpg"), Companions(variants=2), r"a\.variants\.jpg would be written for both"),
        (("a.jpg", "a.png"), Companions(confidence_map=True), "written beside .* would have the same names"),
    ],
)
def test_companions_and_results_never_meet_in_one_name(
    here: Path, names_: tuple[str, ...], companions: Companions, told: str
) -> None:
    touch(*[f"box/{name}" for name in names_])
    with pytest.raises(OutputError, match=told):
        make_plan(["box"], PlanOptions(output=Path("out"), companions=companions))
    assert len(make_plan(["box"], PlanOptions(output=Path("out"))).jobs) == 2


def test_a_companion_never_replaces_a_scan(here: Path) -> None:
    touch("box/a.png", "box/b.color.confidence.png", "a.color.confidence.png")
    Path("out").mkdir()
    touch("out/a.confidence.png")
    options = PlanOptions(output=Path("out"), companions=Companions(confidence_map=True))
    with pytest.raises(OutputError, match="is a scan and would be replaced by the result of"):
        make_plan(["box/a.png", "out/a.confidence.png"], options)


def test_companions_of_pages_need_names_of_their_own_too(here: Path) -> None:
    touch("a.tif", "a.p2.png")
    assert len(make_plan(["a.tif", "a.p2.png"], PlanOptions(every_page=True)).jobs) == 2
    options = PlanOptions(every_page=True, companions=Companions(recipe=True))
    with pytest.raises(OutputError, match=r"a page of a\.tif"):
        make_plan(["a.tif", "a.p2.png"], options)


def left_out(plan: Plan) -> dict[str, str]:
    return {each.path.as_posix(): each.pattern for each in plan.left_out}


def test_folders_of_other_programs_are_left_out_and_counted(here: Path) -> None:
    touch("nas/1931/gate.jpg", "nas/1931/@eaDir/gate.jpg/SYNOPHOTO_THUMB_XL.jpg", "nas/#recycle/old.jpg")
    touch("nas/lost+found/x.jpg", "nas/1932/#Recycle/y.jpg", "nas/1932/$RECYCLE.BIN/z.jpg")
    others = {
        "nas/#recycle",
        "nas/1931/@eaDir",
        "nas/1932/#Recycle",
        "nas/1932/$RECYCLE.BIN",
        "nas/lost+found",
    }
    for typed in ("nas", "nas/**/*.jpg", "nas/**"):
        plan = make_plan([typed])
        assert set(results(plan)) == {"nas/1931/gate.jpg"}
        assert left_out(plan) == dict.fromkeys(others, "")
    plan = make_plan(["nas/*/*.jpg"])
    assert set(results(plan)) == {"nas/1931/gate.jpg"}
    assert left_out(plan) == {"nas/#recycle": "", "nas/lost+found": ""}
    for typed in ("nas/#recycle", "nas/#recycle/*.jpg", "nas/#recycle/old.jpg"):
        plan = make_plan([typed])
        assert (set(results(plan)), left_out(plan)) == ({"nas/#recycle/old.jpg"}, {}), (
            "what is named is meant"
        )


@pytest.mark.parametrize(
    ("pattern", "gone"),
    [
        ("*_back.jpg", {"box/a_back.jpg", "box/1931/b_back.jpg"}),
        ("1931", {"box/1931"}),
        ("1931/", {"box/1931"}),
        ("a.jpg/", set()),
        ("1931/*", {"box/1931/b.jpg", "box/1931/b_back.jpg"}),
        ("/1931/b*", {"box/1931/b.jpg", "box/1931/b_back.jpg"}),
    ],
)
def test_patterns_leave_files_and_folders_out(here: Path, pattern: str, gone: set[str]) -> None:
    every = {"box/a.jpg", "box/a_back.jpg", "box/1931/b.jpg", "box/1931/b_back.jpg"}
    touch(*every)
    for typed in ("box", "box/**/*.jpg"):
        plan = make_plan([typed], PlanOptions(exclude=(pattern, "nothing*")))
        assert left_out(plan) == dict.fromkeys(gone, pattern)
        assert set(results(plan)) == {
            name for name in every if not any(name.startswith(each) for each in gone)
        }
    assert left_out(make_plan(["box/a_back.jpg"], PlanOptions(exclude=("*_back*",)))) == {
        "box/a_back.jpg": "*_back*"
    }


def test_an_empty_pattern_is_refused(here: Path) -> None:
    touch("a.jpg")
    with pytest.raises(SettingsError, match="An empty pattern"):
        make_plan(["a.jpg"], PlanOptions(exclude=("",)))


def test_one_file_that_cannot_be_looked_at_leaves_its_folder_alone(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder that may be listed and not entered, every file is such a one."""
    touch("box/a.jpg", "box/b.jpg", "box/c.jpg")
    real = Path.is_file

    def refuse(path: Path) -> bool:
        if path.name == "b.jpg":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(Path, "is_file", refuse)
    for typed in ("box", "box/*.jpg"):
        plan = make_plan([typed])
        assert set(results(plan)) == {"box/a.jpg", "box/c.jpg"}
        [failed] = plan.failed
        assert failed.reason == "box/b.jpg cannot be read (Permission denied); check its permissions."


def test_where_jpegs_cannot_be_exact_they_become_pngs(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpeg", "c.png", "d.jfif"):
        (tmp_path / name).write_bytes(b"\xff\xd8\xff" if name != "c.png" else b"\x89PNG")
    plan = make_plan([tmp_path], PlanOptions(output=tmp_path / "out", jpeg=False))
    assert [job.target.name for job in plan.jobs] == ["a.png", "b.png", "c.png", "d.png"]
