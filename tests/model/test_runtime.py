"""The generated structures of both services agree with botocore's own model, member by member."""

import inspect
import re
from types import ModuleType
from typing import Any

import msgspec
import pytest
from botocore.loaders import create_loader
from msgspec import inspect as types

from outcrop.model import control, runtime
from outcrop.model.shape import Shape

ORACLE = {
    module: create_loader().load_service_model(name, "service-2")["shapes"]
    for module, name in ((runtime, "bedrock-runtime"), (control, "bedrock"))
}
STRUCTURES = [
    pytest.param(module, found, id=f"{module.__name__}-{name}")
    for module in ORACLE
    for name, found in inspect.getmembers(module, inspect.isclass)
    if issubclass(found, Shape) and found is not Shape
]
# What AWS sends although its model does not say so (recorded): padding, and members of the usage.
UNMODELLED = {"p", "serverToolUsage", "cacheReadInputTokenCount", "cacheWriteInputTokenCount"}
WIDER_THAN_MODELLED = {("ToolUseBlock", "type"), ("ToolUseBlockStart", "type")}


def located(shapes: dict[str, Any], structure: str, member: str) -> bool:
    """Whether the member travels outside the JSON body, or is all of the body."""
    row = shapes[structure]
    return "location" in row["members"][member] or row.get("payload") == member


def described(shapes: dict[str, Any], name: str) -> Any:
    """A shape as plain values: kind, constraints, and what it holds."""
    row = shapes[name]
    kind = row["type"]
    if row.get("document"):
        return "any"
    if kind == "structure":
        return name
    size = (row.get("min") or None, row.get("max")) if kind in ("list", "map", "string", "blob") else None
    if kind == "list":
        return "list", size, described(shapes, row["member"]["shape"])
    if kind == "map":
        return "map", size, described(shapes, row["key"]["shape"]), described(shapes, row["value"]["shape"])
    if "enum" in row:
        return "enum", set(row["enum"])
    if kind == "string":
        return "str", size, row.get("pattern")
    if kind == "blob":
        return "bytes", size
    if kind == "boolean":
        return "bool"
    if kind == "timestamp":
        return "str", (None, None), None  # kept as written, ISO 8601
    return "int" if kind in ("integer", "long") else "float", row.get("min"), row.get("max")


def found(kind: types.Type) -> Any:
    """A generated type as `described` would say it; an optional one without its None."""
    if isinstance(kind, types.UnionType):
        (kind,) = (part for part in kind.types if not isinstance(part, types.NoneType))
    match kind:
        case types.AnyType():
            return "any"
        case types.StructType():
            return kind.cls.__name__
        case types.ListType():
            return "list", (kind.min_length, kind.max_length), found(kind.item_type)
        case types.DictType():
            return "map", (kind.min_length, kind.max_length), found(kind.key_type), found(kind.value_type)
        case types.LiteralType():
            return "enum", set(kind.values)
        case types.StrType():
            return "str", (kind.min_length, kind.max_length), unanchored(kind.pattern)
        case types.BytesType():
            return "bytes", (kind.min_length, kind.max_length)
        case types.BoolType():
            return "bool"
        case types.IntType():
            return "int", kind.ge, kind.le
        case types.FloatType():
            return "float", kind.ge, kind.le
    raise AssertionError(f"no member of the model has such a type: {kind}")


def unanchored(pattern: str | None) -> str | None:
    """msgspec searches where AWS matches the whole, so patterns are generated with anchors around."""
    if pattern is None:
        return None
    anchored = re.fullmatch(r"\^\(\?:(.*)\)(?:\$|\\Z)", pattern, re.DOTALL)
    assert anchored
    return anchored[1]


@pytest.mark.parametrize(("module", "structure"), STRUCTURES)
def test_members_are_those_of_the_model(module: ModuleType, structure: type[Shape]) -> None:
    shapes = ORACLE[module]
    members = shapes[structure.__name__]["members"]
    modelled = {name for name, row in members.items() if not shapes[row["shape"]].get("exception")}
    assert set(structure.__struct_encode_fields__) - UNMODELLED == modelled


@pytest.mark.parametrize(("module", "structure"), STRUCTURES)
def test_types_and_constraints_are_those_of_the_model(module: ModuleType, structure: type[Shape]) -> None:
    shapes, name = ORACLE[module], structure.__name__
    for field in msgspec.structs.fields(structure):
        member = field.encode_name
        if member in UNMODELLED or (name, member) in WIDER_THAN_MODELLED or located(shapes, name, member):
            continue
        shape = shapes[name]["members"][member]["shape"]
        assert found(types.type_info(field.type)) == described(shapes, shape), member


@pytest.mark.parametrize(("module", "structure"), STRUCTURES)
def test_only_required_members_of_the_body_must_be_there(module: ModuleType, structure: type[Shape]) -> None:
    shapes, name = ORACLE[module], structure.__name__
    required = {field.encode_name for field in msgspec.structs.fields(structure) if field.required}
    assert required == {m for m in shapes[name].get("required", ()) if not located(shapes, name, m)}


@pytest.mark.parametrize(("module", "structure"), STRUCTURES)
def test_members_are_written_in_alphabetical_order(module: ModuleType, structure: type[Shape]) -> None:
    full = structure(**dict.fromkeys(structure.__struct_fields__, 1))
    written = list(msgspec.json.decode(msgspec.json.encode(full)))
    assert written == sorted(structure.__struct_encode_fields__)


def test_absent_members_are_left_out_and_false_and_zero_are_not() -> None:
    assert msgspec.json.encode(runtime.InferenceConfiguration(temperature=0.0)) == b'{"temperature":0.0}'
    assert msgspec.json.encode(runtime.CitationsConfig(enabled=False)) == b'{"enabled":false}'
    assert msgspec.json.encode(runtime.ConverseRequest()) == b"{}"


def test_a_document_keeps_the_order_of_its_own_keys() -> None:
    raw = b'{"toolUse":{"input":{"zebra":1,"ant":{"b":2,"a":3}},"name":"n","toolUseId":"t"}}'
    assert msgspec.json.encode(msgspec.json.decode(raw, type=runtime.ContentBlock)) == raw


def test_a_blob_is_base64_on_the_wire() -> None:
    raw = b'{"bytes":"AP/+"}'
    source = msgspec.json.decode(raw, type=runtime.ImageSource)
    assert source.bytes == b"\x00\xff\xfe"
    assert msgspec.json.encode(source) == raw


def test_a_pattern_holds_for_the_whole_string() -> None:
    for name in ("a b", "a.b", " a", "a "):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"name": name}, runtime.SystemTool)


def test_a_pattern_holds_for_a_last_line_break() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"name": "name\n"}, runtime.SystemTool)


def test_the_type_answered_for_a_tool_call_may_be_sent_back() -> None:
    """`tool_use` is recorded in answers of Claude 4 and later, and clients repeat the answer in the next turn."""
    block = {"input": {}, "name": "n", "toolUseId": "t", "type": "tool_use"}
    assert msgspec.convert(block, runtime.ToolUseBlock).type == "tool_use"
