"""A.5: the simplified response."""

from tests.operator.clients import answered, said

from outcrop.operator.simplify import OPENAI, simplified, text


def test_the_pages_shape() -> None:
    assert simplified(said("Hi."), "Hi.", "converse") == {
        "role": "assistant",
        "content": "Hi.",
        "finish_reason": "end_turn",
        "usage": {"prompt_tokens": 10, "output_tokens": 5, "total_tokens": 15},
    }


def test_what_is_absent_is_null() -> None:
    assert simplified({}, "", "converse") == {
        "role": None,
        "content": "",
        "finish_reason": None,
        "usage": {"prompt_tokens": None, "output_tokens": None, "total_tokens": None},
    }


def test_tool_calls_are_those_of_chat_completions() -> None:
    use = {"toolUseId": "tooluse_1", "name": "weather", "input": {"city": "Rome"}}
    response = answered([{"text": "I look."}, {"toolUse": use}], "tool_use")
    made = simplified(response, text(response), "openai")
    assert made["tool_calls"] == [
        {"id": "tooluse_1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Rome"}'}}
    ]
    assert list(made) == ["role", "content", "tool_calls", "finish_reason", "usage"]


def test_finish_reasons_in_the_words_of_chat_completions() -> None:
    for reason, word in OPENAI.items():
        assert simplified(said("x", reason), "x", "openai")["finish_reason"] == word
        assert simplified(said("x", reason), "x", "converse")["finish_reason"] == reason
    assert simplified(said("x", "model_context_window_exceeded"), "x", "openai")["finish_reason"] == (
        "model_context_window_exceeded"
    )


def test_text_is_all_text_blocks() -> None:
    thought = {"reasoningContent": {"reasoningText": {"text": "Hm."}}}
    assert text(answered([thought, {"text": "a"}, {"text": "b"}])) == "ab"
