"""The journal: an append-only file per process, in which an entry is before the last byte of its answer leaves.

Each frame is length, CRC-32 and a record; a length of zero is the end. The file is a piece of shared memory: what is copied
there is the kernel's, so that `kill -9` loses nothing of it, and no system call hands the interpreter's lock to others,
which costs more than all the rest. A loss of power may lose some, unless the journal is `durable` and waits for the disk.
A journal is its process's while it holds the file's lock, which the kernel takes back from the dead; whoever gets the lock
of a file may read it to its end and remove it.
"""

import fcntl
import mmap
import os
import struct
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import msgspec

from outcrop.ledger.entry import Record

NAME = "journal"  # of the folder in a data directory
SUFFIX = ".journal"
MAGIC = b"outcrop journal 1\n"
ROTATE = 1 << 22  # bytes, some 12,000 entries; what is read again after a crash is read in a second
_HEAD = struct.Struct("<II")
_MOST = 1_000_000  # bytes of one record; a length beyond it is no length

_head, _read_head = _HEAD.pack, _HEAD.unpack_from
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Record).decode


class DamagedJournal(Exception):
    """A journal that is none, or is damaged before its end."""


class Journal:
    """This process's journal in `folder`. Use it from one thread."""

    def __init__(self, folder: Path, *, durable: bool = False, rotate: int = ROTATE) -> None:
        self.folder, self._durable, self._rotate = folder, durable, rotate
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._open()

    def _open(self) -> None:
        path = self.folder / f"{time.time_ns():020d}-{uuid.uuid4().hex[:12]}{SUFFIX}"
        fresh = path.with_suffix(
            ".new"
        )  # under its name only once it is locked: without a lock it would be a dead one's
        file = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            _reserve(file, self._rotate)
            space = mmap.mmap(file, self._rotate)
        except BaseException:
            fresh.unlink(missing_ok=True)
            os.close(file)
            raise
        space[: len(MAGIC)] = MAGIC
        fresh.rename(path)
        self.path, self.size, self._file, self._space, self._closed = path, len(MAGIC), file, space, False

    def record(self, record: Record) -> None:
        """Put `record` into the file; raises OSError when there is no space for it."""
        data = _encode(record)
        if self.size + _HEAD.size + len(data) > self._rotate or self._closed:
            self._renew()
        at = self.size
        body = at + _HEAD.size
        end = body + len(data)
        space = self._space
        space[body:end] = data
        space[at:body] = _head(len(data), crc32(data))  # last, and at once: whoever reads it finds the rest
        self.size = end
        if self._durable:
            page = at - at % mmap.ALLOCATIONGRANULARITY
            space.flush(page, end - page)

    def _renew(self) -> None:
        old, closed = (self._space, self._file, self.size), self._closed
        self._open()
        if not closed:
            _leave(*old)

    def close(self) -> None:
        """Let go of the file; one without entries is removed. What is recorded after it, when a server that is hurried cuts
        its last runs, is in another file, for the next start to find.
        """
        if not self._closed:
            if self.size == len(MAGIC):
                self.path.unlink(missing_ok=True)
            _leave(self._space, self._file, self.size)
            self._closed = True


def _reserve(file: int, size: int) -> None:
    """Have the disk keep the space, so that writing there cannot fail; raises OSError when it has none."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, 0, size)
    else:
        os.ftruncate(file, size)


def _leave(space: mmap.mmap, file: int, size: int) -> None:
    space.close()
    os.ftruncate(file, size)
    os.close(file)


def frame(record: Record) -> bytes:
    """A record as the journal has it."""
    data = _encode(record)
    return _head(len(data), crc32(data)) + data


def records(data: bytes) -> Iterator[tuple[Record, int]]:
    """The records of a journal's `data` from the start of a frame on, each with the offset behind it.

    Ends at the end of the data, or at a frame that is not whole. Raises `DamagedJournal` for one that is whole and wrong.
    """
    at, size = 0, len(data)
    while (start := at + _HEAD.size) <= size:
        length, checksum = _read_head(data, at)
        if not length:
            return
        if length > _MOST:
            raise DamagedJournal(f"a record of {length} bytes at {at}")
        if start + length > size:
            return
        body = data[start : start + length]
        if crc32(body) != checksum:
            raise DamagedJournal(f"a wrong checksum at {at}")
        at = start + length
        try:
            yield _decode(body), at
        except msgspec.MsgspecError as error:
            raise DamagedJournal(f"no record before {at}: {error}") from error


def abandoned(path: Path) -> int | None:
    """The open file `path`, locked, when its process is gone; None while it has one. The caller closes it."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    return file
