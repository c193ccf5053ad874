"""Messages and tools of a chat-completions body, typed. What a family does not take, its own body leaves out.

Unknown members are let through: the servers behind these models ignore them (probed). A null stands for a member that is not
there.
"""

from typing import Any, Literal

from msgspec import Struct


class TextPart(Struct, tag_field="type", tag="text"):
    text: str


class ImageUrl(Struct):
    """`url` holds the picture itself, as ``data:image/png;base64,...``."""

    url: str
    detail: str | None = None


class ImagePart(Struct, tag_field="type", tag="image_url"):
    image_url: ImageUrl


class CalledFunction(Struct):
    """`arguments` is a JSON object as text."""

    name: str
    arguments: str


class Call(Struct):
    id: str
    function: CalledFunction
    type: Literal["function"] = "function"


class Turn(Struct, kw_only=True):
    """One message. `tool_call_id` names the call that a tool answers."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[TextPart | ImagePart] | None = None
    tool_calls: list[Call] | None = None
    tool_call_id: str | None = None


class Function(Struct, kw_only=True):
    """A tool; `parameters` is the JSON schema of its arguments."""

    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class Tool(Struct):
    function: Function
    type: Literal["function"]


class NamedFunction(Struct):
    name: str


class Named(Struct):
    function: NamedFunction
    type: Literal["function"]


Choice = Literal["none", "auto", "required"] | Named


class Schema(Struct, kw_only=True):
    """A format's schema; `schema` is a JSON schema."""

    schema: dict[str, Any] | None = None
    name: str | None = None
    description: str | None = None
    strict: bool | None = None


class Format(Struct, kw_only=True):
    type: Literal["text", "json_object", "json_schema"]
    json_schema: Schema | None = None
