"""`vermilion colorize`, seen from the keyboard."""

import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.photographed import Taken, photograph
from tests.archive.test_batch import Here
from tests.cli.conftest import Screen, luma, picture
from tests.pictures.made import grey_picture
from vermilion.cli import progress
from vermilion.cli.say import say
from vermilion.colorizer import Colorizer


def test_one_file_becomes_a_coloured_neighbour(vermilion, scan) -> None:
    path = scan("grandma.png")
    said = vermilion("colorize", path)
    assert said.code == 0
    assert said.out.startswith("grandma.png -> grandma.color.png  ")
    assert said.out.rstrip().endswith(" s")
    result = path.with_name("grandma.color.png")
    with Image.open(result) as image:
        assert image.mode == "RGB"
        assert np.ptp(np.asarray(image).astype(int), axis=2).max() > 10
    np.testing.assert_array_equal(luma(result), luma(path))


def test_a_folder_is_mirrored(vermilion, scan, here: Path) -> None:
    scan("box/a.jpg")
    scan("box/1920/b.tif")
    said = vermilion("colorize", "box", "-o", "out")
    assert said.code == 0
    assert (here / "out/a.jpg").exists()
    assert (here / "out/1920/b.tif").exists()
    assert said.out.splitlines()[-1] == "2 colourised"


@pytest.mark.parametrize("format_name", ["png", "jpg", "webp", "tif"])
def test_each_format_is_written(vermilion, scan, format_name: str) -> None:
    path = scan("a.png")
    assert vermilion("colorize", path, "--format", format_name).code == 0
    with Image.open(path.with_name(f"a.color.{format_name}")) as image:
        assert image.format == {"jpg": "JPEG", "tif": "TIFF"}.get(format_name, format_name.upper())


def test_an_unknown_format_is_refused(vermilion, scan) -> None:
    scan("a.png")
    assert vermilion("colorize", "a.png", "--format", "bmp").code == 2
    said = vermilion("colorize", "a.png", "-o", "b.bmp")
    assert said.code == 1
    assert len(said.errors) == 1
    assert said.errors[0].startswith("error: b.bmp cannot be written in that format; choose .jpg")


def test_a_second_run_finishes_the_first(vermilion, scan, here: Path) -> None:
    scan("box/a.png")
    assert vermilion("colorize", "box").code == 0
    scan("box/b.png")
    said = vermilion("colorize", "box")
    assert said.code == 0
    assert "1 colourised, 2 skipped (1 exist already; --overwrite makes them again)" in said.out
    assert sorted(path.name for path in (here / "box").glob("*.color.*")) == ["a.color.png", "b.color.png"]


def test_results_of_an_earlier_run_are_no_scans(vermilion, scan, here: Path) -> None:
    for suffix in ("jpg", "png", "tif", "webp"):
        scan(f"box/{suffix}.{suffix}")
    assert vermilion("colorize", "box", "-o", "box/out").code == 0
    said = vermilion("colorize", "box", "-o", "box/out2")
    assert said.code == 0
    assert "4 colourised, 4 skipped (4 are results themselves; --recolor colours them again)" in said.out
    assert not (here / "box/out2/out").exists()
    assert "is a result itself" in vermilion("colorize", "box/out/png.png").out
    assert vermilion("colorize", "box/out/png.png", "--recolor").code == 0


def test_two_runs_at_once_do_not_fail_each_other(vermilion, scan, monkeypatch: pytest.MonkeyPatch) -> None:
    path = scan("a.png")
    result = path.with_name("a.color.png")
    real = Colorizer.open

    def slowly(self, source, **options):
        picture = real(self, source, **options)
        result.write_bytes(b"of the other run")
        return picture

    monkeypatch.setattr(Colorizer, "open", slowly)
    said = vermilion("colorize", "a.png")
    assert (said.code, said.errors) == (0, [])
    assert "a.png skipped: a.color.png exists already" in said.out
    assert result.read_bytes() == b"of the other run"


def test_overwrite_makes_a_result_anew(vermilion, scan) -> None:
    path = scan("a.png")
    result = path.with_name("a.color.png")
    result.write_bytes(b"old")
    said = vermilion("colorize", path)
    assert (said.code, result.read_bytes()) == (0, b"old")
    assert "a.color.png exists already" in said.out
    assert vermilion("colorize", path, "--overwrite").code == 0
    assert result.stat().st_size > 100


