"""What is in the pictures and documents of a request, put into words before an answer is planned.

Only the last user turn's material is described, since that is what an answer is about; all of it is read when it costs
tokens. Pictures and documents that cannot be read are refused as the model would (texts recorded and reported). Where
citations are asked for, and the model has them, a sentence comes with what it cites.
"""

from collections.abc import Iterator

import msgspec

from outcrop.chat.features import Model
from outcrop.chat.images import image_header
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.chat.tokens import count
from outcrop.documents import DocumentReader, UnreadableDocument
from outcrop.engines.documents import unreadable
from outcrop.engines.simulator import citations, picture
from outcrop.model.runtime import (
    AudioSource,
    Citation,
    ContentBlock,
    DocumentBlock,
    DocumentSource,
    ImageSource,
    Message,
    SearchResultBlock,
    ToolResultContentBlock,
    VideoSource,
)

Content = ContentBlock | ToolResultContentBlock
Source = AudioSource | DocumentSource | ImageSource | VideoSource


class Told(msgspec.Struct, frozen=True):
    """A sentence, and what it cites if it does."""

    text: str
    citation: Citation | None = None


class Material(msgspec.Struct):
    """Sentences about all that is no plain text, and the tokens the documents' text adds to the estimate.

    `documents` and `results` count those read so far, by which citations number them: over the whole request.
    """

    sentences: list[Told] = []
    tokens: int = 0
    documents: int = 0
    results: int = 0


NOTHING = Material()


async def read(documents: DocumentReader, model: Model, request: ChatRequest) -> Material:
    """The material of the last message, or `NOTHING`."""
    material = NOTHING
    for position, message in enumerate(request.messages):
        described = position == len(request.messages) - 1
        for path, content in _contents(message, f"messages.{position}.content"):
            if material is NOTHING:
                material = Material(sentences=[])
            told = await _told(documents, content, path, material)
            if told and described:
                material.sentences.append(told if model.features.citations else Told(told.text))
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


async def _told(documents: DocumentReader, content: Content, path: str, material: Material) -> Told | None:
    """A sentence about what is in `content`; None when there is nothing to read."""
    if content.document:
        return await _document(documents, content.document, path, material)
    if content.search_result:
        return _search_result(content.search_result, material)
    sentence = _medium(content)
    return Told(sentence) if sentence else None


def _medium(content: Content) -> str | None:
    if content.image:
        return _away("picture", content.image.source) or _picture(content.image.source.bytes or b"")
    if content.video:
        return _away("video", content.video.source) or _unread("video", content.video.format, content.video.source)
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


def _search_result(found: SearchResultBlock, material: Material) -> Told:
    sentence = _describe(f"The search result “{found.title}”", " ".join(part.text for part in found.content))
    index = material.results
    material.results += 1
    asked = found.citations and found.citations.enabled
    return Told(sentence, citations.of_search_result(found, index) if asked else None)


async def _document(documents: DocumentReader, document: DocumentBlock, path: str, material: Material) -> Told:
    source, index = document.source, material.documents
    material.documents += 1
    name, kind = f"document “{document.name}”", document.format or "txt"
    if source.bytes is not None:
        text = await _text(documents, kind, source.bytes, path)
        material.tokens += max(0, count(text) - len(source.bytes) // 8 - 1)
    else:
        text = source.text or " ".join(part.text or "" for part in source.content or [])
    if away := _away(name, source):
        return Told(away)
    asked = document.citations and document.citations.enabled
    cited = citations.of_document(document, index, text) if asked else None
    return Told(_describe(f"The {name} ({kind})", text), cited)


async def _text(documents: DocumentReader, kind: str, data: bytes, path: str) -> str:
    try:
        return await documents.text(kind, data)
    except UnreadableDocument as error:
        raise unreadable(kind, path) from error


def _describe(what: str, text: str) -> str:
    words = text.split()
    if not words:
        return f"{what} holds no text."
    opening = " ".join(words)
    opening = opening if len(opening) <= 160 else opening[:160].rsplit(" ", 1)[0] + " …"
    number = "one word" if len(words) == 1 else f"{len(words):,} words"
    return f"{what} has {number} and begins: “{opening}”."
