"""The container is as small in what it may do as the docs say; no engine is needed to see that."""

import json
import re
from pathlib import Path

import yaml
from typer.testing import CliRunner

from vermilion.cli.app import app

ROOT = Path(__file__).parents[2]
IMAGE = (ROOT / "Dockerfile").read_text("utf-8")


def lists(word):
    return [json.loads(found) for found in re.findall(rf"^ *{word} (\[.*\])$", IMAGE, re.MULTILINE)]


def test_it_serves_with_options_that_there_are():
    [entry], [health, start] = lists("ENTRYPOINT"), lists("CMD")
    assert entry == ["vermilion"]
    told = CliRunner().invoke(app, [start[0], "--help"]).output
    assert [word for word in start if word.startswith("--") and word not in told] == []
    assert "/healthz" in health[-1]


def test_it_is_slim_and_nobody_in_particular():
    assert re.findall(r"^FROM (\S+)", IMAGE, re.MULTILINE) == ["python:3.13-slim"] * 2
    [user] = re.findall(r"^USER (\d+):\d+$", IMAGE, re.MULTILINE)
    assert int(user) > 1000


def test_it_may_write_to_nothing_but_memory_and_is_seen_by_this_machine_alone():
    service = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]["vermilion"]
    assert service["read_only"] is True
    assert [mount.partition(":")[0] for mount in service["tmpfs"]] == ["/tmp"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert service["secrets"] == ["token"]
