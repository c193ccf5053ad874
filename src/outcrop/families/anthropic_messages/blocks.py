"""Native content blocks as blocks of the hub; one of them may become two, itself and a cache point behind it.

Nothing is checked here but what only decoding can tell: whether data are base64.
"""

import base64
from typing import Any, assert_never

from outcrop.chat.refusals import ModelRefusal
from outcrop.families.anthropic_messages import body as native
from outcrop.model.runtime import (
    CachePointBlock,
    CitationsConfig,
    ContentBlock,
    DocumentBlock,
    DocumentContentBlock,
    DocumentSource,
    ImageBlock,
    ImageSource,
    ReasoningContentBlock,
    ReasoningTextBlock,
    SearchResultBlock,
    SearchResultContentBlock,
    ToolResultBlock,
    ToolResultContentBlock,
    ToolUseBlock,
)


def read(block: native.ContentBlock, place: str) -> list[ContentBlock]:
    """`block`, which stands at `place` (``messages.0.content.1``), and its cache point if it has one."""
    found = [_content(block, place)]
    marked = getattr(block, "cache_control", None) or _inner_mark(block)
    if marked:
        found.append(ContentBlock(cache_point=cache_point(marked)))
    return found


def cache_point(mark: native.Ephemeral) -> CachePointBlock:
    return CachePointBlock(type="default", ttl=mark.ttl)


def _inner_mark(block: native.ContentBlock) -> native.Ephemeral | None:
    """A mark within a tool's result, where the hub has no place for one: it counts for the whole result."""
    if not isinstance(block, native.ToolResult) or not isinstance(block.content, list):
        return None
    return next((item.cache_control for item in block.content if item.cache_control), None)


def _content(block: native.ContentBlock, place: str) -> ContentBlock:
    match block:
        case native.Text():
            return ContentBlock(text=block.text)
        case native.Image():
            return ContentBlock(image=_image(block, place))
        case native.Document():
            return ContentBlock(document=_document(block, place))
        case native.SearchResult():
            return ContentBlock(search_result=_search_result(block))
        case native.ToolUse():
            return ContentBlock(tool_use=ToolUseBlock(input=block.input, name=block.name, tool_use_id=block.id))
        case native.ToolResult():
            return ContentBlock(tool_result=_tool_result(block, place))
        case native.Thinking():
            text = ReasoningTextBlock(text=block.thinking, signature=block.signature)
            return ContentBlock(reasoning_content=ReasoningContentBlock(reasoning_text=text))
        case native.RedactedThinking():
            return ContentBlock(reasoning_content=ReasoningContentBlock(redacted_content=redacted(block.data)))
        case _:
            assert_never(block)


def _image(block: native.Image, place: str) -> ImageBlock:
    kind: Any = block.source.media_type.removeprefix("image/")
    return ImageBlock(format=kind, source=ImageSource(bytes=_data(block.source.data, f"{place}.image")))


def _document(block: native.Document, place: str) -> DocumentBlock:
    source, kind = _document_source(block.source, place)
    return DocumentBlock(
        format=kind,
        name=block.title or "Untitled",  # a title is not required here, as a name is on Converse
        source=source,
        context=block.context,
        citations=_citations(block.citations),
    )


def _document_source(source: Any, place: str) -> tuple[DocumentSource, Any]:
    """The hub's source and its format."""
    match source:
        case native.Pdf():
            return DocumentSource(bytes=_data(source.data, f"{place}.document")), "pdf"
        case native.PlainText():
            return DocumentSource(text=source.data), "txt"
    content = source.content
    texts = [content] if isinstance(content, str) else [paragraph.text for paragraph in content]
    return DocumentSource(content=[DocumentContentBlock(text=text) for text in texts]), None


def _citations(asked: native.Citations | None) -> CitationsConfig | None:
    return CitationsConfig(enabled=asked.enabled) if asked else None


def _search_result(block: native.SearchResult) -> SearchResultBlock:
    return SearchResultBlock(
        content=[SearchResultContentBlock(text=paragraph.text) for paragraph in block.content],
        source=block.source,
        title=block.title,
        citations=_citations(block.citations),
    )


def _tool_result(block: native.ToolResult, place: str) -> ToolResultBlock:
    items = block.content or []
    if isinstance(items, str):
        items = [native.Text(text=items)]
    content = [_item(item, f"{place}.tool_result.content.{index}") for index, item in enumerate(items)]
    return ToolResultBlock(
        content=content, tool_use_id=block.tool_use_id, status="error" if block.is_error else "success"
    )


def _item(
    item: native.Text | native.Image | native.Document | native.SearchResult, place: str
) -> ToolResultContentBlock:
    match item:
        case native.Text():
            return ToolResultContentBlock(text=item.text)
        case native.Image():
            return ToolResultContentBlock(image=_image(item, place))
        case native.Document():
            return ToolResultContentBlock(document=_document(item, place))
        case native.SearchResult():
            return ToolResultContentBlock(search_result=_search_result(item))


def _data(text: str, place: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise ModelRefusal(f"{place}.source.base64: invalid base64 data") from error  # quoted


def redacted(data: str) -> bytes:
    """Opaque data as the bytes of the hub, whose own form on the wire is base64."""
    try:
        return base64.b64decode(data, validate=True)
    except ValueError:
        return data.encode()
