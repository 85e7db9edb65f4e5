"""How fast pictures are done, and how long the others take."""

from functools import partial
from itertools import accumulate, count

import pytest

from vermilion.studio.pace import Pace


def test_the_rate_is_that_of_late_and_unknown_at_first():
    times = accumulate((0.0, 4.0, 4.0, 4.0, *[0.5] * 60))  # the first ones load the model
    pace = Pace(100, partial(next, times))
    told = []
    for _ in range(63):
        pace.step()
        told.append((pace.rate, pace.seconds_left))
    rates, left = zip(*told, strict=True)
    assert (rates[1], left[1]) == (0, None)
    assert [rates[2], left[2], rates[-1], left[-1]] == pytest.approx([0.25, 97 / 0.25, 2, 37 / 2])


def test_what_was_found_finished_says_nothing_about_the_pace():
    pace = Pace(10, partial(next, count()))
    for _ in range(5):
        pace.step(took_time=False)
    told = [(pace.rate, pace.seconds_left)]
    for _ in range(6):
        pace.step()
    told.append((pace.rate, pace.seconds_left))
    assert told == [(0, None), (1, 0)]
