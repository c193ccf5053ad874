"""What a Claude model refuses of extended thinking."""

from typing import Any

import pytest
from tests.families.conftest import (
    OPUS_4_7,
    SONNET_3_7,
    SONNET_4_5,
    SONNET_4_6,
    SONNET_5,
    checked,
    claude,
    hub,
    refusal,
    text,
    tool,
    tool_result,
    tool_use,
    turns,
)

from outcrop.chat.features import Model
from outcrop.families import anthropic_messages
from outcrop.model.runtime import InferenceConfiguration

ON = {"type": "enabled", "budget_tokens": 1024}


@pytest.mark.parametrize("name", ["thinking", "reasoning_config"])
@pytest.mark.parametrize(
    ("asked", "given", "words"),
    [
        # probed on Claude Sonnet 4.5 and Opus 4.7
        (SONNET_4_5, {"type": "enabled"}, "thinking.enabled.budget_tokens: Field required"),
        (
            OPUS_4_7,
            ON,
            '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and '
            '"output_config.effort" to control thinking behavior.',
        ),
        # quoted
        (
            SONNET_4_5,
            {"type": "enabled", "budget_tokens": 1023},
            "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
        ),
        (SONNET_4_5, {"type": "adaptive"}, "adaptive thinking is not supported on this model"),
        # by the same schema
        (SONNET_4_5, {}, "thinking.type: Field required"),
        (SONNET_4_5, True, "thinking: Input should be an object"),
        # recorded on Claude Sonnet 5
        (SONNET_5, {"type": "adaptive", "display": "summarized"}, None),
        (SONNET_4_6, {"type": "adaptive"}, None),
        (SONNET_4_6, ON, None),
        (OPUS_4_7, {"type": "disabled"}, None),
    ],
)
def test_settings(name: str, asked: Model, given: Any, words: str | None) -> None:
    assert checked(anthropic_messages, hub(fields={name: given}), asked) == words


def test_the_budget_is_below_the_limit() -> None:
    # quoted
    words = "`max_tokens` must be greater than `thinking.budget_tokens`."
    assert refusal(anthropic_messages, claude(max_tokens=1024, thinking=ON), SONNET_3_7) == words
    assert refusal(anthropic_messages, claude(max_tokens=1025, thinking=ON), SONNET_3_7) is None


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        # quoted, the older and the newer form
        (SONNET_4_5, "`temperature` may only be set to 1 when thinking is enabled."),
        (SONNET_4_6, "`temperature` may only be set to 1 when thinking is enabled or in adaptive mode."),
    ],
)
def test_temperature(asked: Model, words: str) -> None:
    given = hub(inference=InferenceConfiguration(temperature=0), fields={"thinking": ON})
    assert checked(anthropic_messages, given, asked) == words
    one = hub(inference=InferenceConfiguration(temperature=1), fields={"thinking": ON})
    assert checked(anthropic_messages, one, asked) is None


@pytest.mark.parametrize(
    ("choice", "taken"),
    [({"type": "auto"}, True), ({"type": "any"}, False), ({"type": "tool", "name": "f"}, False)],
)
def test_forced_tools(choice: Any, taken: bool) -> None:
    # quoted
    sent = claude(max_tokens=2000, thinking=ON, tools=[tool()], tool_choice=choice)
    words = None if taken else "Thinking may not be enabled when tool_choice forces tool use."
    assert refusal(anthropic_messages, sent, SONNET_4_5) == words


THOUGHT = {"type": "thinking", "thinking": "Hm.", "signature": "s"}


@pytest.mark.parametrize(
    ("content", "found"),
    [([text("a"), tool_use()], "text"), ([tool_use()], "tool_use"), ([THOUGHT, tool_use()], None)],
)
def test_a_turn_that_goes_on_begins_with_its_thinking(content: Any, found: str | None) -> None:
    # quoted, 2025
    said = turns(("user", "a"), ("assistant", content), ("user", [tool_result()]))
    refused = refusal(
        anthropic_messages, claude(messages=said, max_tokens=2000, thinking=ON, tools=[tool()]), SONNET_4_5
    )
    if found is None:
        assert refused is None
    else:
        assert refused is not None
        assert refused.startswith(
            f"messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `{found}`. When `thinking` "
            "is enabled, a final `assistant` message must start with a thinking block"
        )


def test_turns_that_are_over_may_begin_as_they_like() -> None:
    said = turns(("user", "a"), ("assistant", "b"), ("user", "c"))
    assert refusal(anthropic_messages, claude(messages=said, max_tokens=2000, thinking=ON), SONNET_4_5) is None


def test_a_prefill_has_no_thinking() -> None:
    said = turns(("user", "a"), ("assistant", "b"))
    refused = refusal(anthropic_messages, claude(messages=said, max_tokens=2000, thinking=ON), SONNET_4_5)
    assert refused is not None
    assert "but found `text`" in refused
