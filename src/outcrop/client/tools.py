"""Plain Python functions as tools: their schema from type hints and docstring, and their results as content.

A call's input is checked and converted by the very hints its schema was made of. Whatever goes wrong with a call is told to
the model as the call's error, never raised: the model can do something about it. Nothing here talks to a model.
"""

import asyncio
import dataclasses
import inspect
import re
import typing
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import Any

import msgspec

from outcrop.model.runtime import (
    ContentBlock,
    Tool,
    ToolInputSchema,
    ToolResultBlock,
    ToolResultContentBlock,
    ToolSpecification,
    ToolUseBlock,
)

# "city: the town's name" under "Args:" or "Parameters:", and ":param city: the town's name".
_SECTION = re.compile(
    r"^[ \t]*(?:args|arguments|parameters):[ \t]*\n((?:[ \t]+.*\n?|[ \t]*\n)+)", re.IGNORECASE | re.MULTILINE
)
_ARGUMENT = re.compile(r"^[ \t]+(\w+)[ \t]*(?:\([^)\n]*\))?:[ \t]*(.+)$", re.MULTILINE)
_PARAM = re.compile(r"^[ \t]*:param[ \t]+(?:[^:\n]*[ \t])?(\w+):[ \t]*(.+)$", re.MULTILINE)

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")  # the service model's pattern


class Function:
    """A function, the name and description a model knows it by, and the structure of its arguments.

    Raises TypeError for a function whose parameters no JSON object can name or fill.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.name = getattr(function, "__name__", type(function).__name__)
        if not _NAME.fullmatch(self.name):
            raise TypeError(f"{self.name} cannot be a tool: a name has 1 to 64 letters, digits, _ and -")
        text = inspect.getdoc(function) or ""
        self.description = described(text)
        self._arguments = _structure(self.name, function)
        self.schema = _schema(self._arguments, documented(text))

    @property
    def specification(self) -> Tool:
        """The tool as Converse takes it."""
        schema = ToolInputSchema(json=self.schema)
        return Tool(
            tool_spec=ToolSpecification(name=self.name, description=self.description or None, input_schema=schema)
        )

    def arguments(self, given: Any) -> dict[str, Any]:
        """Keyword arguments out of a call's input; raises msgspec.ValidationError for what the schema refuses."""
        made = msgspec.convert(given, self._arguments)
        return {name: getattr(made, name) for name in self._arguments.__struct_fields__}


def described(text: str) -> str:
    """A docstring without what it says of its parameters."""
    return _PARAM.sub("", _SECTION.sub("", text + "\n")).strip()


def documented(text: str) -> dict[str, str]:
    """What a docstring says of each parameter, in Google's or Sphinx's way."""
    section = _SECTION.search(text + "\n")
    found = dict(_ARGUMENT.findall(section[1])) if section else {}
    return {name: said.strip() for name, said in {**found, **dict(_PARAM.findall(text))}.items()}


def _structure(name: str, function: Callable[..., Any]) -> type[msgspec.Struct]:
    hints = typing.get_type_hints(function, include_extras=True)
    fields: list[Any] = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise TypeError(f"{name} cannot be a tool: its parameter {parameter} has no name a model could use")
        kind = hints.get(parameter.name, Any)
        if parameter.default is parameter.empty:
            fields.append((parameter.name, kind))
        else:
            fields.append((parameter.name, kind, _default(parameter.default)))
    return msgspec.defstruct(name, fields, kw_only=True, forbid_unknown_fields=True)


def _default(value: Any) -> Any:
    """A default as a field has it; what could be changed is not shown in the schema."""
    plain = value is None or isinstance(value, str | int | float | bool | Enum)
    return value if plain else msgspec.field(default_factory=partial(_same, value))


def _same(value: Any) -> Any:
    return value


def _schema(arguments: type[msgspec.Struct], said: dict[str, str]) -> dict[str, Any]:
    _, components = msgspec.json.schema_components([arguments], ref_template="#/$defs/{name}")
    schema = components.pop(arguments.__name__)
    del schema["title"]
    for name, part in schema.get("properties", {}).items():
        if name in said:
            part.setdefault("description", said[name])
    return {**schema, "$defs": components} if components else schema


