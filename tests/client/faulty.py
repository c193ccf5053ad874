"""A server that answers each request with the next of the replies it was given, and remembers what it was asked.

A reply is bytes as they go on the wire, `Silence` after which nothing more comes, or None to hang up without a word.
The last reply is given again and again.
"""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

Reply = bytes | None


class Silence(bytes):
    """Bytes after which the connection stays open and nothing more comes."""


class Asked(msgspec.Struct, frozen=True):
    """One request as it came: its first line, headers with lower-case names, body."""

    line: str
    headers: dict[str, str]
    body: bytes


class Faulty(msgspec.Struct):
    endpoint: str
    asked: list[Asked]


def answer(status: int, body: bytes = b"{}", **headers: str) -> bytes:
    """A complete answer that keeps its connection."""
    names = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} Said\r\n{names}content-length: {len(body)}\r\n\r\n".encode() + body


def error(code: str, status: int, **headers: str) -> bytes:
    """An answer as AWS refuses."""
    return answer(status, b'{"message":"No."}', x_amzn_errortype=f"{code}:http://internal.amazon.com/", **headers)


@contextmanager
def faulty(*replies: Reply) -> Iterator[Faulty]:
    """The server."""
    asked: list[Asked] = []
    waiting = list(replies)
    over = threading.Event()

    class Replies(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while line := self.rfile.readline():
                head = b"".join(iter(self.rfile.readline, b"\r\n")).decode()
                headers = dict(re.findall(r"([^:\r\n]+): ([^\r\n]*)\r\n", head))
                headers = {name.lower(): value for name, value in headers.items()}
                body = self.rfile.read(int(headers.get("content-length", 0)))
                reply = waiting.pop(0) if len(waiting) > 1 else waiting[0]
                asked.append(Asked(line.decode().strip(), headers, body))
                if reply is None:
                    return
                self.wfile.write(reply)
                if isinstance(reply, Silence):
                    over.wait(10)
                    return
                if b"content-length" not in reply.lower():
                    return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Replies) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield Faulty(f"http://127.0.0.1:{server.server_address[1]}", asked)
        finally:
            over.set()
            server.shutdown()
            thread.join()
