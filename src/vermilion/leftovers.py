"""Names of temporary files that name their process, so that those of a killed one can be swept.

``.vermilion-HOST-PID-START-RANDOM.part``: the process is looked for before anything is removed, by its number
and, as numbers come back, by when it was started.
"""

import hashlib
import os
import re
from contextlib import suppress
from functools import cache
from pathlib import Path

_PREFIX = "vermilion"
_UNKNOWN = "0"
_NAME = re.compile(
    rf"\.?{_PREFIX}-(?P<host>[0-9a-f]{{8}})-(?P<pid>\d{{1,10}})-(?P<start>\d{{1,20}})-\w+(\.part)?"
)


def temporary_name() -> str:
    """A new name of a temporary file, hidden and short enough for every disk."""
    return f".{scratch_prefix()}{os.urandom(6).hex()}.part"


def scratch_prefix() -> str:
    """The prefix of scratch folders of this process."""
    pid = os.getpid()
    return f"{_PREFIX}-{_host()}-{pid}-{_started(pid)}-"


def sweep(folder: Path) -> int:
    """Remove the temporary files and scratch folders in a folder whose makers are gone.

    What another machine made stays, and so does what cannot be removed.

    Returns:
        How many were removed.
    """
    swept = 0
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            found = _NAME.fullmatch(entry.name)
            if found and found["host"] == _host() and _is_gone(int(found["pid"]), found["start"]):
                swept += _remove(entry)
    return swept


def _remove(entry: os.DirEntry[str]) -> bool:
    try:
        if entry.is_dir(follow_symlinks=False):
            import shutil  # noqa: PLC0415 - it loads compressors, and is rarely needed

            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)  # noqa: PTH108 - the entry of a scan, not a path
    except OSError:  # another run was quicker, or it belongs to somebody else
        return False
    return True


@cache
def _host() -> str:
    """This machine, and on Linux the container: process numbers mean nothing beyond it."""
    space = ""
    with suppress(OSError):
        space = str(Path("/proc/self/ns/pid").readlink())
    return hashlib.sha256(f"{_node()} {space}".encode()).hexdigest()[:8]


def _node() -> str:
    if hasattr(os, "uname"):
        return os.uname().nodename
    return os.environ.get("COMPUTERNAME", "")


def _is_gone(pid: int, start: str) -> bool:
    """Whether no process of that number and start runs; where that is unknown, one does."""
    if os.name != "posix":
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):  # somebody else's
        pass
    return _started(pid) not in {start, _UNKNOWN}


def _started(pid: int) -> str:
    """When a process was started, in ticks since the machine was; "never" if it has ended already."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:  # another system, or processes of others are hidden
        return _UNKNOWN
    # proc(5): the name of the program, in parentheses, may hold any character; the state comes next.
    facts = stat.rpartition(")")[2].split()
    return "never" if facts[0] in "ZX" else facts[19]
