"""Where documents go: files of JSON lines, one for each view, and the progress file beside the first of them.

Documents are collected and written together, then a checkpoint says so; `outcrop.batch.journal` has the reasons. What goes
to open descriptors, such as standard output, or to a device or a pipe, cannot be resumed.
"""

import fcntl
import os
import stat
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from outcrop.batch.journal import SUFFIX, Checkpoint, Foreign, Header, Journal, read, write
from outcrop.batch.sources import Source

SYNC = 5.0  # seconds between two synchronisations with the disk

_encode = msgspec.json.Encoder().encode


class InTheWay(Exception):
    """There is output already, and nobody has said what is to become of it: `args[0]` is its path."""


class Busy(Exception):
    """Another process writes there: `args[0]` is the path."""


class Sheets:
    """The files of one run. Views without a file are dropped and counted."""

    def __init__(
        self, files: Mapping[str, int], journal: Journal | None, start: Checkpoint, *, own: bool = False
    ) -> None:
        self.start, self._own = start, own
        self._files, self._journal = dict(files), journal
        self._sizes = {view: start.sizes.get(view, 0) for view in files}
        self._lines: dict[str, list[bytes]] = {view: [] for view in files}
        self._synced = time.monotonic()

    @classmethod
    def open(
        cls, paths: Mapping[str, Path], source: Source, settings: str = "", *, resume: bool | None = None
    ) -> "Sheets":
        """The files at `paths` by view, the first of which bears the progress file.

        `resume` goes on where a run of the same source and settings ended, or begins where there is none; False begins
        anew, whatever is there; None begins, and raises InTheWay when something is there. Raises Foreign for the progress
        of another run, Busy while another process writes.
        """
        main = next(iter(paths.values()))
        if _passing(main):
            if resume:
                raise Foreign(f"{main} keeps nothing")
            return cls(_opened(paths), None, Checkpoint(), own=True)
        progress = main.with_name(main.name + SUFFIX)
        there = [path for path in (*paths.values(), progress) if path.exists() and path.stat().st_size]
        if resume is None and there:
            raise InTheWay(there[0])
        opened = _opened(paths)
        try:
            _lock(next(iter(opened.values())), main)
            header = Header(source.known_by(), settings, {view: path.name for view, path in paths.items()})
            found = read(progress, {view: os.fstat(file).st_size for view, file in opened.items()}) if resume else None
            if resume and found is None and there:
                raise Foreign(f"{there[0]} has no progress file {progress.name} to go on from")
            header, start = (header, Checkpoint()) if found is None else (_same(found[0], header, source), found[1])
            for view, file in opened.items():
                if not _passing(paths[view]):
                    os.ftruncate(file, start.sizes.get(view, 0))
                    os.lseek(file, 0, os.SEEK_END)
            return cls(opened, Journal(progress, header, start), start, own=True)
        except BaseException:
            _close(opened.values())
            raise

    @classmethod
    def to(cls, files: Mapping[str, int]) -> "Sheets":
        """Sheets over open descriptors, which stay their owner's; nothing is kept of the run."""
        return cls(files, None, Checkpoint())

    def add(self, view: str, document: Any) -> None:
        """Take a document; it is written with the next `write`."""
        lines = self._lines.get(view)
        if lines is not None:
            lines.append(_encode(document))
            lines.append(b"\n")

    def write(self, checkpoint: Checkpoint) -> None:
        """Write what was taken, and then how far that is; `sizes` are filled in here. Raises OSError."""
        for view, lines in self._lines.items():
            if lines:
                data = b"".join(lines)
                lines.clear()
                write(self._files[view], data)
                if stat.S_ISREG(os.fstat(self._files[view]).st_mode):
                    self._sizes[view] += len(data)
        if self._journal is None:
            return
        if time.monotonic() - self._synced > SYNC:
            self._sync()
        self._journal.append(msgspec.structs.replace(checkpoint, sizes=dict(self._sizes)))

    def close(self) -> None:
        """Close what was opened here, once the disk has it."""
        if self._journal:
            self._sync()
            self._journal.close()
        if self._own:
            _close(self._files.values())

    def _sync(self) -> None:
        for file in self._files.values():
            if stat.S_ISREG(os.fstat(file).st_mode):
                os.fsync(file)
        if self._journal:
            self._journal.sync()
        self._synced = time.monotonic()


def _passing(path: Path) -> bool:
    """Whether what is written to `path` is not kept there: a device, such as ``/dev/null``, or a pipe."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _opened(paths: Mapping[str, Path]) -> dict[str, int]:
    """The files of paths, open to be read again where they keep what is written."""
    ways = {view: os.O_WRONLY if _passing(path) else os.O_RDWR | os.O_CREAT for view, path in paths.items()}
    return {view: os.open(path, ways[view] | os.O_CLOEXEC, 0o644) for view, path in paths.items()}


def _lock(file: int, path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise Busy(path) from error


def _same(known: Header, header: Header, source: Source) -> Header:
    """`known`, when it is of the run that goes on; raises Foreign."""
    for what in ("files", "settings"):
        if getattr(known, what) != getattr(header, what):
            raise Foreign(f"what is there was written with other {what}")
    if not source.is_known_by(known.source):
        raise Foreign("what is there was made of other records")
    return known


def _close(files: Iterable[int]) -> None:
    for file in files:
        os.close(file)
