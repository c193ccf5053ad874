"""How far a run has come, in a file beside its output: what makes it safe to kill it anywhere.

The file is lines of JSON. The first says of what the run is (the source, the settings, which view is which file); each
further one is a checkpoint, complete in itself:

    {"taken": 1042, "missing": [1037, 1041], "sizes": {"output0": 88123, "error0": 512}, "counts": {…}, "figures": {…}}

All records before position `taken` have been written except the `missing`, and their documents are the first `sizes` bytes
of the files. Why that is right: documents are written before the checkpoint that counts them, so the last whole line never
counts what is not there. What a file has beyond its size, a torn last line too, is of records that no checkpoint counts:
it is cut, and they are done again. So every record's documents are in the files once, whenever the process ends; only what
was under way, or written within the last moment, is asked for twice. A torn last checkpoint has no line's end, and the one
before it holds. If a machine ends with its process, files may be shorter than a checkpoint says: the last one that fits
holds, and files are synchronised with the disk every few seconds.

`missing` holds no more than what was under way at once, so a line is short however long the run. Past a megabyte the file is
begun anew, with the last line alone, in one step.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

SUFFIX = ".progress"
VERSION = 1
LARGEST = 1 << 20  # bytes, before the file is begun anew


class Foreign(Exception):
    """The progress is that of another run: `args[0]` says in what they differ."""


class Header(msgspec.Struct, frozen=True):
    """Of what a run is."""

    source: dict[str, Any]
    settings: str
    files: dict[str, str]
    version: int = VERSION


class Checkpoint(msgspec.Struct, frozen=True):
    """How far a run has come; see the module."""

    taken: int = 0
    missing: tuple[int, ...] = ()
    sizes: dict[str, int] = {}
    counts: dict[str, int] = {}
    figures: dict[str, int] = {}

    def done(self, position: int) -> bool:
        """Whether the record at `position` has been written."""
        return position < self.taken and position not in self.missing


class Journal:
    """The progress file of one run, opened for appending."""

    def __init__(self, path: Path, header: Header, last: Checkpoint) -> None:
        self._path, self._header, self._last = path, header, last
        self._file = -1
        self._size = 0
        self._anew()

    def append(self, checkpoint: Checkpoint) -> None:
        """Write a checkpoint; what it counts has been written before."""
        self._last = checkpoint
        if self._size > LARGEST:
            self._anew()
            return
        line = msgspec.json.encode(checkpoint) + b"\n"
        write(self._file, line)
        self._size += len(line)

    def sync(self) -> None:
        """Wait until the disk has it."""
        os.fsync(self._file)

    def close(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _anew(self) -> None:
        """A file of the header and the last checkpoint takes the place of what is there."""
        fresh = self._path.with_name(f"{self._path.name}.new")
        data = b"".join(msgspec.json.encode(one) + b"\n" for one in (self._header, self._last))
        file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        write(file, data)
        os.fsync(file)
        fresh.replace(self._path)
        self.close()
        self._file, self._size = file, len(data)


def write(file: int, data: bytes) -> None:
    """All of `data`, whatever a single write takes."""
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def read(path: Path, sizes: Mapping[str, int]) -> tuple[Header, Checkpoint] | None:
    """The header and the last checkpoint that files of these `sizes` bear out; None when there is no such file.

    Raises Foreign for a file that is none of ours.
    """
    try:
        whole = path.read_bytes().split(b"\n")[:-1]  # what follows the last line's end is torn
    except FileNotFoundError:
        return None
    try:
        header = msgspec.json.decode(whole[0], type=Header)
    except (msgspec.MsgspecError, IndexError) as error:
        raise Foreign(f"{path} is no progress file") from error
    if header.version != VERSION:
        raise Foreign(f"{path} was written by another version")
    return header, _last(whole[1:], sizes)


def _last(lines: Sequence[bytes], sizes: Mapping[str, int]) -> Checkpoint:
    for line in reversed(lines):
        try:
            found = msgspec.json.decode(line, type=Checkpoint)
        except msgspec.MsgspecError:
            continue
        if all(sizes.get(view, 0) >= size for view, size in found.sizes.items()):
            return found
    return Checkpoint()
