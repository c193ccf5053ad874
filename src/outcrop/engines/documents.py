"""Documents for backends that do not read every format: their bytes become their text, read in the bounded child process.

What a backend takes itself is left as it is. A document that cannot be read is refused in the model's words. Requests are
copied where they change; nobody else's is touched.
"""

from msgspec.structs import replace

from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.documents import DocumentReader, UnreadableDocument
from outcrop.model.runtime import ContentBlock, DocumentBlock, DocumentSource, Message, ToolResultContentBlock


async def read(documents: DocumentReader, request: ChatRequest, *, kept: frozenset[str]) -> ChatRequest:
    """`request` with the text of each document whose format is not in `kept`; raises ModelRefusal for one that has none."""
    if request.plain or not any(map(_has_document, request.messages)):
        return request
    messages = [
        await _message(documents, message, kept, f"messages.{index}") if _has_document(message) else message
        for index, message in enumerate(request.messages)
    ]
    return replace(request, messages=messages)


def _has_document(message: Message) -> bool:
    return any(
        block.document or (block.tool_result and any(item.document for item in block.tool_result.content))
        for block in message.content
    )


async def _message(documents: DocumentReader, message: Message, kept: frozenset[str], place: str) -> Message:
    content: list[ContentBlock] = []
    for index, block in enumerate(message.content):
        path = f"{place}.content.{index}"
        if block.document:
            block = replace(block, document=await _document(documents, block.document, kept, path))
        elif block.tool_result:
            items = [
                await _item(documents, item, kept, f"{path}.toolResult.content.{inner}")
                for inner, item in enumerate(block.tool_result.content)
            ]
            block = replace(block, tool_result=replace(block.tool_result, content=items))
        content.append(block)
    return replace(message, content=content)


async def _item(
    documents: DocumentReader, item: ToolResultContentBlock, kept: frozenset[str], path: str
) -> ToolResultContentBlock:
    if item.document is None:
        return item
    return replace(item, document=await _document(documents, item.document, kept, path))


async def _document(
    documents: DocumentReader, document: DocumentBlock, kept: frozenset[str], path: str
) -> DocumentBlock:
    kind, data = document.format or "txt", document.source.bytes
    if data is None or kind in kept:
        return document
    try:
        text = await documents.text(kind, data)
    except UnreadableDocument as error:
        raise unreadable(kind, path) from error
    return replace(document, source=DocumentSource(text=text))


def unreadable(kind: str, path: str) -> ModelRefusal:
    """The refusal of a document that is not what its format says (both reported); `path` is where it stands."""
    if kind == "pdf":
        return ModelRefusal("The PDF specified was not valid.")
    return ModelRefusal(
        f"{path}.source.bytes: The document source bytes could not be parsed as the specified format. If using a "
        "text-based format, try source.text instead of source.bytes."
    )
