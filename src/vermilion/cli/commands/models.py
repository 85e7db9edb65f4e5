"""`vermilion models`: lists, checks, copies and removes models."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vermilion.cli.options import ReplaceModel
from vermilion.cli.say import say, say_error, shown
from vermilion.errors import VermilionError

if TYPE_CHECKING:
    from vermilion.network.library import KnownModel

models = typer.Typer(rich_markup_mode=None)


@models.callback(invoke_without_command=True)
def list_models(context: typer.Context) -> None:
    """List the models that --model takes by name: the shipped one and those you installed.

    They are in the folder that is shown last. The environment variable VERMILION_MODELS names another.

    \b
    Examples:
      vermilion models                       # a list, with their folders
      vermilion colorize grandma.jpg --model kodachrome
    """  # noqa: D301 - \\b is typer's mark for lines to be kept
    if context.invoked_subcommand is not None:
        return
    from vermilion.network import models_folder
    from vermilion.network.library import known_models

    known = known_models()
    width = max(len(model.name) for model in known)
    for model in known:
        say(f"{model.name:<{width}}  {_summary(model)}")
    say(f"Installed models lie in {models_folder()}")


def _summary(model: "KnownModel") -> str:
    if model.card is None or model.trouble:
        return f"cannot be used: {model.trouble}"
    from vermilion.network import folder_hash

    own = (
        "encoder and decoder"
        if model.lender is None
        else f"decoder, on the encoder.onnx of {model.lender.name}"
    )
    licence = model.card.licence or "not stated"
    facts = (
        f"{model.card.name} {model.card.version}",
        own,
        f"licence {licence}",
        folder_hash(model.folder)[:12],
    )
    return "; ".join(facts)


@models.command("verify", short_help="Check models against their SHA-256.")
def verify(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Models to check. By default, all.")
    ] = None,
) -> None:
    """Check every file of a model against its SHA-256, and that the model runs. Exit code 1 if not.

    \b
    Examples:
      vermilion models verify
      vermilion models verify kodachrome
    """  # noqa: D301
    from vermilion.network.library import known_models, verify_model

    damaged = False
    for name in names or [model.name for model in known_models()]:
        try:
            verify_model(name)
        except VermilionError as error:
            damaged = True
            say_error(f"{name}: {error}")
        else:
            say(f"{name} is whole")
    if damaged:
        raise typer.Exit(1)


@models.command("import", short_help="Install a model folder, an archive, or a model at the hub.")
def import_(
    source: Annotated[
        str,
        typer.Argument(metavar="SOURCE", help="A model folder, a .zip of one, or hf://owner/name."),
    ],
    *,
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="Name to install it under. By default, its own.")
    ] = "",
    overwrite: ReplaceModel = False,
) -> None:
    """Install a model, so that --model takes it by name. It is checked first.

    Only hf:// ids are downloaded (needs: pip install ".[hub]"). Take models from people you trust.

    \b
    Examples:
      vermilion models import autochrome.zip
      vermilion models import my-model --name town-archive
    """  # noqa: D301
    from vermilion.network.library import import_model

    folder = import_model(source, name, overwrite=overwrite)
    say(f"{folder.name} is installed; try it with: vermilion colorize PICTURE --model {folder.name}")


@models.command("export", short_help="Copy a model to a folder or into an archive.")
def export(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An installed model.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="A new folder, or a .zip.")],
    *,
    whole: Annotated[
        bool,
        typer.Option(
            "--whole", help="Also copy the encoder that it borrows, so that it needs no other model."
        ),
    ] = False,
) -> None:
    """Copy a model to a folder or a .zip, to share or to keep.

    \b
    Examples:
      vermilion models export kodachrome kodachrome.zip
      vermilion models export kodachrome kodachrome-folder --whole
    """  # noqa: D301
    from vermilion.network.library import export_model

    say(f"{name} -> {shown(export_model(name, target, whole=whole))}")


@models.command("convert", short_help="Convert what an older vermilion wrote.")
def convert(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="PATH", help="A model folder, a recipe, the folder of a run, or a file of one."
        ),
    ],
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="OUT", help="Where to write the result. By default, in its place."
        ),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace what exists.")] = False,
) -> None:
    """Convert a model, a recipe or a training run of an older vermilion.

    You can continue a converted run, or a single checkpoint of it.

    \b
    Examples:
      vermilion models convert old-model -o new-model
      vermilion models convert old.recipe.json --overwrite
    """  # noqa: D301
    from vermilion.cli.training_extra import training_packages_needed
    from vermilion.convert import convert as convert_older

    with training_packages_needed():
        say(convert_older(path, out, overwrite=overwrite))


@models.command("remove", short_help="Delete an installed model.")
def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An installed model.")],
) -> None:
    """Delete an installed model, unless others borrow its encoder.

    \b
    Examples:
      vermilion models remove kodachrome
    """  # noqa: D301
    from vermilion.network.library import remove_model

    say(f"{remove_model(name)} is gone")
