"""What a chat-completions body may hold, typed."""

from typing import Any

import msgspec
import pytest

from outcrop.families.chat_completions.body import Choice, Format, ImagePart, Named, TextPart, Tool, Turn


def test_unknown_members_are_let_through() -> None:
    # probed on gpt-oss, Gemma 3 and Qwen 3
    turn = msgspec.convert({"role": "user", "content": "Hi", "name": "someone", "audio": None}, Turn)
    assert (turn.role, turn.content) == ("user", "Hi")


def test_contents_are_texts_lists_of_parts_or_nothing() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {"url": "x", "detail": "low"}}]
    content = msgspec.convert({"role": "user", "content": parts}, Turn).content
    assert isinstance(content, list)
    assert isinstance(content[0], TextPart)
    assert isinstance(content[1], ImagePart)
    assert msgspec.convert({"role": "assistant"}, Turn).content is None


@pytest.mark.parametrize("choice", ["none", "auto", "required"])
def test_choices_by_word(choice: str) -> None:
    assert msgspec.convert(choice, Choice) == choice


def test_a_choice_by_name() -> None:
    # recorded 2025-11
    named = msgspec.convert({"type": "function", "function": {"name": "structured_output"}}, Choice)
    assert isinstance(named, Named)
    assert named.function.name == "structured_output"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"role": "robot"}, Turn),
        ({"role": "user", "content": 5}, Turn),
        ({"role": "user", "content": [{"type": "video_url"}]}, Turn),
        ({"type": "retrieval", "function": {"name": "f"}}, Tool),
        ({"type": "function"}, Tool),
        ({"type": "xml"}, Format),
        ("sometimes", Choice),
    ],
)
def test_what_is_something_else_is_refused(value: Any, kind: Any) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(value, kind)
