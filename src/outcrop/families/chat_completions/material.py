"""Content blocks of the hub as parts of a chat-completions message: texts, and pictures as data URLs.

Documents and search results become text between tags that name them. What has no form is refused in Converse's words.
"""

import base64
from typing import Any
from xml.sax.saxutils import quoteattr

import msgspec

from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import text_of
from outcrop.model.runtime import (
    CitationsConfig,
    ContentBlock,
    DocumentBlock,
    ImageSource,
    SearchResultBlock,
    ToolResultContentBlock,
)

Part = dict[str, Any]
_NO_FORM = {
    "audio": "audio",
    "video": "video",
    "tool_addition": "toolAddition",
    "tool_removal": "toolRemoval",
    "citations_content": "citationsContent",
    "tool_use": "toolUse",
    "tool_result": "toolResult",
    "reasoning_content": "reasoningContent",
}


def unsupported(kind: str) -> ModelRefusal:
    """The refusal of a kind of block (Converse's words, reported)."""
    return ModelRefusal(
        f"This model doesn't support the {kind} content block that you provided. Update the content block and try again."
    )


def unsupported_field(name: str) -> ModelRefusal:
    """The refusal of a member (Converse's words, recorded)."""
    return ModelRefusal(f"This model doesn't support the {name} field. Remove {name} and try again.")


def part(block: ContentBlock | ToolResultContentBlock) -> Part:
    """One block as a part; raises ModelRefusal for a kind that has no form."""
    text = text_of(block) if isinstance(block, ContentBlock) else block.text
    if text is not None:
        return {"type": "text", "text": text}
    if block.image:
        return picture(block.image.format, block.image.source)
    if block.document:
        return {"type": "text", "text": document(block.document)}
    if block.search_result:
        return {"type": "text", "text": search_result(block.search_result)}
    guarded = getattr(block, "guard_content", None)
    if guarded and guarded.image:
        return picture(guarded.image.format, ImageSource(bytes=guarded.image.source.bytes))
    raise unsupported(next((name for kind, name in _NO_FORM.items() if getattr(block, kind, None)), "given"))


def result_text(item: ToolResultContentBlock) -> str:
    """An item of a tool's result as text; raises ModelRefusal for a film."""
    if item.text is not None:
        return item.text
    if item.document or item.search_result or item.video:
        return str(part(item)["text"])
    return msgspec.json.encode(item.json).decode()


def picture(kind: str, source: ImageSource) -> Part:
    """A picture as a data URL; raises ModelRefusal for one that lies in S3."""
    if source.s3_location or source.bytes is None:
        raise unsupported_field("s3Uri")
    return {
        "type": "image_url",
        "image_url": {"url": f"data:image/{kind};base64,{base64.b64encode(source.bytes).decode()}"},
    }


def document(given: DocumentBlock) -> str:
    """A document's text between tags; raises ModelRefusal for one in S3, and where citations are asked for."""
    source = given.source
    if source.s3_location:
        raise unsupported_field("s3Uri")
    _check_citations(given.citations)
    if source.content is not None:
        text = "\n".join([passage.text or "" for passage in source.content])
    elif source.text is not None:
        text = source.text
    else:
        raise ValueError(f"a {given.format} document that nobody has read")
    context = f" context={quoteattr(given.context)}" if given.context else ""
    return f"<document name={quoteattr(given.name)}{context}>\n{text}\n</document>"


def search_result(given: SearchResultBlock) -> str:
    """A search result's text between tags; raises ModelRefusal where citations are asked for."""
    _check_citations(given.citations)
    text = "\n".join([passage.text for passage in given.content])
    opening = f"<search_result source={quoteattr(given.source)} title={quoteattr(given.title)}>"
    return f"{opening}\n{text}\n</search_result>"


def _check_citations(asked: CitationsConfig | None) -> None:
    if asked and asked.enabled:
        raise unsupported_field("citations")
