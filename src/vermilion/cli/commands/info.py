"""`vermilion info`: what is installed, and what runs it."""

from vermilion.cli.options import Device, ModelFolder
from vermilion.cli.say import say


def program_version() -> str:
    """The version of the installed package."""
    from vermilion import __version__

    return __version__


def info(device: Device = "auto", model: ModelFolder = None) -> None:
    """Show the version, the model with its hash and licence, and what computes.

    \b
    Examples:
      vermilion info
      vermilion info --device cuda      # would a GPU be used?
      vermilion info --model my-model
    """  # noqa: D301
    from vermilion.network import Model, engine_name

    loaded = Model.load(model, device)
    card = loaded.card
    lines = {
        "vermilion": program_version(),
        "model": f"{card.name} {card.version}",
        "hash": loaded.hash,
        "licence": card.licence,
        "looks at": f"{card.working_size} px on the short side",
        "engine": engine_name(),
        "provider": loaded.provider,
    }
    for name, value in lines.items():
        say(f"{name:<10}{value}")
