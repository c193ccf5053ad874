"""Server-sent events, in pieces of any size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.wire import sse

LINES = st.binary(max_size=20).map(lambda data: data.replace(b"\n", b"").replace(b"\r", b""))


@given(st.lists(LINES, max_size=5), st.lists(st.integers(1, 9), min_size=1, max_size=8))
def test_what_is_written_is_read_in_any_pieces(data: list[bytes], sizes: list[int]) -> None:
    written = b"".join(sse.event(each, "message" * (index % 2)) for index, each in enumerate(data))
    decoder, found, at = sse.Decoder(), [], 0
    while at < len(written):
        size = sizes[at % len(sizes)]
        found += decoder.feed(written[at : at + size])
        at += size
    assert found == data
    assert not decoder.pending


def test_the_standard() -> None:
    # comments, other fields, several lines of data, both ends of lines, no space behind the colon
    stream = b": hello\r\nid: 3\r\nevent: add\r\ndata: one\r\ndata:two\r\n\r\nretry: 5\n\ndata:\n\ndata: [DONE]\n\n"
    assert sse.Decoder().feed(stream) == [b"one\ntwo", b"", b"[DONE]"]


def test_an_event_that_has_begun_is_pending() -> None:
    decoder = sse.Decoder()
    assert decoder.feed(b"data: x\n") == []
    assert decoder.pending


def test_an_event_without_an_end_is_not_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "MAX_EVENT", 10)
    decoder = sse.Decoder()
    decoder.feed(b"data: 123\n")
    with pytest.raises(sse.MalformedStream):
        decoder.feed(b"45678901")
