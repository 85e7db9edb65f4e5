"""The packages of `vermilion[formats]`, which read formats rare among photographs; imported when needed."""

import importlib
from importlib.util import find_spec
from types import ModuleType

from vermilion.errors import PictureError

IMAGECODECS, PI_HEIF = "imagecodecs", "pi_heif"


def has(package: str) -> bool:
    """Whether a package is installed; it is not imported."""
    return find_spec(package) is not None


def load(package: str, name: str, called: str) -> ModuleType:
    """A package of the extra.

    Args:
        package: `IMAGECODECS` or `PI_HEIF`.
        name: Of the picture, for the message.
        called: What the picture is, as in "a JPEG XL picture".

    Raises:
        PictureError: It is not installed.
    """
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise PictureError(
            f"{name} is {called}, which needs {package}; save it as TIFF or PNG, or run in the checkout:"
            ' pip install ".[formats]"'
        ) from error
