"""Files of a folder that are passed over, because their names are not those of readable pictures."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from vermilion.archive.entries import PassedOver

_RAW = (
    ".3fr .arw .cr2 .cr3 .crw .dcr .dng .erf .iiq .kdc .mos .mrw .nef .nrw .orf .pef .raf .raw .rw2 .sr2"
    " .srf .srw .x3f"
)
_FILMS = ".3gp .avi .flv .m2ts .m4v .mkv .mov .mp4 .mpeg .mpg .mts .vob .webm .wmv"
_DOCUMENTS = ".ai .djvu .doc .docx .eps .indd .odt .pdf .ppt .pptx .ps .svg .svgz"
_PICTURES = ".cin .dds .dpx .emf .exr .fits .hdr .ico .icns .jxr .pict .tga .wdp .wmf .xcf"
_REASONS = (
    (_RAW, "raw camera files", "develop them first"),
    (_FILMS, "films", "colour them with `vermilion video`"),
    (_DOCUMENTS, "documents", "save the pictures in them as TIFF or PNG"),
    (_PICTURES, "pictures of kinds that are not read", "save them as TIFF or PNG"),
)
_REASON_OF = {suffix: reason[1:] for reason in _REASONS for suffix in reason[0].split()}
_OTHERS = ("others", "files without a picture's name")
_CLUTTER = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db"})
_OWN = (".recipe.json",)
_SHOWN = 4  # suffixes named of one kind


def count_others(names: Iterable[str]) -> Iterator[PassedOver]:
    """Count names of files that are no pictures by suffix, less what systems and we ourselves leave."""
    others = (name.lower() for name in names)
    suffixes = (Path(name).suffix for name in others if name not in _CLUTTER and not name.endswith(_OWN))
    yield from (PassedOver(suffix, count) for suffix, count in Counter(suffixes).items())


def sum_up(parts: Iterable[PassedOver]) -> tuple[PassedOver, ...]:
    """Add up counts of the same suffix, the most frequent first."""
    total: Counter[str] = Counter()
    for part in parts:
        total[part.suffix] += part.count
    ordered = sorted(total.items(), key=lambda item: (-item[1], item[0]))
    return tuple(PassedOver(suffix, count) for suffix, count in ordered)


def describe(passed_over: Iterable[PassedOver]) -> str:
    """Say in one line how many files of which kinds were passed over, and why; empty if none were."""
    kinds: dict[tuple[str, str], list[PassedOver]] = {}
    for each in passed_over:
        kinds.setdefault(_REASON_OF.get(each.suffix, _OTHERS), []).append(each)
    if not kinds:
        return ""
    order = [*dict.fromkeys(_REASON_OF.values()), _OTHERS]
    parts = [_part(*kind, kinds[kind]) for kind in order if kind in kinds]
    count = sum(each.count for found in kinds.values() for each in found)
    return f"passed over {_files(count)}: {'; '.join(parts)}"


def _part(kind: str, reason: str, found: list[PassedOver]) -> str:
    suffixes = [f"{each.count} {each.suffix or 'without a suffix'}" for each in found[:_SHOWN]]
    more = ["and more"] if len(found) > _SHOWN else []
    return f"{kind} ({', '.join(suffixes + more)}: {reason})"


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"
