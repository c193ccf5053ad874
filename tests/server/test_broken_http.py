"""What is no HTTP, or hardly, on the socket of a whole server: it is refused or dropped, soon, and the server lives on.

The socket is closed for writing after each: whatever the server waits for never comes.
"""

import random
import socket
from collections.abc import Iterator

import pytest
from tests.conftest import converse_path
from tests.serving import Server, Serving, connect, health

SOON = 5.0  # seconds within which every connection is closed


@pytest.fixture(scope="module")
def hostile(start_server) -> Iterator[Serving]:
    server = start_server("broken_http")
    yield server
    assert health(server.facts)[0] == 200
    assert server.stop() == 0
    assert server.written == ""


def outcome(server: Server, sent: bytes) -> bytes:
    """All that comes back until the server closes the connection, which it does soon."""
    with connect(server) as connection:
        connection.settimeout(SOON)
        try:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))
        except TimeoutError:
            raise
        except OSError:
            return b""  # refused while we still spoke


POST = f"POST {converse_path()} HTTP/1.1\r\nhost: here\r\n".encode()
BROKEN_HTTP = {
    "nothing": b"",
    "line ends": b"\r\n" * 1000,
    "NULs": bytes(1000),
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(600),
    "SSH": b"SSH-2.0-OpenSSH_9.6\r\n",
    "no version": b"GET /\r\n\r\n",
    "HTTP/0.9": b"GET / HTTP/0.9\r\n\r\n",
    "HTTP/3": b"GET / HTTP/3\r\nhost: here\r\n\r\n",
    "a path of no UTF-8": b"GET /\xff\xfe HTTP/1.1\r\nhost: here\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "a NUL in a header": b"GET / HTTP/1.1\r\nhost: here\r\nx: \0\r\n\r\n",
    "a folded header": b"GET / HTTP/1.1\r\nhost: here\r\nx: a\r\n b\r\n\r\n",
    "a header without a name": b"GET / HTTP/1.1\r\n: here\r\n\r\n",
    "a space before the colon": b"GET / HTTP/1.1\r\nhost : here\r\n\r\n",
    "many headers": POST + b"x: y\r\n" * 5000 + b"\r\n",
    "a header without end": POST + b"x: " + b"a" * 2_000_000,
    "a line without end": b"GET /" + b"a" * 2_000_000,
    "two lengths": POST + b"content-length: 1\r\ncontent-length: 2\r\n\r\nab",
    "a negative length": POST + b"content-length: -1\r\n\r\n",
    "a length beyond 64 bits": POST + b"content-length: 99999999999999999999999\r\n\r\n",
    "a length and chunks": POST
    + b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    "chunks of gzip": POST + b"transfer-encoding: gzip\r\n\r\nabc",
    "a chunk of nonsense": POST + b"transfer-encoding: chunked\r\n\r\nnonsense\r\n",
    "a chunk beyond 64 bits": POST + b"transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    "a body cut short": POST + b"content-length: 100\r\n\r\n{",
    "a tunnel": b"CONNECT evil:443 HTTP/1.1\r\nhost: evil:443\r\n\r\n",
    "half of HTTP/2's first line": b"PRI * HTTP/2.0\r\n",
}


@pytest.mark.parametrize("name", BROKEN_HTTP)
def test_broken_http(hostile, name):
    answer = outcome(hostile.facts, BROKEN_HTTP[name])
    assert not answer.startswith(b"HTTP/1.1 5")
    assert b"200 OK" not in answer


def test_bytes_of_chance_on_the_socket(hostile):
    chance = random.Random(0)
    for _ in range(40):
        answer = outcome(hostile.facts, chance.randbytes(chance.randrange(1, 2000)))
        assert answer[:13] in (b"", b"HTTP/1.1 400 ")


PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS = b"\0\0\0\4\0\0\0\0\0"


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """One frame of HTTP/2."""
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


BROKEN_HTTP2 = {
    "nothing more": b"",
    "junk": b"junk" * 20,
    "no settings first": frame(0, 1, 1, b"data"),
    "settings of 3 bytes": frame(4, 0, 0, b"abc"),
    "settings of a stream": frame(4, 0, 1),
    "many settings": SETTINGS * 5000,
    "many pings": SETTINGS + frame(6, 0, 0, bytes(8)) * 5000,
    "headers that do not decode": SETTINGS + frame(1, 5, 1, b"\xff" * 100),
    "headers without a method": SETTINGS + frame(1, 5, 1, b"\x84"),
    "an even stream": SETTINGS + frame(1, 5, 2, b"\x82\x84\x86"),
    "headers without end": SETTINGS + frame(1, 1, 1, b"\x82\x84\x86") + frame(9, 0, 1, b"\x40\x01a\x01b") * 3000,
    "data of no stream": SETTINGS + frame(0, 1, 5, b"data"),
    "a frame too large": SETTINGS + b"\xff\xff\xff\0\0\0\0\0\1" + bytes(1000),
    "a window of nothing": SETTINGS + frame(8, 0, 0, bytes(4)),
    "a window too large": SETTINGS + frame(8, 0, 0, b"\x7f\xff\xff\xff") * 2,
    "streams begun and cancelled": SETTINGS
    + b"".join(frame(1, 5, n, b"\x82\x84\x86") + frame(3, 0, n, bytes(4)) for n in range(1, 2001, 2)),
    "unknown frames": SETTINGS + frame(99, 0, 0, b"?") * 100,
}


@pytest.mark.parametrize("name", BROKEN_HTTP2)
def test_broken_http_2(hostile, name):
    answer = outcome(hostile.facts, PREFACE + BROKEN_HTTP2[name])
    assert not answer.startswith(b"HTTP/1.1")
    assert health(hostile.facts)[0] == 200


def test_bytes_of_chance_within_http_2(hostile):
    chance = random.Random(0)
    for _ in range(40):
        frames = (
            frame(
                chance.randrange(12), chance.randrange(256), chance.randrange(8), chance.randbytes(chance.randrange(60))
            )
            for _ in range(20)
        )
        outcome(hostile.facts, PREFACE + SETTINGS + b"".join(frames))
    assert health(hostile.facts)[0] == 200


def test_many_connections_that_say_nothing(hostile):
    silent = [connect(hostile.facts) for _ in range(200)]
    assert health(hostile.facts)[0] == 200
    for connection in silent:
        connection.close()
