"""Frames to the byte, botocore as the other end, and bytes that are no frames."""

import struct
from zlib import crc32

import pytest
from botocore.eventstream import EventStreamBuffer
from hypothesis import example, given, settings
from hypothesis import strategies as st

from outcrop.wire import eventstream
from outcrop.wire.eventstream import MAX_FRAME, Decoder, MalformedFrame, Message

# One event of type `chunk` with the payload {"a":1}: every byte beside what it says.
EVENT = bytes.fromhex(
    "00000062"  # 98 bytes in all
    "0000004b"  # 75 bytes of headers
    "67de635c"  # CRC-32 of the 8 bytes above
    "0b 3a6576656e742d74797065"  # a name of 11 bytes, ":event-type"
    "07 0005 6368756e6b"  # type 7, a string of 5 bytes, "chunk"
    "0d 3a636f6e74656e742d74797065"  # 13 bytes, ":content-type"
    "07 0010 6170706c69636174696f6e2f6a736f6e"  # string of 16 bytes, "application/json"
    "0d 3a6d6573736167652d74797065"  # 13 bytes, ":message-type"
    "07 0005 6576656e74"  # string of 5 bytes, "event"
    "7b2261223a317d"  # {"a":1}
    "9150a922"  # CRC-32 of the 94 bytes above
)
EVENT_HEADERS = {":event-type": "chunk", ":content-type": "application/json", ":message-type": "event"}

# The exception that ends a stream: its own name for the first header, `exception` for the last.
EXCEPTION = bytes.fromhex(
    "00000081"  # 129 bytes in all
    "00000061"  # 97 bytes of headers
    "d3111785"  # CRC-32 of the 8 bytes above
    "0f 3a657863657074696f6e2d74797065"  # 15 bytes, ":exception-type"
    "07 0013 76616c69646174696f6e457863657074696f6e"  # string of 19 bytes, "validationException"
    "0d 3a636f6e74656e742d74797065"  # ":content-type"
    "07 0010 6170706c69636174696f6e2f6a736f6e"  # "application/json"
    "0d 3a6d6573736167652d74797065"  # ":message-type"
    "07 0009 657863657074696f6e"  # "exception"
    "7b226d657373616765223a226e6f227d"  # {"message":"no"}
    "0f22556e"  # CRC-32 of the 125 bytes above
)

# A frame of nothing: 16 bytes in all, no headers, no payload.
NOTHING = bytes.fromhex("00000010 00000000 05c248eb 7d98c8ff")

names = st.text(min_size=1, max_size=20).filter(lambda text: len(text.encode()) < 256)
header_sets = st.dictionaries(names, st.text(max_size=40), max_size=5)
payloads = st.binary(max_size=300)


def sealed(block: bytes, payload: bytes, *, total: int | None = None, length: int | None = None) -> bytes:
    """A frame with right checksums and, if asked, wrong lengths; written apart from the module under test."""
    prelude = struct.pack(
        "!II", 16 + len(block) + len(payload) if total is None else total, len(block) if length is None else length
    )
    start = prelude + struct.pack("!I", crc32(prelude)) + block + payload
    return start + struct.pack("!I", crc32(start))


def botocore_messages(data: bytes) -> list[tuple[dict[str, object], bytes]]:
    buffer = EventStreamBuffer()
    buffer.add_data(data)
    return [(message.headers, message.payload) for message in buffer]


def test_an_event_to_the_byte() -> None:
    assert eventstream.frame(eventstream.event_headers("chunk"), b'{"a":1}') == EVENT


def test_an_exception_to_the_byte() -> None:
    block = eventstream.exception_headers("validationException")
    assert eventstream.frame(block, b'{"message":"no"}') == EXCEPTION


def test_an_empty_frame_to_the_byte() -> None:
    assert eventstream.frame(b"", b"") == NOTHING


def test_known_bytes_decode() -> None:
    first, second, third = Decoder().feed(EVENT + EXCEPTION + NOTHING)
    assert first == Message(EVENT_HEADERS, b'{"a":1}')
    assert list(second.headers) == [":exception-type", ":content-type", ":message-type"]
    assert list(second.headers.values()) == ["validationException", "application/json", "exception"]
    assert second.payload == b'{"message":"no"}'
    assert third == Message({}, b"")


@given(header_sets, st.lists(payloads, max_size=4))
def test_botocore_reads_what_is_written(headers: dict[str, str], written: list[bytes]) -> None:
    block = eventstream.headers(headers.items())
    assert botocore_messages(b"".join(eventstream.frame(block, payload) for payload in written)) == [
        (headers, payload) for payload in written
    ]


@given(header_sets, st.lists(payloads, max_size=4), st.data())
def test_frames_come_back_however_the_bytes_are_cut(
    headers: dict[str, str], written: list[bytes], data: st.DataObject
) -> None:
    block = eventstream.headers(headers.items())
    stream = b"".join(eventstream.frame(block, payload) for payload in written)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    decoder, read = Decoder(), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        read += decoder.feed(stream[start:end])
    assert read == [Message(headers, payload) for payload in written]
    assert decoder.pending == 0


