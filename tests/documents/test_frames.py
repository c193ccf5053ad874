"""What the two processes say to each other."""

from hypothesis import given
from hypothesis import strategies as st

from outcrop.documents import frames


def test_a_request_names_its_format_and_its_length() -> None:
    assert frames.request("md", b"# x") == b"\x02" + (3).to_bytes(8, "big") + b"md# x"


@given(st.sampled_from([frames.RECEIVED, frames.TEXT, frames.REFUSED]), st.text())
def test_an_answer_is_a_kind_a_length_and_a_text(kind: int, text: str) -> None:
    framed = frames.answer(kind, text)
    found, length = frames.HEAD.unpack(framed[: frames.HEAD.size])
    body = framed[frames.HEAD.size :]
    assert (found, length, body.decode()) == (kind, len(body), text)


def test_half_a_surrogate_pair_does_not_stop_an_answer() -> None:
    assert frames.answer(frames.REFUSED, "\ud800x").endswith(b"?x")
