"""The report of a run: counts, failures and doubts, as JSON and as a page in one file."""

import base64
import html
import json
from dataclasses import asdict, dataclass, field
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vermilion.archive.batch.record import FAILED, KILLED, Record
from vermilion.pictures import ReadOptions, publish, read_colors, read_scan

JSON_REPORT, HTML_REPORT = "report.json", "report.html"
_SIDE = 160  # pixels of a thumbnail
_WIDE = 480  # pixels of a picture on the page of a sample
_MOST_THUMBNAILS = 500  # beyond them a page would be too large for a browser

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Report of a batch</title>
<style>body{{font:16px/1.4 sans-serif;margin:2em;max-width:60em}}td{{padding:.4em;vertical-align:top}}
td:last-child{{overflow-wrap:anywhere}}img{{max-width:160px}}</style>
<h1>Report of a batch</h1><p>{counts}</p>
<h2>Failed</h2><table>{failed}</table>
<h2>Doubtful</h2><table>{doubtful}</table></html>
"""


@dataclass(slots=True)
class BatchReport:
    """Counts what became of pictures, and keeps what failed.

    Attributes:
        counts: of pictures by their outcome.
        failed: the records of those that failed.
        doubtful: the first records of those that are done, and of which something must be said.
        recovered: how many of those done an earlier run had finished.
        seconds: that workers spent on pictures.
    """

    counts: dict[str, int] = field(default_factory=lambda: {"done": 0, "skipped": 0, "failed": 0})
    failed: list[Record] = field(default_factory=list)
    doubtful: list[Record] = field(default_factory=list)
    recovered: int = 0
    seconds: float = 0.0

    def add(self, record: Record) -> None:
        """Count a record."""
        self.counts[record.outcome] += 1
        self.recovered += record.recovered
        self.seconds += record.seconds
        if record.outcome == FAILED:
            self.failed.append(record)
        elif record.remarks and len(self.doubtful) < _MOST_THUMBNAILS:
            self.doubtful.append(record)

    def write(self, folder: Path) -> None:
        """Write report.json and report.html into a folder, in place of those of the run before.

        Raises:
            OutputError: they cannot be written.
        """
        facts = {
            **self.counts,
            "recovered": self.recovered,
            "seconds": round(self.seconds, 3),
            "failures": [asdict(record) for record in self.failed],
            "doubtful": [asdict(record) for record in self.doubtful],
        }
        publish([json.dumps(facts, indent=1).encode()], folder / JSON_REPORT, overwrite=True)
        publish([self.to_html().encode("utf-8", "replace")], folder / HTML_REPORT, overwrite=True)

    def to_html(self) -> str:
        """Return the page; thumbnails stand in it, and nothing else is loaded."""
        counts = ", ".join(f"{count:,} {name}" for name, count in self.counts.items())
        failed = [_row(record, shown=place < _MOST_THUMBNAILS) for place, record in enumerate(self.failed)]
        doubtful = [_row(record, shown=True) for record in self.doubtful]
        return _PAGE.format(counts=counts, failed="\n".join(failed), doubtful="\n".join(doubtful))


def _row(record: Record, *, shown: bool) -> str:
    # What has ended one process would end this one, too.
    small = thumbnail(Path(record.source)) if shown and record.code != KILLED else ""
    image = f'<img alt="" src="data:image/jpeg;base64,{small}">' if small else ""
    told = f"{record.reason} ({record.code})" if record.code else "; ".join(record.remarks)
    name = html.escape(record.source)
    return f"<tr><td>{image}</td><td><b>{name}</b><br>{html.escape(told)}</td></tr>"


def thumbnail(path: Path, *, color: bool = False) -> str:
    """A picture, small and grey or in colour, as base64 of a JPEG; empty if it cannot be read."""
    try:
        small = _small_color(path) if color else _small_grey(path)
    except Exception:  # noqa: BLE001 - a picture may be damaged in any way, and a page shows others, too
        return ""
    from PIL import Image  # noqa: PLC0415 - rarely needed

    content = BytesIO()
    Image.fromarray(small).save(content, "JPEG", quality=80)
    return base64.b64encode(content.getvalue()).decode()


def _small_color(path: Path) -> NDArray[np.uint8]:
    """The picture with a longer side of ``_WIDE`` at most: [h, w, 3], 0..255, sRGB."""
    return read_colors(path, _WIDE)


def _small_grey(path: Path) -> NDArray[np.uint8]:
    """The luma of the scan, with a longer side of ``_SIDE`` at most: [h, w], 0..255."""
    scan = read_scan(path, ReadOptions(recolor=True))
    share = min(1.0, _SIDE / max(scan.size))
    return scan.reduced((max(1, round(scan.size[0] * share)), max(1, round(scan.size[1] * share))))
