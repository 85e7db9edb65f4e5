"""`vermilion finetune`: your own model from a few hundred pictures."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vermilion.cli import options as opt
from vermilion.cli.progress import training_bar
from vermilion.cli.say import say
from vermilion.cli.training_extra import training_packages_needed
from vermilion.errors import TrainingError

if TYPE_CHECKING:
    from vermilion.training import Comparison, Figures

_TOLD = {
    "ab_error": ("ab error", "{:.2f}", "distance from the true colours; lower is nearer"),
    "corr": ("corr", "{:.3f}", "likeness of direction; 1 is perfect"),
    "corr_c": ("corr_c", "{:.3f}", "the same, ignoring a cast over the whole picture"),
    "chroma_ratio": ("colourfulness", "{:.2f}", "1 is as strong as the truth"),
    "cmd": ("cmd", "{:.0f}", "distance of palettes; 0 is perfect"),
}


Pictures = Annotated[
    list[str], typer.Argument(metavar="FOLDER", help="Colour pictures of the style or collection.")
]
Name = Annotated[str, typer.Option("--name", metavar="NAME", help="Name to install the model under.")]
Start = Annotated[
    str | None,
    typer.Option("--from", metavar="MODEL", help="Model to start from. By default, the shipped one."),
]
Images = Annotated[
    int,
    typer.Option(
        "--images",
        metavar="N",
        min=0,
        help="Images to learn from in all; 0 uses each picture 8 times, but at least 1,600.",
    ),
]
Thaw = Annotated[
    int,
    typer.Option(
        "--thaw",
        metavar="N",
        min=0,
        help="Train the encoder's last N blocks, too. The model then carries its own encoder.",
    ),
]
AdversarialImages = Annotated[
    int,
    typer.Option(
        "--adversarial",
        metavar="N",
        min=0,
        help="Images of adversarial training at the end: more vivid, less true.",
    ),
]
Licence = Annotated[
    str, typer.Option("--licence", metavar="LICENCE", help="Licence of the weights, for the card.")
]
Run = Annotated[str, typer.Option("--run", metavar="OUT", help="Folder of the run. By default, runs/NAME.")]
Resume = Annotated[bool, typer.Option("--resume", help="Continue a training that was stopped.")]
KeepAnyway = Annotated[
    bool, typer.Option("--keep-anyway", help="Install the model even if it is no better than before.")
]


def finetune(
    pictures: Pictures,
    *,
    name: Name,
    start: Start = None,
    images: Images = 0,
    thaw: Thaw = 0,
    adversarial: AdversarialImages = 0,
    licence: Licence = "not stated",
    run: Run = "",
    resume: Resume = False,
    overwrite: opt.ReplaceModel = False,
    keep_anyway: KeepAnyway = False,
) -> None:
    """Adapt a model to a style or a collection (needs: pip install ".[train]").

    A few hundred pictures and some minutes are enough. One picture in eight is held out. The model is
    installed only if it paints those better than before.

    \b
    Examples:
      vermilion finetune kodachromes --name kodachrome
      vermilion colorize grandma.jpg --model kodachrome
      vermilion finetune kodachromes --name kodachrome --resume   # after an interruption
    """  # noqa: D301 - \\b is typer's mark for lines to be kept
    with training_packages_needed():
        from vermilion.finetune import FinetuneOptions
        from vermilion.finetune import finetune as run_finetuning

        options = FinetuneOptions(
            name=name,
            start=start,
            run=run,
            images=images,
            thaw=thaw,
            adversarial=adversarial,
            licence=licence,
            resume=resume,
            overwrite=overwrite,
            keep_anyway=keep_anyway,
        )
        with training_bar() as report:
            done = run_finetuning(pictures, options, report)
    _tell(done.comparison, done.run)
    if done.folder is None:
        raise TrainingError(
            f"{name} is no better than before, so it is not installed; give more pictures or other --images "
            "with another --run, or install it anyway with --resume --keep-anyway."
        )
    say(f"{name} is installed; try it with: vermilion colorize PICTURE --model {name}")


def _tell(comparison: "Comparison", run: Path) -> None:
    """Print the figures before and after."""
    say(f"{comparison.pictures} held-out pictures of the collection, before -> after:")
    _tell_figures(comparison.before, comparison.after)
    say("The same made to look old:")
    _tell_figures(comparison.aged_before, comparison.aged_after)
    say(f"Nearer to the truth: {comparison.nearer} of {comparison.pictures}. See {run / 'before-after.png'}")


def _tell_figures(before: "Figures", after: "Figures") -> None:
    for key, (label, form, meaning) in _TOLD.items():
        numbers = " -> ".join(form.format(getattr(figures, key)) for figures in (before, after))
        say(f"  {label:<14}{numbers:<18}{meaning}")
