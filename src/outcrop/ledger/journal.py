"""The journal: an append-only file per process, in which an entry is before the last byte of its answer leaves.

Each frame is length, CRC-32 and a record, so that a torn tail is told from an entry. What is written has left the process
with one system call: `kill -9` loses nothing of it; a loss of power may, unless the journal is `durable`, whose writes wait
for the disk. Entries of requests that are worked on together are written together. A journal is its process's while it
holds the file's lock, which the kernel takes back from the dead; whoever gets the lock of a file may read it to its end and
remove it.
"""

import asyncio
import contextlib
import fcntl
import os
import struct
import time
import uuid
import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from outcrop.ledger.entry import Record

NAME = "journal"  # of the folder in a data directory
SUFFIX = ".journal"
MAGIC = b"outcrop journal 1\n"
ROTATE = 8_000_000  # bytes, some 20,000 entries; what is read again after a crash is read in a second
_HEAD = struct.Struct("<II")
_MOST = 1_000_000  # bytes of one record; a length beyond it is no length

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Record).decode


class DamagedJournal(Exception):
    """A journal that is none, or is damaged before its end."""


class _Batch:
    """The frames of one turn of the loop; `write` does so once, whoever asks first, and fails for all."""

    __slots__ = ("failure", "frames", "written")

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.written = False
        self.failure: OSError | None = None


class Journal:
    """This process's journal in `folder`. Use it from one event loop."""

    def __init__(self, folder: Path, *, durable: bool = False, rotate: int = ROTATE) -> None:
        self.folder, self._durable, self._rotate = folder, durable, rotate
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._batch = _Batch()
        self._open()

    def _open(self) -> None:
        self.path = self.folder / f"{time.time_ns():020d}-{uuid.uuid4().hex[:12]}{SUFFIX}"
        fresh = self.path.with_suffix(
            ".new"
        )  # under its name only once it is locked: without a lock it would be a dead one's
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._file = os.open(fresh, flags | (os.O_DSYNC if self._durable else 0), 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        self._size = os.write(self._file, MAGIC)
        fresh.rename(self.path)

    async def record(self, record: Record) -> None:
        """Write `record`, together with what others record in this turn of the loop; raises OSError.

        When it returns, the record is in the file (on the disk, if the journal is durable).
        """
        batch = self._batch
        batch.frames.append(frame(record))
        await asyncio.sleep(0)
        if not batch.written:
            self._write(batch)
        if batch.failure:
            raise batch.failure

    def record_now(self, record: Record) -> None:
        """Write `record` at once: what ends badly cannot wait for a turn; raises OSError."""
        batch = self._batch
        batch.frames.append(frame(record))
        self._write(batch)
        if batch.failure:
            raise batch.failure

    def _write(self, batch: _Batch) -> None:
        self._batch = _Batch()
        batch.written = True
        data = b"".join(batch.frames)
        try:
            if self._size >= self._rotate:
                self._renew()
            if os.write(self._file, data) != len(data):
                raise OSError(f"{self.path}: the disk took a part of an entry only")
            self._size += len(data)
        except OSError as error:
            batch.failure = error
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, self._size)  # half a frame would hide those behind it

    def _renew(self) -> None:
        old = self._file
        self._open()
        os.close(old)

    def close(self) -> None:
        """Write what waits and let go of the file; one without entries is removed."""
        self._write(self._batch)
        if self._size == len(MAGIC):
            self.path.unlink(missing_ok=True)
        os.close(self._file)


def frame(record: Record) -> bytes:
    """A record as the journal has it."""
    data = _encode(record)
    return _HEAD.pack(len(data), zlib.crc32(data)) + data


def records(data: bytes) -> Iterator[tuple[Record, int]]:
    """The records of a journal's `data` from the start of a frame on, each with the offset behind it.

    Ends at the end of the data, or at a frame that is not whole. Raises `DamagedJournal` for one that is whole and wrong.
    """
    at = 0
    while at + _HEAD.size <= len(data):
        length, checksum = _HEAD.unpack_from(data, at)
        body = data[at + _HEAD.size : at + _HEAD.size + length]
        if length > _MOST:
            raise DamagedJournal(f"a record of {length} bytes at {at}")
        if len(body) < length:
            return
        if zlib.crc32(body) != checksum:
            raise DamagedJournal(f"a wrong checksum at {at}")
        at += _HEAD.size + length
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
