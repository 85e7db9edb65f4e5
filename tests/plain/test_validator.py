"""The one validator: strict, bounded, and a sentence with the place for whatever is wrong."""

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import numpy as np
import pytest

from vermilion.assets import Asset, files_from
from vermilion.errors import HintError, SettingsError
from vermilion.plain import Limits, NamedFile, OneOf, as_declared, dotted, from_plain, json_schema, validator


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    name: str = ""

    def __post_init__(self):
        if self.x < 0:
            raise HintError("A dot lies outside; move it.")


@dataclass(frozen=True, slots=True)
class Line:
    ends: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Options:
    """What the tests ask for.

    Attributes:
        count: of something,
            which is several.
        marks: all of them.
    """

    count: int = 1
    on: bool = False
    share: Annotated[float, Limits(0, 1)] = 0.5
    rate: Annotated[float, Limits(0)] | None = None
    marks: tuple[Annotated[Dot | Line, OneOf()], ...] = ()
    color: Annotated[str | tuple[float, float], OneOf()] = "red"
    weights: dict[str, Annotated[float, Limits(0)]] = field(default_factory=dict)
    file: Annotated[Asset | str | None, NamedFile()] = None
    word: Annotated[Asset | str | None, NamedFile(lambda text: text.endswith(".txt"))] = None
    path: Path | None = None


def read(**table):
    return from_plain(Options, table, "o")