def test_collisions_are_found_before_anything_is_started(vermilion, scan, here: Path) -> None:
    scan("box/a.png")
    scan("box/a.jpg")
    said = vermilion("colorize", "box", "-o", "out", "--format", "png")
    assert said.code == 1
    assert len(said.errors) == 1
    assert "would both become" in said.errors[0]
    assert not (here / "out").exists()


def test_standard_input_and_output(vermilion, here: Path) -> None:
    content = io.BytesIO()
    picture().save(content, "jpeg")
    said = vermilion("colorize", "-", stdin=content.getvalue())
    assert said.code == 0
    with Image.open(io.BytesIO(said.bytes)) as image:
        assert (image.format, image.mode) == ("JPEG", "RGB")
    said = vermilion("colorize", "-", "--format", "webp", stdin=content.getvalue())
    assert said.bytes[8:12] == b"WEBP"
    assert vermilion("colorize", "-", "-o", "b.png", stdin=content.getvalue()).code == 0
    assert (here / "b.png").exists()
    said = vermilion("colorize", "-", "-o", "c.png", "--format", "jpg", stdin=content.getvalue())
    assert said.code == 1
    assert "c.png is not a jpg file; leave out --format" in said.errors[0]
    said = vermilion("colorize", "-", stdin=b"not a picture")
    assert "standard input is not a picture" in said.errors[0]
    vermilion("colorize", "-", "-o", "d.png", "--recipe", stdin=content.getvalue())
    assert json.loads((here / "d.recipe.json").read_text())["input"]["path"] == "standard input"


def test_a_result_of_standard_input_that_exists_is_skipped_like_any_other(
    vermilion, scan, here: Path
) -> None:
    content = scan("a.png").read_bytes()
    (here / "y.png").write_bytes(b"there already")
    for path, stdin in (("-", content), ("a.png", b"")):
        said = vermilion("colorize", path, "-o", "y.png", stdin=stdin)
        assert (said.code, said.errors) == (0, [])
        assert "y.png exists already" in said.out + said.err
        assert (here / "y.png").read_bytes() == b"there already"
    assert vermilion("colorize", "-", "-o", "y.png", "--overwrite", stdin=content).code == 0
    assert luma(here / "y.png").shape == (72, 96)


def test_metadata_that_the_format_cannot_hold_are_named(vermilion, scan) -> None:
    scan("a.jpg", comment=b"at the gate")
    told = "left out, as WebP has no place for it: comments"
    assert told in vermilion("colorize", "a.jpg", "--format", "webp").out
    assert told in vermilion("colorize", "a.jpg", "-o", "-", "--format", "webp").err
    assert "left out" not in vermilion("colorize", "a.jpg").out


def test_a_file_may_go_to_standard_output(vermilion, scan) -> None:
    scan("a.png")
    said = vermilion("colorize", "a.png", "-o", "-")
    assert said.bytes.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["-", "a.png"], "name a single PATH"),
        (["-"], "Standard input is empty"),
        (["a.png", "-o", "-", "--page", "all"], "choose one with --page N"),
        (["-", "-o", "."], "is a folder"),
        (["a.png", "-o", ""], "An empty OUT"),
        ([""], "An empty PATH"),
        (["a.png", "--page", "0"], "--page takes a number"),
        (["a.png", "--page", "first"], "--page takes a number"),
    ],
)
def test_what_cannot_be_meant_is_told(vermilion, scan, arguments: list[str], told: str) -> None:
    content = scan("a.png").read_bytes()
    said = vermilion("colorize", *arguments, stdin=b"" if arguments == ["-"] else content)
    assert said.code == 1
    assert told in said.errors[0]


def pages(path: Path, count: int) -> None:
    first, *others = [picture((64 + 8 * number, 48)) for number in range(count)]
    first.save(path, save_all=True, append_images=others)


def test_a_multi_page_file_says_which_page_was_done(vermilion, here: Path) -> None:
    pages(here / "album.tif", 3)
    said = vermilion("colorize", "album.tif")
    assert "page 1 of 3" in said.out
    assert (here / "album.color.tif").exists()
    said = vermilion("colorize", "album.tif", "--page", "2", "-o", "two.png")
    assert "page 2 of 3" in said.out
    with Image.open(here / "two.png") as image:
        assert image.size == (72, 48)


def test_every_page_becomes_a_file(vermilion, here: Path) -> None:
    pages(here / "album.tif", 3)
    said = vermilion("colorize", "album.tif", "--page", "all")
    assert said.code == 0
    assert sorted(path.name for path in here.glob("*.color.tif")) == [
        "album.p1.color.tif",
        "album.p2.color.tif",
        "album.p3.color.tif",
    ]
    assert vermilion("colorize", "album.tif", "--page", "all", "-o", "out", "--format", "png").code == 0
    assert (here / "out/album.p3.png").exists()


