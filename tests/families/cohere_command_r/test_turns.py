"""Command R bodies as turns of the hub."""

import json
from typing import Any

from tests.families.conftest import checked, hub, malformed, model

from outcrop.chat.request import ChatRequest
from outcrop.families import cohere_command_r
from outcrop.model.runtime import InferenceConfiguration

R = model("cohere.command-r-v1:0")


def asked(**members: Any) -> ChatRequest:
    return cohere_command_r.decode(json.dumps({"message": "And now?", **members}).encode(), R)


def said(request: ChatRequest) -> list[tuple[str, list[str | None]]]:
    return [(message.role, [block.text for block in message.content]) for message in request.messages]


def test_a_message_and_its_settings() -> None:
    # recorded 2025-04: the request of a tracing library
    request = asked(message="Say this is a test", max_tokens=10, temperature=0.8, p=0.9, stop_sequences=["|"])
    assert said(request) == [("user", ["Say this is a test"])]
    inference = request.inference
    assert (inference.max_tokens, inference.temperature, inference.top_p) == (10, 0.8, 0.9)
    assert (inference.stop_sequences, request.fields, request.tool_config) == (["|"], {}, None)


def test_history_stands_before_the_message() -> None:
    history = [
        {"role": "USER", "message": "Who discovered gravity?"},
        {"role": "CHATBOT", "message": "Newton."},
    ]
    assert said(asked(chat_history=history)) == [
        ("user", ["Who discovered gravity?"]),
        ("assistant", ["Newton."]),
        ("user", ["And now?"]),
    ]


def test_the_preamble_is_the_system_prompt() -> None:
    request = asked(preamble="Be brief.", chat_history=[{"role": "SYSTEM", "message": "Be kind."}])
    assert [block.text for block in request.system] == ["Be brief.", "Be kind."]
    assert said(request) == [("user", ["And now?"])]


def test_documents_stand_before_the_message() -> None:
    # documented: objects of any texts; the title names a document
    request = asked(documents=[{"title": "Penguins", "snippet": "They are tall."}, {"text": "x", "year": 1999}])
    first, second, words = request.messages[0].content
    assert first.document is not None
    assert second.document is not None
    assert (first.document.name, first.document.source.text) == ("Penguins", "title: Penguins\nsnippet: They are tall.")
    assert (second.document.name, second.document.source.text) == ("document 1", "text: x\nyear: 1999")
    assert words.text == "And now?"


def test_tools_become_schemas() -> None:
    # documented: types are Python's
    definitions = {
        "day": {"description": "The day", "type": "str", "required": True},
        "hours": {"type": "List[int]"},
        "factor": {"type": "float"},
        "whatever": {"type": "Moment"},
    }
    tool = {"name": "report", "description": "Sales of a day", "parameter_definitions": definitions}
    (found,) = asked(tools=[tool]).tools
    assert found.tool_spec is not None
    assert (found.tool_spec.name, found.tool_spec.description) == ("report", "Sales of a day")
    assert found.tool_spec.input_schema.json == {
        "type": "object",
        "properties": {
            "day": {"type": "string", "description": "The day"},
            "hours": {"type": "array"},
            "factor": {"type": "number"},
            "whatever": {"type": "string"},
        },
        "required": ["day"],
    }


CALL = {"name": "report", "parameters": {"day": "Monday"}}
RESULTS = [{"call": CALL, "outputs": [{"sales": 5}, {"refunds": 0}]}]


def identifiers(request: ChatRequest) -> tuple[list[str], list[str]]:
    """Of the calls and of the results."""
    blocks = [block for message in request.messages for block in message.content]
    return (
        [block.tool_use.tool_use_id for block in blocks if block.tool_use],
        [block.tool_result.tool_use_id for block in blocks if block.tool_result],
    )


def test_results_answer_the_calls_they_name() -> None:
    # documented: results come with the message and the calls they answer
    request = asked(tool_results=RESULTS)
    assert [message.role for message in request.messages] == ["user", "assistant", "user"]
    call, result = request.messages[1].content[0].tool_use, request.messages[2].content[0].tool_result
    assert call is not None
    assert result is not None
    assert (call.name, call.input) == ("report", {"day": "Monday"})
    assert [item.json for item in result.content] == [{"sales": 5}, {"refunds": 0}]
    assert identifiers(request) == (["call_1_0"], ["call_1_0"])


def test_calls_that_the_history_ends_with_are_not_made_twice() -> None:
    # Cohere's Chat API: the history of the reply comes back, with an empty message
    history = [{"role": "USER", "message": "How much?"}, {"role": "CHATBOT", "message": "", "tool_calls": [CALL]}]
    request = asked(message="", chat_history=history, tool_results=RESULTS)
    assert [message.role for message in request.messages] == ["user", "assistant", "user"]
    assert identifiers(request) == (["call_1_0"], ["call_1_0"])


def test_earlier_calls_and_results_keep_their_places() -> None:
    history = [
        {"role": "USER", "message": "How much?"},
        {"role": "CHATBOT", "message": "Let me see.", "tool_calls": [CALL, CALL]},
        {"role": "TOOL", "tool_results": RESULTS + RESULTS},
        {"role": "CHATBOT", "message": "5."},
    ]
    request = asked(chat_history=history)
    assert [message.role for message in request.messages] == ["user", "assistant", "user", "assistant", "user"]
    assert identifiers(request) == (["call_1_0", "call_1_1"], ["call_1_0", "call_1_1"])


def test_a_raw_prompt_stands_alone() -> None:
    # documented: the message goes to the model without any preprocessing
    request = asked(
        raw_prompting=True,
        preamble="Be brief.",
        chat_history=[{"role": "USER", "message": "a"}],
        documents=[{"text": "x"}],
        tools=[{"name": "f", "description": "d"}],
    )
    assert (said(request), request.system, request.tools) == ([("user", ["And now?"])], [], [])


def test_what_only_command_r_knows_travels_as_fields() -> None:
    sent = {"k": 5, "seed": 7, "frequency_penalty": 0.1, "presence_penalty": 0.2, "prompt_truncation": "OFF"}
    assert asked(**sent).fields == sent


def test_fields_and_settings_of_converse_meet_the_schema() -> None:
    # quoted 2024-12 for Converse, behind its prefix
    refused = malformed("#: extraneous key [stream] is not permitted")
    assert checked(cohere_command_r, hub(fields={"stream": True}), R) == refused
    assert checked(cohere_command_r, hub(inference=InferenceConfiguration(top_p=1.0)), R) == malformed(
        "#/p: 1.0 is not less or equal to 0.99"
    )
    assert checked(cohere_command_r, hub(fields={"k": 5}), R) is None
    assert checked(cohere_command_r, asked(p=0.9), R) is None
