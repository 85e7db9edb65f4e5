"""A bucket with scans, and the same scans in a folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pytest
from PIL import Image

from tests.archive.cluster.s3_server import Faults, s3_server
from vermilion.archive.cluster import Store

NAMES = ("a.png", "1931/b.jpg", "1931/c.tif", "with space & é.png")
_WORDS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


@dataclass
class Bucket:
    """A bucket, and what is wrong with its server."""

    faults: Faults
    fs: Any

    def files(self, folder: str) -> dict[str, bytes]:
        """All that lies in a folder, by name."""
        self.fs.invalidate_cache()
        found = self.fs.find(f"box/{folder}")
        return {name.removeprefix(f"box/{folder}/"): self.fs.cat_file(name) for name in found}


def make_scans(folder: Path, names: tuple[str, ...] = NAMES) -> Path:
    """Write scans into a folder."""
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(number).integers(0, 256, (48, 64), np.uint8)
        Image.fromarray(noise).save(path)
    return folder


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    return make_scans(tmp_path / "scans")


@pytest.fixture(scope="module")
def server():
    """The faults and the address of a server."""
    faults = Faults()
    with s3_server(faults) as address:
        yield faults, address


@pytest.fixture
def bucket(server, scans: Path, monkeypatch: pytest.MonkeyPatch):
    """The bucket ``box`` with the scans below ``scans``, and nothing else."""
    faults, address = server
    vars(faults).update(vars(Faults()))
    for name, value in (_WORDS | {"AWS_ENDPOINT_URL": address}).items():
        monkeypatch.setenv(name, value)
    files = fsspec.get_filesystem_class("s3")
    files.clear_instance_cache()
    fs = fsspec.filesystem("s3")
    if fs.exists("box"):
        fs.rm("box", recursive=True)
    fs.mkdir("box")
    fs.put(str(scans), "box/scans", recursive=True)
    yield Bucket(faults, fs)
    files.clear_instance_cache()


@pytest.fixture
def source() -> Store:
    return Store.of("s3://box/scans")


@pytest.fixture
def target() -> Store:
    return Store.of("s3://box/out")
