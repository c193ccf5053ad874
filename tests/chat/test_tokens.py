"""The estimate of tokens: its parts make up the text, the sum its parts, and the sizes are plausible."""

import struct
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.catalog import Catalogue, Model
from outcrop.chat import tokens
from outcrop.chat.features import Features
from outcrop.chat.request import ChatRequest, user
from outcrop.model.runtime import Message, OutputConfig, SystemContentBlock, ToolConfiguration

CATALOGUE = Catalogue.load()


def model(model_id: str = "anthropic.claude-sonnet-4-20250514-v1:0", **features: object) -> Model:
    """A model of the catalogue, its features changed."""
    found = CATALOGUE.get(model_id)
    assert found
    return msgspec.structs.replace(found, features=msgspec.structs.replace(found.features, **features))


SONNET_4 = model()


def png(width: int, height: int) -> bytes:
    """The first bytes of a picture, which say its size."""
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height)


def request(*content: object, role: str = "user", **members: object) -> ChatRequest:
    message = msgspec.convert({"role": role, "content": list(content)}, Message, builtin_types=(bytes,))
    return ChatRequest(messages=[message], **members)


def count(asked: ChatRequest, asked_of: Model = SONNET_4) -> int:
    return tokens.count_request(asked, asked_of)


def cost(*content: object, of: Model = SONNET_4, role: str = "user") -> int:
    """What blocks add to a message that has none."""
    return count(request(*content, role=role), of) - count(request(role=role), of)


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


# A request in a few words, what the service counted (recorded), and how far off the estimate may be, in tokens.
HELLO, WEATHER = {"text": "Hello, world!"}, {"text": "What is the weather in Berlin?"}
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOL = {"toolSpec": {"name": "get_weather", "description": "Weather of a city", "inputSchema": {"json": SCHEMA}}}


def test_a_greeting_costs_what_was_recorded() -> None:
    assert count(ChatRequest(messages=[user("Hello, world!")])) == 11  # on Claude Sonnet 4


def test_nothing_costs_something() -> None:
    assert count(ChatRequest(messages=[])) >= 1
    assert count(request(), model("amazon.nova-lite-v1:0", tokens_conversation=-100)) == 1


# What surrounds one message of a few words, without tools and with one (recorded, rounded to five by family).
FRAMES = {
    "anthropic.claude-sonnet-4-5-20250929-v1:0": (7, 505),
    "anthropic.claude-sonnet-4-20250514-v1:0": (7, 315),
    "anthropic.claude-3-haiku-20240307-v1:0": (7, 265),
    "amazon.nova-micro-v1:0": (0, 335),
    "amazon.nova-2-lite-v1:0": (46, 850),
    "meta.llama3-3-70b-instruct-v1:0": (34, 105),
    "cohere.command-r-v1:0": (0, 0),
}


@pytest.mark.parametrize(("model_id", "plain", "tooled"), [(key, *row) for key, row in FRAMES.items()])
def test_frames_are_near_what_was_recorded(model_id: str, plain: int, tooled: int) -> None:
    asked_of = model(model_id)
    asked = request(WEATHER, tool_config=msgspec.convert({"tools": [TOOL]}, ToolConfiguration))
    tool = tokens.count_json(asked.tools[0].tool_spec) if tooled else 0

    assert count(request(WEATHER), asked_of) == tokens.count(WEATHER["text"]) + plain
    assert count(asked, asked_of) == pytest.approx(tokens.count(WEATHER["text"]) + tool + tooled, abs=15)


def test_messages_and_their_blocks_add_up() -> None:
    asked_of = model(tokens_conversation=100, tokens_message=7)
    one = count(ChatRequest(messages=[user("Hello")]), asked_of)
    two = count(ChatRequest(messages=[user("Hello"), user("Hello")]), asked_of)

    assert (one, two) == (107 + tokens.count("Hello"), 114 + 2 * tokens.count("Hello"))
    assert tokens.frame(2, asked_of) == 114
    assert cost({"text": "Hello"}, {"text": "Hello"}) == 2 * tokens.count("Hello")


def test_the_system_prompt_costs_its_text() -> None:
    plain = count(request({"text": "Hi"}))
    guarded = msgspec.convert({"guardContent": {"text": {"text": "Be brief."}}}, SystemContentBlock)

    for block in (SystemContentBlock(text="Be brief."), guarded):
        assert count(request({"text": "Hi"}, system=[block])) == plain + tokens.count("Be brief.")


