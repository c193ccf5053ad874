"""What Converse, ConverseStream and CountTokens share: their input as one turn to generate, after Converse's rules."""

from typing import Any

from outcrop.chat import rules
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.model.runtime import ConverseRequest, ConverseStreamRequest, InferenceConfiguration

Conversation = ConverseRequest | ConverseStreamRequest


def request(
    model: Model, input: Conversation, *, region: str, streamed: bool, judged_elsewhere: bool = False
) -> ChatRequest:
    """The turn `input` asks for; raises ValidationException for what Converse refuses, unless a backend judges that."""
    plain = False if judged_elsewhere else rules.check(model, input, region)
    fields: Any = input.additional_model_request_fields
    return ChatRequest(
        messages=input.messages or [],
        system=input.system or [],
        inference=input.inference_config or InferenceConfiguration(),
        tool_config=input.tool_config,
        output_config=input.output_config,
        fields=fields or {},
        streamed=streamed,
        plain=plain,
    )
