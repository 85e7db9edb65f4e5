"""Errors carry a sentence for people and a code for programs."""

import pickle
import re
from pathlib import Path

import pytest

from vermilion import errors
from vermilion.errors import PictureError, PrintOnColorError, VermilionError

CLASSES = [
    kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, VermilionError)
]
PAGE = Path(__file__).parents[1] / "docs" / "python.md"


def test_each_class_has_a_code_of_its_own() -> None:
    assert all("code" in vars(kind) for kind in CLASSES)
    codes = [kind.code for kind in CLASSES]
    assert len(set(codes)) == len(codes) == 13
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


def test_the_page_lists_every_code() -> None:
    rows = re.findall(r"^\| `(\w+Error)` \| `([a-z-]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [(kind.__name__, kind.code) for kind in CLASSES]


def test_a_finer_error_inside_a_package_has_the_code_of_its_kind() -> None:
    class TornError(PictureError):
        pass

    assert TornError("It is torn.").code == "picture"


@pytest.mark.parametrize("kind", CLASSES)
def test_errors_pass_between_processes(kind: type[VermilionError]) -> None:
    again = pickle.loads(pickle.dumps(kind("It is torn.")))
    assert (type(again), str(again), again.code) == (kind, "It is torn.", kind.code)


def test_what_an_error_knows_besides_its_sentence_passes_too() -> None:
    corners = ((0.1, 0.2), (0.9, 0.2), (0.9, 0.8), (0.1, 0.8))
    assert pickle.loads(pickle.dumps(PrintOnColorError("On a table.", corners))).corners == corners