def tools(*names: str, **choice: object) -> int:
    """What tools add to a request of a model on which each part of their cost shows."""
    listed = [{"toolSpec": {**TOOL["toolSpec"], "name": name}} for name in names]
    config = msgspec.convert({"tools": listed, **choice}, ToolConfiguration)
    asked_of = model(tokens_tools=1000, tokens_tool=100, tokens_tool_share=0.5, tokens_tool_choice=5000)
    return count(request(HELLO, tool_config=config), asked_of) - count(request(HELLO), asked_of)


def test_tools_cost_a_base_and_their_specifications() -> None:
    specification = tokens.count_json(TOOL["toolSpec"]) / 2

    assert tools("get_weather") == pytest.approx(1100 + specification, abs=2)
    assert tools("get_weather", "get_climate") == pytest.approx(1200 + 2 * specification, abs=2)


@pytest.mark.parametrize(
    ("choice", "more"), [({"auto": {}}, 0), ({"any": {}}, 5000), ({"tool": {"name": "get_weather"}}, 5000)]
)
def test_a_tool_that_has_to_be_called_costs_more(choice: object, more: int) -> None:
    assert tools("get_weather", toolChoice=choice) - tools("get_weather") == more


def test_the_service_s_own_tools_cost_nothing_known() -> None:
    config = msgspec.convert({"tools": [{"systemTool": {"name": "nova_grounding"}}]}, ToolConfiguration)
    assert count(request(HELLO, tool_config=config)) == count(request(HELLO))


@pytest.mark.parametrize(("base", "read"), [(0, False), (105, True)])
def test_a_schema_costs_where_the_model_reads_it(base: int, read: bool) -> None:
    schema = msgspec.json.encode(SCHEMA).decode()
    structure = {"jsonSchema": {"schema": schema}}
    config = msgspec.convert({"textFormat": {"type": "json_schema", "structure": structure}}, OutputConfig)
    asked_of = model(tokens_schema=base)

    added = count(request(HELLO, output_config=config), asked_of) - count(request(HELLO), asked_of)
    assert added == base + (tokens.count(schema) if read else 0)


@pytest.mark.parametrize(
    ("fields", "more"),
    [
        ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, 28),
        ({"reasoning_config": {"type": "enabled", "budget_tokens": 1024}}, 28),
        ({"thinking": {"type": "adaptive"}}, 0),
        ({"thinking": "enabled"}, 0),
        ({"top_k": 5}, 0),
    ],
)
def test_reasoning_with_a_budget_costs_more(fields: dict[str, object], more: int) -> None:
    """Recorded on Claude Opus 4.1: 10 tokens without, 38 with."""
    assert count(request(HELLO, fields=fields)) - count(request(HELLO)) == more


def test_citations_cost_once_where_they_are_enabled() -> None:
    def document(enabled: bool) -> object:
        return {"document": {"name": "d", "source": {"text": "Words."}, "citations": {"enabled": enabled}}}

    assert cost(document(True), document(True)) - cost(document(False), document(False)) == 600
    assert cost(document(True), of=model(tokens_citations=0)) == cost(document(False))


@pytest.mark.parametrize("wrap", [lambda b: b, lambda b: {"toolResult": {"toolUseId": "a", "content": [b]}}])
def test_citations_of_search_results_cost_too(wrap: Callable[[object], object]) -> None:
    """Recorded on Claude Haiku 4.5, inside a tool result."""
    found = {"title": "t", "source": "s", "content": [{"text": "Words."}]}
    more = cost(wrap({"searchResult": {**found, "citations": {"enabled": True}}}))
    assert more - cost(wrap({"searchResult": found})) == 600


def test_the_context_of_a_document_is_read() -> None:
    plain = {"name": "d", "source": {"text": "Words."}}
    more = cost({"document": {**plain, "context": "A manual."}}) - cost({"document": plain})
    assert more == tokens.count("A manual.")


def turns(*contents: list[object]) -> ChatRequest:
    roles = ("user", "assistant") * len(contents)
    messages = [{"role": role, "content": content} for role, content in zip(roles, contents, strict=False)]
    return ChatRequest(messages=msgspec.convert(messages, list[Message]))


THOUGHT = {"reasoningContent": {"reasoningText": {"text": "One has to think about that for a while."}}}
CALL = {"toolUse": {"toolUseId": "a", "name": "t", "input": {}}}
RESULT = {"toolResult": {"toolUseId": "a", "content": [{"text": "Rain."}]}}


