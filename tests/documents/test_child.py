"""The child process, driven as its parent drives it."""

import subprocess
import sys
from io import BytesIO

import pytest

from outcrop.documents import child, frames

PROBE = """
import resource, sys
from outcrop.documents import child
child.bound()
child.allow(5)
names = ["RLIMIT_CORE", "RLIMIT_FSIZE", "RLIMIT_AS", "RLIMIT_CPU"]
print(*[resource.getrlimit(getattr(resource, name))[0] for name in names])
"""

NOISY = """
import os, sys
from outcrop.documents import child, formats
def noisy(data):
    print("printed"); os.write(1, b"written"); os.write(2, b"!" * 1_000_000)
    return "heard"
formats.READERS["txt"] = noisy
sys.argv[1:] = ["5"]
child.main()
"""


def answers(stream: bytes) -> list[tuple[int, str]]:
    """The frames of `stream`."""
    found = []
    while stream:
        kind, length = frames.HEAD.unpack_from(stream)
        found.append((kind, stream[frames.HEAD.size : frames.HEAD.size + length].decode()))
        stream = stream[frames.HEAD.size + length :]
    return found


def served(requests: bytes) -> tuple[list[tuple[int, str]], int]:
    """The answers to `requests`, and how many documents were allowed their time."""
    allowed = []
    sink = BytesIO()
    child.serve(BytesIO(requests), sink, lambda: allowed.append(True))
    return answers(sink.getvalue()), len(allowed)


def test_every_document_is_acknowledged_and_answered() -> None:
    requests = frames.request("txt", "日本語".encode()) + frames.request("pdf", b"none") + frames.request("md", b"")
    assert served(requests) == (
        [
            (frames.RECEIVED, ""),
            (frames.TEXT, "日本語"),
            (frames.RECEIVED, ""),
            (frames.REFUSED, "The bytes are not a PDF file."),
            (frames.RECEIVED, ""),
            (frames.TEXT, ""),
        ],
        3,
    )


def test_an_end_in_the_middle_of_a_head_is_an_end() -> None:
    assert served(frames.request("txt", b"x") + b"\x03\0") == ([(frames.RECEIVED, ""), (frames.TEXT, "x")], 1)


def run(program: list[str], given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, *program], input=given, capture_output=True, timeout=30, check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux")
def test_it_bounds_itself() -> None:
    core, files, memory, seconds = map(int, run(["-c", PROBE]).stdout.split())
    assert (core, files, memory) == (0, 0, child.MAX_MEMORY)
    assert 5 <= seconds <= 8


def test_it_ends_when_its_input_ends() -> None:
    ended = run(["-m", "outcrop.documents.child", "5"], frames.request("md", b"# x"))
    assert answers(ended.stdout) == [(frames.RECEIVED, ""), (frames.TEXT, "# x")]
    assert ended.stderr == b""


def test_what_libraries_print_never_comes_between_the_frames() -> None:
    ended = run(["-c", NOISY], frames.request("txt", b""))
    assert answers(ended.stdout) == [(frames.RECEIVED, ""), (frames.TEXT, "heard")]
    assert b"!" in ended.stderr
