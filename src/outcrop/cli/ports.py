"""Who holds a port: read from the kernel's tables where there are any, so that an error can name the culprit."""

import os
from pathlib import Path

LISTENING = "0A"
LONGEST = 120  # of a command line that is shown


def holder(port: int) -> tuple[int, str] | None:
    """The process id and command line that listen on TCP `port`, or None when that cannot be told (not Linux, not ours)."""
    inodes = {inode for table in ("tcp", "tcp6") for inode in _inodes(Path("/proc/net") / table, port)}
    for entry in Path("/proc").glob("[0-9]*") if inodes else ():
        if _has_socket(entry, inodes):
            return int(entry.name), _command(entry)
    return None


def _inodes(table: Path, port: int) -> list[str]:
    try:
        rows = table.read_text().splitlines()[1:]
    except OSError:
        return []
    fields = (row.split() for row in rows)
    return [f[9] for f in fields if f[3] == LISTENING and int(f[1].rpartition(":")[2], 16) == port]


def _has_socket(process: Path, inodes: set[str]) -> bool:
    try:
        for descriptor in (process / "fd").iterdir():
            target = os.readlink(descriptor)
            if target.startswith("socket:[") and target[8:-1] in inodes:
                return True
    except OSError:
        return False  # ended meanwhile, or somebody else's
    return False


def _command(process: Path) -> str:
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return "?"
    said = " ".join(word.decode("utf-8", "replace") for word in words if word)
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"
