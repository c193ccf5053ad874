"""Models of the catalogue by short names, short ways to write native bodies, and the one way to see a refusal.

The tests name the source of every fact. In our words: recorded (an exchange with AWS kept by somebody's test suite),
probed (a published series of Converse calls of 2026-08), quoted (the text given whole in a public report), documented
(the Bedrock user guide), decided (by Outcrop, where nothing is known).
"""

import base64
import json
from typing import Any

import msgspec

from outcrop.catalog import Catalogue
from outcrop.chat.collect import Collector, Reply
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest
from outcrop.errors import ValidationException
from outcrop.families import Family
from outcrop.model.runtime import ContentBlock, Message

CATALOGUE = Catalogue.load()
Body = dict[str, Any]


def model(model_id: str) -> Model:
    found = CATALOGUE.get(model_id)
    assert found is not None, model_id
    return found


INSTANT = model("anthropic.claude-instant-v1")
CLAUDE_2 = model("anthropic.claude-v2")
HAIKU_3 = model("anthropic.claude-3-haiku-20240307-v1:0")
SONNET_3 = model("anthropic.claude-3-sonnet-20240229-v1:0")
HAIKU_3_5 = model("anthropic.claude-3-5-haiku-20241022-v1:0")
SONNET_3_7 = model("anthropic.claude-3-7-sonnet-20250219-v1:0")
SONNET_4 = model("anthropic.claude-sonnet-4-20250514-v1:0")
OPUS_4_1 = model("anthropic.claude-opus-4-1-20250805-v1:0")
SONNET_4_5 = model("anthropic.claude-sonnet-4-5-20250929-v1:0")
HAIKU_4_5 = model("anthropic.claude-haiku-4-5-20251001-v1:0")
SONNET_4_6 = model("anthropic.claude-sonnet-4-6")
OPUS_4_7 = model("anthropic.claude-opus-4-7")
OPUS_4_8 = model("anthropic.claude-opus-4-8")
SONNET_5 = model("anthropic.claude-sonnet-5")
LLAMA_2 = model("meta.llama2-13b-chat-v1")
LLAMA_3 = model("meta.llama3-70b-instruct-v1:0")
LLAMA_3_1 = model("meta.llama3-1-8b-instruct-v1:0")
LLAMA_VISION = model("meta.llama3-2-11b-instruct-v1:0")
CLAUDES = (CLAUDE_2, HAIKU_3, HAIKU_3_5, SONNET_3_7, SONNET_4, SONNET_4_5, SONNET_4_6, OPUS_4_8, SONNET_5)

PIXEL = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde"
    b"\0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\0\x03\x01\x01\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82"
)


def png(width: int, height: int) -> bytes:
    """The first bytes of a picture of this size, in pixels."""
    return PIXEL[:16] + width.to_bytes(4, "big") + height.to_bytes(4, "big") + PIXEL[24:]


def claude(*content: Any, **members: Any) -> Body:
    """A Messages body of one user turn; members are added, and one that is `...` is left out."""
    body = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 200,
        "messages": [{"role": "user", "content": list(content) or "Hello"}],
        **members,
    }
    return {name: value for name, value in body.items() if value is not ...}


def turns(*said: tuple[str, Any]) -> list[Body]:
    return [{"role": role, "content": content} for role, content in said]


def text(said: str, **members: Any) -> Body:
    return {"type": "text", "text": said, **members}


def image(data: bytes = PIXEL, media_type: str = "image/png") -> Body:
    return {
        "type": "image",
        "source": {"type": "base64", "media_type": media_type, "data": base64.b64encode(data).decode()},
    }


def tool_use(identifier: str = "toolu_1", **members: Any) -> Body:
    return {"type": "tool_use", "id": identifier, "name": "f", "input": {}, **members}


def tool_result(identifier: str = "toolu_1", **members: Any) -> Body:
    return {"type": "tool_result", "tool_use_id": identifier, **members}


def tool(name: str = "f", **members: Any) -> Body:
    return {"name": name, "input_schema": {"type": "object", "properties": {}}, **members}


def encoded(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def refusal(family: Family, body: Any, asked: Model) -> str | None:
    """What a caller of InvokeModel reads when `body` is refused, None when it is taken."""
    try:
        family.check(family.decode(encoded(body), asked), asked)
    except ModelRefusal as refused:
        return refused.text
    except ValidationException as refused:
        return refused.message
    return None


def malformed(violations: str) -> str:
    """The sentence around everit's violations."""
    return f"Malformed input request: {violations}, please reformat your input and try again."


def hub(*said: tuple[str, Any], **members: Any) -> ChatRequest:
    """A hub request, as Converse makes it: turns of text or of whole blocks."""
    messages = []
    for role, content in said or (("user", "Hello"),):
        blocks = content if isinstance(content, list) else [content]
        wrapped = [ContentBlock(text=block) if isinstance(block, str) else block for block in blocks]
        messages.append(Message(role=role, content=wrapped))
    return ChatRequest(messages=messages, **members)


def checked(family: Family, request: ChatRequest, asked: Model) -> str | None:
    """The model's own refusal of a hub request, None when it is taken."""
    try:
        family.check(request, asked)
    except ModelRefusal as refused:
        return refused.text
    return None


def whole(*batch: Event) -> Reply:
    """Events as one reply."""
    collector = Collector()
    for event in batch:
        collector.add(event)
    return collector.reply()


def decoded(chunks: list[bytes]) -> list[Any]:
    return [msgspec.json.decode(chunk) for chunk in chunks]
