"""Rules about documents, pictures, video, audio, and cache points behind any of them."""

import re
from collections.abc import Iterator
from typing import Any

from outcrop.chat.rules.subject import Subject
from outcrop.errors import AccessDeniedException
from outcrop.model.runtime import ContentBlock, DocumentBlock

MAX_DOCUMENT = 4_718_592  # 4.5 MB (API reference), as the limit of 3.75 MB for a picture is 5 MB in base 64
# ASCII letters, digits, underscore, single spaces, hyphens, parentheses, brackets (reported after trials of each)
_DOCUMENT_NAME = re.compile(r"(?:[A-Za-z0-9_\-()\[\]]| (?! ))*")


def documents(s: Subject) -> Iterator[str]:
    """Documents: support (probed), text beside them (recorded 15 times), names, size and number (reported)."""
    found = [content.document for content in s.contents() if content.document]
    if found and not s.model.features.documents:
        yield "This model doesn't support documents."
    for message in s.messages:
        if any(b.document for b in message.content) and not any(b.text is not None for b in message.content):
            yield "A text block must be included when using documents. Add a text block and retry your request."
    yield from _document_names(found)
    if any(len(document.source.bytes or b"") > MAX_DOCUMENT for document in found):
        yield "The maximum document size is 4.5 MB. Reduce the size of your document and retry your request."
    if len(found) > s.model.features.max_documents:
        yield f"You can't include more than {s.model.features.max_documents} documents in a request."


def _document_names(found: list[DocumentBlock]) -> Iterator[str]:
    names = [document.name for document in found]
    if not all(_DOCUMENT_NAME.fullmatch(name) for name in names):
        yield (
            "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, "
            "parentheses, and square brackets. The name can't contain more than one consecutive whitespace character. Check "
            "that the file name conforms to these restrictions and retry your request."
        )
    if len(set(names)) != len(names):
        yield "Messages can't contain duplicate document names."


def media(s: Subject) -> Iterator[str]:
    """Pictures, video and audio on models that take none (recorded for video, probed for pictures), and S3 sources."""
    features = s.model.features
    taken = {"image": features.images, "video": features.videos, "audio": features.audio}
    for content in s.contents():
        for kind, formats in taken.items():
            if not formats and getattr(content, kind, None) is not None:
                yield _unsupported_block(kind)
    results = [item for _, _, block in s.blocks() if block.tool_result for item in block.tool_result.content]
    if s.model.provider not in ("Anthropic", "Amazon", "Meta") and any(item.image for item in results):
        yield "This model doesn't support the image field for user messages. Remove image and try again."  # reported 2026-09
    for i, j, block in s.blocks():
        if block.tool_addition or block.tool_removal:  # documented for system messages alone, which are refused
            yield _unsupported_block("toolAddition" if block.tool_addition else "toolRemoval")
        yield from _s3(s, block, f"messages.{i}.content.{j}")


def _unsupported_block(kind: str) -> str:
    return f"This model doesn't support the {kind} content block that you provided. Update the content block and try again."


def _s3(s: Subject, block: ContentBlock, path: str) -> Iterator[str]:
    """S3 sources are Nova's alone (recorded); the document's refusal comes from the model (recorded)."""
    if s.model.features.s3:
        return
    items: list[Any] = [block, *(block.tool_result.content if block.tool_result else ())]
    if any(item.image is not None and item.image.source.s3_location for item in items):
        yield "This model doesn't support the s3Uri field. Remove s3Uri and try again."
    if block.document and block.document.source.s3_location:
        yield f"The model returned the following errors: {path}.document.source.type: Field required"


def caching(s: Subject) -> Iterator[str]:
    """Cache points on models without caching (probed), among the tools of Nova, and after reasoning (both reported)."""
    among_tools = [i for i, tool in enumerate(s.tools) if tool.cache_point]
    points = [block.cache_point for _, _, block in s.blocks()] + [b.cache_point for b in s.input.system or []]
    if not s.model.features.prompt_caching and (among_tools or any(points)):
        raise AccessDeniedException(
            "You invoked an unsupported model or your request did not allow prompt caching. See the documentation for "
            "more information."
        )
    if among_tools and not s.model.features.cache_tools:
        yield (
            f"Malformed input request: #/toolConfig/tools/{among_tools[0]}: extraneous key [cachePoint] is not permitted, "
            "please reformat your input and try again."
        )
    for message in s.messages:
        for before, block in zip(message.content, message.content[1:], strict=False):
            if block.cache_point and before.reasoning_content:
                yield (
                    "Cache point cannot be inserted after reasoning block. Please remove the invalid cache point and try "
                    "again."
                )
