"""What /openapi.json says is so: schemathesis asks every call many things, and each answer is as told."""

import json
import re
from unittest.mock import MagicMock

import pytest
import schemathesis
from hypothesis import HealthCheck
from hypothesis import settings as bounds
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.studio.conftest import TOKEN, grey_jpeg, running
from vermilion.studio import Settings
from vermilion.studio.app import create_app

EXAMPLES = 12  # of each call
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
HEADERS = {"authorization": f"Bearer {TOKEN}"}
ENDLESS = "/v1/events"


@pytest.fixture(scope="module")
def server(tmp_path_factory, tiny_colorizer):
    folder = tmp_path_factory.mktemp("openapi")
    (folder / "archive").mkdir()
    settings = Settings(token=TOKEN, work=folder / "work", out=folder / "out", archive=folder / "archive")
    with running(settings, tiny_colorizer) as server:
        yield server


def a_picture(client):
    """One that is open, whatever the calls before have closed."""
    pictures = [each for each in client.get("/v1/pictures").json() if not each["error"]]
    if not pictures:
        pictures = client.post("/v1/pictures", files={"file": ("a.jpg", grey_jpeg())}).json()
    return pictures[0]


DESCRIPTION = create_app(MagicMock(settings=Settings())).openapi()  # the same whatever is open
schema = schemathesis.openapi.from_dict(DESCRIPTION)


@pytest.mark.slow
@schema.exclude(path=ENDLESS).parametrize()
@bounds(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    database=None,
)
def test_every_call_does_as_it_says(case, server):
    known = a_picture(server.client)
    if re.fullmatch("[0-9a-f]{16}", str(case.path_parameters.get("id", ""))):
        case.path_parameters["id"] = known["id"]
    if "~" in str(case.path_parameters.get("identifier", "")):
        case.path_parameters["identifier"] = f"{known['id']}~{known['revision']}"
    address = f"http://127.0.0.1:{server.port}"
    case.call_and_validate(base_url=address, checks=CHECKS, headers=HEADERS, timeout=30)


def test_it_is_version_3_1_with_examples(server):
    told = server.client.get("/openapi.json").json()
    assert told == json.loads(json.dumps(DESCRIPTION))
    assert told["openapi"].startswith("3.1")
    assert "examples" in str(told["paths"]["/v1/pictures/{id}/controls"])
    assert all("responses" in call for path in told["paths"].values() for call in path.values())
    assert server.client.get("/docs").status_code == 404
