"""What is in the pictures and documents of a request, put into words before an answer is planned.

Only the last user turn's material is described, since that is what an answer is about; all of it is read when it costs
tokens. Pictures and documents that cannot be read are refused as the model would (texts recorded and reported).
"""

from collections.abc import Iterator

import msgspec

from outcrop.chat.images import image_header
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.chat.tokens import count
from outcrop.documents import DocumentReader, UnreadableDocument
from outcrop.engines.simulator import picture
from outcrop.model.runtime import (
    AudioSource,
    ContentBlock,
    DocumentBlock,
    DocumentSource,
    ImageSource,
    Message,
    ToolResultContentBlock,
    VideoSource,
)

Content = ContentBlock | ToolResultContentBlock
Source = AudioSource | DocumentSource | ImageSource | VideoSource


class Material(msgspec.Struct):
    """Sentences about all that is no plain text, and the tokens the documents' text adds to the estimate."""

    sentences: list[str] = []
    tokens: int = 0


NOTHING = Material()


async def read(documents: DocumentReader, request: ChatRequest) -> Material:
    """The material of the last message, or `NOTHING`."""
    material = NOTHING
    for position, message in enumerate(request.messages):
        described = position == len(request.messages) - 1
        for path, content in _contents(message, f"messages.{position}.content"):
            if material is NOTHING:
                material = Material(sentences=[])
            sentence = await _sentence(documents, content, path, material)
            if sentence and described:
                material.sentences.append(sentence)
    return material


def _contents(message: Message, path: str) -> Iterator[tuple[str, Content]]:
    """What may have to be read, with its place: everything but text, tool results gone through."""
    for index, block in enumerate(message.content):
        if block.tool_result:
            for inner, item in enumerate(block.tool_result.content):
                if item.text is None:
                    yield f"{path}.{index}.toolResult.content.{inner}", item
        elif block.text is None:
            yield f"{path}.{index}", block


async def _sentence(documents: DocumentReader, content: Content, path: str, material: Material) -> str | None:
    """A sentence about what is in `content`; None when there is nothing to read."""
    if content.document:
        return await _document(documents, content.document, path, material)
    if content.image:
        return _away("picture", content.image.source) or _picture(content.image.source.bytes or b"")
    if content.video:
        return _away("video", content.video.source) or _unread("video", content.video.format, content.video.source)
    if content.search_result:
        found = content.search_result
        return _describe(f"The search result “{found.title}”", " ".join(part.text for part in found.content))
    if isinstance(content, ContentBlock) and content.audio:
        return _away("audio", content.audio.source) or _unread("audio", content.audio.format, content.audio.source)
    if isinstance(content, ContentBlock) and content.guard_content and content.guard_content.image:
        return _picture(content.guard_content.image.source.bytes or b"")
    return None


def _away(what: str, source: Source) -> str | None:
    """For what lies in S3: the simulator says where, and fetches nothing."""
    if source.s3_location is None:
        return None
    return f"The {what} is at {source.s3_location.uri}, which the simulator does not open."


def _unread(what: str, kind: str, source: VideoSource | AudioSource) -> str:
    return f"The {what} ({kind}) has {len(source.bytes or b''):,} bytes, which the simulator does not play."


def _picture(data: bytes) -> str:
    if image_header(data) is None:
        raise ModelRefusal("Could not process image")  # reported for corrupt pictures
    return f"The picture is {picture.describe(data)}."


async def _document(documents: DocumentReader, document: DocumentBlock, path: str, material: Material) -> str:
    source = document.source
    name, kind = f"document “{document.name}”", document.format or "txt"
    if source.bytes is not None:
        text = await _text(documents, kind, source.bytes, path)
        material.tokens += max(0, count(text) - len(source.bytes) // 8 - 1)
    else:
        text = source.text or " ".join(part.text or "" for part in source.content or [])
    return _away(name, source) or _describe(f"The {name} ({kind})", text)


async def _text(documents: DocumentReader, kind: str, data: bytes, path: str) -> str:
    try:
        return await documents.text(kind, data)
    except UnreadableDocument as error:
        if kind == "pdf":
            raise ModelRefusal("The PDF specified was not valid.") from error
        raise ModelRefusal(
            f"{path}.source.bytes: The document source bytes could not be parsed as the specified format. If using a "
            "text-based format, try source.text instead of source.bytes."
        ) from error


def _describe(what: str, text: str) -> str:
    words = text.split()
    if not words:
        return f"{what} holds no text."
    opening = " ".join(words)
    opening = opening if len(opening) <= 160 else opening[:160].rsplit(" ", 1)[0] + " …"
    number = "one word" if len(words) == 1 else f"{len(words):,} words"
    return f"{what} has {number} and begins: “{opening}”."