def test_reasoning_is_read_until_the_user_speaks_again() -> None:
    """Recorded on Claude 3.7 and later: 378 tokens for a turn whose reasoning alone would be as many."""
    thought = tokens.count(THOUGHT["reasoningContent"]["reasoningText"]["text"])

    def added(*after: list[object]) -> int:
        return count(turns([WEATHER], [THOUGHT, CALL], *after)) - count(turns([WEATHER], [CALL], *after))

    assert added([RESULT]) == thought
    assert added([RESULT], [CALL], [RESULT]) == thought
    assert added([RESULT], [HELLO], [HELLO]) == 0


@pytest.mark.parametrize("block", [CALL, RESULT], ids=["call", "result"])
def test_calls_and_results_have_a_frame(block: object) -> None:
    assert cost(block, of=model(tokens_tool_block=120)) - cost(block, of=model(tokens_tool_block=20)) == 100


def test_a_model_costs_what_its_features_say_and_nothing_else() -> None:
    defaults = {name: getattr(Features(), name) for name in Features.__struct_fields__ if name.startswith("tokens_")}
    for line in ("amazon.nova-lite-v1:0", "meta.llama3-3-70b-instruct-v1:0"):
        assert count(request(HELLO, CALL, RESULT), model(line, **defaults)) == count(
            request(HELLO, CALL, RESULT), model(**defaults)
        )


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


# Requests of millions of letters, of which only a limit is asked.

WORDS = "The quick, brown fox jumps over the lazy dog. "
LONG = WORDS * 60_000  # 2.8 million letters, 720,000 tokens


def spied(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lengths of the texts that are counted from now on."""
    lengths: list[int] = []
    found = tokens._PIECE

    class Spy:
        def findall(self, text: str) -> list[str]:
            lengths.append(len(text))
            return found.findall(text)

    monkeypatch.setattr(tokens, "_PIECE", Spy())
    return lengths


@pytest.mark.parametrize("blocks", [1, 60, 6000])
def test_no_more_is_counted_than_it_takes(monkeypatch: pytest.MonkeyPatch, blocks: int) -> None:
    """However the text is cut up, and wherever it stands."""
    part = LONG[: len(LONG) // blocks]
    result = {"toolResult": {"toolUseId": "a", "content": [{"text": part}] * blocks}}
    for asked in (request(*[{"text": part}] * blocks), request(result), request({"toolUse": uses(part, blocks)})):
        exact = count(asked)
        counted = spied(monkeypatch)
        told = tokens.count_request(asked, SONNET_4, 8000)
        assert sum(counted) < 200_000
        monkeypatch.undo()
        assert told == pytest.approx(exact, rel=0.2)


def uses(part: str, number: int) -> dict[str, object]:
    return {"toolUseId": "a", "name": "t", "input": {"x": [part] * number}}


@pytest.mark.parametrize("most", [700_000, 2_000_000])
def test_near_a_limit_and_below_it_the_count_is_exact(most: int) -> None:
    asked = request({"text": LONG})
    assert tokens.count_request(asked, SONNET_4, most) == count(asked)
    assert tokens.count(LONG, most) == tokens.count(LONG)


def test_a_million_letters_are_counted_whatever_the_limit() -> None:
    text = LONG[: tokens.MAX_LETTERS]
    assert tokens.count(text, 1) == tokens.count(text)


@given(st.text(max_size=200), st.integers(1, 50))
def test_a_count_above_a_limit_is_told_as_above_it(text: str, most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokens, "MAX_LETTERS", 20)
        patch.setattr(tokens, "_SLICE", 7)
        assert (tokens.count(text, most) > most) == (tokens.count(text) > most)


def test_what_is_too_long_for_any_model_and_what_is_not() -> None:
    window = model("anthropic.claude-3-haiku-20240307-v1:0")
    assert tokens.too_long(request({"text": LONG}), window)
    assert not tokens.too_long(request({"text": LONG[:900_000]}), window)
    picture = {"image": {"format": "png", "source": {"bytes": png(9, 9) + bytes(3_000_000)}}}
    assert not tokens.too_long(request(picture, {"text": "What is this?"}), window)
    document = {"document": {"format": "pdf", "name": "a", "source": {"bytes": bytes(3_000_000)}}}
    assert not tokens.too_long(request(document, {"text": "What is this?"}), window)
    unknown = msgspec.structs.replace(window, context_window=None)
    assert not tokens.too_long(request({"text": LONG}), unknown)
    assert tokens.too_long(request({"text": LONG * 2}), unknown)
