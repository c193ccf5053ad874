"""Where records come from: JSON lines, CSV, Parquet, a directory of files, standard input. Read once, in one order.

A source gives raw pieces in a stable order, the first being position 0, and makes a record of a piece when it is asked to,
so that what is passed over costs no more than reading past it. No more than one piece, or one batch of a Parquet file, is
in memory. A piece that is no record is `Unreadable` and has a position like any other; a file that is none of its kind is a
`SourceError`.
"""

import asyncio
import csv
import hashlib
import os
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec

Record = Any
Raw = Any
Format = Literal["jsonl", "csv", "tsv", "parquet", "files"]
Content = Literal["text", "bytes"]

LONGEST = 64_000_000  # bytes of a line, or of a file of a directory
BLOCK = 1 << 16
HEAD = 1 << 16  # bytes at the start of a file by which it is known again
_SUFFIXES: dict[str, Format] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
}


class SourceError(Exception):
    """A file that cannot be read at all: `args[0]` says which and why."""


class Unreadable(Exception):
    """A piece of a source that is no record: `args[0]` says why, `raw` is what stands there, as text."""

    def __init__(self, reason: str, raw: str) -> None:
        super().__init__(reason)
        self.raw = raw


class Source(Protocol):
    """Records in a stable order."""

    def pieces(self) -> Iterator[Raw] | AsyncGenerator[Raw, None]:
        """From the first on; raises SourceError."""
        ...

    def load(self, raw: Raw) -> Record:
        """The record of a piece; raises Unreadable."""
        ...

    def place(self, position: int) -> str:
        """Where the piece at a position stands, in words: ``line 7 of mails.jsonl``; "" where nothing says it."""
        ...

    def count(self) -> int | None:
        """How many pieces there are; None where only reading tells."""
        ...

    def known_by(self) -> dict[str, Any]:
        """What tells the source from another when a run goes on; empty where nothing does."""
        ...

    def is_known_by(self, known: dict[str, Any]) -> bool:
        """Whether this is the source of which `known_by` said `known`; records may have come at its end since."""
        ...


def open_source(path: Path | None, kind: Format | None = None, content: Content = "text") -> Source:
    """The source at `path`, of the kind its suffix says or `kind`; standard input's JSON lines without a path.

    `content` is what a directory's files hold. Raises SourceError.
    """
    if path is None:
        return Standard()
    if not path.exists():
        raise SourceError(f"{path} does not exist")
    if path.is_dir():
        return Files(path, content)
    kind = kind or _SUFFIXES.get(path.suffix.lower())
    if kind == "jsonl":
        return JsonLines(path)
    if kind in ("csv", "tsv"):
        return Csv(path, "\t" if kind == "tsv" else ",")
    if kind == "parquet":
        return Parquet(path)
    raise SourceError(f"{path} is neither a directory nor a file named {', '.join(_SUFFIXES)}")


def parsed(line: bytes) -> Record:
    """The JSON value of a line; raises Unreadable."""
    try:
        if len(line) > LONGEST:
            raise Unreadable(f"The line is longer than {LONGEST} bytes.", _shown(line))
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"The line is no JSON: {error}", _shown(line)) from error


def _shown(raw: bytes) -> str:
    return raw[:10_000].decode("utf-8", "replace").rstrip("\r\n")


def _line(number: int | None, path: Path) -> str:
    return f"line {number} of {path.name}" if number else ""


