"""HTTP/1.1's two messages: a request as bytes, and an answer out of bytes fed in any pieces. Opens nothing, never waits.

httptools (Node's parser) reads the answer and judges it strictly; here is what it says put together.
"""

from collections.abc import Mapping

import httptools

LARGEST_HEAD = 65_536  # bytes that bring no body forward: heads, trailers, notes beside chunks
_WITH_BODY = ("POST", "PUT", "PATCH")  # say how long it is even when there is none


class Malformed(ValueError):
    """The bytes are no answer."""


def request(method: str, target: str, authority: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """A whole request, as it is given, with a host and a length where it names none.

    Raises ValueError for what would be read as more than it is.
    """
    lines = [f"{method} {target} HTTP/1.1", *[f"{name}: {value}" for name, value in headers.items()]]
    if "host" not in headers:
        lines.append(f"host: {authority}")
    if body or method in _WITH_BODY:
        lines.append(f"content-length: {len(body)}")
    head = "\r\n".join(lines)
    if " " in target or "\0" in head or not head.count("\r") == head.count("\n") == len(lines) - 1:
        raise ValueError("a request's target, or a header, with a character that cannot be in it")
    return head.encode() + b"\r\n\r\n" + body


class Answer:
    """One answer. `status` is 0 until all of its head is here, `headers` have names in lower case.

    `take` returns what has come of the body, `size` says how much that is; `whole` is whether all of it has come, and
    `stays` whether its connection is then open for another. `bodiless` is one that is a head alone, whatever that says;
    one that nobody `asked` for is whole before it begins.
    """

    def __init__(self, *, bodiless: bool = False, asked: bool = True) -> None:
        self.status, self.headers = 0, dict[str, str]()
        self.size = self._fruitless = 0
        self.whole, self.stays = not asked, False
        self._bodiless, self._parts = bodiless, list[bytes]()
        self._parser = httptools.HttpResponseParser(self) if asked else None

    def feed(self, data: bytes) -> None:
        """Read on; raises `Malformed` for what is no answer, after which nothing can be read.

        It is raised too for bytes that follow the answer. The answer is no less whole then, but its connection is done.
        """
        if self._parser is None:
            self.stays = False
            raise Malformed("it sent an answer to nothing")
        self._fruitless += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self.stays, self._parser = False, None
            raise Malformed(f"what it sends is not HTTP: {error}") from error
        if self.whole:
            self._parser = None  # which knows this object, as this knows it
        elif self._fruitless > LARGEST_HEAD:
            raise Malformed(f"it sent {LARGEST_HEAD:,} bytes and no body")

    def end(self) -> None:
        """The connection has ended, and with it a body that has no other end."""
        if self.status and not self.headers.keys() & {"content-length", "transfer-encoding"}:
            self.whole, self._parser = True, None

    def take(self) -> bytes:
        parts = self._parts
        piece = parts[0] if len(parts) == 1 else b"".join(parts)
        parts.clear()
        self.size = 0
        return piece

    # What the parser says.

    def on_message_begin(self) -> None:
        if self.whole:
            raise ValueError("an answer to nothing")
        self.headers = {}

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.status:  # a later one is a trailer
            self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        assert self._parser
        status = self._parser.get_status_code()
        if status >= 200:  # what comes before is not the answer yet
            self.status, self.stays = status, self._parser.should_keep_alive()
        if self.status and self._bodiless:
            self.whole, self.stays = True, False  # the parser waits for a body

    def on_body(self, data: bytes) -> None:
        self._fruitless = 0
        if not self._bodiless:
            self._parts.append(data)
            self.size += len(data)

    def on_message_complete(self) -> None:
        if self.status:
            self.whole = True
