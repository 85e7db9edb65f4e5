"""An open picture at work: progress, cancellation, many threads, and what is kept for which controls."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest

from tests.test_session import scene
from vermilion import Colorizer, Controls
from vermilion.errors import CancelledError
from vermilion.network import Model
from vermilion.work import Work

SIX = Controls(variants=3)


@pytest.fixture
def counted(monkeypatch):
    """How often the network painted."""
    calls = []
    decode = Model.decode

    def count(self, *args, **kwargs):
        calls.append(1)
        return decode(self, *args, **kwargs)

    monkeypatch.setattr(Model, "decode", count)
    return calls


def test_variants_report_their_progress(tiny_model):
    seen = []
    session = Colorizer(tiny_model).open(scene())
    session.variants(SIX, Work(progress=lambda what, share: seen.append((what, share))))
    searching = [share for what, share in seen if what == "look for variants"]
    assert searching == sorted(searching)
    assert (searching[0], searching[-1]) == (0.0, 1.0)
    assert ("paint variants", 1.0) in seen


def test_cancelled_variants_stop_at_once_and_can_be_asked_for_again(tiny_model, counted):
    session = Colorizer(tiny_model).open(scene())
    with pytest.raises(CancelledError):
        session.variants(SIX, Work(cancelled=lambda: len(counted) >= 5))
    assert len(counted) <= 6
    assert len(session.variants(SIX)) == len(Colorizer(tiny_model).open(scene()).variants(SIX))


def test_a_cancelled_paint_paints_nothing(tiny_model, counted):
    session = Colorizer(tiny_model).open(scene())
    with pytest.raises(CancelledError):
        session.paint(work=Work(cancelled=lambda: True))
    assert counted == []


def test_threads_that_want_the_same_variants_search_once(tiny_model, counted):
    """Four threads ran the network 121 times instead of 31."""
    Colorizer(tiny_model).open(scene()).variants(SIX)
    once = len(counted)
    counted.clear()
    session, together = Colorizer(tiny_model).open(scene()), Barrier(4)

    def ask(_):
        together.wait()
        return [picture.cbcr for picture in session.variants(SIX)]

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(4)))
    for answer in answers[1:]:
        np.testing.assert_array_equal(answer, answers[0])
    shown = len(answers[0])  # each thread paints those that are shown
    assert len(counted) <= once + 3 * shown


def test_suggestions_leave_little_behind(tiny_model):
    """Sixty of them left 71 MB."""
    colorizer = Colorizer(tiny_model, cache_bytes=4 * 2**20)
    session = colorizer.open(scene())
    for temperature in np.linspace(0.1, 2, 60):
        session.suggest(5, 5, controls=Controls(temperature=float(temperature)))
    assert colorizer._workshop.cache.bytes <= 4 * 2**20


def test_a_closed_picture_leaves_nothing_behind_and_paints_the_same_again(tiny_model):
    colorizer = Colorizer(tiny_model)
    session = colorizer.open(scene())
    before = session.paint(Controls(palette=("red", "tan"))).cbcr
    session.close()
    assert len(colorizer._workshop.cache) <= 1  # what belongs to no picture: no look and no cube
    np.testing.assert_array_equal(session.paint(Controls(palette=("red", "tan"))).cbcr, before)


def test_pictures_that_are_gone_leave_nothing_behind(tiny_model):
    colorizer = Colorizer(tiny_model)
    for _ in range(3):
        colorizer.colorize(scene(), controls=Controls(palette=("red", "tan")))
    assert len(colorizer._workshop.cache) <= 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Controls(palette=("red",)), Controls(palette=("blue",))),
        (Controls(variant=1, variants=3, seed=1), Controls(variant=1, variants=3, seed=9)),
        (Controls(variant=1, variants=3), Controls(variant=2, variants=3)),
    ],
)
def test_two_controls_never_meet_in_one_key(tiny_model, one, other):
    """What is kept for the first must not be given for the second."""
    session = Colorizer(tiny_model).open(scene())
    kept = [session.paint(controls).cbcr for controls in (one, other)]
    fresh = [Colorizer(tiny_model).open(scene()).paint(controls).cbcr for controls in (one, other)]
    np.testing.assert_array_equal(kept, fresh)


def test_two_pictures_never_meet_in_one_key(tiny_model):
    colorizer, palette = Colorizer(tiny_model), Controls(palette=("red", "tan"))
    sessions = [colorizer.open(picture) for picture in (scene(), scene()[::-1].copy())]
    kept = [session.paint(palette).cbcr for session in sessions]
    fresh = [Colorizer(tiny_model).colorize(s.scan, controls=palette).cbcr for s in sessions]
    np.testing.assert_array_equal(kept, fresh)