def fingerprint(path: Path) -> dict[str, Any]:
    """The first bytes of a file, hashed, and how many they are: what stays when lines are added at its end."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    return {"bytes": len(head), "sha256": hashlib.sha256(head).hexdigest()}


def same(path: Path, known: dict[str, Any]) -> bool:
    """Whether `path` begins as the file did whose fingerprint is `known`."""
    if "sha256" not in known:
        return False
    with path.open("rb") as file:
        head = file.read(known["bytes"])
    return bool(len(head) == known["bytes"]) and hashlib.sha256(head).hexdigest() == known["sha256"]


class JsonLines:
    """One JSON value a line, UTF-8; blank lines count for nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def pieces(self) -> Iterator[bytes]:
        return (line for line in self._lines() if not line.isspace())

    def _lines(self) -> Iterator[bytes]:
        with self._path.open("rb", buffering=1 << 20) as file:
            if file.read(3) != b"\xef\xbb\xbf":
                file.seek(0)
            while line := file.readline(LONGEST + 1):
                rest = line
                while len(rest) > LONGEST and not rest.endswith(b"\n"):
                    rest = file.readline(LONGEST + 1)  # the end of a line that nobody takes
                yield line

    def place(self, position: int) -> str:
        numbers = (number for number, line in enumerate(self._lines(), 1) if not line.isspace())
        return _line(next(islice(numbers, position, None), None), self._path)

    def load(self, raw: bytes) -> Record:
        return parsed(raw)

    def count(self) -> int:
        return sum(1 for _ in self.pieces())

    def known_by(self) -> dict[str, Any]:
        return fingerprint(self._path)

    def is_known_by(self, known: dict[str, Any]) -> bool:
        return same(self._path, known)


class Csv:
    """A table whose first row names the columns; a record is an object of texts."""

    def __init__(self, path: Path, delimiter: str = ",") -> None:
        self._path, self._delimiter = path, delimiter
        self._columns: list[str] = []

    def pieces(self) -> Iterator[list[str]]:
        return (row for _, row in self._rows())

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row with the number of its last line."""
        csv.field_size_limit(LONGEST)
        with self._path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file, delimiter=self._delimiter, strict=True)
            try:
                self._columns = next(rows, [])
                if len(set(self._columns)) < len(self._columns):
                    raise SourceError(f"{self._path}: two columns have the same name")
                yield from ((rows.line_num, row) for row in rows if row)
            except (csv.Error, UnicodeDecodeError) as error:
                raise SourceError(f"{self._path}, line {rows.line_num}: {error}") from error

    def place(self, position: int) -> str:
        return _line(next((number for number, _ in islice(self._rows(), position, None)), None), self._path)

    def load(self, raw: list[str]) -> Record:
        if len(raw) != len(self._columns):
            raise Unreadable(
                f"The row has {len(raw)} cells, the header {len(self._columns)}.", self._delimiter.join(raw)
            )
        return dict(zip(self._columns, raw, strict=True))

    def count(self) -> int:
        return sum(1 for _ in self.pieces())

    def known_by(self) -> dict[str, Any]:
        return fingerprint(self._path)

    def is_known_by(self, known: dict[str, Any]) -> bool:
        return same(self._path, known)


class Parquet:
    """A Parquet file; a record is an object of its row's values. Needs `outcrop[parquet]`."""

    ROWS = 256  # read at a time

    def __init__(self, path: Path) -> None:
        self._path = path

    def _open(self) -> Any:
        try:
            from pyarrow import ArrowException, parquet
        except ImportError as error:
            raise SourceError("Parquet files need pyarrow: pip install 'outcrop[parquet]'") from error
        try:
            return parquet.ParquetFile(self._path)
        except (ArrowException, OSError) as error:
            raise SourceError(f"{self._path} is no Parquet file: {error}") from error

    def place(self, position: int) -> str:
        return f"row {position + 1} of {self._path.name}"

    def pieces(self) -> Iterator[Record]:
        with self._open() as file:
            for batch in file.iter_batches(batch_size=self.ROWS):
                yield from batch.to_pylist()

    def load(self, raw: Record) -> Record:
        return raw

    def count(self) -> int:
        with self._open() as file:
            rows: int = file.metadata.num_rows
        return rows

    def known_by(self) -> dict[str, Any]:
        return fingerprint(self._path)

    def is_known_by(self, known: dict[str, Any]) -> bool:
        return same(self._path, known)


