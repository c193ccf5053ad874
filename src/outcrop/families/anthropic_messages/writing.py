"""A request of the hub as a native Claude body, as a caller of InvokeModel writes it: the other direction of `reading`.

Everything the hub can say is written or refused; what it has no word for goes as it stands in `fields`. How a backend
wants the version, the betas and the model told is the backend's; here they stand as Bedrock has them.
"""

from typing import Any

import msgspec

from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.families.anthropic_messages import parts
from outcrop.families.anthropic_messages.reading import VERSION
from outcrop.model.runtime import Message, OutputConfig, ToolChoice

Native = dict[str, Any]
_MAX_TOKENS = 4096  # of a model that the catalogue knows no limit of; native bodies must name one


def body(request: ChatRequest, model: Model) -> Native:
    """The body that asks for `request`; raises ModelRefusal for what native messages have no form for.

    Documents must be PDF, text or passages by now (`ValueError` otherwise).
    """
    fields = dict(request.fields)
    native: Native = {"anthropic_version": fields.pop("anthropic_version", VERSION)}
    native["max_tokens"] = (
        request.inference.max_tokens or model.default_max_tokens or model.max_output_tokens or _MAX_TOKENS
    )
    if system := parts.system(request.system):
        native["system"] = system
    native["messages"] = [_turn(message) for message in request.messages]
    native |= _sampling(request)
    if tools := parts.tools(request.tools) + fields.pop("tools", []):
        native["tools"] = tools
    if choice := fields.pop("tool_choice", None) or _tool_choice(request.tool_choice):
        native["tool_choice"] = choice
    if output := fields.pop("output_config", {}) | _output_config(request.output_config):
        native["output_config"] = output
    if (thinking := fields.pop("reasoning_config", None)) is not None:  # an alias on Bedrock (probed)
        fields.setdefault("thinking", thinking)
    return native | fields


def _turn(message: Message) -> Native:
    return {"role": message.role, "content": parts.content(message.content)}


def _sampling(request: ChatRequest) -> Native:
    asked = request.inference
    given = {"temperature": asked.temperature, "top_p": asked.top_p, "stop_sequences": asked.stop_sequences}
    return {name: value for name, value in given.items() if value is not None}


def _tool_choice(choice: ToolChoice | None) -> Native | None:
    if choice is None:
        return None
    if choice.tool:
        return {"type": "tool", "name": choice.tool.name}
    return {"type": "any" if choice.any is not None else "auto"}


def _output_config(asked: OutputConfig | None) -> Native:
    """Effort and the form of the answer; the name and description of a schema have no native form."""
    if asked is None:
        return {}
    found: Native = {} if asked.effort is None else {"effort": asked.effort}
    definition = asked.text_format.structure.json_schema if asked.text_format else None
    if definition:
        found["format"] = {"type": "json_schema", "schema": msgspec.json.decode(definition.schema)}
    return found
