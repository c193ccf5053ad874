"""The estimate of tokens: its parts make up the text, the sum its parts, and the sizes are plausible."""

import struct
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.chat import tokens
from outcrop.chat.request import ChatRequest, user
from outcrop.model.runtime import Message, SystemContentBlock, ToolConfiguration


def png(width: int, height: int) -> bytes:
    """The first bytes of a picture, which say its size."""
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height)


def request(*content: object, **members: object) -> ChatRequest:
    message = msgspec.convert({"role": "user", "content": list(content)}, Message, builtin_types=(bytes,))
    return ChatRequest(messages=[message], **members)


def cost(*content: object) -> int:
    """What blocks add to a message that has none."""
    return tokens.count_request(request(*content)) - tokens.count_request(request())


@given(st.text())
def test_pieces_make_up_the_text(text: str) -> None:
    assert "".join(tokens.pieces(text)) == text


@given(st.text())
def test_the_count_is_the_number_of_pieces(text: str) -> None:
    assert tokens.count(text) == len(tokens.pieces(text))


@given(st.text(), st.integers(0, 200))
def test_the_first_n_pieces_count_n_at_the_most(text: str, n: int) -> None:
    assert tokens.count("".join(tokens.pieces(text)[:n])) <= n


def test_long_texts_are_counted_as_short_ones_are() -> None:
    assert tokens.count("word " * 10_000) == 10_000 * tokens.count(" word") + 1


# About the first sentence of the Universal Declaration of Human Rights. The bounds hold what tokenizers of today's models
# make of such text: about four letters to a token in English, three in German and Russian, one or two signs in Japanese.
LANGUAGES = {
    "English": ("All human beings are born free and equal in dignity and rights.", 3.5, 5.5),
    "German": ("Alle Menschen sind frei und gleich an Würde und Rechten geboren.", 3, 5.5),
    "Russian": ("Все люди рождаются свободными и равными в своём достоинстве и правах.", 2, 4.5),
    "Japanese": ("すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。", 0.8, 2),
    "Python": ("def area(width, height):\n    return width * height\n", 2, 4.5),
    "JSON": ('{"name":"Ada","born":1815,"fields":["mathematics","computing"]}', 2, 4.5),
}


@pytest.mark.parametrize(("text", "least", "most"), LANGUAGES.values(), ids=LANGUAGES.keys())
def test_characters_per_token_are_plausible(text: str, least: float, most: float) -> None:
    assert least <= len(text) / tokens.count(text) <= most


def test_a_greeting_costs_what_was_recorded() -> None:
    assert tokens.count_request(ChatRequest(messages=[user("Hello, world!")])) == 11  # on Claude Sonnet 4


def test_nothing_costs_something() -> None:
    assert tokens.count_request(ChatRequest(messages=[])) >= 1


def test_messages_and_their_blocks_add_up() -> None:
    one = tokens.count_request(ChatRequest(messages=[user("Hello")]))
    two = tokens.count_request(ChatRequest(messages=[user("Hello"), user("Hello")]))
    frame = tokens.count_request(ChatRequest(messages=[])) - tokens.count_request(request())

    assert two - one == tokens.count("Hello") - frame
    assert cost({"text": "Hello"}, {"text": "Hello"}) == 2 * tokens.count("Hello")


def test_the_system_prompt_costs_its_text() -> None:
    plain = tokens.count_request(request({"text": "Hi"}))
    guarded = msgspec.convert({"guardContent": {"text": {"text": "Be brief."}}}, SystemContentBlock)

    for block in (SystemContentBlock(text="Be brief."), guarded):
        assert tokens.count_request(request({"text": "Hi"}, system=[block])) == plain + tokens.count("Be brief.")


def test_tools_cost_a_base_and_their_schemas() -> None:
    def count(*names: str) -> int:
        tools = [{"toolSpec": {"name": name, "inputSchema": {"json": {"type": "object"}}}} for name in names]
        return tokens.count_request(
            request({"text": "Hi"}, tool_config=msgspec.convert({"tools": tools}, ToolConfiguration))
        )

    base = tokens.count_request(request({"text": "Hi"}))
    one, two = count("alpha"), count("alpha", "gamma")

    assert one - base > tokens.TOOLS
    assert 0 < two - one < one - base - tokens.TOOLS + 10  # the base is there once


@pytest.mark.parametrize(
    ("width", "height", "expected"), [(200, 200, 53), (1000, 1000, 1333), (1, 1, 1), (8000, 8000, 1600)]
)
def test_pictures_cost_by_their_size(width: int, height: int, expected: int) -> None:
    """Width times height over 750, and 1,600 at the most (Anthropic's guide to vision: 200 by 200 is about 54)."""
    picture = {"format": "png", "source": {"bytes": png(width, height)}}

    assert tokens.count_image(png(width, height)) == expected
    assert cost({"image": picture}) == expected
    assert cost({"guardContent": {"image": picture}}) == expected


def test_a_picture_of_unknown_size_costs_the_most() -> None:
    assert tokens.count_image(b"no picture") == tokens.IMAGE_MAX


# What a model reads, in every form it comes in: the long text costs more than the short one by the same.
FORMS = {
    "text": lambda text: {"text": text},
    "document": lambda text: {"document": {"name": "d", "source": {"text": text}}},
    "document in parts": lambda text: {"document": {"name": "d", "source": {"content": [{"text": text}]}}},
    "tool result": lambda text: {"toolResult": {"toolUseId": "a", "content": [{"text": text}]}},
    "document in a tool result": lambda text: {
        "toolResult": {"toolUseId": "a", "content": [{"document": {"name": "d", "source": {"text": text}}}]}
    },
    "search result": lambda text: {"searchResult": {"title": "t", "source": "s", "content": [{"text": text}]}},
    "search result in a tool result": lambda text: {
        "toolResult": {
            "toolUseId": "a",
            "content": [{"searchResult": {"title": "t", "source": "s", "content": [{"text": text}]}}],
        }
    },
    "guarded text": lambda text: {"guardContent": {"text": {"text": text}}},
    "cited text": lambda text: {"citationsContent": {"content": [{"text": text}], "citations": []}},
    "reasoning": lambda text: {"reasoningContent": {"reasoningText": {"text": text}}},
    "call": lambda text: {"toolUse": {"toolUseId": "a", "name": "t", "input": {"q": text}}},
    "JSON in a tool result": lambda text: {"toolResult": {"toolUseId": "a", "content": [{"json": {"q": text}}]}},
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_text_costs_the_same_in_every_form(form: Callable[[str], object]) -> None:
    short, long = "two words", "two words and six more of them"

    assert cost(form(long)) - cost(form(short)) == tokens.count(long) - tokens.count(short)


def test_an_unread_document_costs_by_its_bytes() -> None:
    assert cost({"document": {"name": "d", "format": "pdf", "source": {"bytes": bytes(8000)}}}) == 1001


def test_what_no_model_reads_costs_nothing() -> None:
    assert cost({"cachePoint": {"type": "default"}}) == 0
