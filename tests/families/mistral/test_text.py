"""Mistral's text completion, both ways."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.families.conftest import checked, hub, model, refusal, whole
from tests.families.runs import METRICS, TEXTS, streamed, text_run
from tests.families.test_everit import JSON

from outcrop.families import mistral
from outcrop.families.mistral import text
from outcrop.model.runtime import InferenceConfiguration

SEVEN = model("mistral.mistral-7b-instruct-v0:2")
MIXTRAL = model("mistral.mixtral-8x7b-instruct-v0:1")
ASKED = mistral.decode(b'{"prompt":"Hi"}', SEVEN)


def body(**members: Any) -> bytes:
    return json.dumps({"prompt": "Say this is a test", **members}).encode()


def test_a_body_is_read() -> None:
    # recorded, 2025
    request = mistral.decode(body(max_tokens=10, temperature=0.8, top_p=1, stop=["|"]), SEVEN)
    assert [(turn.role, turn.content[0].text) for turn in request.messages] == [("user", "Say this is a test")]
    assert request.inference == InferenceConfiguration(max_tokens=10, temperature=0.8, top_p=1, stop_sequences=["|"])
    assert request.fields == {}


def test_top_k_keeps_its_native_name() -> None:
    # documented
    assert mistral.decode(body(top_k=50), SEVEN).fields == {"top_k": 50}


def test_the_template_becomes_turns() -> None:
    # documented, in this form
    prompt = "<s>[INST] A condiment? [/INST] Lemon juice!</s> [INST] Recipes? [/INST]"
    request = mistral.decode(body(prompt=prompt), SEVEN)
    assert [(turn.role, turn.content[0].text) for turn in request.messages] == [
        ("user", "A condiment?"),
        ("assistant", "Lemon juice!"),
        ("user", "Recipes?"),
    ]


def test_refusals_are_pydantics() -> None:
    # the form probed, 2026; the limit documented
    found = refusal(mistral, body(max_tokens=4097), MIXTRAL)
    assert found == (
        "Validation Error: 1 validation error for TextToTextCompletionRequest\n"
        "max_tokens\n"
        "  Input should be less than or equal to 4096 [type=less_than_equal, input_value=4097, input_type=int]\n"
        "    For further information visit https://errors.pydantic.dev/2.10/v/less_than_equal"
    )
    assert refusal(mistral, body(max_tokens=4097), SEVEN) is None


def test_messages_are_not_for_these_models() -> None:
    # recorded, 2025, as "Validation Error" alone; told with its faults since 2026
    found = refusal(mistral, {"messages": [], "seed": 42}, SEVEN)
    assert found is not None
    assert found.startswith(
        "Validation Error: 3 validation errors for TextToTextCompletionRequest\nprompt\n  Field required"
    )


def test_numbers_in_strings_and_nulls_are_taken() -> None:
    inference = mistral.decode(body(max_tokens="10", temperature=None), SEVEN).inference
    assert (inference.max_tokens, inference.temperature) == (10, None)


def test_what_is_no_json_is_refused_by_the_service() -> None:
    # recorded on Titan
    assert refusal(mistral, b"{", SEVEN) == "Malformed input request, please reformat your input and try again."


def test_additional_fields() -> None:
    # probed, 2026
    assert checked(mistral, hub(fields={"stdapi_probe_unknown": 1}), SEVEN) == (
        "Validation Error: 1 validation error for TextToTextCompletionRequest\n"
        "stdapi_probe_unknown\n"
        "  Extra inputs are not permitted [type=extra_forbidden, input_value=1, input_type=int]\n"
        "    For further information visit https://errors.pydantic.dev/2.10/v/extra_forbidden"
    )
    assert checked(mistral, hub(fields={"top_k": 50}), SEVEN) is None


def test_a_reply_in_bytes() -> None:
    # recorded
    assert mistral.encode_reply(whole(*text_run(" to find", " out", reason="max_tokens")), ASKED, SEVEN) == (
        b'{"outputs":[{"text":" to find out","stop_reason":"length"}]}'
    )


def test_a_stream_cut_by_its_limit_in_bytes() -> None:
    # recorded on Mistral Small, 2025: the last piece has the reason
    assert mistral.stream(ASKED, SEVEN, 30).chunks(text_run(" I", "'", "m", reason="max_tokens")) == [
        b'{"outputs":[{"text":" I","stop_reason":null}]}',
        b'{"outputs":[{"text":"\'","stop_reason":null}]}',
        b'{"outputs":[{"text":"m","stop_reason":"length"}],"amazon-bedrock-invocationMetrics":{"inputTokenCount":14,'
        b'"outputTokenCount":3,"invocationLatency":120,"firstByteLatency":30}}',
    ]


def test_a_stream_that_ends_of_itself_in_bytes() -> None:
    # the end of a text is a piece without letters (quoted for the chat form)
    assert mistral.stream(ASKED, SEVEN, 30).chunks(text_run("Hi")) == [
        b'{"outputs":[{"text":"Hi","stop_reason":null}]}',
        b'{"outputs":[{"text":"","stop_reason":"stop"}],"amazon-bedrock-invocationMetrics":{"inputTokenCount":14,'
        b'"outputTokenCount":3,"invocationLatency":120,"firstByteLatency":30}}',
    ]


@given(TEXTS, st.integers(1, 4), st.sampled_from(("end_turn", "max_tokens")))
def test_the_pieces_of_a_stream_join_to_the_reply(pieces: list[str], size: int, reason: Any) -> None:
    run = text_run(*pieces, reason=reason)
    chunks = streamed(mistral, ASKED, SEVEN, run, size)
    [output] = msgspec.json.decode(mistral.encode_reply(whole(*run), ASKED, SEVEN))["outputs"]
    assert "".join(chunk["outputs"][0]["text"] for chunk in chunks) == output["text"]
    assert [chunk["outputs"][0]["stop_reason"] for chunk in chunks] == [None] * (len(chunks) - 1) + [
        output["stop_reason"]
    ]
    assert [METRICS in chunk for chunk in chunks] == [False] * (len(chunks) - 1) + [True]


@given(
    st.binary(max_size=60)
    | JSON.map(json.dumps).map(str.encode)
    | st.dictionaries(
        st.sampled_from(("max_tokens", "temperature", "top_p", "top_k", "stop", "x")), JSON, max_size=3
    ).map(lambda members: body(**members))
)
def test_any_body_is_taken_or_refused_in_words(sent: bytes) -> None:
    assert refusal(mistral, sent, SEVEN) != ""


@pytest.mark.parametrize("whole_", [True, False])
def test_a_schema_knows_every_member(whole_: bool) -> None:
    assert set(text.schema(None, whole=whole_)["properties"]) == set(text.Body.__struct_fields__)
