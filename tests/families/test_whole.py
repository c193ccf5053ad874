"""A stream of one chunk."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.families.runs import text_run

from outcrop.chat.collect import Reply
from outcrop.families.whole import WholeStream


def render(reply: Reply) -> dict[str, Any]:
    return {"text": "".join(block.text or "" for block in reply.message.content), "stop": reply.stop_reason}


def test_everything_comes_at_the_end_with_the_metrics_behind_it() -> None:
    # recorded for Command without "stream": true
    stream = WholeStream(render, 30)
    run = text_run("Hi", " there")
    assert stream.chunks(run[:-1]) == []
    assert stream.chunks(run[-1:]) == [
        b'{"text":"Hi there","stop":"end_turn","amazon-bedrock-invocationMetrics":{"inputTokenCount":14,'
        b'"outputTokenCount":3,"invocationLatency":120,"firstByteLatency":30}}'
    ]


@given(st.lists(st.text(), max_size=5), st.integers(1, 4))
def test_batches_of_any_size_make_one_chunk(pieces: list[str], size: int) -> None:
    stream, run = WholeStream(render, 0), text_run(*pieces)
    chunks = [chunk for at in range(0, len(run), size) for chunk in stream.chunks(run[at : at + size])]
    assert len(chunks) == 1
