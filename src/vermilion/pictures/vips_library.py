"""libvips, loaded when the first picture needs it and set up once."""

import logging
from functools import cache
from types import ModuleType
from typing import Any

VipsImage = Any  # pyvips ships no types


@cache
def load_vips() -> ModuleType:
    """The pyvips module: silent on stderr, and without memory of files that may change."""
    # Its warnings arrive as Python log records, which Python prints where nobody listens.
    logging.getLogger("pyvips").addHandler(logging.NullHandler())
    import pyvips  # noqa: PLC0415 - a twentieth of a second that a JPEG need not wait for

    pyvips.cache_set_max(0)
    module: ModuleType = pyvips
    return module
