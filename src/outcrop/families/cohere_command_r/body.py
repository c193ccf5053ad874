"""A native Command R body: what it may hold, typed, and as the schema that words the refusals. The two say the same.

Sources: the Command R page of the Bedrock user guide; Cohere's Chat API for the members of turns that bring tools back.
"""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from outcrop.chat.request import ChatRequest
from outcrop.families import bodies
from outcrop.families.bodies import bounded

_CALL = bodies.closed(("name",), name=bodies.STRING, parameters=bodies.OBJECT)
_RESULT = bodies.closed(("call", "outputs"), call=_CALL, outputs={"type": "array", "items": bodies.OBJECT})
_TURN = bodies.closed(
    ("role",),
    role={"enum": ("USER", "CHATBOT", "SYSTEM", "TOOL")},
    message=bodies.STRING,
    tool_calls={"type": "array", "items": _CALL},
    tool_results={"type": "array", "items": _RESULT},
)
_TOOL = bodies.closed(
    ("name", "description"), name=bodies.STRING, description=bodies.STRING, parameter_definitions=bodies.OBJECT
)
SCHEMA = bodies.closed(
    ("message",),
    message=bodies.STRING,
    chat_history={"type": "array", "items": _TURN},
    documents={"type": "array", "items": bodies.OBJECT},
    search_queries_only=bodies.BOOLEAN,
    preamble=bodies.STRING,
    max_tokens=bounded("integer", 1, 4096),
    temperature=bodies.SHARE,
    p=bounded("number", 0.01, 0.99),
    k=bounded("number", 0, 500),
    prompt_truncation={"enum": ("OFF", "AUTO_PRESERVE_ORDER")},
    frequency_penalty=bodies.SHARE,
    presence_penalty=bodies.SHARE,
    seed={"type": "integer"},
    return_prompt=bodies.BOOLEAN,
    tools={"type": "array", "items": _TOOL},
    tool_results={"type": "array", "items": _RESULT},
    stop_sequences=bodies.STRINGS,
    raw_prompting=bodies.BOOLEAN,
)
Share = Annotated[float, Meta(ge=0, le=1)]


class Strict(Struct, forbid_unknown_fields=True, kw_only=True):
    """The base of all: unknown members are refused."""


class Call(Strict):
    name: str
    parameters: dict[str, Any] = {}


class Result(Strict):
    call: Call
    outputs: list[dict[str, Any]]


class Turn(Strict):
    role: Literal["USER", "CHATBOT", "SYSTEM", "TOOL"]
    message: str = ""
    tool_calls: list[Call] = []
    tool_results: list[Result] = []


class Parameter(Strict):
    type: str
    description: str | UnsetType = UNSET
    required: bool = False


class NativeTool(Strict):
    name: str
    description: str
    parameter_definitions: dict[str, Parameter] = {}


class Body(Strict):
    message: str
    chat_history: list[Turn] = []
    documents: list[dict[str, Any]] = []
    search_queries_only: bool = False
    preamble: str = ""
    max_tokens: Annotated[int, Meta(ge=1, le=4096)] | UnsetType = UNSET
    temperature: Share | UnsetType = UNSET
    p: Annotated[float, Meta(ge=0.01, le=0.99)] | UnsetType = UNSET
    k: Annotated[float, Meta(ge=0, le=500)] | UnsetType = UNSET
    prompt_truncation: Literal["OFF", "AUTO_PRESERVE_ORDER"] | UnsetType = UNSET
    frequency_penalty: Share | UnsetType = UNSET
    presence_penalty: Share | UnsetType = UNSET
    seed: int | UnsetType = UNSET
    return_prompt: bool = False
    tools: list[NativeTool] = []
    tool_results: list[Result] = []
    stop_sequences: list[str] | UnsetType = UNSET
    raw_prompting: bool = False


class ChatMessage(ChatRequest, kw_only=True):
    """A request that came as a message; its history and its wishes shape the answer."""

    native: Body
