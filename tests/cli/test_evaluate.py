"""`vermilion evaluate`, in-process."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import picture


@pytest.fixture
def photos(here: Path) -> Path:
    """Three colour pictures."""
    folder = here / "photos"
    folder.mkdir()
    for number in range(3):
        rgb = picture(mode="RGB")
        rgb.paste((200, 40 * number, 30), (20, 20, 50, 50))
        rgb.save(folder / f"{number}.png")
    return folder


def test_a_report_is_written_and_told(vermilion, photos: Path, here: Path) -> None:
    said = vermilion("evaluate", "photos", "--against", "photos", "--masks", "photos", "--hints")
    assert said.code == 0
    told = json.loads((here / "evaluation" / "report.json").read_text(encoding="utf-8"))
    lines = said.out.splitlines()
    assert lines[0] == "3 pictures, tiny 0.0.1 at 64 px"
    assert lines[1].split() == ["vermilion", "the", "other"]
    assert lines[2].split()[:3] == ["ab_err", f"{told['ours']['ab_err']:.2f}", "0.00"]
    assert lines[-2] == f"after 50 true hints: ab_err {told['hint_curve']['50']:.2f}"
    assert any(line.startswith("skin, all: ab_err ") for line in lines)
    assert lines[-1] == f"{Path('evaluation', 'report.html')} shows pictures, too"
    assert (here / "evaluation" / "report.html").stat().st_size > 10_000


def test_options_reach_the_evaluation(vermilion, photos: Path, here: Path) -> None:
    said = vermilion("evaluate", "photos", "-o", "old", "--aged", "--limit", "2", "--size", "32", "--quiet")
    assert (said.code, said.out, said.err) == (0, "", "")
    told = json.loads((here / "old" / "report.json").read_text(encoding="utf-8"))
    assert (told["about"]["aged"], told["about"]["size"], told["ours"]["pictures"]) == (True, 32, 2)


def test_what_is_left_out_is_told_aside(vermilion, photos: Path) -> None:
    (photos / "broken.jpg").write_bytes(b"\xff\xd8\xff nothing")
    said = vermilion("evaluate", "photos", "--extractor", "resnet18:nowhere", "--fid", "nowhere")
    assert said.code == 0
    told = said.err.splitlines()
    assert told[0] == "The distances fd and kmd of resnet18 are left out: nowhere is no file."
    assert told[1] == "FID is left out: nowhere is no file."
    assert told[2].startswith("left out: ")
    assert "broken.jpg" in told[2]


def test_a_report_that_is_there_is_kept_before_any_work(vermilion, photos: Path, here: Path) -> None:
    (here / "evaluation").mkdir()
    report = here / "evaluation" / "report.html"
    report.write_text("mine")
    said = vermilion("evaluate", "nowhere")
    assert said.code == 1
    assert "report.html exists already" in said.errors[0]
    assert report.read_text() == "mine"
    assert vermilion("evaluate", "photos", "--overwrite").code == 0
    assert report.read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere"], "nowhere is not a folder"),
        (["photos", "--against", "nowhere"], "nowhere is not a folder"),
        (["photos", "--extractor", "resnet18"], "--extractor takes NAME:WEIGHTS"),
    ],
)
def test_mistakes_are_one_sentence(vermilion, photos: Path, here: Path, arguments, sentence) -> None:
    said = vermilion("evaluate", *arguments)
    assert said.code == 1
    [error] = said.errors
    assert sentence in error
    assert not (here / "evaluation").exists()


def test_mounted_pictures_are_measured(vermilion, photos: Path, here: Path) -> None:
    said = vermilion(
        "evaluate", "photos", "--mounted", "white", "--view", "whole", "--limit", "1", "-o", "on"
    )
    assert said.code == 0
    about = json.loads((here / "on" / "report.json").read_text())["about"]
    assert (about["mounted"], about["view"]) == ("white", "whole")
    assert "mounted, turned or faded" in said.err
    said = vermilion("evaluate", "photos", "--mounted", "upside", "-o", "no")
    assert said.code == 1
    assert "choose one of white, black, card" in said.errors[0]
