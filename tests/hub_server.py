"""A Hugging Face hub on this machine that speaks as much of its protocol as names under hf:// need."""

import hashlib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

COMMIT = "0123456789abcdef0123456789abcdef01234567"
BRANCH = "main"


@dataclass
class Hub:
    """Folders that are repositories. Like the real one, it does not tell the private from the missing.

    Attributes:
        address: for HF_ENDPOINT.
        repositories: folders by `models/owner/name` and `datasets/owner/name`.
        private: which of them are shown to nobody.
        gated: which of them are given to those alone who accepted their terms, and that is nobody.
        asked: the paths of all requests.
    """

    address: str = ""
    repositories: dict[str, Path] = field(default_factory=dict)
    private: set[str] = field(default_factory=set)
    gated: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that hang up, as they do with connections that they kept."""
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError):
            raise error


@contextmanager
def serve_hub() -> Iterator[Hub]:
    """A hub without repositories, which answers until the context ends."""
    hub = Hub()
    handler = type("OfHub", (_Handler,), {"hub": hub})
    server = _Server(("127.0.0.1", 0), handler)
    hub.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ask_it(patch: pytest.MonkeyPatch, address: str) -> None:
    """Have huggingface_hub and `datasets` ask the hub at an address, as HF_ENDPOINT does when they start."""
    patch.setattr("huggingface_hub.constants.ENDPOINT", address)
    patch.setattr(
        "huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE",
        address + "/{repo_id}/resolve/{revision}/{filename}",
    )
    patch.setattr("datasets.config.HF_ENDPOINT", address)


@dataclass
class _Refusal(Exception):  # noqa: N818 - what the hub says
    status: int
    code: str
    sentence: str


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        if "json" in (self.headers["Content-Type"] or ""):
            self.paths = json.loads(body)["paths"]
        else:
            self.paths = parse_qs(body.decode())["paths"]
        self.do_GET()

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path).strip("/")
        self.hub.asked.append(path)
        try:
            if path.startswith(("api/models/", "api/datasets/")):
                self._api(*path.split("/")[1:])
            else:
                self._resolve(path)
        except _Refusal as refusal:
            headers = {"X-Error-Code": refusal.code, "X-Error-Message": refusal.sentence}
            self._answer(refusal.status, json.dumps({"error": refusal.sentence}).encode(), headers)

    def _api(self, kind: str, owner: str, name: str, verb: str = "", *rest: str) -> None:
        folder = self._repository(f"{kind}/{owner}/{name}")
        if verb in {"", "revision"}:
            self._revision(rest[0] if rest else BRANCH)
            names = [{"rfilename": str(path.relative_to(folder))} for path in _files(folder)]
            self._json({"id": f"{owner}/{name}", "sha": COMMIT, "siblings": names, "tags": []})
            return
        self._revision(rest[0])
        if verb == "tree":
            within = folder.joinpath(*rest[1:])
            recursive = parse_qs(urlsplit(self.path).query).get("recursive", ["False"])[0].lower() == "true"
            if not within.is_dir():
                raise _Refusal(404, "EntryNotFound", "There is no such folder.")
            paths = sorted(within.rglob("*") if recursive else within.iterdir())
        else:
            paths = [folder / path for path in self.paths if (folder / path).exists()]
        self._json([_entry(folder, path) for path in paths])

    def _resolve(self, path: str) -> None:
        repository, _, rest = path.partition("/resolve/")
        if not rest:
            raise _Refusal(404, "", "This hub knows no such question.")
        if not repository.startswith("datasets/"):
            repository = f"models/{repository}"
        revision, _, name = rest.partition("/")
        file = self._repository(repository) / name
        self._revision(revision)
        if not file.is_file():
            raise _Refusal(404, "EntryNotFound", "Entry not found")
        content, headers, status = file.read_bytes(), {"X-Repo-Commit": COMMIT}, 200
        headers |= {"ETag": f'"{_blob(content)}"', "Accept-Ranges": "bytes"}
        if asked := self.headers["Range"]:
            first, _, last = asked.removeprefix("bytes=").partition("-")
            begin, end = int(first), min(int(last or len(content)), len(content) - 1)
            headers["Content-Range"] = f"bytes {begin}-{end}/{len(content)}"
            content, status = content[begin : end + 1], 206
        self._answer(status, content, headers)

    def _repository(self, name: str) -> Path:
        if name not in self.hub.repositories or name in self.hub.private:
            raise _Refusal(401, "RepoNotFound", "Invalid username or password.")
        if name in self.hub.gated:
            raise _Refusal(403, "GatedRepo", "Access to this model is restricted.")
        return self.hub.repositories[name]

    def _revision(self, revision: str) -> None:
        if revision not in {BRANCH, COMMIT}:
            raise _Refusal(404, "RevisionNotFound", f"Invalid rev id: {revision}")

    def _json(self, told: object) -> None:
        self._answer(200, json.dumps(told).encode(), {"Content-Type": "application/json"})

    def _answer(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing: tests read what was asked."""


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _entry(folder: Path, path: Path) -> dict[str, object]:
    name = path.relative_to(folder).as_posix()
    if path.is_dir():
        return {"type": "directory", "path": name, "oid": "0" * 40, "size": 0}
    return {"type": "file", "path": name, "oid": _blob(path.read_bytes()), "size": path.stat().st_size}


def _blob(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()
