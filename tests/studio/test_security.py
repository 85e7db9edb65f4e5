"""Nobody gets in: the token, foreign names and foreign pages, and what every answer says of itself."""

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from tests.studio.conftest import BASE, TOKEN
from vermilion.studio.app import create_app, create_studio


@pytest.fixture
def client(tiny_colorizer, settings):
    """A stranger."""
    with TestClient(create_app(create_studio(settings, tiny_colorizer)), base_url=BASE) as client:
        yield client


def test_the_url_with_the_token_opens_the_page_and_hides_the_token(client):
    answer = client.get(f"/?token={TOKEN}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    page = client.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("path", ["/", "/?token=wrong", "/page/index.html", "/healthz", "/openapi.json"])
def test_who_does_not_know_the_token_gets_nothing(client, path):
    answer = client.get(path)
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "token"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"host": "evil.example:8484"}, "host"),
        ({"host": "127.0.0.1.evil.example"}, "host"),
        ({"host": "192.168.0.7:8484"}, "host"),
        ({"host": ""}, "host"),
        ({"host": "[::1"}, "host"),
        ({"origin": "https://evil.example"}, "origin"),
        ({"origin": "null"}, "origin"),
        ({"origin": "http://127.0.0.1:9999"}, "origin"),
        ({"sec-fetch-site": "cross-site"}, "cross-site"),
        ({"sec-fetch-site": "same-site"}, "cross-site"),
    ],
)
def test_foreign_names_and_pages_are_refused_even_with_the_token(client, headers, code):
    for path in ("/", f"/?token={TOKEN}", "/healthz"):
        answer = client.get(path, headers={"authorization": f"Bearer {TOKEN}"} | headers)
        assert (answer.status_code, answer.json()["code"]) == (403, code)


def test_the_own_page_is_let_in(client):
    headers = {"authorization": f"Bearer {TOKEN}", "origin": BASE, "sec-fetch-site": "same-origin"}
    assert client.get("/healthz", headers=headers).status_code == 200


def test_every_answer_forbids_what_a_page_does_not_need(client):
    for answer in (client.get("/"), client.get("/", headers={"authorization": f"Bearer {TOKEN}"})):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in answer.headers


def test_a_service_on_this_machine_needs_no_token(tiny_colorizer, settings):
    studio = create_studio(replace(settings, token="", page=False), tiny_colorizer)
    client = TestClient(create_app(studio), base_url="http://localhost:8000")
    assert client.get("/healthz").status_code == 200
    assert client.get("/").status_code == 404
