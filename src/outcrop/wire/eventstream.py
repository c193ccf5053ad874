"""AWS's binary event stream: frames out of payloads, and payloads out of bytes fed in any pieces.

A frame is: total length, length of the headers, CRC-32 of these two, headers, payload, CRC-32 of all before it; numbers
are big-endian 32 bit. Every header Bedrock sends is a string (type 7), and an event has exactly three of them in the
order ``:event-type``, ``:content-type``, ``:message-type`` (21,886 of 21,886 recorded). This module knows frames, not
what is in them, and never waits.
"""

from collections.abc import Iterable
from functools import lru_cache
from struct import Struct, pack, unpack, unpack_from
from zlib import crc32

import msgspec

MAX_FRAME = 24 * 1024 * 1024  # documented limit of a message: 16 MiB payload, 128 KiB headers; larger is not believed
STRING = 7
_PRELUDE = 12  # bytes: two lengths and their CRC
_number = Struct("!I").unpack_from
_SIZES = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}  # header types of fixed size, in bytes


class MalformedFrame(ValueError):
    """The bytes are not an event stream."""


class Message(msgspec.Struct, frozen=True):
    """One decoded frame; headers of other types than string are kept as bytes' hexadecimal text."""

    headers: dict[str, str]
    payload: bytes


def headers(pairs: Iterable[tuple[str, str]]) -> bytes:
    """The header block of string headers, in the order given."""
    return b"".join(
        pack("!B", len(name.encode())) + name.encode() + pack("!BH", STRING, len(value.encode())) + value.encode()
        for name, value in pairs
    )


@lru_cache(maxsize=64)
def event_headers(event_type: str) -> bytes:
    """The three headers of an event called `event_type`, such as ``contentBlockDelta``."""
    return headers(((":event-type", event_type), (":content-type", "application/json"), (":message-type", "event")))


@lru_cache(maxsize=64)
def exception_headers(exception_type: str) -> bytes:
    """The three headers of an exception within a stream; its name starts lower case (recorded)."""
    return headers(
        ((":exception-type", exception_type), (":content-type", "application/json"), (":message-type", "exception"))
    )


@lru_cache(maxsize=8192)
def _start(block: bytes, payload_length: int) -> tuple[bytes, int]:
    """Everything before the payload, and the CRC so far: the same for all frames of one kind and length."""
    prelude = pack("!II", 16 + len(block) + payload_length, len(block))
    start = prelude + pack("!I", crc32(prelude)) + block
    return start, crc32(start)


def frame(block: bytes, payload: bytes) -> bytes:
    """One frame of the header block and the payload (about 0.5 µs)."""
    start, crc = _start(block, len(payload))
    return start + payload + crc32(payload, crc).to_bytes(4, "big")


class Decoder:
    """Reassembles frames from bytes that arrive in any pieces (about 1 µs for an event).

    `feed` returns the messages that are complete; `pending` is the number of bytes that wait for more. Raises
    `MalformedFrame` when a length or checksum is wrong; the stream cannot be read on after that.
    """

    def __init__(self) -> None:
        self._rest, self._wanted = bytearray(), _PRELUDE

    @property
    def pending(self) -> int:
        return len(self._rest)

    def feed(self, data: bytes) -> list[Message]:
        if self._rest:
            self._rest += data
            if len(self._rest) < self._wanted:
                return []
            data = bytes(self._rest)
        at, have, messages = 0, len(data), []
        self._wanted = _PRELUDE
        try:
            while have - at >= _PRELUDE:
                total, start = _lengths(data[at : at + _PRELUDE])
                if have - at < total:
                    self._wanted = total
                    break
                payload, end = at + start, at + total - 4
                if crc32(data[at:end]) != _number(data, end)[0]:
                    raise MalformedFrame("the checksum of the message is wrong")
                messages.append(Message(_headers(data[at + _PRELUDE : payload]), data[payload:end]))
                at = end + 4
        finally:
            self._rest = bytearray(data[at:])  # after an error all from there on, which is refused again
        return messages


@lru_cache(maxsize=4096)
def _lengths(prelude: bytes) -> tuple[int, int]:
    """Of a frame that begins so: its length, and how much of it comes before the payload."""
    total, block, crc = unpack("!III", prelude)
    if crc32(prelude[:8]) != crc:
        raise MalformedFrame("the checksum of the prelude is wrong")
    if total > MAX_FRAME or total < block + 16:
        raise MalformedFrame(f"impossible lengths: frame {total}, headers {block} bytes")
    return total, _PRELUDE + block


@lru_cache(maxsize=64)
def _headers(block: bytes) -> dict[str, str]:
    """The headers in a block; streams have few different ones, and nobody changes what they are read into."""
    found: dict[str, str] = {}
    at = 0
    while at < len(block):
        name, value, at = _header(block, at, len(block))
        found[name] = value
    return found


def _header(data: bytes, at: int, end: int) -> tuple[str, str, int]:
    name_end = at + 1 + data[at]
    if name_end >= end:
        raise MalformedFrame("a header runs over its block")
    kind, value_at = data[name_end], name_end + 1
    if kind in (6, STRING):
        if value_at + 2 > end:
            raise MalformedFrame("a header runs over its block")
        size, value_at = unpack_from("!H", data, value_at)[0], value_at + 2
    elif kind in _SIZES:
        size = _SIZES[kind]
    else:
        raise MalformedFrame(f"unknown header type {kind}")
    value = data[value_at : value_at + size]
    if value_at + size > end:
        raise MalformedFrame("a header runs over its block")
    try:
        text = value.decode() if kind == STRING else value.hex()
        return data[at + 1 : name_end].decode(), text, value_at + size
    except UnicodeDecodeError as error:
        raise MalformedFrame("a header is not UTF-8") from error
