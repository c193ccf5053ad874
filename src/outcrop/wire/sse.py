"""Server-sent events: their data out of bytes fed in any pieces, and bytes out of data.

What Anthropic's and OpenAI's streams are framed in. Names of events are written and not read: both say in the data what
an event is. Lines end in a line feed, with or without a carriage return before it. This module never waits.

Source: the event-stream section of the HTML standard.
"""

MAX_EVENT = 32 * 1024 * 1024  # bytes; what is larger is not believed


class MalformedStream(ValueError):
    """The bytes are not server-sent events."""


class Decoder:
    """Reassembles events from bytes that arrive in any pieces.

    `feed` returns the data of the events that are complete; `pending` is whether one has begun. Comments, and fields
    other than ``data``, are left out. Raises `MalformedStream` for an event that is too large.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []
        self._size = 0

    @property
    def pending(self) -> bool:
        return bool(self._rest or self._data)

    def feed(self, data: bytes) -> list[bytes]:
        *lines, self._rest = (self._rest + data).split(b"\n")
        found: list[bytes] = []
        for line in lines:
            line = line.removesuffix(b"\r")
            if line.startswith(b"data:"):
                self._data.append(line[6:] if line[5:6] == b" " else line[5:])
                self._size += len(line)
            elif not line and self._data:
                found.append(b"\n".join(self._data))
                self._data, self._size = [], 0
        if self._size + len(self._rest) > MAX_EVENT:
            raise MalformedStream(f"an event of more than {MAX_EVENT} bytes")
        return found


def event(data: bytes, name: str = "") -> bytes:
    """One event; `data` must be of one line, as compact JSON is."""
    return b"event: " + name.encode() + b"\ndata: " + data + b"\n\n" if name else b"data: " + data + b"\n\n"
