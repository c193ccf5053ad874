"""Cohere's Command R and R+: one message in, with history, documents and tools beside it; text or tool calls out.

Sources: the Command R page of the Bedrock user guide, Cohere's Chat API of that time for what the page leaves out, recorded
answers and streams, quoted refusals.
"""

import msgspec

from outcrop.chat.collect import Reply
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.families import bodies
from outcrop.families.cohere_command_r import replies, turns
from outcrop.families.cohere_command_r.body import SCHEMA, Body, ChatMessage
from outcrop.model.runtime import InferenceConfiguration, ToolConfiguration

_NAMES = {**bodies.INFERENCE, "top_p": "p", "stop_sequences": "stop_sequences"}
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Body).decode


def decode(body: bytes, model: Model) -> ChatRequest:
    """A message and what is beside it as turns; raises ValidationException in everit's words."""
    native = bodies.read(_decode, SCHEMA, body)
    tools = turns.tools(native)
    return ChatMessage(
        messages=turns.turns(native),
        system=turns.system(native),
        inference=InferenceConfiguration(
            max_tokens=bodies.given(native.max_tokens),
            temperature=bodies.given(native.temperature),
            top_p=bodies.given(native.p),
            stop_sequences=bodies.given(native.stop_sequences),
        ),
        tool_config=ToolConfiguration(tools=tools) if tools else None,
        fields=bodies.additional(
            k=native.k,
            seed=native.seed,
            frequency_penalty=native.frequency_penalty,
            presence_penalty=native.presence_penalty,
            prompt_truncation=native.prompt_truncation,
        ),
        native=native,
    )


def check(request: ChatRequest, model: Model) -> None:
    """Raise ModelRefusal for additional fields and settings that the body's schema refuses (quoted for ``stream``)."""
    if not isinstance(request, ChatMessage):
        bodies.check(SCHEMA, request, _NAMES)


def encode_reply(reply: Reply, request: ChatRequest, model: Model) -> bytes:
    """The reply's text, the history with it, and why it ended."""
    return _encode(replies.answer(reply, request, model))


def stream(request: ChatRequest, model: Model, first_byte_ms: int) -> replies.ChatStream:
    """A new encoder of native chunks."""
    return replies.ChatStream(request, model, first_byte_ms)
