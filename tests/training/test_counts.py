"""Counts as they are told."""

from vermilion.training import Progress
from vermilion.training.data.store import listed


def test_counts_are_listed_in_their_order():
    assert listed({"to train on": 12, "held out": 3}) == "12 to train on, 3 held out"
    assert listed({}) == ""
    assert Progress("pictures", 0, 9, 0.0, {"broken": 2.0, "tiny": 1.0}).counts == "2 broken, 1 tiny"
