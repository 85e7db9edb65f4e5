"""IPTC-IIM records (IIM 4.2): captions and keywords as datasets, and two sets of them made one."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_TAG = 0x1C
_CHARSET = (1, 90)
_UTF_8 = b"\x1b%G"
_TEXT_RECORDS = range(2, 7)
_FIRST_BINARY = 200  # datasets from here on hold previews
_LONGEST_PLAIN = 0x7FFF


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset: its record and number, such as 2:120 for the caption, and its value."""

    record: int
    number: int
    value: bytes

    @property
    def key(self) -> tuple[int, int]:
        """Record and number."""
        return self.record, self.number

    def to_bytes(self) -> bytes:
        """As it stands in a file; a long value has its length in four bytes of their own."""
        head = struct.pack(">BBB", _TAG, self.record, self.number)
        if len(self.value) <= _LONGEST_PLAIN:
            return head + struct.pack(">H", len(self.value)) + self.value
        return head + struct.pack(">HI", 0x8004, len(self.value)) + self.value


def datasets_of(records: bytes) -> Iterator[Dataset]:
    """The datasets, as far as they can be read."""
    position = 0
    while position + 5 <= len(records) and records[position] == _TAG:
        record, number, length = struct.unpack_from(">BBH", records, position + 1)
        position += 5
        if length & 0x8000:
            size = length & 0x7FFF
            if size > 4:
                return
            length = int.from_bytes(records[position : position + size])
            position += size
        if position + length > len(records):
            return
        yield Dataset(record, number, records[position : position + length])
        position += length


def merged_records(first: bytes, second: bytes) -> bytes:
    """The first records with those datasets of the second that the first has none of.

    Where their texts are coded differently, all become UTF-8.
    """
    ours, theirs = list(datasets_of(first)), list(datasets_of(second))
    known = {dataset.key for dataset in ours}
    missing = [dataset for dataset in theirs if dataset.key not in known and dataset.key != _CHARSET]
    if not missing:
        return first
    if _charset(ours) != _charset(theirs):
        ours = [Dataset(*_CHARSET, _UTF_8), *_in_utf_8(ours)]
        missing = list(_in_utf_8(missing, _charset(theirs)))
    ordered = sorted([*ours, *missing], key=lambda dataset: dataset.record)
    return b"".join(dataset.to_bytes() for dataset in ordered)


def _charset(datasets: list[Dataset]) -> bytes:
    return next((dataset.value for dataset in datasets if dataset.key == _CHARSET), b"")


def _in_utf_8(datasets: list[Dataset], charset: bytes | None = None) -> Iterator[Dataset]:
    charset = _charset(datasets) if charset is None else charset
    for dataset in datasets:
        if dataset.key == _CHARSET:
            continue
        is_text = dataset.record in _TEXT_RECORDS and 0 < dataset.number < _FIRST_BINARY
        yield Dataset(
            *dataset.key, _recoded(dataset.value) if is_text and charset != _UTF_8 else dataset.value
        )


def _recoded(value: bytes) -> bytes:
    """A text without a named coding: UTF-8 where it is valid, as many programs write it, else Latin-1."""
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1").encode("utf-8")
    return value


def unswapped(records: bytes) -> bytes:
    """Records of a TIFF tag in their own order: some programs turn them round as numbers of four bytes."""
    if records[:1] == bytes((_TAG,)):
        return records
    whole = records[: len(records) // 4 * 4]
    turned = b"".join(whole[start : start + 4][::-1] for start in range(0, len(whole), 4))
    return turned if turned[:1] == bytes((_TAG,)) else records
