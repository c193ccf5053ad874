"""How commands find the server: a file the server keeps in its data directory while it runs.

The file names the endpoint and the process, never a secret. A file whose process is gone is treated as absent.
"""

import os
from pathlib import Path

import msgspec

from outcrop.storage import files

NAME = "server.json"


class Running(msgspec.Struct, frozen=True):
    """A server: where it answers, which region callers should name, its process, and the authority to trust (TLS)."""

    endpoint: str
    region: str
    pid: int
    ca_bundle: str | None = None


def announce(data: Path, server: Running) -> None:
    """Write the file."""
    files.write(data / NAME, msgspec.json.encode(server))


def withdraw(data: Path) -> None:
    """Remove the file if it is this process's."""
    found = find(data)
    if found and found.pid == os.getpid():
        (data / NAME).unlink(missing_ok=True)


def find(data: Path) -> Running | None:
    """The server that runs with `data`, or None."""
    try:
        server = msgspec.json.decode((data / NAME).read_bytes(), type=Running)
    except (FileNotFoundError, NotADirectoryError, msgspec.MsgspecError):
        return None
    try:
        os.kill(server.pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass  # it lives, and is somebody else's
    return server
