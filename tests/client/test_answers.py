"""Replies and events out of bytes: known, newer than the client, and broken."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.chat import events
from outcrop.client import answers
from outcrop.client.answers import Reader, UnknownEvent
from outcrop.client.errors import ApiError, NoAnswer
from outcrop.model.control import ListFoundationModelsResponse
from outcrop.model.runtime import ContentBlock, ConverseResponse, PayloadPart
from outcrop.wire import eventstream, restjson

REPLY = {
    "metrics": {"latencyMs": 5},
    "output": {"message": {"role": "assistant", "content": [{"text": "Hi"}]}},
    "stopReason": "end_turn",
    "usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3},
}
SAID = [events.message_start(), events.text_delta(0, "Hello"), events.block_stop(0), events.message_stop("end_turn")]


def encoded(**changes):
    return msgspec.json.encode({**REPLY, **changes})


def test_a_reply_is_its_structure():
    reply = answers.read(encoded(), ConverseResponse)
    assert reply.output.message.content == [ContentBlock(text="Hi")]
    assert (reply.stop_reason, reply.usage.total_tokens) == ("end_turn", 3)


def test_what_is_newer_than_the_client_does_not_break_it():
    usage = {**REPLY["usage"], "novelTokens": 7}
    message = {"role": "assistant", "content": [{"novelBlock": {"a": 1}}, {"text": "Hi"}]}
    data = encoded(stopReason="novel_reason", usage=usage, output={"message": message}, novelty=1)
    reply = answers.read(data, ConverseResponse)
    assert reply.stop_reason == "novel_reason"
    assert reply.output.message.content == [ContentBlock(), ContentBlock(text="Hi")]
    assert (reply.usage.input_tokens, reply.metrics.latency_ms) == (1, 5)


def test_what_is_missing_is_none():
    reply = answers.read(encoded(stopReason="novel", metrics={}), ConverseResponse)
    assert reply.metrics.latency_ms is None


def test_values_beyond_the_models_limits_are_kept():
    row = {
        "modelId": "UPPER",
        "modelArn": "?",
        "modelName": "x" * 40,
        "outputModalities": ["VIDEO"],
        "providerName": None,
    }
    (found,) = answers.read(
        msgspec.json.encode({"modelSummaries": [row]}), ListFoundationModelsResponse
    ).model_summaries
    assert (found.model_id, found.model_name, found.output_modalities) == ("UPPER", "x" * 40, ["VIDEO"])


@pytest.mark.parametrize("data", [b"", b"<html>", b"[]", b"1", b"\xff"])
def test_what_is_no_reply_is_no_answer(data):
    with pytest.raises(NoAnswer, match="the answer is no JSON"):
        answers.read(data, ConverseResponse)


def test_an_invocation_has_its_counts_where_the_service_gives_them():
    headers = {"content-type": "application/json", "x-amzn-bedrock-input-token-count": "3"}
    found = answers.invocation(headers, b'{"a":1}')
    assert (found.json(), found.input_tokens, found.output_tokens, found.latency_ms) == ({"a": 1}, 3, None, None)


@given(st.data())
def test_events_are_the_same_however_their_bytes_are_cut(data):
    whole = restjson.encode_events(SAID)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    reader = Reader(answers.event, None)
    found = [event for piece in pieces for event in reader.feed(piece)]
    reader.end()
    for event in SAID:
        event.p = None
    assert found == SAID


@given(st.binary(min_size=12, max_size=200))
def test_bytes_that_are_no_stream_are_no_answer(data):
    with pytest.raises(NoAnswer):
        list(Reader(answers.event, None).feed(data))


def test_a_cut_stream_is_no_answer():
    reader = Reader(answers.event, None)
    assert len(list(reader.feed(restjson.encode_events(SAID)[:-1]))) == len(SAID) - 1
    with pytest.raises(NoAnswer, match="ended within a frame"):
        reader.end()


def test_an_exception_keeps_the_request_id():
    reader = Reader(answers.event, "id")
    with pytest.raises(ApiError) as broken:
        list(reader.feed(restjson.encode_exception(ValueError())))
    assert (broken.value.code, broken.value.request_id) == ("InternalServerException", "id")


def test_what_came_before_an_exception_is_handed_out_first():
    frames = restjson.encode_events(SAID[:2]) + restjson.encode_exception(ValueError())
    found = iter(Reader(answers.event, None).feed(frames))
    assert [next(found).role, next(found).delta.text] == ["assistant", "Hello"]
    with pytest.raises(ApiError):
        next(found)


def test_chunks_are_the_models_own_bytes():
    frames = restjson.encode_events([PayloadPart(bytes=b'{"a":1}')])
    frames += eventstream.frame(eventstream.event_headers("novel"), b"{}")
    assert list(Reader(answers.chunk, None).feed(frames)) == [b'{"a":1}', UnknownEvent("novel", b"{}")]


def test_an_event_with_a_value_of_tomorrow():
    payload = b'{"stopReason":"novel","p":"abc"}'
    (event,) = Reader(answers.event, None).feed(eventstream.frame(eventstream.event_headers("messageStop"), payload))
    assert (event.stop_reason, event.p) == ("novel", None)
