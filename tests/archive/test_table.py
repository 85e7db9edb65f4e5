"""The table of what single pictures get."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.archive.test_batch_choices import box, options, planned  # noqa: F401 - fixtures
from vermilion.archive.batch import Batch, read_table, run_batch
from vermilion.archive.run import Task
from vermilion.errors import SettingsError
from vermilion.guidance import Controls, Hint


def write(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


TASKS = [
    Task(Path("box/a.tif"), Path("out/a.tif"), 1, root=Path("box")),
    Task(Path("box/1931/a.tif"), Path("out/1931/a.tif"), 1, root=Path("box")),
]


def test_a_picture_gets_what_its_line_says(tmp_path: Path) -> None:
    table = read_table(
        write(
            tmp_path,
            'file,identifier,look,warmth,hints\n1931/a.tif,MS 17/4,vivid,,"12,8=navy; 3,4,2=#aabbcc"\n',
        )
    )
    general = Controls(warmth=3, hints=(Hint(1, 1, "red"),))
    first, second = table.given_to(TASKS, general)
    assert (first.controls, first.identifier) == (None, "")
    assert second.controls is not None
    assert (second.identifier, second.controls.look, second.controls.warmth) == ("MS 17/4", "vivid", 3)
    assert len(second.controls.hints) == 3


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("file,colour\na.tif,red\n", "has a column 'colour'; its first line may hold file, identifier"),
        ("look\nvivid\n", "has no column 'file'"),
        ("file,look\na.tif\n", "Line 2 of .* has more or fewer cells"),
        ("file,look\na.tif,vivid,3\n", "Line 2 of .* has more or fewer cells"),
        ("file,look\na.tif,vivid\na.tif,muted\n", "Line 3 of .* names a.tif again"),
        ("file,look\n,vivid\n", "Line 2 of .* names no file"),
        ("file,warmth\na.tif,much\n", "Line 2 of .* cannot be followed: its warmth 'much' is no number"),
        ("file;warmth\na.tif;5,5\n", "Line 2 of .* cannot be followed: its warmth '5,5' is no .* as 5.5"),
        ("file,warmth\na.tif,nan\n", "Line 2 of .* cannot be followed"),
        ("file,look\na.tif,gaudy\n", "Line 2 of .* cannot be followed"),
        ("file,hints\na.tif,here\n", "Line 2 of .* cannot be followed"),
        ("file,look\nb.tif,vivid\n", "Line 2 of .* names b.tif, which is not a picture of this batch"),
    ],
)
def test_what_cannot_be_followed_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        read_table(write(tmp_path, text)).given_to(TASKS, Controls())


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_spreadsheets_may_write_other_delimiters(tmp_path: Path, delimiter: str) -> None:
    rows = ["file", "look", "hints"], ["1931/a.tif", "vivid", '"12,8=navy; 3,4,2=#aabbcc"']
    path = write(tmp_path, "\ufeff" + "".join(delimiter.join(row) + "\r\n" for row in rows))
    controls = read_table(path).given_to(TASKS, Controls())[1].controls
    assert controls is not None
    assert (controls.look, len(controls.hints)) == ("vivid", 2)


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_bytes(b"file\n\xff\xfe")
    with pytest.raises(SettingsError, match="is not a CSV in UTF-8"):
        read_table(tmp_path / "table.csv")
    with pytest.raises(SettingsError, match="cannot be read"):
        read_table(tmp_path / "none.csv")


def test_the_result_and_the_record_follow_the_table(box, options, tmp_path) -> None:  # noqa: F811
    plain = {record.source: record for record in run_batch(planned(box, options), options)}
    table = read_table(write(tmp_path, "file,identifier,vividness\na.png,17/4,0\n"))
    target = tmp_path / "again"
    again = replace(
        options, folder=target, plan=replace(options.plan, output=target), table_sha256=table.sha256
    )
    batch = planned(box, again)
    told = Batch(table.given_to(batch.tasks, again.run.controls))
    found = {record.source: record for record in run_batch(told, again)}
    assert [record.identifier for record in found.values() if record.identifier] == ["17/4"]
    changed = [key for key in found if found[key].outputs[-1].sha256 != plain[key].outputs[-1].sha256]
    assert [Path(key).name for key in changed] == ["a.png"]