def test_a_page_that_is_not_there(vermilion, here: Path) -> None:
    pages(here / "album.tif", 2)
    said = vermilion("colorize", "album.tif", "--page", "7")
    assert said.code == 1
    assert "album.tif" in said.errors[0]


def test_depth_and_alpha_are_lost_only_when_allowed(vermilion, scan) -> None:
    scan("deep.png", mode="I;16")
    scan("clear.png", mode="LA")
    said = vermilion("colorize", "deep.png", "--format", "jpg")
    assert said.code == 1
    assert "--drop-depth" in said.errors[0]
    said = vermilion("colorize", "clear.png", "--format", "jpg")
    assert said.code == 1
    assert "--drop-alpha" in said.errors[0]
    assert vermilion("colorize", "deep.png", "--format", "jpg", "--drop-depth").code == 0
    assert vermilion("colorize", "clear.png", "--format", "jpg", "--drop-alpha").code == 0


def test_real_colour_is_refused_unless_recolor(vermilion, here: Path) -> None:
    y, x = np.mgrid[:64, :64]
    Image.fromarray(np.dstack([x * 4, y * 4, 255 - x * 4]).astype(np.uint8)).save(here / "parrot.png")
    said = vermilion("colorize", "parrot.png")
    assert said.code == 1
    assert "parrot.png" in said.errors[0]
    assert "recolor" in said.errors[0]
    assert vermilion("colorize", "parrot.png", "--recolor").code == 0


def test_inexact_greys_and_size_are_passed_on(vermilion, scan) -> None:
    scan("a.jpg")
    assert vermilion("colorize", "a.jpg", "--allow-inexact", "--size", "96").code == 0
    assert vermilion("colorize", "a.jpg", "--overwrite", "--size", "7").code == 2


def test_quiet_says_nothing_but_errors(vermilion, scan) -> None:
    scan("a.png")
    said = vermilion("colorize", "a.png", "missing.png", "-q")
    assert (said.code, said.out) == (1, "")
    assert len(said.errors) == 1


def test_verbose_names_the_model_and_what_was_skipped(vermilion, scan) -> None:
    scan("box/a.png")
    scan("box/b.png")
    assert "model tiny 0.0.1 on CPUExecutionProvider" in vermilion("colorize", "box", "-v").err
    assert "box/a.png skipped: a.color.png exists already" in vermilion("colorize", "box", "-v").out


def test_verbose_shows_where_a_failure_came_from(vermilion, here: Path) -> None:
    (here / "a.png").write_bytes(b"no picture")
    assert "Traceback" in vermilion("colorize", "a.png", "-v").err
    assert "Traceback" not in vermilion("colorize", "a.png").err


def test_ctrl_c_says_how_to_go_on(vermilion, scan, monkeypatch: pytest.MonkeyPatch) -> None:
    scan("box/a.png")
    scan("box/b.png")
    real = Colorizer.open

    def interrupted(self, source, **options):
        if source.source_name.endswith("b.png"):
            raise KeyboardInterrupt
        return real(self, source, **options)

    monkeypatch.setattr(Colorizer, "open", interrupted)
    said = vermilion("colorize", "box")
    assert said.code == 130
    assert "1 colourised" in said.out
    assert "The same command continues" in said.errors[-1]


def test_a_name_that_no_terminal_can_show(vermilion, here: Path) -> None:
    name = b"f\xfcr oma.jpg".decode("utf-8", "surrogateescape")
    picture().save(here / "plain.jpg")
    (here / "plain.jpg").rename(here / name)
    said = vermilion("colorize", name)
    assert said.code == 0
    assert "f?r oma.jpg" in said.out


@pytest.mark.parametrize(
    ("items", "hidden", "terminal", "drawn"),
    [
        ("abc", False, True, True),
        ("abc", True, True, False),
        ("a", False, True, False),
        ("abc", False, False, False),
    ],
)
def test_a_bar_is_drawn_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, items: str, hidden: bool, terminal: bool, drawn: bool
) -> None:
    screen = Screen(terminal)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    assert list(progress.follow(iter(items), len(items), hidden=hidden)) == list(items)
    shown = screen.getvalue()
    assert ("colourising" in shown, "0/3" in shown, "3/3" in shown) == (drawn, drawn, drawn)
    assert bool(shown) == drawn


