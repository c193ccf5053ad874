"""Answers of Command R, whole and in pieces."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.families.cohere_command_r.test_turns import CALL, RESULTS, R, asked
from tests.families.conftest import hub, whole
from tests.families.runs import METRICS, TEXTS, call_run, streamed, text_run

from outcrop.chat.events import Event, StopReason
from outcrop.chat.request import ChatRequest
from outcrop.families import cohere_command_r


def answered(request: ChatRequest, run: list[Event]) -> Any:
    return json.loads(cohere_command_r.encode_reply(whole(*run), request, R))


def test_a_reply_in_bytes() -> None:
    # recorded 2025-04, in this order; every recorded response_id begins so
    request = asked(message="Say this is a test")
    reply = cohere_command_r.encode_reply(whole(*text_run("This is", " a test.", reason="stop_sequence")), request, R)
    answer = json.loads(reply)
    assert re.fullmatch(r"379ed018/[0-9a-f-]{36}", answer["response_id"])
    assert reply.decode() == (
        f'{{"response_id":"{answer["response_id"]}","text":"This is a test.",'
        f'"generation_id":"{answer["generation_id"]}",'
        '"chat_history":[{"role":"USER","message":"Say this is a test"},{"role":"CHATBOT","message":"This is a test."}],'
        '"finish_reason":"STOP_SEQUENCE"}'
    )


@pytest.mark.parametrize(
    ("reason", "native"),
    [("end_turn", "COMPLETE"), ("max_tokens", "MAX_TOKENS"), ("stop_sequence", "STOP_SEQUENCE")],
)
def test_recorded_reasons(reason: StopReason, native: str) -> None:
    assert answered(asked(), text_run("Hi", reason=reason))["finish_reason"] == native


def test_a_call_names_its_parameters() -> None:
    # documented
    answer = answered(asked(), call_run('{"day":', '"Monday"}', name="report"))
    assert answer["tool_calls"] == [CALL]
    assert answer["chat_history"][-1] == {"role": "CHATBOT", "message": "", "tool_calls": [CALL]}
    assert (answer["text"], answer["finish_reason"]) == ("", "COMPLETE")


def test_the_history_can_be_sent_again() -> None:
    first = answered(asked(message="How much?"), call_run('{"day":"Monday"}', name="report"))
    second = asked(message="", chat_history=first["chat_history"], tool_results=RESULTS)
    roles = [turn["role"] for turn in answered(second, text_run("5."))["chat_history"]]
    assert roles == ["USER", "CHATBOT", "TOOL", "CHATBOT"]
    assert [message.role for message in second.messages] == ["user", "assistant", "user"]


def test_queries_alone() -> None:
    # documented: a list of queries, and no reply to the message
    answer = answered(asked(message="Who won in 2022?", search_queries_only=True), text_run("An answer"))
    assert (answer["text"], answer["is_search_required"]) == ("", True)
    assert [query["text"] for query in answer["search_queries"]] == ["Who won in 2022?"]
    assert [turn["role"] for turn in answer["chat_history"]] == ["USER"]


def test_the_prompt_comes_back_when_asked_for() -> None:
    # documented; the template is the one Cohere publishes
    answer = answered(asked(message="Hi", preamble="Be brief.", return_prompt=True), text_run("Hello"))
    assert answer["prompt"] == (
        "<BOS_TOKEN><|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>Be brief.<|END_OF_TURN_TOKEN|>"
        "<|START_OF_TURN_TOKEN|><|USER_TOKEN|>Hi<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>"
    )
    raw = answered(asked(message="Hi", raw_prompting=True, return_prompt=True), text_run("Hello"))
    assert raw["prompt"] == "Hi"


def test_a_conversation_of_converse_has_its_last_words_as_history() -> None:
    request = hub(("user", "One"), ("assistant", "Two"), ("user", "Three"))
    assert [turn["message"] for turn in answered(request, text_run("Four"))["chat_history"]] == ["Three", "Four"]


def test_a_stream_in_bytes() -> None:
    # recorded 2025-08
    request = asked(message="Say this is a test")
    first, second, last = cohere_command_r.stream(request, R, 30).chunks(
        text_run("This", "", " is", reason="max_tokens")
    )
    assert first == b'{"is_finished":false,"event_type":"text-generation","text":"This"}'
    assert second == b'{"is_finished":false,"event_type":"text-generation","text":" is"}'
    answer = cohere_command_r.encode_reply(whole(*text_run("This is", reason="max_tokens")), request, R)
    counts = '{"input_tokens":14,"output_tokens":3}'
    assert last.decode() == (
        f'{{"is_finished":true,"event_type":"stream-end","response":{answer.decode()[:-1]},"meta":{{"api_version":'
        f'{{"version":"1"}},"billed_units":{counts},"tokens":{counts}}}}},"finish_reason":"MAX_TOKENS",'
        '"amazon-bedrock-invocationMetrics":{"inputTokenCount":14,"outputTokenCount":3,"invocationLatency":120,'
        '"firstByteLatency":30}}'
    )


def test_calls_and_queries_have_chunks_of_their_own() -> None:
    # Cohere's Chat API; no record on Bedrock
    calls, last = streamed(cohere_command_r, asked(), R, call_run('{"day":"Monday"}', name="report"))
    assert calls == {"is_finished": False, "event_type": "tool-calls-generation", "tool_calls": [CALL]}
    assert last["response"]["tool_calls"] == [CALL]
    queries, last = streamed(cohere_command_r, asked(search_queries_only=True), R, text_run("unsaid"))
    assert queries["event_type"] == "search-queries-generation"
    assert last["response"]["search_queries"] == queries["search_queries"]


@given(TEXTS, st.integers(1, 4))
def test_the_pieces_of_a_stream_join_to_the_reply(pieces: list[str], size: int) -> None:
    request = asked()
    *chunks, last = streamed(cohere_command_r, request, R, text_run(*pieces), size)
    said = "".join(chunk["text"] for chunk in chunks)
    assert said == last["response"]["text"] == answered(request, text_run(*pieces))["text"]
    assert [METRICS in chunk for chunk in (*chunks, last)] == [False] * len(chunks) + [True]
