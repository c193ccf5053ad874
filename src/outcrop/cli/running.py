"""How commands find the server: a file that each server keeps in its data directory while it runs.

The file names the endpoint, the process and what the server was started with, never a secret. A file whose process is gone
is treated as absent. Where several servers run with one data directory, commands ask the one that began last.
"""

import os
from pathlib import Path
from typing import Any

import msgspec

from outcrop.storage import files

FOLDER = "servers"


class Running(msgspec.Struct, frozen=True):
    """A server: where it answers, which region callers should name, its process, and the authority to trust (TLS).

    `settings` is the absolute path of the settings file it read, `options` are those of its command line that win over
    the file (`outcrop.settings.Options`, as JSON has them).
    """

    endpoint: str
    region: str
    pid: int
    ca_bundle: str | None = None
    settings: str | None = None
    options: dict[str, Any] = {}


def announce(data: Path, server: Running) -> None:
    """Write the file, and remove those of processes that are gone."""
    folder = files.directory(data / FOLDER)
    for path in folder.glob("*.json"):
        if _read(path) is None:
            path.unlink(missing_ok=True)
    files.write(_path(data, server.pid), msgspec.json.encode(server))


def withdraw(data: Path) -> None:
    """Remove this process's file."""
    _path(data, os.getpid()).unlink(missing_ok=True)


def find(data: Path) -> Running | None:
    """The server that runs with `data`, the latest of several, or None."""
    paths = sorted((data / FOLDER).glob("*.json"), key=_written, reverse=True)
    return next(filter(None, map(_read, paths)), None)


def _path(data: Path, pid: int) -> Path:
    return data / FOLDER / f"{pid}.json"


def _written(path: Path) -> int:
    """When a file was written, in nanoseconds; 0 for one that has gone in the meantime."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _read(path: Path) -> Running | None:
    """The server of a file, if it is one and its process lives."""
    try:
        server = msgspec.json.decode(path.read_bytes(), type=Running)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None
    try:
        os.kill(server.pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass  # it lives, and is somebody else's
    return server
