"""Every error that vermilion raises on purpose.

    VermilionError
    ├── PictureError            a scan that cannot be read or is not what it claims to be
    │   └── AlreadyColoredError     a picture that is in real colour already
    │       └── PrintOnColorError       a grey print on a coloured background
    ├── FilmError               a film that cannot be read or is not what it claims to be
    ├── OutputError             a result that cannot be written, or would lose or overwrite something
    │   └── ExistsError             a result that is there already
    ├── ModelError              a model folder that is missing, damaged or does not fit
    ├── DeviceError             an execution provider that was asked for and is not there
    ├── HintError               a hint that makes no sense for the picture
    ├── SettingsError           an unknown or impossible setting
    ├── CancelledError          work that was stopped because nobody waits for it any more
    └── TrainingError           a training that cannot start or continue

Each message is one sentence that says what was wanted, what was found and what to do next. The sentence is
for people; programs go by ``code``, which docs/python.md lists.
"""

from typing import ClassVar


class VermilionError(Exception):
    """Base of all errors a user can cause and can correct.

    Attributes:
        code: for programs; it stays what it is, whereas sentences may be reworded.
    """

    code: ClassVar[str] = "error"


class PictureError(VermilionError):
    """A scan that cannot be read."""

    code = "picture"


class AlreadyColoredError(PictureError):
    """A picture that is in real colour already."""

    code = "already-colored"


class PrintOnColorError(AlreadyColoredError):
    """A photograph of a grey or toned print that lies on a coloured background.

    Attributes:
        corners: of the print, as shares (x, y) of the width and height of the photo as its file stores it.
    """

    code = "print-on-color"

    def __init__(self, message: str, corners: tuple[tuple[float, float], ...] = ()) -> None:
        super().__init__(message)
        self.corners = corners


class FilmError(VermilionError):
    """A film that cannot be read."""

    code = "film"


class OutputError(VermilionError):
    """A result that cannot be written."""

    code = "output"


class ExistsError(OutputError):
    """A result that is there already."""

    code = "output-exists"


class ModelError(VermilionError):
    """A model folder that is missing, damaged or does not fit."""

    code = "model"


class DeviceError(VermilionError):
    """An execution provider that is not available."""

    code = "device"


class HintError(VermilionError):
    """A hint that makes no sense for the picture."""

    code = "hint"


class SettingsError(VermilionError):
    """An unknown or impossible setting."""

    code = "settings"


class CancelledError(VermilionError):
    """Work that was stopped because nobody waits for it any more."""

    code = "cancelled"


class TrainingError(VermilionError):
    """A training that cannot start or continue."""

    code = "training"
