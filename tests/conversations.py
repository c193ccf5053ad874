"""Short ways to write Converse bodies, the models the tests ask, and rows of refusals.

The rows that use them name the source of every text, in our words: recorded (an exchange kept by somebody's test suite),
probed (a published series of Converse calls of 2026-08, us-east-1), reported (the text quoted whole in a public issue or
log), documented (the API reference), decided (by Outcrop, where nothing is known).
"""

import base64
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

CLAUDE_2 = "anthropic.claude-v2:1"
HAIKU_3_5 = "us.anthropic.claude-3-5-haiku-20241022-v1:0"
SONNET_4 = "us.anthropic.claude-sonnet-4-20250514-v1:0"
SONNET_4_5 = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
NOVA = "us.amazon.nova-lite-v1:0"
NOVA_2 = "us.amazon.nova-2-lite-v1:0"
LLAMA_3 = "meta.llama3-8b-instruct-v1:0"
LLAMA_3_1 = "us.meta.llama3-1-8b-instruct-v1:0"
LLAMA_3_2 = "us.meta.llama3-2-3b-instruct-v1:0"
MISTRAL_7B = "mistral.mistral-7b-instruct-v0:2"
MISTRAL_LARGE = "mistral.mistral-large-2402-v1:0"
MISTRAL_LARGE_3 = "mistral.mistral-large-3-675b-instruct"
DEEPSEEK = "us.deepseek.r1-v1:0"
GPT_OSS = "openai.gpt-oss-120b-1:0"
GEMMA = "google.gemma-3-12b-it"
QWEN = "qwen.qwen3-32b-v1:0"

SERVICE = "http://internal.amazon.com/coral/com.amazon.bedrock/"
PIXEL = base64.b64encode(
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde"
    b"\0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\0\x03\x01\x01\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82"
).decode()

Block = dict[str, Any]
Body = dict[str, Any]


def user(*content: Block) -> Block:
    return {"role": "user", "content": list(content)}


def assistant(*content: Block) -> Block:
    return {"role": "assistant", "content": list(content)}


def talk(*messages: Block, **members: Any) -> Body:
    return {"messages": list(messages), **members}


def text(words: str = "Hello") -> Block:
    return {"text": words}


def document(name: str = "report", source: Any = None, kind: str = "txt") -> Block:
    return {"document": {"name": name, "format": kind, "source": source or {"bytes": base64.b64encode(b"x").decode()}}}


def image(**source: Any) -> Block:
    return {"image": {"format": "png", "source": source or {"bytes": PIXEL}}}


def video(**source: Any) -> Block:
    return {"video": {"format": "mp4", "source": source or {"bytes": "AAAA"}}}


def s3(name: str) -> Block:
    return {"s3Location": {"uri": f"s3://bucket/{name}"}}


def call(identifier: str = "tooluse_1", name: str = "look_up", **input: Any) -> Block:
    return {"toolUse": {"toolUseId": identifier, "name": name, "input": input}}


def result(identifier: str = "tooluse_1", *content: Block, **members: Any) -> Block:
    return {"toolResult": {"toolUseId": identifier, "content": list(content) or [text("found")], **members}}


def tool(name: str = "look_up", schema: Any = None, **members: Any) -> Block:
    return {"toolSpec": {"name": name, "inputSchema": {"json": schema or {"type": "object"}}, **members}}


def tools(*given: Block, **members: Any) -> Body:
    return {"toolConfig": {"tools": list(given) or [tool()], **members}}


def asked(*blocks: Block, **members: Any) -> Body:
    """One user message, of `blocks` or of a greeting."""
    return talk(user(*(blocks or (text(),))), **members)


def called(*last: Block, **members: Any) -> Body:
    """A conversation in which one call has been made and `last` answers it."""
    return talk(user(text()), assistant(call()), user(*(last or (result(),))), **{**tools(), **members})


Check = Callable[["Refusal"], None]


class Refusal(NamedTuple):
    """A request that is refused with `message`, by Converse and ConverseStream alike."""

    name: str
    model: str
    body: Body
    message: str


def field(name: str) -> str:
    """The service's one text for a member that a model does not take."""
    return f"This model doesn't support the {name} field. Remove {name} and try again."


def no_object(path: str) -> str:
    """The service's one text for a document type that is no object."""
    return f"The format of the value at {path} is invalid. Provide a json object for the field and try again."


CACHE_POINT = {"cachePoint": {"type": "default"}}
NO_CHAT = "This action doesn't support the model that you provided. Try again with a supported text or chat model."
START = "A conversation must start with a user message. Try again with a conversation that starts with a user message."
NO_TOOLS = "This model doesn't support tool use."


def rows(*cases: Refusal) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=[case.name for case in cases])
