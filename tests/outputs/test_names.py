"""What results are called, when two names are one file, and which names are refused."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from vermilion.errors import OutputError, SettingsError
from vermilion.outputs import (
    Companions,
    Identities,
    Job,
    check_format,
    identity,
    is_result_name,
    name_beside,
    names_a_file,
    own_format,
    refuse_clashes,
    result_suffix,
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def jobs(*pairs: tuple[str, str]) -> list[Job]:
    return [Job(Path(source), Path(target)) for source, target in pairs]


@pytest.mark.parametrize("name", ["a.color.jpg", "A.COLOR.PNG", "a.color.v2.tif", "a.color.confidence.png"])
def test_our_own_names_are_known(name: str) -> None:
    assert is_result_name(Path(name))


@pytest.mark.parametrize("name", ["a.jpg", "color.jpg", "a.colour.jpg", "a.v2.tif", "a.color"])
def test_other_names_are_not_ours(name: str) -> None:
    assert not is_result_name(Path(name))


def test_a_result_beside_its_scan_is_known_by_its_name() -> None:
    beside = name_beside(Path("box/a.b.tif"), ".png")
    assert beside == Path("box/a.b.color.png")
    assert is_result_name(beside)


def test_pages_have_names_of_their_own() -> None:
    assert Job(Path("a.tif"), Path("a.color.tif")).page_target(2) == Path("a.p2.color.tif")
    assert Job(Path("a.tif"), Path("out/a.tif")).page_target(12) == Path("out/a.p12.tif")


def test_companions_come_before_their_picture_and_the_result_is_last() -> None:
    names = [path.name for path in Companions(True, True, 2).names(Path("a.color.png"))]
    assert names == [
        "a.color.variants.jpg",
        "a.color.v1.recipe.json",
        "a.color.v1.confidence.png",
        "a.color.v1.png",
        "a.color.v2.recipe.json",
        "a.color.v2.confidence.png",
        "a.color.v2.png",
        "a.color.recipe.json",
        "a.color.confidence.png",
        "a.color.png",
    ]
    assert Companions().names(Path("a.png")) == [Path("a.png")]


@pytest.mark.parametrize(
    ("scan", "format_name", "stays", "suffix"),
    [
        ("a.JPG", None, True, ".JPG"),
        ("a.jpg", None, False, ".png"),
        ("a.jpg", "jpg", False, ".jpg"),
        ("a.bmp", None, True, ".png"),
        ("a.psd", "webp", True, ".webp"),
        ("a.psd", None, True, ".tif"),
    ],
)
def test_a_result_has_the_format_of_its_scan_or_one_that_holds_it(
    here: Path, scan: str, format_name: str | None, stays: bool, suffix: str
) -> None:
    Path(scan).write_bytes(b"")
    assert result_suffix(Path(scan), format_name, jpeg_stays=stays) == suffix


@pytest.mark.parametrize(
    ("format_name", "depth", "wanted"),
    [
        ("jpeg", 8, "jpg"),
        ("jpeg", 16, "tif"),
        ("webp", 8, "webp"),
        ("tiff", 16, "tif"),
        ("psd", 8, "tif"),
        ("gif", 8, "png"),
        ("png", 16, "png"),
    ],
)
def test_a_scan_without_a_name_tells_its_format_by_its_content(
    format_name: str, depth: int, wanted: str
) -> None:
    scan: Any = SimpleNamespace(format=format_name, depth=depth)
    assert own_format(scan) == wanted


def test_a_folder_may_be_called_like_a_picture(here: Path) -> None:
    Path("box.png").mkdir()
    given = (None, Path("box.png"), Path("box"), Path("a.PNG"))
    assert [names_a_file(path) for path in given] == [False, False, False, True]


def test_a_name_of_another_format_is_refused() -> None:
    check_format(Path("a.jpeg"), "jpg")
    with pytest.raises(SettingsError, match=r"a\.png is not a jpg file"):
        check_format(Path("a.png"), "jpg")


def test_a_disk_is_asked_by_a_name_that_is_there(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("box").mkdir()
    for name in ("12", "Grandma.jpg"):
        Path("box", name).touch()
    asked: list[tuple[str, str]] = []

    def same(first: Path, second: Path) -> bool:
        asked.append((first.name, second.name))
        return True

    before = sorted(here.rglob("*"))
    monkeypatch.setattr(Path, "samefile", same)
    assert identity.ignores_case(here / "box" / "yet" / "to be made")
    assert asked == [("Grandma.jpg", "gRANDMA.JPG")]
    assert sorted(here.rglob("*")) == before
    monkeypatch.undo()
    exists_both_ways = Path(here, "box", "gRANDMA.JPG").exists()
    assert identity.ignores_case(here / "box") == exists_both_ways


@pytest.mark.parametrize(("platform", "ignoring"), [("linux", False), ("darwin", True), ("win32", True)])
def test_where_no_name_tells_the_system_does(
    here: Path, monkeypatch: pytest.MonkeyPatch, platform: str, ignoring: bool
) -> None:
    Path("12").touch()
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr("os.path.ismount", lambda path: path == here)
    assert identity.ignores_case(here / "box") == ignoring


def test_links_lead_to_one_identity(here: Path) -> None:
    Path("box").mkdir()
    Path("box/a.png").touch()
    Path("way").symlink_to("box")
    Path("b.png").symlink_to("box/a.png")
    of = Identities().of
    assert of(Path("box/a.png")) == of(Path("way/a.png")) == of(Path("b.png")) != of(Path("box/b.png"))


def test_results_that_meet_in_one_file_are_refused(here: Path) -> None:
    refuse_clashes(jobs(("a.jpg", "out/a.jpg"), ("a.png", "out/a.png")), Companions())
    with pytest.raises(OutputError, match=r"a\.jpg and a\.png would both become out.a\.png"):
        refuse_clashes(jobs(("a.jpg", "out/a.png"), ("a.png", "out/a.png")), Companions())
    with pytest.raises(OutputError, match=r"beside out.a\.jpg and out.a\.png would have the same names"):
        refuse_clashes(jobs(("a.jpg", "out/a.jpg"), ("a.png", "out/a.png")), Companions(recipe=True))


def test_a_result_in_place_of_a_scan_is_refused(here: Path) -> None:
    with pytest.raises(OutputError, match=r"b\.png is a scan and would be replaced by the result of a\.png"):
        refuse_clashes(jobs(("a.png", "b.png"), ("b.png", "c.png")), Companions())


def test_names_that_differ_in_case_alone_clash_where_the_disk_says_so(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = jobs(("box/A.JPG", "out/A.png"), ("box/a.jpg", "out/a.png"))
    accents = jobs(("box/caf\u00e9.jpg", "out/caf\u00e9.png"), ("box/cafe\u0301.jpg", "out/cafe\u0301.png"))
    monkeypatch.setattr(identity, "ignores_case", lambda _folder: False)
    refuse_clashes([*letters, *accents], Companions())
    monkeypatch.setattr(identity, "ignores_case", lambda folder: folder.name == "out")
    with pytest.raises(OutputError, match=r"out.A\.png and out.a\.png, which are one file on this disk"):
        refuse_clashes(letters, Companions())
    with pytest.raises(OutputError, match=r"out.caf\S+\.png, which are one file"):
        refuse_clashes(accents, Companions())


def test_pages_clash_only_where_every_page_is_done(here: Path) -> None:
    both = jobs(("a.tif", "a.color.tif"), ("a.p1.tif", "a.p1.color.tif"))
    refuse_clashes(both, Companions())
    with pytest.raises(OutputError, match=r"a page of a\.tif and a\.p1\.tif would both become a\.p1\.color"):
        refuse_clashes(both, Companions(), every_page=True)


def test_many_clashes_are_told_in_one_sentence(here: Path) -> None:
    many = [(f"{name}.{suffix}", f"out/{name}.png") for name in "abcde" for suffix in ("jpg", "png")]
    with pytest.raises(OutputError, match=r"become out.c\.png \(and 2 more\); rename one"):
        refuse_clashes(jobs(*many), Companions())
    with pytest.raises(OutputError, match=r"become out.c\.png; rename one"):
        refuse_clashes(jobs(*many[:6]), Companions())
