"""Mistral's chat completion as requests."""

import base64
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.families.conftest import PIXEL, model, refusal
from tests.families.test_everit import JSON

from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.families import mistral
from outcrop.model.runtime import InferenceConfiguration

LARGE = model("mistral.mistral-large-2407-v1:0")
PIXTRAL = model("mistral.pixtral-large-2502-v1:0")
HI = {"role": "user", "content": "Hi"}
TOOL = {
    "type": "function",
    "function": {"name": "top_song", "description": "A song.", "parameters": {"type": "object", "properties": {}}},
}


def read(*messages: Any, asked: Model = LARGE, **members: Any) -> ChatRequest:
    return mistral.decode(json.dumps({"messages": list(messages) or [HI], **members}).encode(), asked)


def test_a_body_is_read() -> None:
    # documented
    request = read({"role": "system", "content": "Be brief."}, HI, max_tokens=10, temperature=0.7, top_p=1)
    assert [block.text for block in request.system] == ["Be brief."]
    assert [(turn.role, turn.content[0].text) for turn in request.messages] == [("user", "Hi")]
    assert request.inference == InferenceConfiguration(max_tokens=10, temperature=0.7, top_p=1)


def test_calls_and_their_results() -> None:
    # documented, with these 22 characters
    call = {"id": "v6RMMiRlT7ygYkT4uULjtg", "function": {"name": "top_song", "arguments": '{"sign": "WZPZ"}'}}
    request = read(
        HI,
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": call["id"], "content": "Elemental Hotel"},
        tools=[TOOL],
        tool_choice="auto",
    )
    use = request.messages[1].content[0].tool_use
    result = request.messages[2].content[0].tool_result
    assert use is not None
    assert (use.tool_use_id, use.name, use.input) == (call["id"], "top_song", {"sign": "WZPZ"})
    assert result is not None
    assert (result.tool_use_id, result.content[0].text) == (call["id"], "Elemental Hotel")
    assert [tool.tool_spec.name for tool in request.tools if tool.tool_spec] == ["top_song"]


def test_choices_of_tools() -> None:
    # documented
    forced = read(tools=[TOOL], tool_choice="any").tool_choice
    assert forced is not None
    assert forced.any is not None
    none = read(tools=[TOOL], tool_choice="none")
    assert (none.tools, none.fields) == ([], {"tool_choice": "none"})


def test_pixtral_takes_the_public_api() -> None:
    # recorded, 2025: these members were not among those refused
    named = {"type": "function", "function": {"name": "top_song"}}
    request = read(
        asked=PIXTRAL, model="us.mistral.pixtral-large-2502-v1:0", stream=True, tools=[TOOL], tool_choice=named
    )
    assert request.tool_choice is not None
    assert request.tool_choice.tool is not None
    assert request.tool_choice.tool.name == "top_song"
    # Mistral's public API
    assert read(asked=PIXTRAL, stop="END", random_seed=7).inference.stop_sequences == ["END"]
    assert read(asked=PIXTRAL, stop=["END"], random_seed=7).fields == {"random_seed": 7}


def test_pixtral_sees() -> None:
    # Mistral's public API
    url = f"data:image/png;base64,{base64.b64encode(PIXEL).decode()}"
    said = [{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": url}}]
    words, picture = read({"role": "user", "content": said}, asked=PIXTRAL).messages[0].content
    assert words.text == "What?"
    assert picture.image is not None
    assert (picture.image.format, picture.image.source.bytes) == ("png", PIXEL)


def test_what_is_no_json_is_refused_by_the_service() -> None:
    assert refusal(mistral, b"[]", LARGE) == "Malformed input request, please reformat your input and try again."


MEMBERS = ("tools", "tool_choice", "max_tokens", "temperature", "stop", "stream", "x")
SAID = st.fixed_dictionaries(
    {"role": st.sampled_from(("system", "user", "assistant", "tool", "x"))},
    optional={"content": JSON, "tool_calls": JSON, "tool_call_id": JSON, "x": JSON},
)


@given(
    st.binary(max_size=60)
    | JSON.map(json.dumps).map(str.encode)
    | st.builds(
        lambda said, members: json.dumps({"messages": said, **members}).encode(),
        st.lists(SAID, max_size=3),
        st.dictionaries(st.sampled_from(MEMBERS), JSON, max_size=2),
    ),
    st.sampled_from((LARGE, PIXTRAL)),
)
def test_any_body_is_taken_or_refused_in_words(sent: bytes, asked: Model) -> None:
    assert refusal(mistral, sent, asked) != ""
