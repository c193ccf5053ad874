"""The child, `python -m outcrop.documents.child <seconds>`: reads documents one by one until its input ends.

It bounds itself before the first byte of a document, by POSIX means: memory, processor seconds per document, no file of
any size, no core. It opens no connection, and what libraries print goes to its error stream, never between the frames.
"""

import os
import sys
from collections.abc import Callable
from typing import BinaryIO

from outcrop.documents import frames
from outcrop.documents.formats import read
from outcrop.documents.limits import UnreadableDocument

MAX_MEMORY = 1 << 30
"""Bytes of address space (enforced on Linux)."""


def bound() -> None:
    """Limits this process for good: memory, no files written, no core dump."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))


def allow(seconds: float) -> None:
    """Gives the next document `seconds` of processor time: what ends a child whose parent is gone."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + 1, most))


def serve(source: BinaryIO, sink: BinaryIO, before_each: Callable[[], None]) -> None:
    """Answers the requests of `source` on `sink` until `source` ends."""
    while len(head := source.read(frames.HEAD.size)) == frames.HEAD.size:
        name_length, length = frames.HEAD.unpack(head)
        format, data = source.read(name_length).decode(), source.read(length)
        sink.write(frames.answer(frames.RECEIVED))
        sink.flush()
        before_each()
        sink.write(_answer(format, data))
        sink.flush()


def _answer(format: str, data: bytes) -> bytes:
    try:
        return frames.answer(frames.TEXT, read(format, data))
    except UnreadableDocument as refusal:
        return frames.answer(frames.REFUSED, refusal.reason)


def main() -> None:
    """Serves standard input on standard output; the argument is the processor seconds one document may take."""
    seconds = float(sys.argv[1])
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.set_blocking(2, False)  # a full error stream loses words rather than time
    bound()
    serve(sys.stdin.buffer, answers, lambda: allow(seconds))


if __name__ == "__main__":
    main()
