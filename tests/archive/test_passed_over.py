"""What is said of files that are passed over."""

from vermilion.archive.entries import PassedOver
from vermilion.archive.passed_over import count_others, describe, sum_up


def test_the_most_frequent_suffix_comes_first_and_equals_by_name() -> None:
    parts = [PassedOver(".nef", 1), PassedOver(".cr2", 2), PassedOver(".arw", 1), PassedOver(".nef", 2)]
    assert sum_up(parts) == (PassedOver(".nef", 3), PassedOver(".cr2", 2), PassedOver(".arw", 1))


def test_what_systems_and_we_leave_is_not_counted() -> None:
    names = ["Thumbs.db", "a.NEF", "b.nef", "a.color.recipe.json", "notes.json"]
    assert set(count_others(names)) == {PassedOver(".nef", 2), PassedOver(".json", 1)}


def test_four_suffixes_of_a_kind_are_named_and_others_come_last() -> None:
    raw = [PassedOver(suffix, 1) for suffix in (".arw", ".cr2", ".dng", ".nef")]
    assert describe([]) == ""
    told = describe([PassedOver("", 1), *raw])
    assert told.startswith("passed over 5 files: raw camera files (1 .arw, 1 .cr2, 1 .dng, 1 .nef")
    assert told.index("raw camera files") < told.index("1 without a suffix")
    assert "and more" not in told
    assert "1 .nef, and more: develop them first)" in describe([*raw, PassedOver(".orf", 1)])