def test_byte_by_byte() -> None:
    decoder = Decoder()
    read = [decoder.feed(bytes([byte])) for byte in EVENT]
    assert read[:-1] == [[]] * (len(EVENT) - 1)
    assert read[-1] == [Message(EVENT_HEADERS, b'{"a":1}')]


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (0, "", ""),  # true: the type is the value
        (1, "", ""),  # false
        (2, "7f", "7f"),  # byte
        (3, "0102", "0102"),  # short
        (4, "01020304", "01020304"),  # integer
        (5, "0102030405060708", "0102030405060708"),  # long
        (6, "0002 beef", "beef"),  # bytes, with their length before them
        (7, "0002 c3bc", "ü"),  # string, likewise
        (8, "0000019ad64f5d3a", "0000019ad64f5d3a"),  # timestamp
        (9, "00112233445566778899aabbccddeeff", "00112233445566778899aabbccddeeff"),  # UUID
    ],
)
def test_every_type_of_header_is_read(kind: int, value: str, text: str) -> None:
    block = b"\x01h" + bytes([kind]) + bytes.fromhex(value) + eventstream.headers([("next", "one")])
    frame = sealed(block, b"body")
    ((headers, _),) = botocore_messages(frame)
    assert set(headers) == {"h", "next"}  # the frame is one that botocore reads, too
    assert Decoder().feed(frame) == [Message({"h": text, "next": "one"}, b"body")]


def test_a_truncated_frame_waits() -> None:
    for length in range(len(EVENT)):
        decoder = Decoder()
        assert decoder.feed(EVENT[:length]) == []
        assert decoder.pending == length


def test_every_flipped_bit_is_noticed() -> None:
    for bit in range(len(EVENT) * 8):
        damaged = bytearray(EVENT)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(MalformedFrame, match="checksum"):
            Decoder().feed(bytes(damaged))


@pytest.mark.parametrize(
    ("total", "length"),
    [
        (0xFFFFFFFF, 75),  # 4 GiB
        (MAX_FRAME + 1, 75),
        (16 + 74, 75),  # headers longer than the frame
        (0xFFFFFFFF, 0xFFFFFFFF),
        (98, 0xFFFFFFFF),
        (15, 0),
        (0, 0),
    ],
)
def test_impossible_lengths_are_refused_before_the_bytes_come(total: int, length: int) -> None:
    start = sealed(b"", b"", total=total, length=length)[:12]
    with pytest.raises(MalformedFrame, match="impossible lengths"):
        Decoder().feed(start)


def test_the_longest_frame_is_waited_for() -> None:
    decoder = Decoder()
    assert decoder.feed(sealed(b"", b"", total=MAX_FRAME)[:12]) == []
    assert decoder.pending == 12


@settings(max_examples=300)
@given(st.lists(payloads, min_size=1, max_size=4), st.data())
def test_damage_anywhere_ends_the_stream_there_however_the_bytes_are_cut(
    written: list[bytes], data: st.DataObject
) -> None:
    """What comes before the damaged frame is read, nothing from there on is, and nothing ever after."""
    frames = [eventstream.frame(eventstream.event_headers("chunk"), payload) for payload in written]
    stream = bytearray(b"".join(frames))
    at = data.draw(st.integers(0, len(stream) - 1))
    stream[at] ^= data.draw(st.integers(1, 255))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    decoder, read, refused = Decoder(), [], 0
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        try:
            read += decoder.feed(bytes(stream[start:end]))
        except MalformedFrame:
            refused += 1
        else:
            assert not refused  # once it is refused, it stays so
    intact = [Message(EVENT_HEADERS, payload) for payload in written]
    assert refused
    assert read == intact[: len(read)]
    assert sum(len(frame) for frame in frames[: len(read)]) <= at


def test_a_long_frame_in_many_pieces_is_put_together_once() -> None:
    payload = bytes(range(256)) * 4096
    stream = eventstream.frame(eventstream.event_headers("chunk"), payload)
    decoder, read = Decoder(), []
    for at in range(0, len(stream), 1000):
        assert not read
        read += decoder.feed(stream[at : at + 1000])
    assert read == [Message(EVENT_HEADERS, payload)]
    assert decoder.pending == 0


def test_a_decoder_stays_refused() -> None:
    decoder = Decoder()
    for data in (b"not an event stream", b"", EVENT):
        with pytest.raises(MalformedFrame):
            decoder.feed(data)


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        ("05 61", "runs over"),  # the name says 5 bytes and has 1
        ("01 61", "runs over"),  # no type
        ("01 61 07", "runs over"),  # no length
        ("01 61 07 00", "runs over"),
        ("01 61 07 0003 6162", "runs over"),  # the value says 3 bytes and has 2
        ("01 61 05 00", "runs over"),  # a long of 1 byte
        ("01 61 0a", "unknown header type 10"),
        ("01 61 ff", "unknown header type 255"),
        ("01 ff 00", "not UTF-8"),
        ("01 61 07 0001 ff", "not UTF-8"),
    ],
)
def test_broken_headers_are_refused_however_right_the_checksums(block: str, reason: str) -> None:
    with pytest.raises(MalformedFrame, match=reason):
        Decoder().feed(sealed(bytes.fromhex(block), b"xxxxxxxx"))


@settings(max_examples=300)
@given(st.binary(max_size=120))
@example(b"\xff" * 12)
@example(b"HTTP/1.1 200 OK\r\n\r\n")
def test_any_bytes_are_messages_or_malformed(data: bytes) -> None:
    messages_or_malformed(data)


@settings(max_examples=300)
@given(st.binary(max_size=80), st.binary(max_size=20), st.integers(-20, 20), st.integers(-20, 20))
def test_any_headers_and_lengths_are_messages_or_malformed(
    block: bytes, payload: bytes, more: int, longer: int
) -> None:
    """Checksums right, all else random: what a checksum test alone would hide."""
    total, length = max(0, 16 + len(block) + len(payload) + more), max(0, len(block) + longer)
    messages_or_malformed(sealed(block, payload, total=total, length=length))


def messages_or_malformed(data: bytes) -> None:
    decoder = Decoder()
    try:
        read = decoder.feed(data)
    except MalformedFrame:
        return
    assert len(data) - decoder.pending >= 16 * len(read)  # what is read is consumed, and nothing else
    assert read or decoder.pending == len(data)
