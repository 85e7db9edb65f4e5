"""The benchmark of damaged files: the same seed makes the same mutants, and what must not be is counted."""

import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import damage
from benchmarks.damage import Answer, compare, mutate
from benchmarks.damage_files import write_pictures


def test_a_seed_makes_the_same_mutants_of_every_kind() -> None:
    content = bytes(range(256)) * 20
    made = [mutate(content, np.random.default_rng([0, number])) for number in range(60)]
    again = [mutate(content, np.random.default_rng([0, number])) for number in range(60)]
    assert made == again
    assert {name for name, _ in made} == {"bits", "cut", "zeros", "inserted", "header"}
    assert all(len(mutant) < len(content) for name, mutant in made if name == "cut")
    assert sum(mutant != content for _, mutant in made) > 50


def test_what_must_not_be_is_counted() -> None:
    sound = Answer("read", "these greys", 0.1, 100.0)
    refused, other = Answer("refused", "damaged", 0.1, 100.0), Answer("read", "others", 0.1, 100.0)
    assert compare(refused, refused, sound, 100.0)[1] == []
    assert compare(sound, refused, sound, 100.0)[1] == [], "every pixel was decoded"
    assert compare(other, other, sound, 100.0)[1] == [], "the reader sees nothing wrong, either"
    assert "was done" in compare(other, refused, sound, 100.0)[1][0]
    assert "crash" in compare(Answer("crash", "exit status -11"), refused, sound, 100.0)[1][0]
    assert "fault" in compare(Answer("fault", "KeyError: 262"), refused, sound, 100.0)[1][0]
    assert "took 11.0 s" in compare(Answer("refused", "", 11.0), refused, sound, 100.0)[1][0]
    assert "500 MiB" in compare(Answer("refused", "", 0.1, 600.0), refused, sound, 100.0)[1][0]


@pytest.mark.slow
def test_mutants_of_every_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYTHONPATH", f"{Path(damage.__file__).parents[1] / 'src'}")
    monkeypatch.chdir(Path(damage.__file__).parents[1])
    pictures = write_pictures(tmp_path)
    monkeypatch.setattr(sys, "argv", ["damage", str(tmp_path), "--mutants", str(2 * len(pictures))])
    with pytest.raises(SystemExit) as ended:
        damage.main()
    told = capsys.readouterr().out
    assert ended.value.code == 0, told
    assert "left out" not in told, "a sound picture is refused"
    assert f"0 of {2 * len(pictures)} mutants offend" in told