def test_the_bar_of_a_batch_tells_rate_and_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(True)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    assert list(progress.follow(iter("abc"), 3, hidden=False, failed=lambda: 7)) == list("abc")
    assert "0.0 a second, 0 failed" in screen.getvalue()
    assert " a second, 7 failed" in screen.getvalue()


def test_lines_make_room_for_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stand_in)
    say("a.png -> a.color.png")
    assert stand_in.getvalue() == "a.png -> a.color.png\n"


def test_files_that_are_no_pictures_are_counted_with_the_reason(vermilion, scan, here: Path) -> None:
    scan("box/a.png")
    for name in ("a.CR2", "b.cr2", "c.nef", "film.mov", "sub/notes.txt", "page.pdf", "d.tga", "README"):
        path = here / "box" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    for clutter in ("Thumbs.db", ".hidden.txt", "a.color.recipe.json"):
        (here / "box" / clutter).write_bytes(b"x")
    wanted = (
        "passed over 8 files: raw camera files (2 .cr2, 1 .nef: develop them first); films (1 .mov: colour "
        "them with `vermilion video`); documents (1 .pdf: save the pictures in them as TIFF or PNG); "
        "pictures of kinds that are not read (1 .tga: save them as TIFF or PNG); others (1 "
        "without a suffix, 1 .txt: files without a picture's name)"
    )
    assert vermilion("colorize", "box", "-o", "out").out.splitlines()[-1] == wanted
    assert wanted in vermilion("colorize", "box/**/*", "-o", "out2").out
    assert vermilion("colorize", "box/a.png", "-o", "out3").out.count("\n") == 1
    assert vermilion("colorize", "box", "-o", "out4", "--quiet").out == ""


def test_pages_that_are_left_out_are_counted_with_the_command_that_does_them(
    vermilion, scan, here: Path
) -> None:
    scan("box/a.png")
    pages = [picture() for _ in range(3)]
    for name in ("b.tif", "c.tif"):
        pages[0].save(here / "box" / name, save_all=True, append_images=pages[1:])
    said = vermilion("colorize", "box", "-o", "out")
    assert said.out.splitlines()[-1] == "left out 4 pages of 2 files: --page all colours them"
    said = vermilion("colorize", "box", "-o", "out", "--page", "all")
    assert "left out" not in said.out
    assert (here / "out/c.p3.tif").exists()


@pytest.mark.parametrize("name", ["halftone.tif", "halftone.png", "halftone.gif", "halftone.bmp"])
def test_a_scan_without_greys_is_said_to_have_none(vermilion, here: Path, name: str) -> None:
    picture().convert("1").save(here / name, **({"compression": "group4"} if "tif" in name else {}))
    said = vermilion("colorize", name)
    assert said.code == 0
    assert "only black and white, where no colour can be seen; scan it in greys" in said.out
    picture().save(here / f"grey-{name}")
    assert "scan it in greys" not in vermilion("colorize", f"grey-{name}").out


def test_a_print_on_a_table_is_refused_with_its_cure(vermilion, here: Path) -> None:
    taken = Taken(size=(360, 480), turn=5)
    photo = photograph(grey_picture(150, 210), taken, np.random.default_rng(0)).jpeg(88)
    (here / "print.jpg").write_bytes(photo)
    said = vermilion("colorize", "print.jpg")
    assert said.code == 1
    assert len(said.errors) == 1
    assert said.errors[0].startswith("error: print.jpg shows a print on a coloured background; ")
    assert "--crop-print" in said.errors[0]
    said = vermilion("colorize", "print.jpg", "--crop-print", "--recipe")
    assert said.code == 0
    assert "(the print alone was taken: " in said.out
    said = vermilion("colorize", "print.jpg", "--crop-print", "-o", "-")
    assert said.bytes == Path("print.color.jpg").read_bytes()
    assert vermilion("replay", "print.color.recipe.json", "-o", "again.jpg").code == 0
    assert Path("again.jpg").read_bytes() == Path("print.color.jpg").read_bytes()


def test_several_processes_do_the_same(vermilion, scan, here: Path, tiny_model, monkeypatch) -> None:
    monkeypatch.setattr("vermilion.archive.parallel.loop.Workers", Here)
    for name in ("box/a.png", "box/b.jpg"):
        scan(name)
    said = vermilion("colorize", "box", "-o", "out", "--model", tiny_model, "--workers", "2")
    assert said.code == 0
    assert sorted(path.name for path in (here / "out").iterdir()) == ["a.png", "b.jpg"]
    assert said.out.splitlines()[-1] == "2 colourised"
