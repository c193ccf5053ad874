"""The two messages every module speaks: a request that has arrived, and an answer that has not left yet.

They are plain values. Header names are lower case; HTTP/2 requires it, and HTTP/1.1 does not care. The path stays as it
was on the wire, because signatures cover its bytes and ARNs hide slashes in `%2F`.
"""

import random
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Protocol

import msgspec

JSON = "application/json"
EVENT_STREAM = "application/vnd.amazon.eventstream"

Header = tuple[str, str]

_random = random.Random()
_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))  # any digit as one that says which UUIDs these are


class HttpRequest(msgspec.Struct, frozen=True):
    """One request: `path` and `query` raw (percent-encoded, without `?`), header names lower case, the whole body.

    `client` is the address of the connection's other end, "" where it has none; `secure` says whether it came over TLS.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    client: str = ""
    secure: bool = False


class HttpResponse(msgspec.Struct, frozen=True):
    """An answer that is complete."""

    status: int
    headers: list[Header]
    body: bytes


class EventSource(Protocol):
    """What a stream is read from: batches of events that are ready together, and an end that must be called."""

    def __aiter__(self) -> AsyncIterator[list[Any]]: ...

    async def aclose(self) -> None: ...


class HttpStream(msgspec.Struct, frozen=True):
    """An answer that is still being made.

    `source` yields batches; `encode` turns one batch into the bytes of one write, `encode_error` an exception raised
    by the source into the last bytes. Whoever sends the stream closes the source, however the stream ends.
    """

    status: int
    headers: list[Header]
    source: EventSource
    encode: Callable[[list[Any]], bytes]
    encode_error: Callable[[Exception], bytes]


def request_id() -> str:
    """A random lower-case UUID version 4, the only form AWS was ever recorded sending (2,498 of 2,498).

    An id is no secret, so it does not come from the operating system: asking it lets go of the interpreter's lock, which
    costs ten times the rest when another thread waits for it.
    """
    h = _random.getrandbits(128).to_bytes(16, "big").hex()
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-{_VARIANT[h[16]]}{h[17:20]}-{h[20:]}"