def content(result: Any) -> list[ToolResultContentBlock]:
    """What a function returned, as content: text as it is, objects as JSON, pictures and documents as blocks."""
    if isinstance(result, ContentBlock):
        return [ToolResultContentBlock(text=result.text, image=result.image, document=result.document)]
    if isinstance(result, ToolResultContentBlock):
        return [result]
    if isinstance(result, str):
        return [ToolResultContentBlock(text=result)]
    if isinstance(result, list) and result and all(isinstance(item, ContentBlock) for item in result):
        return [block for item in result for block in content(item)]
    plain = dataclasses.asdict(result) if dataclasses.is_dataclass(result) and not isinstance(result, type) else result
    plain = msgspec.to_builtins(plain)
    if isinstance(plain, dict):
        return [ToolResultContentBlock(json=plain)]
    return [ToolResultContentBlock(text=msgspec.json.encode(plain).decode())]  # Converse takes only objects as JSON


Tools = dict[str, Function]


def table(functions: typing.Iterable[Callable[..., Any] | Function]) -> Tools:
    """Functions by name; raises ValueError when two share one."""
    made = [given if isinstance(given, Function) else Function(given) for given in functions]
    found = {tool.name: tool for tool in made}
    if len(found) < len(made):
        raise ValueError("two tools have the same name")
    return found


def _result(call: ToolUseBlock, made: Callable[[], Any]) -> ToolResultBlock:
    try:
        return ToolResultBlock(tool_use_id=call.tool_use_id, content=content(made()), status="success")
    except Exception as error:
        return failure(call, error)


def failure(call: ToolUseBlock, error: Exception) -> ToolResultBlock:
    """A call that went wrong, as the model is told; without anything of where it went wrong."""
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return ToolResultBlock(tool_use_id=call.tool_use_id, content=[ToolResultContentBlock(text=text)], status="error")


def _unknown(call: ToolUseBlock, tools: Tools) -> Exception:
    return LookupError(f"there is no tool {call.name}; there is {', '.join(tools) or 'none'}")


def run(calls: list[ToolUseBlock], tools: Tools) -> list[ToolResultBlock]:
    """The results of calls, several at once in threads; asynchronous functions get a loop of their own."""

    def one(call: ToolUseBlock) -> ToolResultBlock:
        tool = tools.get(call.name)
        return failure(call, _unknown(call, tools)) if tool is None else _result(call, lambda: _called(tool, call))

    if len(calls) == 1:
        return [one(calls[0])]
    from concurrent.futures import ThreadPoolExecutor
    from contextvars import copy_context

    with ThreadPoolExecutor(len(calls)) as threads:
        waiting = [threads.submit(copy_context().run, one, call) for call in calls]
        return [future.result() for future in waiting]


def _called(tool: Function, call: ToolUseBlock) -> Any:
    made = tool.function(**tool.arguments(call.input))
    return asyncio.run(_awaited(made)) if inspect.isawaitable(made) else made


async def _awaited(made: typing.Awaitable[Any]) -> Any:
    return await made


async def run_async(calls: list[ToolUseBlock], tools: Tools) -> list[ToolResultBlock]:
    """The results of calls, all at once; functions that are not asynchronous run in threads."""
    return await asyncio.gather(*(_one_async(call, tools) for call in calls))


async def _one_async(call: ToolUseBlock, tools: Tools) -> ToolResultBlock:
    tool = tools.get(call.name)
    try:
        if tool is None:
            raise _unknown(call, tools)
        given = tool.arguments(call.input)
        if inspect.iscoroutinefunction(tool.function):
            made = await tool.function(**given)
        else:
            made = await asyncio.to_thread(tool.function, **given)
            made = await made if inspect.isawaitable(made) else made
    except Exception as error:
        return failure(call, error)
    return _result(call, lambda: made)
