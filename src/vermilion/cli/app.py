"""The `vermilion` command and its list of subcommands."""

import sys
import warnings
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from vermilion.cli import streams
from vermilion.cli.commands import (
    batch,
    colorize,
    evaluate,
    export,
    finetune,
    info,
    inspect,
    models,
    replay,
    studio,
    train,
    train_heads,
    verify,
    video,
)
from vermilion.cli.quick import QuickCommand, converted_late
from vermilion.cli.say import say_error, say_loss
from vermilion.cli.streams import INTERRUPTED
from vermilion.errors import VermilionError


class KindGroup(TyperGroup):
    """Shows our own errors as one sentence, without a traceback."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401 - typer's context has moved between its versions
        """Return the options before the command."""
        return converted_late(super().get_params(ctx))

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - typer's context has moved between its versions
        """Run the chosen command; turn a VermilionError into exit code 1, and Ctrl-C into 130."""
        try:
            return super().invoke(ctx)
        except VermilionError as error:
            say_error(str(error))
            raise typer.Exit(1) from error
        except OSError as error:
            if error.filename is None:  # of a stream, which `run` reports
                raise
            reason = error.strerror or type(error).__name__
            say_error(f"{error.filename} cannot be used ({reason}); check its name and its permissions.")
            raise typer.Exit(1) from error
        except KeyboardInterrupt as error:
            say_error("Stopped.")
            raise typer.Exit(INTERRUPTED) from error


def run() -> int:
    """Run the command that the arguments of this process name.

    Returns:
        The exit code.
    """
    streams.hold_closed_streams()
    if not sys.warnoptions:  # warnings of libraries, meant for programmers
        warnings.simplefilter("ignore")
    try:
        app(prog_name="vermilion")
    except SystemExit as end:
        return streams.exit_code(end.code if isinstance(end.code, int) else int(end.code is not None))
    except OSError as error:  # of help and the like, which typer writes
        say_loss(error)
        return 1
    return streams.exit_code(0)


app = typer.Typer(
    cls=KindGroup,
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: quick, and the same in every terminal
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.command("colorize", cls=QuickCommand, short_help="Colour pictures, or whole folders of them.")(
    colorize.colorize
)
app.command("video", cls=QuickCommand, short_help="Colour films.")(video.video)
app.command("batch", cls=QuickCommand, short_help="Colour an archive, with a manifest.")(batch.batch)
app.command("studio", cls=QuickCommand, short_help="Open the studio, a page where you colour photographs.")(
    studio.studio
)
app.command("serve", cls=QuickCommand, short_help="Serve the HTTP API.")(studio.serve)
app.command("replay", cls=QuickCommand, short_help="Make a result again from its recipe.")(replay.replay)
app.command("inspect", short_help="Show how a picture was made.")(inspect.inspect)
app.command("verify", short_help="Prove that results keep everything of their scans.")(verify.verify)
app.command("info", short_help="Show the version, the model, and what computes.")(info.info)
app.command("evaluate", short_help="Measure how close the colours come to true ones.")(evaluate.evaluate)
app.add_typer(models.models, name="models", short_help="List, check, share and remove models.")
app.command("train", short_help="Train a model from a config.")(train.train)
app.command("finetune", short_help="Adapt a model to a style or a collection.")(finetune.finetune)
app.command("export", short_help="Turn a checkpoint into a model folder.")(export.export)
app.command("train-heads", short_help="Train the heads that recognise which way is up, and negatives.")(
    train_heads.train_heads
)


def _show_version(asked: bool) -> None:  # noqa: FBT001 - typer calls it so
    if asked:
        typer.echo(f"vermilion {info.program_version()}")
        raise typer.Exit


@app.callback()
def vermilion(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and stop."),
    ] = False,
) -> None:
    """Colour old black-and-white photographs. Every grey level of the scan stays as it is.

    \b
    Examples:
      vermilion colorize grandma.jpg                # writes grandma.color.jpg beside it
      vermilion colorize shoebox -o shoebox-color   # a folder, its tree mirrored
      vermilion studio                              # a private page in your browser
    """  # noqa: D301 - \\b is typer's mark for lines to be kept