class Files:
    """A directory's files and those below it, by path; hidden ones are passed over. The list of names is in memory.

    A record has `path` (relative, with slashes) and `text` (UTF-8) or `bytes`, which are base64 where JSON is written.
    """

    def __init__(self, folder: Path, content: Content = "text") -> None:
        self._folder, self._content = folder, content
        self._names: list[str] | None = None

    def pieces(self) -> Iterator[str]:
        return iter(self._list())

    def place(self, position: int) -> str:
        return self._list()[position]

    def load(self, raw: str) -> Record:
        try:
            with (self._folder / raw).open("rb") as file:
                data = file.read(LONGEST + 1)
        except OSError as error:
            raise Unreadable(f"The file cannot be read: {error.strerror}.", raw) from error
        if len(data) > LONGEST:
            raise Unreadable(f"The file is larger than {LONGEST} bytes.", raw)
        if self._content == "bytes":
            return {"path": raw, "bytes": data}
        try:
            return {"path": raw, "text": data.decode()}
        except UnicodeDecodeError as error:
            raise Unreadable(f"The file is no UTF-8 text: {error}", raw) from error

    def count(self) -> int:
        return len(self._list())

    def known_by(self) -> dict[str, Any]:
        return {"names": hashlib.sha256("\n".join(self._list()).encode("utf-8", "surrogateescape")).hexdigest()}

    def is_known_by(self, known: dict[str, Any]) -> bool:
        return known == self.known_by()

    def _list(self) -> list[str]:
        if self._names is None:
            self._names = sorted(self._found())
        return self._names

    def _found(self) -> Iterator[str]:
        for folder, below, names in os.walk(self._folder):
            below[:] = [name for name in below if not name.startswith(".")]
            for name in names:
                if not name.startswith("."):
                    yield (Path(folder) / name).relative_to(self._folder).as_posix()


class Standard:
    """JSON lines of standard input, read by a thread of its own so that a slow writer holds up nothing else."""

    AHEAD = 16  # blocks that may wait to be taken

    def __init__(self, descriptor: int | None = None) -> None:
        self._descriptor = descriptor

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        descriptor = sys.stdin.fileno() if self._descriptor is None else self._descriptor
        rest = b""
        async for block in _blocks(descriptor, self.AHEAD):
            *lines, rest = (rest + block).split(b"\n") if b"\n" in block else [rest + block]
            for line in lines:
                if line.strip():
                    yield line
            if len(rest) > LONGEST + BLOCK:
                rest = rest[: LONGEST + 1]
        if rest.strip():
            yield rest

    def place(self, position: int) -> str:
        return ""  # it is gone

    def load(self, raw: bytes) -> Record:
        return parsed(raw)

    def count(self) -> None:
        return None

    def known_by(self) -> dict[str, Any]:
        return {}

    def is_known_by(self, known: dict[str, Any]) -> bool:
        return not known


async def _blocks(descriptor: int, ahead: int) -> AsyncGenerator[bytes, None]:
    """What can be read, as soon as it can. The thread is a daemon: a writer that never ends does not hold up our end."""
    loop = asyncio.get_running_loop()
    taken, room = asyncio.Queue[bytes | OSError](), threading.Semaphore(ahead)
    ended = threading.Event()

    def read() -> None:
        while room.acquire() and not ended.is_set():
            found = _read(descriptor)
            if ended.is_set() or not _hand(loop, taken.put_nowait, found) or not found or isinstance(found, OSError):
                return

    threading.Thread(target=read, name="outcrop-stdin", daemon=True).start()
    try:
        while block := await taken.get():
            if isinstance(block, OSError):
                raise SourceError(f"standard input cannot be read: {block.strerror}") from block
            yield block
            room.release()
    finally:
        ended.set()
        room.release()


def _read(descriptor: int) -> bytes | OSError:
    try:
        return os.read(descriptor, BLOCK)
    except OSError as error:
        return error


def _hand(loop: asyncio.AbstractEventLoop, put: Callable[[Any], None], found: bytes | OSError) -> bool:
    try:
        loop.call_soon_threadsafe(put, found)
    except RuntimeError:  # the loop has closed
        return False
    return True
