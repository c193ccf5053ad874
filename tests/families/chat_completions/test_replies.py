"""Replies in the chat-completions vocabulary."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.families.conftest import whole
from tests.families.runs import TEXTS, call_run, text_run, thought_run

from outcrop.chat import events
from outcrop.chat.events import Event
from outcrop.families.chat_completions import replies
from outcrop.families.chat_completions.replies import Marks

MARKS = ("<t>", "</t>")


def deltas(run: list[Event], marks: Marks = MARKS) -> list[dict[str, Any]]:
    each = replies.Deltas(str.upper, marks)
    return [delta for event in run if (delta := each.of(event)) is not None]


@pytest.mark.parametrize(
    ("reason", "native"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("tool_use", "tool_calls"),
        ("content_filtered", "content_filter"),
        ("malformed_tool_use", "stop"),
    ],
)
def test_reasons(reason: str, native: str) -> None:
    # the first four: recorded on gpt-oss; OpenAI's reference
    assert replies.finish_reason(reason) == native


def test_usage() -> None:
    # recorded on gpt-oss
    assert replies.usage(events.usage(72, 10)) == {"completion_tokens": 10, "prompt_tokens": 72, "total_tokens": 82}


def test_text_stands_behind_the_thought() -> None:
    reply = whole(*thought_run(["Hm", "."], ["Hi"]))
    assert replies.text(reply, MARKS) == "<t>Hm.</t>Hi"
    assert replies.text(reply, None) == "Hi"


def test_calls() -> None:
    assert replies.calls(whole(*call_run('{"city":', '"Oslo"}')), str.upper) == [
        {"function": {"arguments": '{"city":"Oslo"}', "name": "get_weather"}, "id": "TOOLUSE_1", "type": "function"}
    ]


def test_a_thought_is_opened_once_and_closed() -> None:
    assert deltas(thought_run(["Hm", "", "."], ["Hi"])) == [
        {"content": "<t>Hm"},
        {"content": "."},
        {"content": "</t>"},
        {"content": "Hi"},
    ]
    assert deltas(thought_run(["Hm"], ["Hi"]), None) == [{"content": "Hi"}]


def test_calls_begin_with_their_name_and_are_counted() -> None:
    second = [events.tool_use_start(1, "now", "tooluse_2"), events.tool_use_delta(1, "{}"), events.block_stop(1)]
    found = [delta["tool_calls"][0] for delta in deltas(call_run("", '{"city":', '"Oslo"}')[:-2] + second)]
    assert found[0] == {
        "function": {"arguments": "", "name": "get_weather"},
        "id": "TOOLUSE_1",
        "type": "function",
        "index": 0,
    }
    assert found[1] == {"function": {"arguments": '{"city":'}, "index": 0}
    assert [call["index"] for call in found] == [0, 0, 0, 1, 1]
    assert json.loads("".join(call["function"]["arguments"] for call in found[:3])) == {"city": "Oslo"}


@given(TEXTS, TEXTS)
def test_deltas_join_to_the_text(thoughts: list[str], pieces: list[str]) -> None:
    run = thought_run(thoughts, pieces)
    assert "".join(delta["content"] for delta in deltas(run)) == replies.text(whole(*run), MARKS)


@given(st.lists(st.text(min_size=1), max_size=4))
def test_nothing_is_said_twice(pieces: list[str]) -> None:
    assert [delta["content"] for delta in deltas(text_run(*pieces))] == pieces
