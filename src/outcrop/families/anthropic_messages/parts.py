"""Content blocks of the hub as native ones, as a caller writes them: the other direction of `blocks`.

A cache point becomes the `cache_control` of what stands before it. What native messages have no form for is refused in
Converse's words, never left out. Documents come here as PDF, as text or as passages; whoever has another format reads it
first.
"""

import base64
from collections.abc import Iterable
from typing import Any

import msgspec

from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import text_of
from outcrop.families.anthropic_messages import replies
from outcrop.model.runtime import (
    CachePointBlock,
    CitationsContentBlock,
    ContentBlock,
    DocumentBlock,
    ImageBlock,
    SearchResultBlock,
    SystemContentBlock,
    Tool,
    ToolResultBlock,
    ToolResultContentBlock,
)

Native = dict[str, Any]
_NAMES = {
    "audio": "audio",
    "video": "video",
    "tool_addition": "toolAddition",
    "tool_removal": "toolRemoval",
    "guard_content": "guardContent",
    "citations_content": "citationsContent",
}


def content(blocks: Iterable[ContentBlock]) -> list[Native]:
    """The blocks of one message; raises ModelRefusal for a kind that has no native form."""
    found: list[Native] = []
    for block in blocks:
        if block.cache_point:
            mark(found, block.cache_point)
        else:
            found.append(_block(block))
    return found


def system(blocks: Iterable[SystemContentBlock]) -> list[Native]:
    """The system prompt; raises ModelRefusal for a picture in it."""
    found: list[Native] = []
    for block in blocks:
        if block.cache_point:
            mark(found, block.cache_point)
        else:
            text = text_of(block)
            if text is None:
                raise _unsupported("guard_content")
            found.append({"type": "text", "text": text})
    return found


def tools(given: Iterable[Tool]) -> list[Native]:
    """The caller's own tools; raises ModelRefusal for one of the service's (`systemTool`)."""
    found: list[Native] = []
    for tool in given:
        if tool.cache_point:
            mark(found, tool.cache_point)
        elif tool.tool_spec:
            asked = tool.tool_spec
            native = {"name": asked.name, "description": asked.description, "input_schema": asked.input_schema.json}
            found.append(_given(native | {"strict": asked.strict}))
        else:
            raise ModelRefusal("This model doesn't support the systemTool field. Remove systemTool and try again.")
    return found


def mark(before: list[Native], point: CachePointBlock) -> None:
    """Mark the last of `before`; raises ModelRefusal for a cache point with nothing before it (decided)."""
    if not before:
        raise ModelRefusal("A cache point must follow the content that it caches.")
    before[-1]["cache_control"] = _given({"type": "ephemeral", "ttl": point.ttl})


def _given(members: Native) -> Native:
    return {name: value for name, value in members.items() if value is not None}


def _unsupported(kind: str) -> ModelRefusal:
    return ModelRefusal(
        f"This model doesn't support the {_NAMES[kind]} content block that you provided. Update the content block and "
        "try again."
    )


def _block(block: ContentBlock) -> Native:
    """One block other than a cache point."""
    if (text := text_of(block)) is not None:
        return {"type": "text", "text": text}
    if block.tool_use:
        use = block.tool_use
        return {"type": "tool_use", "id": use.tool_use_id, "name": use.name, "input": use.input}
    if block.tool_result:
        return _tool_result(block.tool_result)
    if block.reasoning_content:
        return replies.thought(block.reasoning_content)
    if block.citations_content:
        return _cited(block.citations_content)
    return _material(block)


def _cited(block: CitationsContentBlock) -> Native:
    try:
        return replies.cited(block)
    except ValueError:  # of the web, which no Claude model on Bedrock cites
        raise _unsupported("citations_content") from None


def _material(block: ContentBlock | ToolResultContentBlock) -> Native:
    """A picture, a document or a search result."""
    if block.image:
        return _image(block.image)
    if block.document:
        return _document(block.document)
    if block.search_result:
        return _search_result(block.search_result)
    guarded = getattr(block, "guard_content", None)
    if guarded and guarded.image:
        return _picture(guarded.image.format, guarded.image.source.bytes)
    raise _unsupported(next(name for name in _NAMES if getattr(block, name, None)))


def _image(image: ImageBlock) -> Native:
    if image.source.s3_location:
        raise ModelRefusal("This model doesn't support the s3Uri field. Remove s3Uri and try again.")  # recorded
    return _picture(image.format, image.source.bytes)


def _picture(kind: str, data: bytes | None) -> Native:
    return {"type": "image", "source": {"type": "base64", "media_type": f"image/{kind}", "data": _base64(data)}}


def _base64(data: bytes | None) -> str:
    return base64.b64encode(data or b"").decode()


def _document(document: DocumentBlock) -> Native:
    asked = document.citations
    native = {
        "type": "document",
        "source": _document_source(document),
        "title": document.name,
        "context": document.context,
        "citations": {"enabled": asked.enabled} if asked else None,
    }
    return _given(native)


def _document_source(document: DocumentBlock) -> Native:
    source = document.source
    if source.s3_location:
        raise ModelRefusal("This model doesn't support the s3Uri field. Remove s3Uri and try again.")
    if source.content is not None:
        return {"type": "content", "content": [{"type": "text", "text": part.text or ""} for part in source.content]}
    if source.text is not None:
        return {"type": "text", "media_type": "text/plain", "data": source.text}
    if document.format != "pdf":
        raise ValueError(f"a {document.format} document that nobody has read")
    return {"type": "base64", "media_type": "application/pdf", "data": _base64(source.bytes)}


def _search_result(found: SearchResultBlock) -> Native:
    asked = found.citations
    native = {
        "type": "search_result",
        "source": found.source,
        "title": found.title,
        "content": [{"type": "text", "text": part.text} for part in found.content],
        "citations": {"enabled": asked.enabled} if asked else None,
    }
    return _given(native)


def _tool_result(result: ToolResultBlock) -> Native:
    native: Native = {"type": "tool_result", "tool_use_id": result.tool_use_id}
    if result.content:
        native["content"] = [_item(item) for item in result.content]
    return native | ({"is_error": True} if result.status == "error" else {})


def _item(item: ToolResultContentBlock) -> Native:
    """An item of a tool's result; JSON has no form of its own and goes as its text."""
    if item.text is not None:
        return {"type": "text", "text": item.text}
    if item.image or item.document or item.search_result or item.video:
        return _material(item)
    return {"type": "text", "text": msgspec.json.encode(item.json).decode()}
