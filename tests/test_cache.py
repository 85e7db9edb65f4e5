"""A bounded cache that computes each value once, however many threads ask for it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import numpy as np
import pytest

from vermilion.cache import Cache, size_of


def note(made: list[Any], what: Any, value: Any) -> Any:
    made.append(what)
    return value


def kilobytes(count: int) -> np.ndarray:
    return np.zeros(count * 1024, np.uint8)


def test_a_value_is_made_once() -> None:
    cache, made = Cache(), list[Any]()
    values = [cache.get(("a", 1), lambda: note(made, 1, "value")) for _ in range(3)]
    assert (values, made, len(cache)) == (["value"] * 3, [1], 1)


def test_the_least_recently_used_goes_first_and_the_bytes_stay_below_the_limit() -> None:
    cache, made = Cache(limit=35 * 1024), list[Any]()

    def get(name: str) -> None:
        cache.get((name,), lambda: note(made, name, kilobytes(10)))

    for name in ("a", "b", "c", "a", "d", "a", "b"):
        get(name)
    assert made == ["a", "b", "c", "d", "b"]
    assert cache.bytes <= 35 * 1024
    assert len(cache) == 3


def test_what_is_larger_than_the_cache_is_returned_and_not_kept() -> None:
    cache = Cache(limit=1024)
    assert cache.get(("big",), lambda: kilobytes(2)).nbytes == 2048
    assert (len(cache), cache.bytes) == (0, 0)


def test_an_owner_is_dropped_whole_and_alone() -> None:
    cache = Cache()
    for owner in ("a", "b"):
        for number in range(3):
            cache.get((owner, number), lambda: kilobytes(1))
    cache.drop("a")
    assert len(cache) == 3
    cache.drop("b")
    assert (len(cache), cache.bytes) == (0, 0)


def test_threads_that_ask_for_one_key_wait_for_the_first() -> None:
    cache, made, together = Cache(), list[Any](), Barrier(4)

    def ask(_: int) -> object:
        together.wait()
        return cache.get(("variants",), lambda: note(made, 1, object()))

    with ThreadPoolExecutor(4) as pool:
        values = list(pool.map(ask, range(4)))
    assert len(made) == 1
    assert len(set(map(id, values))) == 1


def test_threads_that_ask_for_other_keys_are_not_held_up() -> None:
    cache, started, go_on = Cache(), Event(), Event()

    def slow() -> str:
        started.set()
        assert go_on.wait(10)
        return "slow"

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(cache.get, ("slow",), slow)
        assert started.wait(10)
        assert cache.get(("quick",), lambda: "quick") == "quick"
        go_on.set()
        assert waiting.result(10) == "slow"


def test_an_error_is_raised_and_the_next_one_tries_again() -> None:
    cache = Cache()

    def fail() -> str:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        cache.get(("a",), fail)
    assert cache.get(("a",), lambda: "yes") == "yes"


def test_sizes_count_arrays_wherever_they_are() -> None:
    assert size_of((kilobytes(1), [kilobytes(2)], {"a": kilobytes(3)})) >= 6 * 1024
    assert size_of("x" * 5000) >= 5000
    assert size_of(None) > 0
