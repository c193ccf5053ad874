"""DeepSeek-R1's native bodies, both ways."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.families.conftest import checked, decoded, hub, model, refusal, whole
from tests.families.natives import BODIES, objects
from tests.families.runs import LAST, METRICS, TEXTS, streamed, text_run, thought_run

from outcrop.chat.events import Event, StopReason
from outcrop.chat.request import ChatRequest
from outcrop.families import deepseek

R1 = model("deepseek.r1-v1:0")
TEMPLATE = "<｜begin▁of▁sentence｜><｜User｜>Describe it.<｜Assistant｜><think>\n"  # of the documentation's example


def asked(prompt: str = TEMPLATE, **members: Any) -> ChatRequest:
    return deepseek.decode(json.dumps({"prompt": prompt, **members}).encode(), R1)


def spoken(request: ChatRequest, run: list[Event]) -> Any:
    return json.loads(deepseek.encode_reply(whole(*run), request, R1))["choices"][0]["text"]


def test_a_body_is_read() -> None:
    # documented
    request = asked(temperature=0.5, top_p=0.9, max_tokens=512, stop=["|"])
    assert [(m.role, m.content[0].text) for m in request.messages] == [("user", "Describe it.")]
    inference = request.inference
    assert (inference.max_tokens, inference.temperature, inference.top_p) == (512, 0.5, 0.9)
    assert (inference.stop_sequences, request.fields) == (["|"], {})


def test_a_template_becomes_turns() -> None:
    request = asked(
        "<｜begin▁of▁sentence｜>Be brief.<｜User｜>One<｜Assistant｜><think>\nHm.\n</think>\n\nTwo<｜end▁of▁sentence｜>"
        "<｜User｜>Three<｜Assistant｜><think>\n"
    )
    assert [block.text for block in request.system] == ["Be brief."]
    assert [(m.role, m.content[0].text) for m in request.messages] == [
        ("user", "One"),
        ("assistant", "Two"),
        ("user", "Three"),
    ]


def test_a_template_in_ascii() -> None:
    # quoted 2025-03: a caller's request
    request = asked("\n<|begin_of_sentence|><|User|>\n  hi\n  <|Assistant|>\n\n")
    assert [(m.role, m.content[0].text) for m in request.messages] == [("user", "hi")]


def test_the_beginning_of_an_answer_is_carried_on() -> None:
    request = asked("<｜User｜>Count<｜Assistant｜>One, two")
    assert [(m.role, m.content[0].text) for m in request.messages] == [("user", "Count"), ("assistant", "One, two")]


@pytest.mark.parametrize("prompt", ["Hello", "<｜Assistant｜>Hello", "<｜User｜>", "<think>"])
def test_any_other_prompt_is_what_one_user_says(prompt: str) -> None:
    assert [(m.role, m.content[0].text) for m in asked(prompt).messages] == [("user", prompt)]


@pytest.mark.parametrize(
    "sent",
    [
        # quoted 2025-03: a body with "system"; messages instead of a prompt
        {"prompt": TEMPLATE, "system": "Be brief."},
        {"messages": [{"role": "user", "content": "Hello"}]},
        # by the documented limits
        {"prompt": ""},
        {"prompt": "a", "max_tokens": 0},
        {"prompt": "a", "max_tokens": 32769},
        {"prompt": "a", "temperature": 1.5},
        {"prompt": "a", "top_p": 1.5},
        {"prompt": "a", "stop": ["a"] * 11},
        {"prompt": "a", "stop": "a"},
    ],
)
def test_every_refusal_is_the_same(sent: Any) -> None:
    assert refusal(deepseek, sent, R1) == "Validation Error"


def test_what_is_no_json_object_is_the_services_to_refuse() -> None:
    assert refusal(deepseek, b"{", R1) == "Malformed input request, please reformat your input and try again."


@pytest.mark.parametrize("fields", [{"top_k": 10}, {"thinking": {"type": "enabled"}}])
def test_additional_fields_of_converse(fields: Any) -> None:
    assert checked(deepseek, hub(fields=fields), R1) == "Validation Error"  # probed
    assert checked(deepseek, hub(), R1) is None


def test_a_reply_in_bytes() -> None:
    # documented
    assert deepseek.encode_reply(whole(*text_run("Hi")), asked("Hello"), R1) == (
        b'{"choices":[{"text":"Hi","stop_reason":"stop"}]}'
    )


@pytest.mark.parametrize(
    ("reason", "native"), [("end_turn", "stop"), ("max_tokens", "length"), ("stop_sequence", "stop")]
)
def test_documented_reasons(reason: StopReason, native: str) -> None:
    reply = deepseek.encode_reply(whole(*text_run("Hi", reason=reason)), asked(), R1)
    assert json.loads(reply)["choices"][0]["stop_reason"] == native


def test_a_thought_stands_before_the_answer() -> None:
    run = thought_run(["Hm", "."], ["Hi", " there"])
    assert spoken(asked("Hello"), run) == "<think>\nHm.\n</think>\n\nHi there"
    assert spoken(asked(), run) == "Hm.\n</think>\n\nHi there"  # the template has opened it


def test_a_thought_that_the_limit_cut_off_stays_open() -> None:
    assert spoken(asked("Hello"), thought_run(["Hm"], [], "max_tokens")) == "<think>\nHm"


def test_an_answer_without_a_thought_closes_the_one_that_the_template_opened() -> None:
    assert spoken(asked(), text_run("Hi")) == "\n</think>\n\nHi"


def test_a_stream_in_bytes() -> None:
    # documented as the same choices; the last chunk as recorded for Mistral, which speaks alike
    assert deepseek.stream(asked("Hello"), R1, 30).chunks(thought_run(["Hm"], ["Hi", ""])) == [
        b'{"choices":[{"text":"<think>\\nHm","stop_reason":null}]}',
        b'{"choices":[{"text":"\\n</think>\\n\\nHi","stop_reason":null}]}',
        f'{{"choices":[{{"text":"","stop_reason":"stop"}}],{LAST}'.encode(),
    ]


@given(TEXTS, TEXTS, st.integers(1, 4), st.booleans())
def test_the_pieces_of_a_stream_join_to_the_reply(
    thoughts: list[str], pieces: list[str], size: int, opened: bool
) -> None:
    request, run = asked(TEMPLATE if opened else "Hello"), thought_run(thoughts, pieces)
    chunks = streamed(deepseek, request, R1, run, size)
    assert "".join(chunk["choices"][0]["text"] for chunk in chunks) == spoken(request, run)
    assert [METRICS in chunk for chunk in chunks] == [False] * (len(chunks) - 1) + [True]


@given(BODIES | objects("prompt", "temperature", "top_p", "max_tokens", "stop"))
def test_any_body_is_taken_or_refused_in_words(sent: bytes) -> None:
    assert refusal(deepseek, sent, R1) != ""


@given(
    st.lists(
        st.sampled_from(["<｜User｜>", "<｜Assistant｜>", "<think>", "</think>", "a", "\n", "<｜end▁of▁sentence｜>"])
    )
)
def test_any_template_has_a_users_turn(parts: list[str]) -> None:
    request = asked("".join(["x", *parts]))
    assert any(message.role == "user" for message in request.messages)
    assert decoded([deepseek.encode_reply(whole(*text_run("Hi")), request, R1)])[0]["choices"]
