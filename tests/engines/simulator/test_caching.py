"""Prompt caching: what is read, what is written, and what is neither."""

from typing import Any

import msgspec
import pytest

from outcrop.catalog import Catalogue
from outcrop.chat import events, tokens
from outcrop.chat.request import ChatRequest
from outcrop.engines.simulator.caching import PromptCache, prefixes
from outcrop.model.runtime import TokenUsage

SONNET = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"  # minimum 1,024 (a write of 1,203 is recorded)
LONG = "strata " * 1100
POINT = {"cachePoint": {"type": "default"}}


class Time:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def request(**members: Any) -> ChatRequest:
    return msgspec.convert({"messages": [], **members}, ChatRequest)


def conversation(*content: Any, system: Any = ()) -> ChatRequest:
    return msgspec.convert(
        {"messages": [{"role": "user", "content": list(content)}], "system": list(system)}, ChatRequest
    )


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def cache(clock: Time) -> PromptCache:
    return PromptCache(clock)


def spent(cache: PromptCache, catalogue: Catalogue, asked: ChatRequest, model: str = SONNET) -> TokenUsage:
    asked_of = catalogue.find(model, "us-east-1").model
    usage = events.usage(tokens.count_request(asked, asked_of), 10)
    cache.apply(asked_of, asked, usage)
    return usage


def split(usage: TokenUsage) -> tuple[int, int, int]:
    return usage.cache_read_input_tokens or 0, usage.cache_write_input_tokens or 0, usage.input_tokens


def test_the_first_time_writes_and_the_second_reads(cache: PromptCache, catalogue: Catalogue) -> None:
    asked = conversation({"text": LONG}, POINT, {"text": "What is this?"})
    total = tokens.count_request(asked, catalogue.find(SONNET, "us-east-1").model)
    read, written, rest = split(spent(cache, catalogue, asked))
    assert read == 0
    assert written > 1024
    assert written + rest == total
    assert split(spent(cache, catalogue, asked)) == (written, 0, rest)


def test_the_sum_holds(cache: PromptCache, catalogue: Catalogue) -> None:
    """totalTokens is input, output, read and written together (1,548 of 1,549 recorded)."""
    for _ in range(2):
        usage = spent(cache, catalogue, conversation({"text": LONG}, POINT, {"text": "More."}))
        assert usage.total_tokens == sum(split(usage)) + usage.output_tokens


def test_a_prefix_below_the_minimum_is_not_kept(cache: PromptCache, catalogue: Catalogue) -> None:
    """Below the minimum a request goes through uncached (documented)."""
    asked = conversation({"text": "short"}, POINT)
    for _ in range(2):
        assert split(spent(cache, catalogue, asked))[:2] == (0, 0)


def test_what_follows_the_point_may_change_and_what_precedes_may_not(cache: PromptCache, catalogue: Catalogue) -> None:
    spent(cache, catalogue, conversation({"text": LONG}, POINT, {"text": "One."}))
    assert spent(cache, catalogue, conversation({"text": LONG}, POINT, {"text": "Two."})).cache_read_input_tokens
    other = conversation({"text": LONG + "changed"}, POINT, {"text": "One."})
    assert spent(cache, catalogue, other).cache_read_input_tokens == 0


def test_a_longer_conversation_reads_its_past_and_writes_the_rest(cache: PromptCache, catalogue: Catalogue) -> None:
    first = spent(cache, catalogue, conversation({"text": LONG}, POINT))
    longer = conversation({"text": LONG}, POINT, {"text": LONG}, POINT)
    usage = spent(cache, catalogue, longer)
    assert usage.cache_read_input_tokens == first.cache_write_input_tokens
    assert (usage.cache_write_input_tokens or 0) > 1024


def test_an_entry_ends_after_its_time_and_a_hit_starts_it_anew(
    cache: PromptCache, catalogue: Catalogue, clock: Time
) -> None:
    asked = conversation({"text": LONG}, POINT)
    spent(cache, catalogue, asked)
    clock.now = 299
    assert spent(cache, catalogue, asked).cache_read_input_tokens
    clock.now = 299 + 299
    assert spent(cache, catalogue, asked).cache_read_input_tokens
    clock.now = 299 + 299 + 301
    assert spent(cache, catalogue, asked).cache_read_input_tokens == 0


def test_an_hour_is_an_hour_and_is_named_in_the_details(cache: PromptCache, catalogue: Catalogue, clock: Time) -> None:
    hour = {"cachePoint": {"type": "default", "ttl": "1h"}}
    asked = conversation({"text": LONG}, hour, {"text": LONG}, POINT)
    usage = spent(cache, catalogue, asked)
    details = usage.cache_details or []
    assert [detail.ttl for detail in details] == ["1h", "5m"]
    assert sum(detail.input_tokens for detail in details) == usage.cache_write_input_tokens
    clock.now = 3000
    assert spent(cache, catalogue, asked).cache_read_input_tokens == details[0].input_tokens


def test_a_pure_read_has_no_details(cache: PromptCache, catalogue: Catalogue) -> None:
    """13 of 13 recorded."""
    asked = conversation({"text": LONG}, POINT)
    assert spent(cache, catalogue, asked).cache_details
    assert spent(cache, catalogue, asked).cache_details is None


def test_models_do_not_share_entries(cache: PromptCache, catalogue: Catalogue) -> None:
    asked = conversation({"text": LONG * 5}, POINT)
    spent(cache, catalogue, asked)
    assert spent(cache, catalogue, asked, "us.anthropic.claude-sonnet-4-6").cache_read_input_tokens == 0


def test_the_order_is_tools_system_messages(catalogue: Catalogue) -> None:
    tool = {"toolSpec": {"name": "look", "inputSchema": {"json": {"type": "object"}}}}
    asked = msgspec.convert(
        {
            "messages": [{"role": "user", "content": [{"text": "a"}, POINT]}],
            "system": [{"text": "b"}, POINT],
            "tool_config": {"tools": [tool, POINT]},
        },
        ChatRequest,
    )
    sizes = [prefix.tokens for prefix in prefixes(catalogue.find(SONNET, "us-east-1").model, asked)]
    assert len(sizes) == 3
    assert sizes == sorted(sizes)
