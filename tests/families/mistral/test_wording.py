"""In which words Mistral's chat models refuse."""

import json
from typing import Any

import pytest
from tests.families.conftest import checked, hub, model, refusal

from outcrop.families import mistral
from outcrop.families.mistral import chat, wording

LARGE = model("mistral.mistral-large-2402-v1:0")
LARGE_2407 = model("mistral.mistral-large-2407-v1:0")
PIXTRAL = model("mistral.pixtral-large-2502-v1:0")
HI = {"role": "user", "content": "Hi"}


def test_one_class_and_its_exception() -> None:
    # probed on Mistral Large, 2026
    assert checked(mistral, hub(fields={"stdapi_probe_unknown": 1}), LARGE) == (
        "Validation Error: 1 validation error for ThirdPartyChatCompletionRequest\n"
        "stdapi_probe_unknown\n"
        "  Extra inputs are not permitted [type=extra_forbidden, input_value=1, input_type=int]\n"
        "    For further information visit https://errors.pydantic.dev/2.10/v/extra_forbidden"
    )


@pytest.mark.parametrize(
    ("sent", "place", "kind"),
    [
        ({"prompt": "a"}, "messages", "missing"),
        ({"messages": "a"}, "messages", "list_type"),
        ({"messages": [{"role": "bot", "content": "a"}]}, "messages.0.role", "literal_error"),
        ({"messages": [{**HI, "x": 1}]}, "messages.0.x", "extra_forbidden"),
        ({"messages": [HI], "stop": ["a"]}, "stop", "extra_forbidden"),
        ({"messages": [HI], "tool_choice": "required"}, "tool_choice", "literal_error"),
        ({"messages": [HI], "max_tokens": 8193}, "max_tokens", "less_than_equal"),
        ({"messages": [HI], "tools": [{"type": "function"}]}, "tools.0.function", "missing"),
    ],
)
def test_where_and_why(sent: Any, place: str, kind: str) -> None:
    # the schema is the documented one
    found = refusal(mistral, sent, LARGE_2407)
    assert found is not None
    heading, first, what, _, *_ = found.split("\n")
    assert heading.endswith("for ThirdPartyChatCompletionRequest")
    assert (first, f"[type={kind}," in what) == (place, True)


def test_four_kinds_of_request_and_what_each_finds_wrong() -> None:
    # recorded on Pixtral Large, 2025: the members known to each kind, their order, and the body at the end
    sent = {
        "max_tokens": 500,
        "messages": [HI],
        "model": "us.mistral.pixtral-large-2502-v1:0",
        "seed": 42,
        "stream_options": {"include_usage": True},
        "temperature": 0.0,
    }
    found = refusal(mistral, sent, PIXTRAL)
    assert found is not None
    told = json.loads(found)
    places = [(fault["type"], ".".join(fault["loc"])) for fault in told["detail"]]
    assert places == [
        ("extra_forbidden", "body.ChatCompletionRequest.stream_options.include_usage"),
        ("extra_forbidden", "body.ChatCompletionRequest.seed"),
        *(
            entry
            for kind in ("CompletionRequest", "FIMCompletionRequest")
            for entry in (
                ("extra_forbidden", f"body.{kind}.stream_options.include_usage"),
                ("missing", f"body.{kind}.prompt"),
                ("extra_forbidden", f"body.{kind}.messages"),
                ("extra_forbidden", f"body.{kind}.seed"),
            )
        ),
        ("missing", "body.OCRRequest.document"),
        ("extra_forbidden", "body.OCRRequest.max_tokens"),
        ("extra_forbidden", "body.OCRRequest.messages"),
        ("extra_forbidden", "body.OCRRequest.seed"),
        ("extra_forbidden", "body.OCRRequest.stream_options"),
        ("extra_forbidden", "body.OCRRequest.temperature"),
    ]
    assert told["body"] == sent


def test_the_list_in_bytes() -> None:
    # recorded on Pixtral Large, 2025: the order of a fault's keys, and no spaces
    found = refusal(mistral, {"messages": [HI], "seed": 42}, PIXTRAL)
    assert found is not None
    assert found.startswith(
        '{"detail":[{"type":"extra_forbidden","loc":["body","ChatCompletionRequest","seed"],'
        '"msg":"Extra inputs are not permitted","input":42},{"type":"missing","loc":["body","CompletionRequest","prompt"],'
        '"msg":"Field required","input":{"messages":[{"role":"user","content":"Hi"}],"seed":42}},'
    )
    assert found.endswith(',"body":{"messages":[{"role":"user","content":"Hi"}],"seed":42}}')


def test_additional_fields_of_pixtral() -> None:
    # decided: what a chat finds wrong in them, in the recorded form
    found = checked(mistral, hub(fields={"seed": 42}), PIXTRAL)
    assert found is not None
    assert json.loads(found)["detail"][0]["loc"] == ["body", "ChatCompletionRequest", "seed"]
    assert checked(mistral, hub(fields={"random_seed": 42}), PIXTRAL) is None


def test_a_body_that_only_its_types_refuse() -> None:
    # the words of 2024 and 2025, when there is nothing to tell
    assert refusal(mistral, {"messages": [{"role": "user", "content": 5}]}, LARGE) == "Validation Error"
    assert refusal(mistral, {"messages": [{"role": "user", "content": 5}]}, PIXTRAL) == "Validation Error"


def test_the_schemas_know_every_member() -> None:
    assert wording.acceptable(dict.fromkeys(set(chat.Body.__struct_fields__) - {"messages"}), LARGE)
    assert wording.acceptable(dict.fromkeys(set(chat.PublicBody.__struct_fields__) - {"messages"}), PIXTRAL)
