"""Requests of the hub as chat-completions bodies: everything is written or refused."""

from typing import Any

import pytest
from tests.families.conftest import PIXEL, hub

from outcrop.chat.refusals import ModelRefusal
from outcrop.families.chat_completions import writing
from outcrop.model import runtime as r

PICTURE = r.ImageBlock(format="png", source=r.ImageSource(bytes=PIXEL))
CALL = r.ToolUseBlock(name="weather", tool_use_id="call-1", input={"city": "Oslo"})


def result(*content: r.ToolResultContentBlock, **members: Any) -> r.ContentBlock:
    return r.ContentBlock(tool_result=r.ToolResultBlock(tool_use_id="call-1", content=list(content), **members))


def item(**content: Any) -> r.ToolResultContentBlock:
    return r.ToolResultContentBlock(**content)


def test_a_plain_conversation() -> None:
    request = hub(
        ("user", "Hello"),
        ("assistant", "Hi"),
        ("user", ["One", "Two"]),
        system=[r.SystemContentBlock(text="Be"), r.SystemContentBlock(text="brief")],
        inference=r.InferenceConfiguration(max_tokens=5, temperature=0.5, top_p=0.9, stop_sequences=["x"]),
        fields={"top_k": 3},
    )
    assert writing.body(request) == {
        "messages": [
            {"role": "system", "content": "Be\nbrief"},
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": "Hi"},
            {"role": "user", "content": [{"type": "text", "text": "One"}, {"type": "text", "text": "Two"}]},
        ],
        "max_tokens": 5,
        "temperature": 0.5,
        "top_p": 0.9,
        "stop": ["x"],
        "top_k": 3,
    }
    assert "max_completion_tokens" in writing.body(request, limit="max_completion_tokens")


def test_calls_and_results() -> None:
    thought = r.ReasoningContentBlock(reasoning_text=r.ReasoningTextBlock(text="Hm."))
    asked = [r.ContentBlock(reasoning_content=thought), "Let me see", r.ContentBlock(tool_use=CALL)]
    told = [result(item(text="sun"), item(json={"c": 7}), item(image=PICTURE), status="error"), "And now?"]
    said = writing.body(hub(("user", "Weather?"), ("assistant", asked), ("user", told)))["messages"][1:]
    function = {"name": "weather", "arguments": '{"city":"Oslo"}'}
    call = {"id": "call-1", "type": "function", "function": function}
    assert said[0] == {"role": "assistant", "content": "Let me see", "reasoning_content": "Hm.", "tool_calls": [call]}
    assert said[1] == {"role": "tool", "tool_call_id": "call-1", "content": 'Error: sun\n{"c":7}'}
    assert [part["type"] for part in said[2]["content"]] == ["image_url", "text"]
    for name, held in (("reasoning", "Hm."), (None, None)):
        (turn,) = writing.messages(
            [r.Message(role="assistant", content=[r.ContentBlock(reasoning_content=thought)])], name
        )
        assert turn.get("reasoning") == held
        assert turn["content"] == ""


@pytest.mark.parametrize(
    ("choice", "native"),
    [
        (None, None),
        (r.ToolChoice(auto=r.AutoToolChoice()), "auto"),
        (r.ToolChoice(any=r.AnyToolChoice()), "required"),
        (
            r.ToolChoice(tool=r.SpecificToolChoice(name="weather")),
            {"type": "function", "function": {"name": "weather"}},
        ),
    ],
)
def test_tools_and_which_to_call(choice: r.ToolChoice | None, native: Any) -> None:
    specification = r.ToolSpecification(
        name="weather", description="Of a city", input_schema=r.ToolInputSchema(json={"type": "object"}), strict=True
    )
    point = r.Tool(cache_point=r.CachePointBlock(type="default"))
    config = r.ToolConfiguration(tools=[r.Tool(tool_spec=specification), point], tool_choice=choice)
    body = writing.body(hub(tool_config=config))
    (tool,) = body["tools"]
    assert tool["function"] == {
        "name": "weather",
        "description": "Of a city",
        "parameters": {"type": "object"},
        "strict": True,
    }
    assert body.get("tool_choice") == native


def test_the_form_of_the_answer() -> None:
    definition = r.JsonSchemaDefinition(schema='{"type":"object"}', name="city")
    form = r.OutputFormat(type="json_schema", structure=r.OutputFormatStructure(json_schema=definition))
    body = writing.body(hub(output_config=r.OutputConfig(effort="low", text_format=form)))
    assert body["reasoning_effort"] == "low"
    assert body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "city", "schema": {"type": "object"}, "strict": True},
    }
    assert "response_format" not in writing.body(hub(output_config=r.OutputConfig()))


REDACTED = r.ReasoningContentBlock(redacted_content=b"x")
CITED = r.CitationsContentBlock(content=[r.CitationGeneratedContent(text="x")])
FILM = r.VideoBlock(format="mp4", source=r.VideoSource(bytes=b"x"))
SOUND = r.AudioBlock(format="mp3", source=r.AudioSource(bytes=b"x"))


@pytest.mark.parametrize(
    ("request_", "named"),
    [
        (hub(("user", [r.ContentBlock(video=FILM)])), "video content block"),
        (hub(("user", [r.ContentBlock(audio=SOUND)])), "audio content block"),
        (hub(("user", [result(item(video=FILM))])), "video content block"),
        (hub(("assistant", [r.ContentBlock(citations_content=CITED)])), "citationsContent content block"),
        (hub(("assistant", [r.ContentBlock(reasoning_content=REDACTED)])), "reasoningContent content block"),
        (hub(("assistant", [r.ContentBlock(image=PICTURE)])), "image content block"),
        (hub(system=[r.SystemContentBlock(guard_content=r.GuardrailConverseContentBlock())]), "guardContent content"),
        (hub(tool_config=r.ToolConfiguration(tools=[r.Tool(system_tool=r.SystemTool(name="x"))])), "systemTool field"),
        (hub(fields={"stream": False}), r"extraneous key \[stream\]"),
        (hub(fields={"model": "other"}), r"extraneous key \[model\]"),
    ],
)
def test_what_has_no_form_is_refused(request_: Any, named: str) -> None:
    with pytest.raises(ModelRefusal, match=named):
        writing.body(request_)


def test_cache_points_say_nothing() -> None:
    point = r.ContentBlock(cache_point=r.CachePointBlock(type="default"))
    system = [r.SystemContentBlock(cache_point=r.CachePointBlock(type="default"))]
    request = hub(("user", ["Hi", point]), ("assistant", ["Ho", point]), system=system)
    assert writing.body(request)["messages"] == [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Ho"},
    ]
