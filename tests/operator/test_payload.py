"""A.3: message payloads, row by row."""

import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.operator.exceptions import DataException
from outcrop.operator.payload import parse

# The page's own example.
SERIES = [
    {"content": "You are a helpful assistant", "sl_role": "SYSTEM"},
    {"content": "Who won the world series in 2020?", "sl_role": "USER", "name": "Snap-User"},
    {"content": "The Los Angeles Dodgers won the World Series in 2020", "sl_role": "ASSISTANT"},
    {"content": "Where was it played?", "sl_role": "USER", "name": "Snap-User2"},
]
TURNS = [
    {"role": "user", "content": [{"text": "Who won the world series in 2020?"}]},
    {"role": "assistant", "content": [{"text": "The Los Angeles Dodgers won the World Series in 2020"}]},
    {"role": "user", "content": [{"text": "Where was it played?"}]},
]
PIXEL = "iVBORw0KGgo="


def test_an_unsupported_role_is_passed_as_it_is() -> None:
    made = parse(SERIES)
    assert made.messages == [{"role": "SYSTEM", "content": [{"text": "You are a helpful assistant"}]}, *TURNS]
    assert made.system == []


def test_system_messages_can_be_lifted() -> None:
    made = parse(SERIES, lift=True)
    assert made.messages == TURNS
    assert made.system == [{"text": "You are a helpful assistant"}]


def test_a_message_without_sl_role_is_sent_unchanged() -> None:
    message = {"role": "user", "content": [{"text": "Hi"}, {"guardContent": {"text": {"text": "x"}}}], "extra": 1}
    assert parse([message]).messages == [message]


def test_multimodal_content_without_sl_role_is_unchanged_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    message = {"role": "user", "content": [{"sl_type": "image", "sl_contentType": "image/png", "sl_content": PIXEL}]}
    with caplog.at_level(logging.WARNING, "outcrop.operator"):
        made = parse([message])
    assert made.messages == [message]
    assert made.warnings == 1
    assert "sl_type" in caplog.text


def test_only_role_and_content_are_sent() -> None:
    message = {"sl_role": "USER", "content": "Hi", "name": "Snap-User", "id": 7, "role": "assistant"}
    assert parse([message]).messages == [{"role": "user", "content": [{"text": "Hi"}]}]


def test_multimodal_content_becomes_what_the_model_requires() -> None:
    content = [
        "What is this?",
        {"sl_type": "image", "sl_contentType": "image/png", "sl_content": PIXEL},
        {"sl_type": "document", "sl_contentType": "application/pdf", "sl_content": PIXEL, "name": "Q2 report"},
        {"text": "native"},
    ]
    assert parse([{"sl_role": "USER", "content": content}]).messages[0]["content"] == [
        {"text": "What is this?"},
        {"image": {"format": "png", "source": {"bytes": PIXEL}}},
        {"document": {"format": "pdf", "source": {"bytes": PIXEL}, "name": "Q2 report"}},
        {"text": "native"},
    ]


def test_tool_messages_become_tool_results_of_one_turn() -> None:
    made = parse(
        [
            {"sl_role": "USER", "content": "Weather?"},
            {"role": "assistant", "content": [{"toolUse": {"toolUseId": "a", "name": "weather", "input": {}}}]},
            {"sl_role": "TOOL", "function_id": "a", "content": "15 °C", "name": "weather", "metadata": {}},
            {"sl_role": "TOOL", "function_id": "b", "content": {"city": "Rome"}, "is_error": True},
            {"sl_role": "TOOL", "function_id": "c", "content": [1, 2], "is_error": "false"},
            {"sl_role": "USER", "content": "And?"},
        ]
    )
    assert made.messages[2]["content"] == [
        {"toolResult": {"toolUseId": "a", "content": [{"text": "15 °C"}]}},
        {"toolResult": {"toolUseId": "b", "content": [{"json": {"city": "Rome"}}], "status": "error"}},
        {"toolResult": {"toolUseId": "c", "content": [{"text": "[1,2]"}]}},
    ]
    assert made.messages[2]["role"] == "user"
    assert [message["role"] for message in made.messages] == ["user", "assistant", "user", "user"]


def test_a_tool_may_return_a_picture() -> None:
    item = {"sl_type": "image", "sl_contentType": "image/png", "sl_content": PIXEL}
    block = {"image": {"format": "png", "source": {"bytes": PIXEL}}}
    for content in (item, [item]):
        made = parse([{"sl_role": "TOOL", "function_id": "a", "content": content}])
        assert made.messages[0]["content"][0]["toolResult"]["content"] == [block]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (None, "The expected data type is a list of objects."),
        ({"messages": []}, "The expected data type is a list of objects."),
        (["Hi"], "The expected data type is a list of objects."),
        ([], "The list of messages is empty."),
        ([{"sl_role": "USER"}], "The content of a message is null."),
        ([{"sl_role": "USER", "content": [5]}], "The content of a message is a number."),
    ],
)
def test_what_is_no_payload(payload: Any, reason: str) -> None:
    with pytest.raises(DataException) as caught:
        parse(payload)
    assert caught.value.error == "The Message payload value is invalid."
    assert caught.value.reason == reason


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3), max_leaves=4
)
messages = st.dictionaries(
    st.sampled_from(["sl_role", "role", "content", "function_id", "name", "is_error", "sl_type"]),
    st.sampled_from(["SYSTEM", "USER", "ASSISTANT", "TOOL", "ERROR"]) | values,
)


@given(st.lists(messages, max_size=4) | values, st.booleans())
def test_a_payload_is_parsed_or_refused(payload: Any, lift: bool) -> None:
    try:
        made = parse(payload, lift=lift)
    except DataException:
        return
    assert len(made.messages) + len(made.system) <= sum(
        max(1, len(m["content"])) if isinstance(m.get("content"), list) else 1 for m in payload
    )
    assert not any(message.get("sl_role") for message in made.messages)