def test_values_arrive_as_they_are_declared():
    options = read(
        count=2,
        rate=3,
        marks=[{"x": 1}, {"ends": [1, 2.5]}],
        color=[1, 2],
        weights={"a": 1},
        word="plain",
        path="a/b",
    )
    marks = (Dot(1.0), Line((1.0, 2.5)))
    assert options == Options(2, False, 0.5, 3.0, marks, (1.0, 2.0), {"a": 1.0}, None, "plain", Path("a/b"))
    assert [type(options.rate), type(options.marks[0].x), type(options.weights["a"])] == [float] * 3


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"count": "2"}, "o: count: must be a whole number, not '2'."),
        ({"count": 2.0}, "o: count: must be a whole number, not 2.0."),
        ({"count": True}, "o: count: must be a whole number, not True."),
        ({"count": 2**53 + 1}, "o: count: must be a whole number, not 9007199254740993."),
        ({"on": 1}, "o: on: must be true or false, not 1."),
        ({"share": "1"}, "o: share: must be a number, not '1'."),
        ({"share": 2}, "o: share: must be in 0..1, not 2."),
        ({"share": math.nan}, "o: share: must be in 0..1, not nan."),
        ({"rate": -1}, "o: rate: must be at least 0, not -1."),
        ({"rate": math.inf}, "o: rate: must be at least 0, not inf."),
        ({"marks": [{"x": math.nan}]}, "o: marks 1: x: must be a finite number, not nan."),
        ({"marks": [{"x": 1}, {"x": None}]}, "o: marks 2: x: must be a number, not None."),
        ({"marks": [{"x": -1}]}, "o: marks 1: A dot lies outside; move it."),
        ({"marks": [{"ends": [1]}]}, "o: marks 1: ends: must have 2 entries, not 1."),
        ({"marks": [{"ends": [1, 2, 3]}]}, "o: marks 1: ends: must have 2 entries, not 3."),
        ({"marks": [{"ends": "ab"}]}, "o: marks 1: ends: must be a list [...], not 'ab'."),
        ({"marks": {"x": 1}}, "o: marks: must be a list [...], not {'x': 1}."),
        ({"marks": [5]}, "o: marks 1: must be a table {...}, not 5."),
        ({"marks": [{}]}, "o: marks 1: has no keys, but needs x or ends."),
        ({"marks": [{"name": "a"}]}, "o: marks 1: has name, but needs x or ends."),
        ({"marks": [{"end": [1, 2]}]}, "unknown key 'end' (did you mean 'ends'?); known are x, name, ends."),
        ({"marks": [{"x": 1, "<Dot>": 1}]}, "o: marks 1: unknown key '<Dot>'"),
        ({"marks": [{"x": 1, "nam": ""}]}, "unknown key 'nam' (did you mean 'name'?); known are x, name."),
        ({"color": 5}, "o: color: must be a text or a list [...], not 5."),
        ({"color": [1, "2"]}, "o: color 2: must be a number, not '2'."),
        ({"weights": {"<a>": "b"}}, "o: weights: <a>: must be a number, not 'b'."),
        ({"weights": []}, "o: weights: must be a table {...}, not []."),
        ({"file": 5}, "o: file: must be a text or null, not 5."),
        ({"file": []}, "o: file: must be a text or null, not []."),
        ({"path": 5}, "o: path: must be a text or null, not 5."),
        ({"on\udcfc": 1}, r"o: unknown key 'on\udcfc' (did you mean 'on'?); known are count, on"),
        ({"shares": 1, "count": "x"}, "o: unknown key 'shares' (did you mean 'share'?)"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence_with_its_place(table, told):
    with pytest.raises(SettingsError) as caught:
        read(**table)
    assert told in str(caught.value)


def test_what_is_no_table_at_all():
    with pytest.raises(SettingsError, match=r"^o: must be a table \{\.\.\.\}, not \[\]\.$"):
        from_plain(Options, [], "o")
    with pytest.raises(SettingsError, match=r"^o: the key 'ends' is missing\.$"):
        from_plain(Line, {}, "o")


@pytest.mark.parametrize(
    "said",
    ["/etc/passwd", {"path": "/etc/passwd"}, {"sha256": "ab", "name": "/etc/passwd"}, "data:;base64,?"],
)
def test_nothing_names_a_file_of_this_machine_but_by_the_reader_it_is_given(said, tmp_path):
    with pytest.raises(SettingsError, match=r"^o: file: (names the file '/etc/passwd'|The data)"):
        read(file=said)
    with pytest.raises(SettingsError, match=r"^o: word: names the file 'a\.txt'"):
        read(word="a.txt")


def test_a_reader_opens_what_is_named(tmp_path):
    (tmp_path / "a.txt").write_text("a")
    for said in ("a.txt", {"path": "a.txt"}, {"path": "a.txt", "sha256": Asset(b"a").sha256}):
        assert from_plain(Options, {"file": said}, "o", files_from(tmp_path)).file == Asset(b"a")
    assert read(file="data:;base64,YQ==").file == Asset(b"a")
    for table, told in (
        ({"path": "a.txt", "sha256": "ab"}, "has changed since"),
        ({"sha256": "ab"}, "by its hash alone"),
        ({"path": "a.txt", "hash": ""}, r"unknown key 'hash'; known are path, sha256, name"),
        ({"path": 5}, "file: path: must be a text, not 5"),
    ):
        with pytest.raises(SettingsError, match=f"^o: file: .*{told}|^o: {told}"):
            from_plain(Options, {"file": table}, "o", files_from(tmp_path))


def test_texts_keep_the_bytes_of_names_that_are_no_text():
    name = b"f\xfcr oma".decode("utf-8", "surrogateescape")
    assert from_plain(Dot, {"x": 1, "name": name}, "o").name == name
    assert read(path=name).path == Path(name)


def test_what_is_nested_or_counted_beyond_all_sense_is_refused_before_it_is_looked_at(monkeypatch):
    deep: list[object] = []
    for _ in range(10_000):
        deep = [deep]
    with pytest.raises(SettingsError, match=r"^o: is nested more than 32 levels deep; write it"):
        read(marks=deep)
    monkeypatch.setattr(validator, "_MOST", 100)
    with pytest.raises(SettingsError, match=r"^o: holds more than 100 values; leave some of them out"):
        read(marks=[{"x": 1}] * 100)


def test_places_may_be_written_with_dots_and_the_names_of_tables():
    with pytest.raises(SettingsError, match=r"^o: marks\.b\.x: must be a number, not '1'\.$"):
        from_plain(Options, {"marks": [{"x": 1}, {"x": "1", "name": "b"}]}, "o", placed=dotted)
    with pytest.raises(SettingsError, match=r"^o: marks\.1: the key|^o: marks\.1: has no keys"):
        from_plain(Options, {"marks": [{}]}, "o", placed=dotted)


def test_what_python_made_is_as_if_it_were_read():
    marks = (Dot(np.float32(2.5)), Line((1, np.int64(2))))  # type: ignore[arg-type]
    made = Options(count=np.int64(3), share=1, marks=marks, color=(1, 2), word="a")  # type: ignore[arg-type]
    plain = as_declared(made)
    assert plain == made
    assert [type(value) for value in (plain.count, plain.share, *plain.color)] == [int, float, float, float]
    assert [type(end) for end in plain.marks[1].ends] == [float, float]  # type: ignore[union-attr]


def test_a_schema_has_the_words_of_the_docstrings_and_the_limits_of_the_fields():
    schema = json_schema(Options, "Some options")
    assert (schema["title"], schema["description"]) == ("Some options", "What the tests ask for.")
    assert schema["properties"]["count"]["description"] == "of something, which is several."
    assert schema["properties"]["share"] == {"default": 0.5, "minimum": 0, "maximum": 1, "type": "number"}
    assert schema["$defs"]["Dot"]["required"] == ["x"]
    assert schema["$defs"]["Dot"]["additionalProperties"] is False
    forms = [form.get("$ref", form.get("type")) for form in schema["properties"]["file"]["anyOf"]]
    assert sorted(forms) == ["#/$defs/FileTable", "null", "string"]
