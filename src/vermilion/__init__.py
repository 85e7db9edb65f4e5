"""vermilion colourises old black-and-white photographs and keeps every grey level of the scan.

>>> from vermilion import Colorizer
>>> Colorizer().colorize("grandma.jpg").save("grandma.color.jpg")  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING

from vermilion import errors

__version__ = "0.1.0"

__all__ = ["Colorizer", "Hint", "Picture", "__version__", "errors"]

if TYPE_CHECKING:
    from vermilion.colorizer import Colorizer, Picture
    from vermilion.guidance import Hint
else:
    # Nothing big is loaded before it is used: `import vermilion` stays instant.
    _HOMES = {
        "Colorizer": "vermilion.colorizer",
        "Picture": "vermilion.colorizer",
        "Hint": "vermilion.guidance",
    }

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            message = f"module 'vermilion' has no attribute {name!r}"
            raise AttributeError(message)
        return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
