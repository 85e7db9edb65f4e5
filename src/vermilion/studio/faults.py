"""Errors that only a server has; each becomes a problem answer with its status and code."""

from typing import ClassVar

from vermilion.errors import VermilionError


class StudioError(VermilionError):
    """A call that this server cannot follow."""

    status: ClassVar[int] = 400
    code = "bad-request"


class UnknownError(StudioError):
    """Something that is not there."""

    status = 404
    code = "not-found"


class StaleError(StudioError):
    """A revision of a picture that is no longer the current one."""

    status = 409
    code = "stale"


class SupersededError(StudioError):
    """A gesture that a newer one has overtaken."""

    status = 409
    code = "superseded"


class TooLargeError(StudioError):
    """A body, or a part of it, that is larger than allowed."""

    status = 413
    code = "too-large"


class TooManyError(StudioError):
    """More open pictures than allowed."""

    status = 409
    code = "too-many-pictures"


class BusyError(StudioError):
    """More requests than can wait."""

    status = 429
    code = "busy"


class SlowError(StudioError):
    """Work that takes longer than a request may."""

    status = 503
    code = "timeout"


class NoFolderError(StudioError):
    """No folder for results was named when the server was started."""

    status = 409
    code = "no-out"


class NoArchiveError(StudioError):
    """No archive was named when the server was started."""

    status = 409
    code = "no-archive"


class SlowBodyError(StudioError):
    """A body that comes too slowly."""

    status = 408
    code = "slow-body"
