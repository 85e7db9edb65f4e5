"""Lists, checks, installs, shares, removes and converts the models on this machine.

Painting does not import it, so the program starts quickly.
"""

from vermilion.network.library.convert import convert_model
from vermilion.network.library.exchange import export_model, import_model
from vermilion.network.library.installed import (
    KnownModel,
    check_free,
    known_models,
    new_model,
    remove_model,
    verify_model,
)

__all__ = [
    "KnownModel",
    "check_free",
    "convert_model",
    "export_model",
    "import_model",
    "known_models",
    "new_model",
    "remove_model",
    "verify_model",
]
