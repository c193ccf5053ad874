"""What is put into a conversation for JSON, and what is put back before a begun answer."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.catalog import Catalogue
from outcrop.chat.json_mode import begin
from outcrop.doors.openai.json_mode import SENTENCE, Opening, asking, way
from outcrop.model.runtime import ContentBlock, ContentBlockDelta, ContentBlockDeltaEvent, Message

USER, ASSISTANT = (Message(role=role, content=[ContentBlock(text=role)]) for role in ("user", "assistant"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("model", "alone", "expected"),
    [
        ("openai.gpt-oss-120b-1:0", True, "schema"),
        ("openai.gpt-oss-120b-1:0", False, "schema"),
        ("anthropic.claude-haiku-4-5-20251001-v1:0", True, "prefill"),
        ("anthropic.claude-haiku-4-5-20251001-v1:0", False, "instruction"),
        ("anthropic.claude-sonnet-4-6", True, "instruction"),
        ("amazon.nova-lite-v1:0", True, "prefill"),
        ("deepseek.r1-v1:0", True, "instruction"),
        ("nobody.knows", True, "instruction"),
    ],
)
def test_the_surest_way_that_a_model_takes(catalogue: Catalogue, model: str, alone: bool, expected: str) -> None:
    assert way(catalogue.get(model), alone=alone) == expected


def texts(messages: list[Message]) -> list[tuple[str, list[str | None]]]:
    return [(message.role, [block.text for block in message.content]) for message in messages]


def test_what_is_asked() -> None:
    said = [("user", ["user"]), ("assistant", ["assistant"])]
    asked = [("user", ["user", SENTENCE])]
    assert texts(asking([USER], "schema")) == said[:1]
    assert texts(asking([USER], "prefill")) == [*said[:1], ("assistant", ["{"])]
    assert texts(asking([USER], "instruction")) == asked
    for chosen in ("prefill", "instruction"):
        assert texts(asking([USER, ASSISTANT], chosen)) == [*asked, said[1]]  # type: ignore[arg-type]
    assert asking([], "instruction") == []
    assert texts([USER]) == said[:1]


def delta(text: str) -> ContentBlockDeltaEvent:
    return ContentBlockDeltaEvent(content_block_index=0, delta=ContentBlockDelta(text=text))


@given(st.text(' \n{}"a:1', max_size=12), st.lists(st.integers(0, 12), max_size=3))
def test_a_stream_has_the_same_opening_however_it_is_cut(text: str, cuts: list[int]) -> None:
    ends = sorted({min(cut, len(text)) for cut in [*cuts, 0, len(text)]})
    opening, pieces = Opening("{"), [text[start:end] for start, end in pairwise(ends)]
    told = "".join(opening.of(delta(piece)).delta.text or "" for piece in pieces)
    expected = begin("{", text) if text.strip() else ""
    assert "".join(told.split()) == "".join(expected.split())
