"""Blocks of the hub in native form, and those that have none."""

import pytest
from tests.families.conftest import PIXEL

from outcrop.chat.refusals import ModelRefusal
from outcrop.families.anthropic_messages import parts
from outcrop.model import runtime as r

POINT = r.CachePointBlock(type="default", ttl="1h")
S3 = r.S3Location(uri="s3://bucket/key")
SCHEMA = r.ToolInputSchema(json={"type": "object"})


def test_a_cache_point_marks_what_stands_before_it() -> None:
    blocks = [r.ContentBlock(text="a"), r.ContentBlock(cache_point=POINT), r.ContentBlock(text="b")]
    mark = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
    assert parts.content(blocks) == [{"type": "text", "text": "a", **mark}, {"type": "text", "text": "b"}]
    tools = [
        r.Tool(tool_spec=r.ToolSpecification(name="f", input_schema=SCHEMA)),
        r.Tool(cache_point=r.CachePointBlock(type="default")),
    ]
    assert parts.tools(tools) == [
        {"name": "f", "input_schema": {"type": "object"}, "cache_control": {"type": "ephemeral"}}
    ]


def test_a_cache_point_with_nothing_before_it_is_refused() -> None:
    with pytest.raises(ModelRefusal, match="must follow the content"):
        parts.system([r.SystemContentBlock(cache_point=POINT)])


def test_marks_for_a_guardrail_are_read_through() -> None:
    guarded = r.GuardrailConverseContentBlock(text=r.GuardrailConverseTextBlock(text="mind this"))
    image = r.GuardrailConverseImageBlock(format="png", source=r.GuardrailConverseImageSource(bytes=PIXEL))
    assert parts.system([r.SystemContentBlock(guard_content=guarded)]) == [{"type": "text", "text": "mind this"}]
    text, picture = parts.content(
        [
            r.ContentBlock(guard_content=guarded),
            r.ContentBlock(guard_content=r.GuardrailConverseContentBlock(image=image)),
        ]
    )
    assert text == {"type": "text", "text": "mind this"}
    assert picture["source"]["media_type"] == "image/png"


def test_a_cited_text_goes_back_with_its_citations() -> None:
    place = r.CitationLocation(document_page=r.DocumentPageLocation(document_index=0, start=1, end=2))
    citation = r.Citation(location=place, source_content=[r.CitationSourceContent(text="q")], title="T")
    said = r.CitationsContentBlock(citations=[citation], content=[r.CitationGeneratedContent(text="so")])
    (native,) = parts.content([r.ContentBlock(citations_content=said)])
    assert (native["text"], native["citations"][0]["type"]) == ("so", "page_location")


def test_json_of_a_tool_goes_as_its_text() -> None:
    item = r.ToolResultContentBlock(json={"degrees": 21})
    (native,) = parts.content([r.ContentBlock(tool_result=r.ToolResultBlock(content=[item], tool_use_id="t"))])
    assert native["content"] == [{"type": "text", "text": '{"degrees":21}'}]


WEB = r.CitationsContentBlock(
    citations=[r.Citation(location=r.CitationLocation(web=r.WebLocation(url="https://example.com")))], content=[]
)


@pytest.mark.parametrize(
    ("block", "name"),
    [
        (r.ContentBlock(video=r.VideoBlock(format="mp4", source=r.VideoSource(bytes=b"x"))), "video"),
        (r.ContentBlock(audio=r.AudioBlock(format="mp3", source=r.AudioSource(bytes=b"x"))), "audio"),
        (r.ContentBlock(tool_addition=r.ToolAdditionBlock(tool=r.ToolReference(name="f"))), "toolAddition"),
        (r.ContentBlock(tool_removal=r.ToolRemovalBlock(tool=r.ToolReference(name="f"))), "toolRemoval"),
        (r.ContentBlock(citations_content=WEB), "citationsContent"),
        (
            r.ContentBlock(
                tool_result=r.ToolResultBlock(
                    tool_use_id="t",
                    content=[
                        r.ToolResultContentBlock(video=r.VideoBlock(format="mp4", source=r.VideoSource(bytes=b"x")))
                    ],
                )
            ),
            "video",
        ),
    ],
)
def test_what_has_no_native_form_is_refused(block: r.ContentBlock, name: str) -> None:
    # recorded words, of models that take no video
    with pytest.raises(ModelRefusal) as refused:
        parts.content([block])
    assert refused.value.text == (
        f"This model doesn't support the {name} content block that you provided. Update the content block and try again."
    )


def test_what_lies_in_s3_is_refused() -> None:
    image = r.ImageBlock(format="png", source=r.ImageSource(s3_location=S3))
    document = r.DocumentBlock(format="pdf", name="d", source=r.DocumentSource(s3_location=S3))
    for block in (r.ContentBlock(image=image), r.ContentBlock(document=document)):
        with pytest.raises(ModelRefusal, match="s3Uri"):
            parts.content([block])


def test_tools_of_the_service_are_refused() -> None:
    with pytest.raises(ModelRefusal, match="systemTool"):
        parts.tools([r.Tool(system_tool=r.SystemTool(name="nova_grounding"))])


def test_a_document_in_another_format_must_have_been_read() -> None:
    document = r.DocumentBlock(format="docx", name="d", source=r.DocumentSource(bytes=b"x"))
    with pytest.raises(ValueError, match="docx"):
        parts.content([r.ContentBlock(document=document)])
