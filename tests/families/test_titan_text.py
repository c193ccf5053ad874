"""Titan's native bodies, both ways."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.families.conftest import checked, hub, malformed, model, refusal, whole
from tests.families.runs import METRICS, TEXTS, streamed, text_run
from tests.families.test_everit import JSON

from outcrop.chat import tokens
from outcrop.chat.events import StopReason
from outcrop.families import titan_text
from outcrop.model.runtime import InferenceConfiguration

LITE = model("amazon.titan-text-lite-v1")
EXPRESS = model("amazon.titan-text-express-v1")
PREMIER = model("amazon.titan-text-premier-v1:0")
LARGE = model("amazon.titan-tg1-large")


def body(prompt: Any = "Say this is a test", **config: Any) -> bytes:
    return json.dumps({"inputText": prompt, **({"textGenerationConfig": config} if config else {})}).encode()


def test_a_body_is_read() -> None:
    # recorded, 2025
    request = titan_text.decode(body(maxTokenCount=10, temperature=0.8, topP=1, stopSequences=["|"]), LITE)
    assert [(turn.role, turn.content[0].text) for turn in request.messages] == [("user", "Say this is a test")]
    assert request.inference == InferenceConfiguration(max_tokens=10, temperature=0.8, top_p=1, stop_sequences=["|"])


@pytest.mark.parametrize("sent", [body(), b'{"inputText":"a","textGenerationConfig":{}}'])
def test_what_is_not_said_is_left_open(sent: bytes) -> None:
    # both recorded
    assert titan_text.decode(sent, LARGE).inference == InferenceConfiguration()


def test_a_count_of_none() -> None:
    # documented: the minimum is 0
    assert titan_text.decode(body(maxTokenCount=0), LITE).inference.max_tokens == 1


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        # recorded, 2024: what LangChain makes of one message
        ("\n\nUser: summarize the plot\n\nBot:", [("user", "summarize the plot")]),
        # documented
        ("User: Hi\nBot: Hello!\nUser: Bye\nBot:", [("user", "Hi"), ("assistant", "Hello!"), ("user", "Bye")]),
        # no conversations, as they stand
        ("Command: explain User: and Bot: to me", [("user", "Command: explain User: and Bot: to me")]),
        ("User: only one voice", [("user", "User: only one voice")]),
        ("Bot: Hello!\nBot:", [("user", "Bot: Hello!\nBot:")]),
    ],
)
def test_conversations_become_turns(prompt: str, said: list[tuple[str, str]]) -> None:
    system, messages = titan_text.turns(prompt)
    assert [(turn.role, turn.content[0].text) for turn in messages] == said
    assert system == []


def test_what_stands_before_a_conversation_instructs() -> None:
    system, _ = titan_text.turns("Be brief.\n\nUser: Hi\nBot:")
    assert [block.text for block in system] == ["Be brief."]


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        # quoted, 2024: LangChain's own stop sequence
        (body(stopSequences=["Human:"]), r"string [Human:] does not match pattern ^(\|+|User:)$"),
        # quoted, 2024
        (body(stopSequences="User:"), "#/stopSequences: expected type: JSONArray, found: String"),
        # quoted, 2023
        (body(""), "expected minLength: 1, actual: 0"),
        # by the same schema
        (
            b'{"inputText":"a","anthropic_version":"bedrock-2023-05-31"}',
            "#: extraneous key [anthropic_version] is not permitted",
        ),
        (
            b'{"prompt":"a"}',
            "#: required key [inputText] not found#: extraneous key [prompt] is not permitted",
        ),
        (body(1), "#/inputText: expected type: String, found: Integer"),
        (body(maxTokenCount=4097), "#/maxTokenCount: 4097 is not less or equal to 4096"),
        (body(temperature=1.5), "#/temperature: 1.5 is not less or equal to 1"),
        (body(max_tokens=5), "#: extraneous key [max_tokens] is not permitted"),
    ],
)
def test_refusals_are_everits(sent: bytes, text: str) -> None:
    assert refusal(titan_text, sent, LITE) == malformed(text)


def test_each_model_has_its_own_limit() -> None:
    # documented: 4,096, 8,192 and 3,072 tokens
    assert refusal(titan_text, body(maxTokenCount=8192), EXPRESS) is None
    assert refusal(titan_text, body(maxTokenCount=3073), PREMIER) == malformed(
        "#/maxTokenCount: 3073 is not less or equal to 3072"
    )


def test_what_is_no_json_is_refused_in_one_sentence() -> None:
    # recorded
    text = "Malformed input request, please reformat your input and try again."
    assert refusal(titan_text, b"{ Malformed Request Body", EXPRESS) == text


@pytest.mark.parametrize("sequence", ["|", "|||", "User:"])
def test_the_stop_sequences_there_are(sequence: str) -> None:
    # quoted; the first recorded too
    assert refusal(titan_text, body(stopSequences=[sequence]), LITE) is None


def test_stop_sequences_through_converse() -> None:
    # quoted, 2024, behind Converse's prefix
    asked = hub(inference=InferenceConfiguration(stop_sequences=["</stop>"]))
    assert checked(titan_text, asked, EXPRESS) == malformed(r"string [</stop>] does not match pattern ^(\|+|User:)$")


def test_additional_fields() -> None:
    assert checked(titan_text, hub(fields={"topK": 3}), LITE) == malformed("#: extraneous key [topK] is not permitted")


def test_prompts_that_are_too_long() -> None:
    # quoted: 150,180 letters; and, for Lite, the tokens, with a space at the end
    assert refusal(titan_text, body("a" * 150_180), EXPRESS) == malformed("expected maxLength: 42000, actual: 150180")
    long = "word " * 5000
    count = tokens.count_request(titan_text.decode(body(long), LITE), LITE)
    assert refusal(titan_text, body(long), LITE) == (
        f"400 Bad Request: Too many input tokens. Max input tokens: 4096, request input token count: {count} "
    )
    assert refusal(titan_text, body("word " * 4000), LITE) is None
    assert refusal(titan_text, body("word " * 10_000), PREMIER) is None


def test_a_reply_in_bytes() -> None:
    # recorded
    assert titan_text.encode_reply(whole(*text_run("\nThe ", "Lord")), hub(), LARGE) == (
        b'{"inputTextTokenCount":14,"results":[{"tokenCount":3,"outputText":"\\nThe Lord","completionReason":"FINISH"}]}'
    )


@pytest.mark.parametrize(
    ("reason", "native"),
    [
        ("end_turn", "FINISH"),  # recorded
        ("max_tokens", "LENGTH"),  # recorded
        ("stop_sequence", "STOP_CRITERIA_MET"),  # documented
        ("content_filtered", "CONTENT_FILTERED"),  # documented
    ],
)
def test_reasons(reason: StopReason, native: str) -> None:
    reply = msgspec.json.decode(titan_text.encode_reply(whole(*text_run("a", reason=reason)), hub(), LITE))
    assert reply["results"][0]["completionReason"] == native


def test_a_stream_of_one_piece_in_bytes() -> None:
    # recorded, 2025: both counts on the one chunk there is
    assert titan_text.stream(hub(), LITE, 30).chunks(text_run(" comment\nHello!", reason="max_tokens")) == [
        b'{"outputText":" comment\\nHello!","index":0,"totalOutputTextTokenCount":3,"completionReason":"LENGTH",'
        b'"inputTextTokenCount":14,"amazon-bedrock-invocationMetrics":{"inputTokenCount":14,"outputTokenCount":3,'
        b'"invocationLatency":120,"firstByteLatency":30}}'
    ]


def test_a_stream_of_pieces_in_bytes() -> None:
    # quoted: the prompt's count on the first chunk alone, everything else on the last, which has text
    count = tokens.count_request(hub(), LITE)
    assert titan_text.stream(hub(), LITE, 30).chunks(text_run("Once", " upon", " a time")) == [
        b'{"outputText":"Once","index":0,"totalOutputTextTokenCount":null,"completionReason":null,'
        b'"inputTextTokenCount":%d}' % count,
        b'{"outputText":" upon","index":0,"totalOutputTextTokenCount":null,"completionReason":null,'
        b'"inputTextTokenCount":null}',
        b'{"outputText":" a time","index":0,"totalOutputTextTokenCount":3,"completionReason":"FINISH",'
        b'"inputTextTokenCount":null,"amazon-bedrock-invocationMetrics":{"inputTokenCount":14,"outputTokenCount":3,'
        b'"invocationLatency":120,"firstByteLatency":30}}',
    ]


@given(TEXTS, st.integers(1, 4))
def test_the_pieces_of_a_stream_join_to_the_reply(pieces: list[str], size: int) -> None:
    run = text_run(*pieces)
    chunks = streamed(titan_text, hub(), LITE, run, size)
    reply = msgspec.json.decode(titan_text.encode_reply(whole(*run), hub(), LITE))
    assert "".join(chunk["outputText"] for chunk in chunks) == reply["results"][0]["outputText"]
    assert [chunk["inputTextTokenCount"] is None for chunk in chunks] == [False] + [True] * (len(chunks) - 1)
    assert [METRICS in chunk for chunk in chunks] == [False] * (len(chunks) - 1) + [True]


SETTINGS = ("maxTokenCount", "temperature", "topP", "stopSequences", "x")


@given(
    st.binary(max_size=60)
    | JSON.map(json.dumps).map(str.encode)
    | st.fixed_dictionaries(
        {"inputText": JSON},
        optional={"textGenerationConfig": JSON | st.dictionaries(st.sampled_from(SETTINGS), JSON, max_size=3)},
    )
    .map(json.dumps)
    .map(str.encode)
)
def test_any_body_is_taken_or_refused_in_words(sent: bytes) -> None:
    assert refusal(titan_text, sent, EXPRESS) != ""


@given(st.lists(st.sampled_from(("User:", "Bot:", "\n", " ", "hello", ""))).map("".join).filter(bool))
def test_any_prompt_has_a_turn_of_the_user(prompt: str) -> None:
    _, messages = titan_text.turns(prompt)
    assert any(turn.role == "user" and turn.content[0].text for turn in messages)


def test_empty_lines_by_the_million_are_text() -> None:
    """A search for a voice behind each of them would last for hours."""
    prompt = "\n" * 1_000_000
    assert titan_text.turns(prompt)[1][0].content[0].text == prompt
    assert [turn.role for turn in titan_text.turns(prompt + " User: a\n\n\t\nBot: b")[1]] == ["user", "assistant"]
