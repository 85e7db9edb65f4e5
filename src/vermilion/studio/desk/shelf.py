"""The folder in which a server keeps what is open: files that were sent, assets, and the facts of pictures.

    originals/HASH.EXT   assets/HASH   pictures/ID.json   states/ID.json   album.json   scratch/

Every name is a hash or a number of ours; no name that was sent is part of a path.
"""

import hashlib
import json
import os
import re
import tempfile
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import IO, cast

from vermilion.assets import Asset
from vermilion.errors import SettingsError, VermilionError
from vermilion.guidance import Album, Controls, controls_from_json, controls_to_json
from vermilion.leftovers import scratch_prefix, sweep, temporary_name
from vermilion.studio.desk.facts import Facts, Original, facts_from_json
from vermilion.studio.desk.names import clean_name, suffix_of

_HASH = re.compile(r"[0-9a-f]{64}")
_PIECE = 1 << 20
_KEPT_ASSETS = 64  # in memory


class Shelf:
    """What is kept on disk for one server; safe to use from several threads.

    Args:
        folder: made if it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._assets: OrderedDict[tuple[str, str], Asset] = OrderedDict()
        self._lock = Lock()
        for name in ("originals", "assets", "pictures", "states", "scratch"):
            (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
            sweep(folder / name)

    def keep_original(self, file: IO[bytes], name: str) -> Original:
        """Keep a file that was sent, under the hash of its content."""
        sha256, place = self._keep(file, self.folder / "originals", suffix_of(name))
        return Original(str(place), name, sha256, sent=True)

    def keep_asset(self, file: IO[bytes], name: str) -> Asset:
        """Keep a file that controls may name by its hash."""
        sha256, _ = self._keep(file, self.folder / "assets", "")
        return self.asset(name, sha256)

    def keep_bytes(self, content: bytes, name: str) -> Asset:
        """Keep bytes that controls may name by their hash."""
        return self.keep_asset(BytesIO(content), name)

    def asset(self, name: str, sha256: str) -> Asset:
        """Return a file that was sent, by its hash: an ``AssetReader``.

        Raises:
            SettingsError: there is none.
        """
        called = clean_name(name, sha256[:12] or "file")
        key = (called, sha256)
        with self._lock:
            if key in self._assets:
                self._assets.move_to_end(key)
                return self._assets[key]
        place = self._place_of(sha256)
        if place is None:
            raise SettingsError(f"names the file {called!r}, which is not here; send it along.")
        asset = Asset.read(place)
        asset.name = called
        with self._lock:
            self._assets[key] = asset
            while len(self._assets) > _KEPT_ASSETS:
                self._assets.popitem(last=False)
        return asset

    def write(self, facts: Facts) -> None:
        """Keep the facts of a picture: they are there, old or new, whenever the process is killed."""
        self._write(self.folder / "pictures" / f"{facts.id}.json", facts.to_json())

    def read_all(self) -> tuple[list[Facts], list[Path]]:
        """Return the facts of all pictures in their order, and files that could not be read."""
        facts, unread = [], []
        for path in sorted((self.folder / "pictures").glob("*.json")):
            try:
                facts.append(facts_from_json(path.read_bytes(), self.asset))
            except (OSError, ValueError, VermilionError):
                unread.append(path)
        return sorted(facts, key=lambda each: each.number), unread

    def tidy(self) -> None:
        """Remove assets that nothing names any more, when no picture is open."""
        if any((self.folder / "pictures").iterdir()):
            return
        album = self.folder / "album.json"
        named = set(_HASH.findall(album.read_text("utf-8"))) if album.exists() else set()
        for path in (self.folder / "assets").iterdir():
            if path.name not in named:
                path.unlink(missing_ok=True)

    def write_state(self, picture: str, state: bytes) -> None:
        """Keep what the page wants to know of a picture again."""
        self._write(self.folder / "states" / f"{picture}.json", state)

    def read_state(self, picture: str) -> bytes:
        """Return what the page kept; an empty table if nothing."""
        try:
            return (self.folder / "states" / f"{picture}.json").read_bytes()
        except FileNotFoundError:
            return b"{}"

    def write_album(self, album: Album | None) -> None:
        """Keep the colours that were agreed on in all pictures."""
        said = controls_to_json(Controls(album=album))
        self._write(self.folder / "album.json", json.dumps(said).encode())

    def read_album(self, unread: list[Path]) -> Album | None:
        """Return what was agreed on; None if nothing, or if it could not be read, which ``unread`` learns."""
        path = self.folder / "album.json"
        try:
            said = controls_from_json(path.read_bytes(), self.asset)
        except FileNotFoundError:
            return None
        except (OSError, VermilionError):
            unread.append(path)
            return None
        return cast("Album | None", said.album)

    def scratch(self) -> Path:
        """Return a new empty folder; whoever asks for it removes it, or the next start does."""
        return Path(tempfile.mkdtemp(prefix=scratch_prefix(), dir=self.folder / "scratch"))

    def forget(self, facts: Facts, others: Iterable[Facts]) -> None:
        """Remove what is kept of a picture, and its file if no other picture has the same."""
        for folder in ("pictures", "states"):
            (self.folder / folder / f"{facts.id}.json").unlink(missing_ok=True)
        original = facts.original
        if original.sent and all(other.original.place != original.place for other in others):
            Path(original.place).unlink(missing_ok=True)

    def _place_of(self, sha256: str) -> Path | None:
        if not _HASH.fullmatch(sha256):
            return None
        place = self.folder / "assets" / sha256
        if place.exists():
            return place
        return next((self.folder / "originals").glob(f"{sha256}*"), None)

    def _keep(self, file: IO[bytes], folder: Path, suffix: str) -> tuple[str, Path]:
        digest, part = hashlib.sha256(), folder / temporary_name()
        try:
            with part.open("xb") as kept:
                while piece := file.read(_PIECE):
                    digest.update(piece)
                    kept.write(piece)
            place = folder / f"{digest.hexdigest()}{suffix}"
            part.replace(place)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return digest.hexdigest(), place

    def _write(self, path: Path, content: bytes) -> None:
        part = path.with_name(temporary_name())
        try:
            part.write_bytes(content)
            part.replace(path)
        finally:
            with suppress(OSError):
                os.unlink(part)  # noqa: PTH108 - most often it is gone, which costs Path an exception more
