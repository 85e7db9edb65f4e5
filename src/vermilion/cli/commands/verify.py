"""`vermilion verify`: results proved against their scans."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vermilion.cli import options as opt
from vermilion.cli.say import say, say_error, shown
from vermilion.errors import SettingsError

if TYPE_CHECKING:
    from vermilion.archive import Verified, VerifyOptions


Manifest = Annotated[
    str | None,
    typer.Option(
        "--manifest",
        metavar="FILE.jsonl",
        help="Prove all pictures of a batch instead, by its manifest. It may be a URI, such as "
        "s3://bucket/out/manifest.jsonl.",
    ),
]


def verify(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="SCAN RESULT", help="A scan and its result.")
    ] = None,
    *,
    manifest: Manifest = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            "--allow",
            metavar="depth|alpha|profile|metadata|mark",
            help="Allow a difference that you wanted. Repeatable.",
        ),
    ] = None,
    page: opt.Page = None,
    crop_print: Annotated[
        bool, typer.Option("--crop-print", help="The result is a print that was taken out of its photo.")
    ] = False,
    max_pixels: opt.MaxPixels = None,
    workers: opt.Workers = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print each pair as a line of JSON, with both SHA-256.")
    ] = False,
) -> None:
    """Prove that a result keeps everything of its scan.

    Luma (for a JPEG made from a JPEG, its coefficients), size, depth, orientation, transparency, profile
    and metadata must be those of the scan. The mark must have been made for this very file. If something
    differs, a sentence says what, and the exit code is 1.

    \b
    Examples:
      vermilion colorize grandma.png -o proved.png
      vermilion verify grandma.png proved.png
    """  # noqa: D301 - \\b is typer's mark for lines to be kept
    from vermilion.archive import VerifyOptions

    paths = paths or []
    limit = opt.parse_max_pixels(max_pixels)
    if manifest is not None:
        if paths or allow or page or crop_print:
            raise SettingsError(
                "--manifest names scans and results itself; give it alone, or give a scan and its result."
            )
        raise typer.Exit(_verify_all(manifest, workers, limit, as_json=as_json))
    if len(paths) != 2:
        raise SettingsError(f"verify takes a scan and its result, not {len(paths)} paths; name both.")
    options = VerifyOptions(_one_page(page), crop_print, frozenset(allow or ()), limit)
    found = _verify_pair(paths[0], paths[1], options)
    if as_json:
        say(json.dumps(_facts(found)))
    else:
        _tell(found)
    raise typer.Exit(0 if found.ok else 1)


def _one_page(page: str | None) -> int:
    number = opt.parse_page(page)
    if number is None:
        raise SettingsError("verify compares one page of a scan; give its number with --page.")
    return number


def _verify_pair(scan: str, result: str, options: "VerifyOptions") -> "Verified":
    if "://" in scan or "://" in result:
        from vermilion.archive.cluster import verify_remote

        return verify_remote(scan, result, options)
    from vermilion.archive import verify as verify_files

    return verify_files(scan, result, options)


def _verify_all(manifest: str, workers: int | None, limit: int, *, as_json: bool) -> int:
    from vermilion.archive.batch import verify_manifest
    from vermilion.archive.cluster import is_remote, verify_remote_manifest

    if is_remote(manifest):
        proved = verify_remote_manifest(manifest, workers, limit)
    else:
        proved = verify_manifest(Path(manifest), workers, limit)
    held = failed = 0
    for found in proved:
        held, failed = held + found.ok, failed + (not found.ok)
        if as_json:
            say(json.dumps(_facts(found)))
        elif not found.ok:
            _tell(found)
    if not as_json:
        say(f"{held} hold" + (f", {failed} do not" if failed else ""))
    return 1 if failed else 0


def _tell(found: "Verified") -> None:
    scan, name = (each if isinstance(each, str) else shown(each) for each in (found.scan, found.result))
    for each in found.allowed:
        say(f"{name}: {each.sentence} (allowed)")
    for each in found.differences:
        say_error(f"{name}: {each.sentence}")
    if found.ok:
        say(f"{scan} -> {name}  holds (luma: {found.luma})")


def _facts(found: "Verified") -> dict[str, Any]:
    return {
        "scan": str(found.scan),
        "result": str(found.result),
        "ok": found.ok,
        "luma": found.luma,
        "differences": [{"check": each.check, "sentence": each.sentence} for each in found.differences],
        "allowed": [{"check": each.check, "sentence": each.sentence} for each in found.allowed],
        "scan_sha256": found.scan_sha256,
        "result_sha256": found.result_sha256,
    }
