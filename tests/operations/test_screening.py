"""Streams that are judged as they come: however a text is cut, what leaves is what judging it whole lets through."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import HAIKU

from outcrop.catalog import Catalogue
from outcrop.chat import events
from outcrop.chat.events import EstimatedUsage, Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest, user
from outcrop.guardrails import Definition, Guardrail, Judge
from outcrop.guardrails.judge import Verdict
from outcrop.model.control import GuardrailSensitiveInformationPolicyConfig, GuardrailWordPolicyConfig
from outcrop.model.runtime import Citation, ContentBlockDeltaEvent, ConverseStreamMetadataEvent, MessageStopEvent
from outcrop.operations.screening import Screen

REQUEST = ChatRequest(messages=[user("Hi")], streamed=True)
EMAIL = {"piiEntitiesConfig": [{"type": "EMAIL", "action": "ANONYMIZE"}]}
WORDS = {"wordsConfig": [{"text": "red granite"}]}
CLAIM = {"regexesConfig": [{"name": "claim", "pattern": r"C-\d+", "action": "ANONYMIZE"}]}


def judge(words: Any = WORDS, sensitive: Any = EMAIL) -> Judge:
    definition = Definition(
        name="one",
        blocked_input="No.",
        blocked_outputs="STOP",
        words=msgspec.convert(words, GuardrailWordPolicyConfig) if words else None,
        sensitive=msgspec.convert(sensitive, GuardrailSensitiveInformationPolicyConfig) if sensitive else None,
    )
    return Judge(Guardrail(region="r", id="g1", version="1", definition=definition, created_at=0, updated_at=0))


@pytest.fixture(scope="module")
def model(catalogue: Catalogue) -> Model:
    return catalogue.find(HAIKU, "us-east-1").model


def turn(*deltas: Event) -> list[list[Event]]:
    closing = [events.block_stop(0), events.message_stop("end_turn"), events.metadata(events.usage(3, 9))]
    return [[events.message_start()], *([delta] for delta in deltas), closing]


def through(
    model: Model, by: Judge, batches: list[list[Event]], *, delayed: bool = True
) -> tuple[list[Event], Verdict]:
    told: list[Verdict] = []
    screen = Screen(by, model, REQUEST, delayed=delayed, told=lambda verdict, *_: told.append(verdict))
    out: list[Event] = []
    for batch in batches:
        out += screen.take(batch)
        if screen.ended:
            break
    (verdict,) = told
    return out, verdict


def said(out: list[Event]) -> str:
    return "".join(event.delta.text or "" for event in out if isinstance(event, ContentBlockDeltaEvent))


PARTS = st.lists(
    st.sampled_from(["a@b.example", " ", "red", "granite", "stone ", ", ", "\n", "c", "C-1", "7"]), max_size=40
)


@given(PARTS, st.lists(st.integers(1, 9), min_size=1), st.sampled_from([EMAIL, {**EMAIL, **CLAIM}]))
def test_any_cut_of_a_text_lets_the_same_through(model: Model, parts: list[str], sizes: list[int], kinds: Any) -> None:
    text, by = "".join(parts), judge(sensitive=kinds)
    deltas, at = [], 0
    while at < len(text):
        size = sizes[at % len(sizes)]
        deltas.append(events.text_delta(0, text[at : at + size]))
        at += size
    out, verdict = through(model, by, turn(*deltas))
    whole = by.output.read([text])
    if whole.blocked:
        assert verdict.blocked
        assert said(out).endswith("STOP")
        assert not by.output.read([said(out).removesuffix("STOP")]).blocked
    else:
        assert said(out) == whole.texts[0]
        assert verdict.findings.keys() == whole.findings.keys()
        assert isinstance(out[-1], ConverseStreamMetadataEvent)
        assert out[-1].usage.output_tokens == 9


def test_a_stream_that_is_blocked_ends_with_what_it_used_estimated(model: Model) -> None:
    deltas = [events.text_delta(0, text) for text in ("Some stone, red ", "granite. ", "More.")]
    out, _ = through(model, judge(sensitive=None), turn(*deltas))
    assert said(out) == "Some stone, STOP"
    stop, last = out[-2:]
    assert isinstance(stop, MessageStopEvent)
    assert stop.stop_reason == "guardrail_intervened"
    assert isinstance(last, ConverseStreamMetadataEvent)
    assert isinstance(last.usage, EstimatedUsage)
    assert last.usage.output_tokens > 3


def test_what_does_not_wait_is_handed_on_and_not_masked(model: Model) -> None:
    deltas = [events.text_delta(0, "Ask a@b."), events.text_delta(0, "example.")]
    out, verdict = through(model, judge(), turn(*deltas), delayed=False)
    assert said(out) == "Ask a@b.example."
    assert verdict.masked
    assert [event.stop_reason for event in out if isinstance(event, MessageStopEvent)] == ["end_turn"]


def test_what_stands_beside_held_text_waits_with_it(model: Model) -> None:
    cite = events.citation_delta(0, Citation(title="A map", source="s", source_content=[]))
    thought = events.reasoning_delta(0, "red granite")
    out, verdict = through(
        model, judge(), turn(thought, events.text_delta(0, "Some st"), cite, events.text_delta(0, "one"))
    )
    deltas = [event for event in out if isinstance(event, ContentBlockDeltaEvent)]
    assert deltas[0] is thought  # not judged, and not behind anything
    assert said(out) == "Some stone"
    assert cite in deltas
    assert not verdict.findings
