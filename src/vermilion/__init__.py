"""vermilion colourises old black-and-white photographs and keeps every grey level of the scan.

>>> from vermilion import Colorizer
>>> Colorizer().colorize("grandma.jpg").save("grandma.color.jpg")  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING

from vermilion import errors

__version__ = "0.1.0"

__all__ = [
    "Box",
    "Colorizer",
    "Controls",
    "Frame",
    "Hint",
    "Mask",
    "Picture",
    "Session",
    "Stroke",
    "ViewOptions",
    "__version__",
    "errors",
]

if TYPE_CHECKING:
    from vermilion.colorizer import Colorizer
    from vermilion.guidance import Box, Controls, Hint, Mask, Stroke
    from vermilion.picture import Picture
    from vermilion.session import Session
    from vermilion.view import Frame, ViewOptions
else:
    # Nothing large is loaded before it is used, so `import vermilion` stays instant.
    _HOMES = {
        "Colorizer": "vermilion.colorizer",
        "Picture": "vermilion.picture",
        "Session": "vermilion.session",
        **dict.fromkeys(("Box", "Controls", "Hint", "Mask", "Stroke"), "vermilion.guidance"),
        **dict.fromkeys(("Frame", "ViewOptions"), "vermilion.view"),
    }

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            message = f"module 'vermilion' has no attribute {name!r}"
            raise AttributeError(message)
        return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
