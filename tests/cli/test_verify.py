"""`vermilion verify`: sentences, JSON and exit codes."""

import json


def test_a_pair_is_proved(vermilion, scan):
    scan("a.png")
    vermilion("colorize", "a.png")
    said = vermilion("verify", "a.png", "a.color.png")
    assert (said.code, said.out) == (0, "a.png -> a.color.png  holds (luma: samples)\n")
    facts = json.loads(vermilion("verify", "a.png", "a.color.png", "--json").out)
    assert (facts["ok"], facts["differences"], len(facts["scan_sha256"])) == (True, [], 64)


def test_what_does_not_hold_is_said(vermilion, scan):
    scan("a.png")
    scan("b.png", (96, 70))
    vermilion("colorize", "a.png", "--no-mark")
    assert vermilion("verify", "a.png", "a.color.png", "--allow", "mark").code == 0
    said = vermilion("verify", "b.png", "a.color.png", "--allow", "mark")
    assert said.code == 1
    assert said.errors == ["error: a.color.png: size is 96 x 72 pixels, not 96 x 70 as in the scan."]
    facts = json.loads(vermilion("verify", "b.png", "a.color.png", "--json").out)
    assert [each["check"] for each in facts["differences"]] == ["size", "mark"]


def test_two_files_are_wanted(vermilion, scan):
    scan("a.png")
    said = vermilion("verify", "a.png")
    assert said.errors == ["error: verify takes a scan and its result, not 1 paths; name both."]
