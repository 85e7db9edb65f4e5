"""The loop over a plan, with a colorizer that only pretends."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from vermilion.archive import Plan, PlanOptions, RunOptions, make_plan, run, run_plan
from vermilion.errors import ExistsError, ModelError, OutputError, PictureError
from vermilion.guidance import Controls
from vermilion.outputs import Done, Failed, Job, Skipped
from vermilion.pictures import ReadOptions, SaveOptions
from vermilion.view import ViewOptions


@dataclass
class FakePicture:
    source: Path
    pages: int
    saved: list[tuple[str, SaveOptions]]
    notes: tuple[str, ...] = ()

    @property
    def scan(self) -> SimpleNamespace:
        return SimpleNamespace(pages=self.pages, format="png")

    def parts(self, suffix: str, options: SaveOptions) -> list[bytes]:
        self.saved.append((suffix, options))
        return [b"col", b"our"]

    def left_out_of(self, suffix: str) -> tuple[str, ...]:
        return (f"{suffix} has no place for its caption",) if suffix == ".webp" else ()


@dataclass
class FakeColorizer:
    """Colours every picture, but for those whose names are in `troubles`."""

    troubles: dict[str, BaseException] = field(default_factory=dict)
    pages: int = 1
    asked: list[dict[str, object]] = field(default_factory=list)
    saved: list[tuple[str, SaveOptions]] = field(default_factory=list)

    def open(self, scan: SimpleNamespace, **options: object) -> SimpleNamespace:
        self.asked.append({"source": scan.source, "page": scan.page, **options})
        if scan.source.name in self.troubles:
            raise self.troubles[scan.source.name]
        return SimpleNamespace(paint=partial(self.paint, scan.source))

    def paint(self, source: Path, controls: Controls) -> FakePicture:
        self.asked[-1]["controls"] = controls
        return FakePicture(source, self.pages, self.saved)


@pytest.fixture(autouse=True)
def nothing_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(source: Path, options: ReadOptions) -> SimpleNamespace:
        return SimpleNamespace(source=source, page=options.page, size=(4, 6))

    monkeypatch.setattr(run, "read_scan", read)
    for name in ("check_before_decoding", "refuse_before_painting"):
        monkeypatch.setattr(run, name, lambda *_: None)


@pytest.fixture
def box(tmp_path: Path) -> Path:
    folder = tmp_path / "box"
    folder.mkdir()
    for name in ("a.png", "b.png", "c.png"):
        (folder / name).write_bytes(b"grey")
    return folder


def run_all(plan: Plan, colorizer: FakeColorizer, options: RunOptions | None = None) -> list[Any]:
    make: Callable[[], Any] = lambda: colorizer  # noqa: E731
    return list(run_plan(plan, make, options or RunOptions()))


def test_every_picture_is_done_and_timed(box: Path) -> None:
    outcomes = run_all(make_plan([box]), FakeColorizer())
    assert [type(outcome) for outcome in outcomes] == [Done] * 3
    assert all(outcome.target.read_bytes() == b"colour" and outcome.seconds >= 0 for outcome in outcomes)


def test_the_time_of_a_picture_is_what_went_by(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = itertools.count(1000, 7)
    monkeypatch.setattr("time.perf_counter", lambda: next(ticks))
    assert [outcome.seconds for outcome in run_all(make_plan([box]), FakeColorizer())] == [7, 7, 7]


def test_options_reach_the_colorizer_and_the_file(box: Path) -> None:
    colorizer = FakeColorizer()
    save = SaveOptions(overwrite=True, allow_inexact=True, drop_depth=True, drop_alpha=True, mark=False)
    view = ViewOptions("whole")
    options = RunOptions(
        page=2, recolor=True, size=192, view=view, save=save, controls=Controls(vividness=0.5)
    )
    run_all(make_plan([box / "a.png"]), colorizer, options)
    wanted = {"page": 2, "recolor": True, "size": 192, "view": view, "controls": Controls(vividness=0.5)}
    assert colorizer.asked == [{"source": box / "a.png", **wanted}]
    assert colorizer.saved == [(".png", save)], "untouched"


def test_a_second_run_finishes_the_first(box: Path) -> None:
    (box / "b.color.png").write_bytes(b"there already")
    outcomes = run_all(make_plan([box / name for name in ("a.png", "b.png", "c.png")]), FakeColorizer())
    assert [type(outcome) for outcome in outcomes] == [Done, Skipped, Done]
    assert (box / "b.color.png").read_bytes() == b"there already"


def test_each_folder_of_results_is_swept_once(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    swept: list[Path] = []
    monkeypatch.setattr(run, "sweep", swept.append)
    run_all(make_plan([box]), FakeColorizer())
    assert swept == [box]


def test_nothing_to_do_loads_no_model(box: Path) -> None:
    (box / "a.color.png").write_bytes(b"there already")

    def no_model() -> Any:
        pytest.fail("the model was loaded")

    plan = make_plan([box / "a.png"])
    assert [type(outcome) for outcome in run_plan(plan, no_model, RunOptions())] == [Skipped]


@pytest.mark.parametrize(
    ("trouble", "code", "told"),
    [
        (PictureError("b.png is torn."), "picture", "b.png is torn."),
        (OutputError("The disk is full."), "output", "The disk is full."),
        (MemoryError(), "memory", "does not fit into memory"),
        (OSError(28, "No space left on device"), "system", "No space left on device"),
        (ZeroDivisionError("oops"), "fault", "fault of vermilion (ZeroDivisionError: oops)"),
    ],
)
def test_one_failure_leaves_the_others_alone(box: Path, trouble: Exception, code: str, told: str) -> None:
    outcomes = run_all(make_plan([box]), FakeColorizer({"b.png": trouble}))
    assert [type(outcome) for outcome in outcomes] == [Done, Failed, Done]
    assert told in outcomes[1].reason
    assert outcomes[1].code == code
    assert type(trouble).__name__ in outcomes[1].trace[-1]


def test_ctrl_c_stops_the_run(box: Path) -> None:
    outcomes: Iterator[object] = run_plan(
        make_plan([box]),
        lambda: FakeColorizer({"b.png": KeyboardInterrupt()}),  # type: ignore[arg-type, return-value]
        RunOptions(),
    )
    assert isinstance(next(outcomes), Done)
    with pytest.raises(KeyboardInterrupt):
        next(outcomes)


def test_a_model_that_cannot_be_loaded_ends_the_run(box: Path) -> None:
    def broken() -> Any:
        raise ModelError("decoder.onnx is damaged.")

    with pytest.raises(ModelError):
        list(run_plan(make_plan([box]), broken, RunOptions()))


def test_the_tree_is_made_as_needed(tmp_path: Path, box: Path) -> None:
    target = tmp_path / "out" / "deep" / "a.png"
    [outcome] = run_all(Plan((Job(box / "a.png", target),)), FakeColorizer())
    assert outcome.target == target
    assert target.exists()


def test_a_file_in_the_way_of_a_folder_is_told(tmp_path: Path, box: Path) -> None:
    (tmp_path / "out").write_bytes(b"a file")
    [outcome] = run_all(Plan((Job(box / "a.png", tmp_path / "out" / "x" / "a.png"),)), FakeColorizer())
    assert "cannot be made" in outcome.reason


def test_what_the_format_leaves_out_is_a_remark(box: Path) -> None:
    [outcome] = run_all(make_plan([box / "a.png"], PlanOptions(format="webp")), FakeColorizer())
    assert outcome.remarks == (".webp has no place for its caption",)


def test_a_multi_page_file_says_which_page_was_done(box: Path) -> None:
    [outcome] = run_all(make_plan([box / "a.png"]), FakeColorizer(pages=5))
    assert outcome.note == "page 1 of 5 only; --page all takes every page"


def test_every_page_becomes_a_result(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "read_head", lambda _source, **_: SimpleNamespace(pages=3))
    (box / "a.p2.color.png").write_bytes(b"there already")
    outcomes = run_all(make_plan([box / "a.png"]), FakeColorizer(pages=3), RunOptions(page=None))
    assert [type(outcome) for outcome in outcomes] == [Done, Skipped, Done]
    assert [outcomes[0].note, outcomes[2].note] == ["page 1 of 3", "page 3 of 3"]
    assert outcomes[2].target == box / "a.p3.color.png"


def test_a_single_page_keeps_its_plain_name(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "read_head", lambda _source, **_: SimpleNamespace(pages=1))
    [outcome] = run_all(make_plan([box / "a.png"]), FakeColorizer(), RunOptions(page=None))
    assert (outcome.target, outcome.note) == (box / "a.color.png", "")


def test_a_file_whose_pages_cannot_be_counted_fails_alone(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def count(source: Path, **_: object) -> SimpleNamespace:
        if source.name == "b.png":
            raise PictureError("b.png is torn.")
        return SimpleNamespace(pages=1)

    monkeypatch.setattr(run, "read_head", count)
    outcomes = run_all(make_plan([box]), FakeColorizer(), RunOptions(page=None))
    assert [type(outcome) for outcome in outcomes] == [Done, Failed, Done]


def test_a_result_that_appears_meanwhile_is_skipped(box: Path) -> None:
    outcomes = run_all(make_plan([box]), FakeColorizer({"b.png": ExistsError("b.color.png exists already")}))
    assert [type(outcome) for outcome in outcomes] == [Done, Skipped, Done]
    assert outcomes[1].existing == box / "b.color.png"


def test_pictures_with_our_mark_are_no_scans(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def look(source: Path, max_pixels: int) -> bool:
        asked.append(source.name)
        return source.name == "b.png"

    monkeypatch.setattr(run, "is_own_result", look)
    (box / "a.color.png").write_bytes(b"there already")
    plan = make_plan([box])
    outcomes = run_all(plan, FakeColorizer())
    assert [type(outcome) for outcome in outcomes[1:]] == [Skipped, Skipped, Done], "a.color.png comes first"
    assert [outcome.marked for outcome in outcomes[1:3]] == [False, True]
    assert asked == ["b.png", "c.png"], "what exists already costs nothing"
    assert [type(outcome) for outcome in run_all(plan, FakeColorizer(), RunOptions(recolor=True))][2] is Done
