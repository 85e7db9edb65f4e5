"""`vermilion evaluate`: how close painted colours come to true ones."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vermilion.cli import options as opt
from vermilion.cli.progress import follow
from vermilion.cli.say import say, say_aside, shown

if TYPE_CHECKING:
    from vermilion.evaluation import Evaluation


Pictures = Annotated[
    Path,
    typer.Argument(metavar="FOLDER", help="Folder of colour pictures; folders inside it are not searched."),
]
ReportFolder = Annotated[
    Path,
    typer.Option(
        "-o",
        "--output",
        metavar="OUT",
        help="Folder for report.html and report.json. By default, evaluation.",
    ),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace an existing report.")]
Against = Annotated[
    Path | None,
    typer.Option(
        "--against",
        metavar="RESULTS",
        help="Another colouriser's results to compare with, of the same names and sizes.",
    ),
]
Inputs = Annotated[
    Path | None,
    typer.Option(
        "--inputs",
        metavar="GREY",
        help="Also write the grey pictures there as PNG, for another colouriser.",
    ),
]
Masks = Annotated[
    Path | None,
    typer.Option(
        "--masks",
        metavar="MASKS",
        help="Masks of the same names and sizes, white where there is skin: adds the error by skin tone.",
    ),
]
Hints = Annotated[
    bool, typer.Option("--hints", help="Also measure the error after 1, 5, 10 and 50 true hints.")
]
Aged = Annotated[bool, typer.Option("--aged", help="Make the pictures look like old photographs first.")]
MountedKind = Annotated[
    str,
    typer.Option(
        "--mounted",
        metavar="KIND",
        help="Make scans of the pictures first: on a mount (white, black, card, gate, caption, letterbox), "
        "turned, or faded.",
    ),
]
Limit = Annotated[
    int | None, typer.Option("--limit", metavar="N", min=1, help="Use only N pictures, spread evenly.")
]
Extractor = Annotated[
    str | None,
    typer.Option(
        "--extractor",
        metavar="NAME:WEIGHTS",
        help=(
            "A timm network and the safetensors file of its weights: adds Fréchet and kernel "
            'distances (needs: pip install ".[train]").'
        ),
    ),
]
Fid = Annotated[
    str | None,
    typer.Option(
        "--fid",
        metavar="WEIGHTS",
        help=(
            "File of torch-fidelity's Inception weights, or download to fetch them: adds FID "
            '(needs: pip install ".[train,evaluate]").'
        ),
    ),
]


def evaluate(
    folder: Pictures,
    *,
    output: ReportFolder = Path("evaluation"),
    overwrite: Overwrite = False,
    against: Against = None,
    inputs: Inputs = None,
    masks: Masks = None,
    hints: Hints = False,
    aged: Aged = False,
    mounted: MountedKind = "",
    view: opt.ViewMode = "auto",
    limit: Limit = None,
    size: opt.Size = None,
    extractor: Extractor = None,
    fid: Fid = None,
    device: opt.Device = "auto",
    model: opt.ModelFolder = None,
    quiet: opt.Quiet = False,
) -> None:
    """Measure how close the colours come to true ones, and write a report.

    Each picture's colours are removed, painted again, and compared. Your pictures are not changed.
    docs/evaluation.md explains the figures.

    \b
    Examples:
      vermilion evaluate photos
      vermilion evaluate photos --hints -o with-hints
      vermilion evaluate photos --aged --limit 2 -o aged
      vermilion evaluate photos --mounted white -o mounted
      vermilion evaluate photos --against other-results --masks skin -o both
    """  # noqa: D301 - \\b is typer's mark for lines to be kept
    from vermilion.colorizer import Colorizer
    from vermilion.evaluation import EvaluationOptions
    from vermilion.evaluation import evaluate as run
    from vermilion.evaluation.report import check_report, save_report

    check_report(output, overwrite=overwrite)
    asked = EvaluationOptions(
        against=against,
        masks=masks,
        limit=limit,
        aged=aged,
        mounted=mounted,
        view=view,
        hints=hints,
        size=size,
        extractor=extractor,
        fid=fid,
        inputs=inputs,
    )
    colorizer = Colorizer(model, device=device)
    found = run(
        folder, asked, colorizer=colorizer, watch=lambda pairs: follow(pairs, len(pairs), hidden=quiet)
    )
    _, page = save_report(found, output, overwrite=overwrite)
    if not quiet:
        _tell(found, page)


def _tell(found: "Evaluation", page: Path) -> None:
    from vermilion.evaluation.report import figure_rows

    say(f"{found.ours.pictures} pictures, {found.about.model} at {found.about.size} px")
    if found.theirs:
        say(f"{'':<10} {'vermilion':>10} {'the other':>10}")
    for row in figure_rows(found):
        theirs = f" {row.theirs:>10}" if found.theirs else ""
        say(f"{row.name:<10} {row.ours:>10}{theirs}   {row.meaning}")
    for skin in found.ours.skin:
        say(f"skin, {skin.tone}: ab_err {skin.ab_err:.2f} (pictures: {skin.pictures})")
    for count, error in found.hint_curve.items():
        say(f"after {count} true hints: ab_err {error:.2f}")
    for note in (*found.notes, *(f"left out: {each.reason}" for each in found.left_out)):
        say_aside(note)
    say(f"{shown(page)} shows pictures, too")
