"""Makes THIRD_PARTY_LICENSES.md: every package that vermilion or one of its extras needs, with its licence.

Run it where all extras are installed: pip install ".[train,evaluate,hub,s3,cluster,c2pa,watch,formats]".
"""

import sys
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "THIRD_PARTY_LICENSES.md"
TOOLS = ("test", "dev", "release", "docs")
"""Extras for people who work on vermilion: nothing of them comes with it."""

NOTES = {
    "pyvips-binary": "bundles libvips (LGPL-2.1-or-later) and the libraries that its wheel lists",
    "numpy": "bundles OpenBLAS (BSD) and libgfortran (GPL with the runtime exception)",
    "opencv-python-headless": "bundles FFmpeg (LGPL-2.1-or-later) and libgfortran",
    "pi-heif": "bundles libheif and libde265 (LGPL-3.0-or-later)",
    "av": "bundles FFmpeg with x264 and x265 (GPL-2.0-or-later): to pass on its wheel, keep to the GPL",
    "torch": "its CUDA build brings NVIDIA's libraries, under NVIDIA's own terms",
}
HEAD = """\
# Licences of what vermilion uses

vermilion itself is Apache-2.0. pip installs these packages beside it; none of them is part of its wheel.
The weights have [a section of their own](MODEL_CARD.md). `scripts/make_license_page.py` makes this page.

PyAV (`av`), which moving pictures would need, is not among them. Its wheel bundles x264 and x265, which are
under the GPL: whoever passes on a program together with that wheel has to keep to the GPL.
"""

TAIL = """\
## In the page without a server

`scripts/build_page` puts this into `dist/vermilion.html`, its licence as a comment in front. npm installs
what builds the page (`web/package-lock.json`); nothing else of that is in it. Those of the program that lies
beside the page of a web space stand in its `licences.txt`.

| Package | Licence | Note |
|---|---|---|
| onnxruntime-web | MIT | WebAssembly and its JavaScript; for a web space, also the build for WebGPU |
| Dawn | BSD-3-Clause | for a web space alone: what binds that build to WebGPU |
"""


def license_of(package: Distribution) -> str:
    """Return a package's licence as its metadata states it, the newest way of stating it first."""
    metadata = package.metadata
    if "License-Expression" in metadata:
        return metadata["License-Expression"]
    classified = [
        line.rsplit(" :: ", 1)[1]
        for line in metadata.get_all("Classifier") or []
        if line.startswith("License :: ") and line.count(" :: ") > 1
    ]
    stated = (metadata["License"] or "").strip().partition("\n")[0]
    return ", ".join(classified) or stated or "not stated in its metadata"


def needed(requirements: list[str], known: dict[str, Distribution]) -> dict[str, Distribution]:
    """Return the installed packages that these requirements bring, directly or not, but for known ones."""
    found: dict[str, Distribution] = {}
    waiting = [(Requirement(text), "") for text in requirements]
    while waiting:
        requirement, extra = waiting.pop()
        name = canonicalize_name(requirement.name)
        unwanted = requirement.marker is not None and not requirement.marker.evaluate({"extra": extra})
        if unwanted or name in found or name in known or name.startswith(("nvidia-", "vermilion")):
            continue
        found[name] = distribution(name)
        lines = [Requirement(line) for line in found[name].requires or []]
        waiting += [(line, wanted) for line in lines for wanted in ("", *requirement.extras)]
    return found


def table(packages: dict[str, Distribution]) -> list[str]:
    """Return the rows of a table of packages."""
    rows = [f"| {name} | {license_of(packages[name])} | {NOTES.get(name, '')} |" for name in sorted(packages)]
    return ["", "| Package | Licence | Note |", "|---|---|---|", *rows]


def make_page() -> str:
    """Return the page for what is installed here."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    known = needed(project["dependencies"], {})
    lines = [HEAD, "## Always", *table(known)]
    for extra, requirements in project["optional-dependencies"].items():
        further = {} if extra in TOOLS else needed(requirements, known)
        if further:
            lines += ["", f"## With `vermilion[{extra}]`, besides those above", *table(further)]
            known |= further
    return "\n".join(lines) + "\n\n" + TAIL


if __name__ == "__main__":
    try:
        PAGE.write_text(make_page(), encoding="utf-8")
    except PackageNotFoundError as error:
        sys.exit(f"error: {error.name} is not installed here; install all extras first.")
