"""JSON mode: how a model is made to answer in JSON, and how the answer is read.

Three ways, the surest that the model takes: structured output when a schema is given, else the answer is begun with `{`
(the page's assistant message), else structured output with a schema of any object, else, for models that take none of
these, the page's own advice is added to the last message. A schema that only words can convey is added there too, and
every answer is held to it. Reading never repairs: what does not parse is an error that
carries the whole answer.
"""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal

import msgspec

from outcrop.chat import json_schema
from outcrop.chat.json_mode import INSTRUCTION, PREFILL
from outcrop.operator import capabilities, checks
from outcrop.operator.exceptions import DataException, Document

Way = Literal["schema", "prefill", "instruction"]
ANY_OBJECT = {"type": "object"}
UNPARSABLE = "Unable to parse JSON content string"
RESOLUTION = "Explicitly request a valid JSON response in your prompt. For example, Respond with a valid JSON object."


def way(model_id: str, *, schema: Any, thinking: bool) -> Way:
    """How the model called `model_id` is made to answer in JSON; a model that thinks takes no prefill (documented)."""
    can = capabilities.of(model_id)
    if schema is not None and can.structured:
        return "schema"
    if can.prefill and not thinking and (schema or ANY_OBJECT).get("type", "object") == "object":
        return "prefill"
    # Claude takes no schema of just any object (reported: "'additionalProperties' must be explicitly set to false").
    return "schema" if can.structured and not capabilities.is_claude(model_id) else "instruction"


def prepare(request: Document, chosen: Way, schema: Any) -> None:
    """Make `request` ask for JSON in the `chosen` way. Raises DataException when it does not end with a user message."""
    messages = request["messages"]
    if messages[-1].get("role") == "assistant":
        raise DataException(
            "Unable to use JSON mode with the Message payload",
            "The message list ends with an Assistant message.",
            "Ensure your message list ends with a User message, not an Assistant message.",
        )
    if chosen == "schema":
        structure = {"jsonSchema": {"name": "answer", "schema": _text(schema or ANY_OBJECT)}}
        request["outputConfig"] = {"textFormat": {"type": "json_schema", "structure": structure}}
        return
    told = INSTRUCTION if schema is None else f"{INSTRUCTION} It must follow this JSON schema: {_text(schema)}"
    if schema is not None or chosen == "instruction":
        last = {**messages[-1], "content": [*messages[-1]["content"], {"text": told}]}
        request["messages"] = [*messages[:-1], last]
    if chosen == "prefill":
        request["messages"] = [*request["messages"], {"role": "assistant", "content": [{"text": PREFILL}]}]


def parse(text: str, response: Document) -> Any:
    """The JSON value that `text` is, a Markdown fence around it or none. Raises DataException with `response`."""
    try:
        return json.loads(_unfenced(text), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise DataException(UNPARSABLE, _reason(error), RESOLUTION, response=response) from error


def check(value: Any, schema: Any, response: Document) -> None:
    """Raises DataException with `response` when `value` does not follow `schema`, which may be None."""
    if schema is not None and not _validator(_text(schema))(value):
        raise DataException(
            "The JSON content does not follow the JSON schema",
            "A part of it is missing, of another type, or not allowed.",
            "Say in the prompt what is wanted, or choose a model with structured output.",
            response=response,
        )


def schema_fault(schema: Any) -> str:
    """Why `schema` is none, "" when it is one."""
    if not isinstance(schema, dict):
        return f"An object is expected, not {checks.kind(schema)}."
    try:
        _validator(_text(schema))
    except json_schema.InvalidSchema as error:
        return str(error)
    return ""


@lru_cache(maxsize=64)
def _validator(schema: str) -> Callable[[Any], bool]:
    return json_schema.validator(msgspec.json.decode(schema))


def _text(schema: Document) -> str:
    return msgspec.json.encode(schema).decode()


def _unfenced(text: str) -> str:
    """`text` without the Markdown fence that stands around all of it."""
    opening, _, rest = text.strip().partition("\n")
    fenced = opening.rstrip().lower() in ("```", "```json") and rest.endswith("```")
    return rest.removesuffix("```") if fenced else text


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _reason(error: Exception) -> str:
    return "The JSON is nested too deeply." if isinstance(error, RecursionError) else str(error)
