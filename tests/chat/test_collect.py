"""Events put together: the reply does not depend on how they were cut."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.chat import events
from outcrop.chat.collect import Collector, Reply
from outcrop.chat.events import Event
from outcrop.model.runtime import (
    Citation,
    CitationSourceContent,
    ContentBlock,
    ReasoningContentBlock,
    ReasoningTextBlock,
    ToolUseBlock,
)

END = [events.message_stop("end_turn"), events.metadata(events.usage(1, 2), 30)]


def collect(given: Iterable[Event], end: Iterable[Event] = END) -> Reply:
    collector = Collector()
    for event in (events.message_start(), *given, *end):
        collector.add(event)
    return collector.reply()


def content(*given: Event) -> list[ContentBlock]:
    return collect(given).message.content


def cut(text: str, places: list[int]) -> list[str]:
    edges = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [text[a:b] for a, b in pairwise(edges)] or [text]


@given(st.text(), st.lists(st.integers(0, 1000), max_size=8))
def test_text_is_joined_however_it_was_cut(text: str, places: list[int]) -> None:
    deltas = [events.text_delta(0, part) for part in cut(text, places)]

    assert content(*deltas, events.block_stop(0)) == [ContentBlock(text=text)]


@given(st.lists(st.integers(0, 1000), max_size=8))
def test_arguments_are_joined_and_parsed_however_they_were_cut(places: list[int]) -> None:
    deltas = [events.tool_use_delta(0, part) for part in cut('{"city":"Zürich","days":[1,2]}', places)]

    found = content(events.tool_use_start(0, "weather", "tooluse_1"), *deltas, events.block_stop(0))

    arguments = {"city": "Zürich", "days": [1, 2]}
    assert found == [ContentBlock(tool_use=ToolUseBlock(name="weather", tool_use_id="tooluse_1", input=arguments))]


@pytest.mark.parametrize(
    "fragments", [[], [""], ["", '{"cit'], ["nothing"]], ids=["none", "empty", "cut off", "no JSON"]
)
def test_arguments_that_are_no_json_are_an_empty_object(fragments: list[str]) -> None:
    deltas = [events.tool_use_delta(0, fragment) for fragment in fragments]
    block = content(events.tool_use_start(0, "weather", "tooluse_1"), *deltas, events.block_stop(0))[0]

    assert block.tool_use is not None
    assert block.tool_use.input == {}


def test_reasoning_takes_its_signature_from_the_delta_that_has_one() -> None:
    found = content(
        events.reasoning_delta(0, "Let me "),
        events.reasoning_delta(0, "think."),
        events.signature_delta(0, "Er1"),
        events.block_stop(0),
    )

    thought = ReasoningTextBlock(text="Let me think.", signature="Er1")
    assert found == [ContentBlock(reasoning_content=ReasoningContentBlock(reasoning_text=thought))]


def test_reasoning_without_a_signature_has_none() -> None:
    block = content(events.reasoning_delta(0, "Hm"))[0]

    assert block.reasoning_content is not None
    assert block.reasoning_content.reasoning_text == ReasoningTextBlock(text="Hm")


def test_blocks_keep_their_order_though_their_deltas_mix() -> None:
    found = content(
        events.text_delta(0, "one"), events.text_delta(1, "two"), events.text_delta(0, "!"), events.text_delta(1, "?")
    )

    assert [block.text for block in found] == ["one!", "two?"]


def test_a_text_that_cites_is_one_block_with_its_citations() -> None:
    cited = [Citation(title=title, source_content=[CitationSourceContent(text="Word")]) for title in ("a", "b")]
    deltas = [
        *(events.citation_delta(1, one) for one in cited),
        events.text_delta(1, "It "),
        events.text_delta(1, "is"),
    ]
    plain, block = content(events.text_delta(0, "So: "), *deltas)

    assert plain == ContentBlock(text="So: ")
    assert block.citations_content is not None
    assert block.citations_content.citations == cited
    assert [part.text for part in block.citations_content.content or []] == ["It is"]


def test_an_empty_text_block_stays() -> None:
    assert [block.text for block in content(events.text_delta(0, ""), events.text_delta(1, "Hi"))] == ["", "Hi"]


def test_the_end_gives_reason_usage_and_latency() -> None:
    reply = collect([], [events.message_stop("max_tokens"), events.metadata(events.usage(10, 5), 321)])

    assert (reply.stop_reason, reply.stop_sequence, reply.latency_ms) == ("max_tokens", None, 321)
    assert reply.usage.total_tokens == 15
    assert (reply.message.role, reply.message.content) == ("assistant", [])


def test_a_stop_sequence_is_named() -> None:
    reply = collect([], [events.message_stop("stop_sequence", "END"), events.metadata(events.usage(1, 1))])

    assert (reply.stop_reason, reply.stop_sequence) == ("stop_sequence", "END")


@pytest.mark.parametrize("end", [[], END[:1], END[1:]], ids=["neither", "no metadata", "no stop"])
def test_a_turn_without_its_end_is_no_reply(end: list[Event]) -> None:
    with pytest.raises(ValueError, match="before the end of the turn"):
        collect([events.text_delta(0, "Hi")], end)


def test_a_redacted_thought_is_kept() -> None:
    run = [
        events.message_start(),
        events.redacted_delta(0, b"opaque"),
        events.block_stop(0),
        events.message_stop("end_turn"),
        events.metadata(events.usage(1, 1)),
    ]
    collector = Collector()
    for event in run:
        collector.add(event)
    thought = collector.reply().message.content[0].reasoning_content
    assert thought is not None
    assert (thought.redacted_content, thought.reasoning_text) == (b"opaque", None)
