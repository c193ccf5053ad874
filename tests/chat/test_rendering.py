"""The members Converse adds to an answer: which model's usage names cache tokens, and whose calls have a type.

Recorded: 1,556 Converse answers and 247 streams of 2024-06 to 2026-09.
"""

import pytest
from tests.conftest import HAIKU, Ask, converse_path
from tests.conversations import (
    CACHE_POINT,
    DEEPSEEK,
    GPT_OSS,
    HAIKU_3_5,
    LLAMA_3_1,
    NOVA,
    NOVA_2,
    SONNET_4,
    SONNET_4_5,
    Body,
    asked,
    text,
    tool,
    tools,
)

PLAIN = ["inputTokens", "outputTokens", "serverToolUsage", "totalTokens"]
CACHED = [
    "cacheReadInputTokenCount",
    "cacheReadInputTokens",
    "cacheWriteInputTokenCount",
    "cacheWriteInputTokens",
    *PLAIN,
]
SONNET_3_7 = "us.anthropic.claude-3-7-sonnet-20250219-v1:0"
WITH_POINT = asked(text(), CACHE_POINT)


def usage(ask: Ask, model: str, body: Body) -> list[str]:
    return list(ask(converse_path(model), body).json["usage"])


def streamed_usage(ask: Ask, model: str, body: Body) -> list[str]:
    kind, payload = ask(converse_path(model, "converse-stream"), body).events[-1]
    assert kind == "metadata"
    return list(payload["usage"])


@pytest.mark.parametrize("model", [HAIKU_3_5, SONNET_3_7, SONNET_4, SONNET_4_5])
def test_claude_with_caching_always_names_cache_tokens(ask: Ask, model: str) -> None:
    assert usage(ask, model, asked()) == CACHED  # some 700 of 700, zeros included
    assert usage(ask, model, WITH_POINT) == CACHED


@pytest.mark.parametrize("model", [HAIKU_3_5, SONNET_4, SONNET_4_5, NOVA])
def test_streams_name_cache_tokens_with_a_cache_point_only(ask: Ask, model: str) -> None:
    assert streamed_usage(ask, model, asked()) == PLAIN  # 235 of 235
    assert streamed_usage(ask, model, WITH_POINT) == CACHED  # 12 of 12


def test_nova_names_cache_tokens_with_a_cache_point_only(ask: Ask) -> None:
    assert usage(ask, NOVA, asked()) == PLAIN  # 337 of 337
    assert usage(ask, NOVA, WITH_POINT) == CACHED  # 16 of 16


def test_a_cache_point_in_the_system_prompt_counts_too(ask: Ask) -> None:
    assert usage(ask, NOVA, asked(system=[{"text": "Be brief."}, CACHE_POINT])) == CACHED


@pytest.mark.parametrize(
    "model",
    [
        HAIKU,
        LLAMA_3_1,
        DEEPSEEK,
        GPT_OSS,
        "amazon.titan-text-express-v1",
        "cohere.command-r-v1:0",
        "qwen.qwen3-32b-v1:0",
    ],
)
def test_others_never_name_cache_tokens(ask: Ask, model: str) -> None:
    assert usage(ask, model, asked()) == PLAIN


@pytest.mark.parametrize("model", [HAIKU, SONNET_4, NOVA, LLAMA_3_1])
def test_usage_adds_up(ask: Ask, model: str) -> None:
    found = ask(converse_path(model), asked()).json["usage"]

    cached = found.get("cacheReadInputTokens", 0) + found.get("cacheWriteInputTokens", 0)
    assert found["totalTokens"] == found["inputTokens"] + found["outputTokens"] + cached
    assert found["serverToolUsage"] == {}  # in every answer since 2025-10
    assert found.get("cacheReadInputTokenCount") == found.get("cacheReadInputTokens")  # twins, 731 of 731
    assert found.get("cacheWriteInputTokenCount") == found.get("cacheWriteInputTokens")


FORCED = asked(**tools(tool(), toolChoice={"any": {}}))
GROUNDED = asked(**tools({"systemTool": {"name": "nova_grounding"}}, tool(), toolChoice={"tool": {"name": "look_up"}}))


@pytest.mark.parametrize(
    ("model", "body", "named"),
    [
        (SONNET_4, FORCED, True),  # Claude 4 and later: 231 of 231 since 2025-11
        (SONNET_4_5, FORCED, True),
        (HAIKU, FORCED, False),  # all others: 0 of 117
        (SONNET_3_7, FORCED, False),
        (NOVA, FORCED, False),
        (NOVA_2, FORCED, False),
        (NOVA_2, GROUNDED, True),  # beside a tool of its own
    ],
    ids=["Sonnet 4", "Sonnet 4.5", "Claude 3", "Sonnet 3.7", "Nova", "Nova 2", "Nova 2 with a system tool"],
)
def test_the_type_of_a_call_is_named_by_model(ask: Ask, model: str, body: Body, named: bool) -> None:
    whole = ask(converse_path(model), body).json["output"]["message"]["content"][0]["toolUse"]
    starts = [e for kind, e in ask(converse_path(model, "converse-stream"), body).events if kind == "contentBlockStart"]
    expected = ["name", "toolUseId", "type"] if named else ["name", "toolUseId"]

    assert list(whole) == ["input", *expected]
    assert [list(start["start"]["toolUse"]) for start in starts] == [expected]
    assert whole.get("type", "tool_use") == "tool_use"
