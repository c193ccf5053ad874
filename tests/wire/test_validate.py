"""Constraints in AWS's words: the recorded sentences, every member with every wrong type, and agreement with msgspec."""

import copy
import functools
import json
import operator
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.counting import Looked

from outcrop.errors import SerializationException, ServiceError, ValidationException
from outcrop.model.runtime import ConverseRequest
from outcrop.model.service import operation, service
from outcrop.wire import validate
from outcrop.wire.http import HttpRequest
from outcrop.wire.restjson import Decoder

RUNTIME = service("bedrock-runtime")
CONVERSE = Decoder(operation("Converse"), ConverseRequest)
LABELS = {"modelId": "m"}


def decode(body: Any) -> ConverseRequest:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return CONVERSE.decode(HttpRequest("POST", "/model/m/converse", "", {}, raw), LABELS)


def refused(body: Any) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        decode(body)
    return caught.value


def outcome(body: Any) -> ServiceError | None:
    try:
        decode(body)
    except ServiceError as error:
        return error
    return None


def said(*blocks: dict[str, Any], role: str = "user", before: int = 0) -> dict[str, Any]:
    """A body whose last message holds `blocks`."""
    turn = {"role": "user", "content": [{"text": "Hello"}]}
    return {"messages": [*[turn] * before, {"role": role, "content": list(blocks)}]}


def tools(*specs: dict[str, Any]) -> dict[str, Any]:
    return {"toolConfig": {"tools": [{"toolSpec": {"inputSchema": {"json": {}}, **spec}} for spec in specs]}}


TEXT = {"text": "Hello"}
TOO_LONG = "files.read_" + "x" * 60
DOCUMENT = {"document": {"format": "octet-stream", "name": "d", "source": {"bytes": "YQ=="}}}


def violation(place: str, constraint: str, value: str = "Value") -> str:
    return f"{value} at '{place}' failed to satisfy constraint: {constraint}"


RECORDED = {
    "temperature": (
        {"inferenceConfig": {"temperature": 99}},
        "1 validation error detected: Value '99.0' at 'inferenceConfig.temperature' failed to satisfy constraint: "
        "Member must have value less than or equal to 1",
    ),
    "temperature-of-a-user": (
        {"inferenceConfig": {"temperature": 32424.0}},
        "1 validation error detected: Value '32424.0' at 'inferenceConfig.temperature' failed to satisfy constraint: "
        "Member must have value less than or equal to 1",
    ),
    "max-tokens": (
        {"inferenceConfig": {"maxTokens": 0}},
        "1 validation error detected: Value '0' at 'inferenceConfig.maxTokens' failed to satisfy constraint: "
        "Member must have value greater than or equal to 1",
    ),
    "no-tools": (
        {"toolConfig": {"tools": []}},
        "1 validation error detected: Value at 'toolConfig.tools' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1",
    ),
    "empty-tool-specification": (
        tools({"name": "", "description": ""}),
        "3 validation errors detected: Value '' at 'toolConfig.tools.1.member.toolSpec.name' failed to satisfy "
        "constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+; Value '' at "
        "'toolConfig.tools.1.member.toolSpec.name' failed to satisfy constraint: Member must have length greater than "
        "or equal to 1; Value '' at 'toolConfig.tools.1.member.toolSpec.description' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1",
    ),
    "name-of-a-tool-that-was-used": (
        said(TEXT, {"toolUse": {"input": {}, "name": TOO_LONG, "toolUseId": "t"}}, before=72),
        "2 validation errors detected: Value at 'messages.73.member.content.2.member.toolUse.name' failed to satisfy "
        "constraint: Member must have length less than or equal to 64; Value at "
        "'messages.73.member.content.2.member.toolUse.name' failed to satisfy constraint: Member must satisfy regular "
        "expression pattern: [a-zA-Z0-9_-]+",
    ),
    "document-format": (
        said(TEXT, TEXT, DOCUMENT, before=2),
        "1 validation error detected: Value at 'messages.3.member.content.3.member.document.format' failed to satisfy "
        "constraint: Member must satisfy enum value set: [docx, csv, html, txt, pdf, md, doc, xlsx, xls]",
    ),
}

# Not recorded: the same sentences for other members.
DERIVED = {
    "top-p": (
        {"inferenceConfig": {"topP": 1.5}},
        [violation("inferenceConfig.topP", "Member must have value less than or equal to 1", "Value '1.5'")],
    ),
    "below-zero": (
        {"inferenceConfig": {"temperature": -0.5}},
        [violation("inferenceConfig.temperature", "Member must have value greater than or equal to 0", "Value '-0.5'")],
    ),
    "empty-stop-sequence": (
        {"inferenceConfig": {"stopSequences": ["a", ""]}},
        [
            violation(
                "inferenceConfig.stopSequences.2.member",
                "Member must have length greater than or equal to 1",
                "Value ''",
            )
        ],
    ),
    "tool-use-id": (
        said({"toolUse": {"input": {}, "name": "n", "toolUseId": "a b"}}),
        [
            violation(
                "messages.1.member.content.1.member.toolUse.toolUseId",
                "Member must satisfy regular expression pattern: [a-zA-Z0-9_.:-]+",
            )
        ],
    ),
    "role": (
        said(TEXT, role="tool"),
        [
            violation(
                "messages.1.member.role",
                f"Member must satisfy enum value set: [{', '.join(RUNTIME.shapes['ConversationRole']['enum'])}]",
                "Value 'tool'",
            )
        ],
    ),
    "latency": (
        {"performanceConfig": {"latency": "fast"}},
        [
            violation(
                "performanceConfig.latency",
                "Member must satisfy enum value set: [standard, optimized]",
                "Value 'fast'",
            )
        ],
    ),
    "metadata-of-nothing": (
        {"requestMetadata": {}},
        [violation("requestMetadata", "Member must have length greater than or equal to 1")],
    ),
    "metadata-of-too-many": (
        {"requestMetadata": {f"k{n}": "v" for n in range(17)}},
        [violation("requestMetadata", "Member must have length less than or equal to 16")],
    ),
    "metadata-value": (
        {"requestMetadata": {"team": "a|b"}},
        [
            violation(
                "requestMetadata.team.value",
                "Member must satisfy regular expression pattern: [a-zA-Z0-9\\s:_@$#=/+,-.]{0,256}",
            )
        ],
    ),
    "system-text": (
        {"system": [{"text": ""}]},
        [violation("system.1.member.text", "Member must have length greater than or equal to 1")],
    ),
    "missing": (
        {"messages": [{}], "toolConfig": {}},
        [
            violation("messages.1.member.role", "Member must not be null", "Value null"),
            violation("messages.1.member.content", "Member must not be null", "Value null"),
            violation("toolConfig.tools", "Member must not be null", "Value null"),
        ],
    ),
    "null": (
        {"messages": [{"role": None, "content": None}, None]},
        [
            violation("messages.1.member.role", "Member must not be null", "Value null"),
            violation("messages.1.member.content", "Member must not be null", "Value null"),
            violation("messages.2.member", "Member must not be null", "Value null"),
        ],
    ),
    "no-bytes": (
        said({"image": {"format": "png", "source": {"bytes": ""}}}),
        [
            violation(
                "messages.1.member.content.1.member.image.source.bytes",
                "Member must have length greater than or equal to 1",
            )
        ],
    ),
    "all-at-once": (
        {"inferenceConfig": {"maxTokens": 0, "temperature": 2, "topP": -1}},
        [
            violation("inferenceConfig.maxTokens", "Member must have value greater than or equal to 1", "Value '0'"),
            violation("inferenceConfig.temperature", "Member must have value less than or equal to 1", "Value '2.0'"),
            violation("inferenceConfig.topP", "Member must have value greater than or equal to 0", "Value '-1.0'"),
        ],
    ),
}


@pytest.mark.parametrize("case", RECORDED)
def test_recorded_sentences(case: str) -> None:
    body, message = RECORDED[case]
    error = refused(body)
    assert (type(error), error.message) == (ValidationException, message)


@pytest.mark.parametrize("case", DERIVED)
def test_the_same_sentences_elsewhere(case: str) -> None:
    body, found = DERIVED[case]
    error = refused(body)
    count = "1 validation error" if len(found) == 1 else f"{len(found)} validation errors"
    assert (type(error), error.message) == (ValidationException, f"{count} detected: {'; '.join(found)}")


@pytest.mark.parametrize(
    ("digits", "kind"), [(25, ValidationException), (400, SerializationException), (5000, SerializationException)]
)
def test_a_very_large_number_is_refused_like_others(digits: int, kind: type[ServiceError]) -> None:
    """400 digits are an integer to a JSON parser and no double, 5000 digits are neither."""
    assert type(refused(b'{"inferenceConfig":{"temperature":1%s}}' % (b"0" * digits))) is kind


@pytest.mark.parametrize(
    "body",
    [
        b"not JSON",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"5",
        b'{"messages":"\xff"}',
        b'{"system":[{"text":"\xff"}]}',
        b'\xef\xbb\xbf{"messages":[]}',
        b'{"messages":[],}',
        b'{"messages":' + b"[" * 20000 + b"]" * 20000 + b"}",
        b'{"additionalModelRequestFields":' + b"[" * 20000 + b"]" * 20000 + b"}",
        b'{"inferenceConfig":{"temperature":1e999}}',
        b'{"inferenceConfig":{"temperature":NaN}}',
        b'{"messages":[{"role":"user","content":[{"text":"\\ud800"}]}]}',
        b'{"messages":[{"role":"user","content":[{"image":{"format":"png","source":{"bytes":"no base64"}}}]}]}',
    ],
)
def test_bodies_that_are_no_such_json(body: bytes) -> None:
    assert isinstance(refused(body), SerializationException)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"messages": {}}, "Start of structure or map found where not expected."),
        ({"inferenceConfig": []}, "Start of list found where not expected"),
        ({"inferenceConfig": {"maxTokens": "5"}}, "STRING_VALUE can not be converted to an Integer"),
        ({"inferenceConfig": {"maxTokens": 5.0}}, "DECIMAL_VALUE can not be converted to an Integer"),
        ({"inferenceConfig": {"maxTokens": True}}, "TRUE_VALUE can not be converted to an Integer"),
        (said({"text": 5}), "NUMBER_VALUE can not be converted to a String"),
        ([], "Start of list found where not expected"),
    ],
)
def test_wrong_types_are_named(body: Any, message: str) -> None:
    error = refused(body)
    assert (type(error), error.message) == (SerializationException, message)


def minimal(shape: str) -> Any:
    """The smallest value that `shape` accepts."""
    row = RUNTIME.shapes[shape]
    if row.get("document"):
        return {}
    if row["type"] == "structure":
        members = {name: row["members"][name] for name in row.get("required", ())}
        return {name: minimal(member["shape"]) for name, member in members.items() if "location" not in member}
    if "enum" in row:
        return row["enum"][0]
    if "pattern" in row:
        return next(
            text for text in ("a", "DRAFT", "123456789012", "s3://bucket/key") if re.fullmatch(row["pattern"], text)
        )
    if row["type"] == "list":
        return [minimal(row["member"]["shape"])]
    if row["type"] == "map":
        return {"k": minimal(row["value"]["shape"])}
    return {"blob": "YQ==", "boolean": True, "string": "a"}.get(row["type"], 1)


def places(shape: str) -> Iterator[tuple[str, list[str | int], Any]]:
    """Every place within `shape`: the kind of value it wants, the way to it, and a body valid around it."""
    row = RUNTIME.shapes[shape]
    yield ("document" if row.get("document") else row["type"]), [], minimal(shape)
    if row.get("document"):
        return
    if row["type"] == "structure":
        for name, member in row["members"].items():
            if "location" not in member:
                for kind, way, value in places(member["shape"]):
                    yield kind, [name, *way], {**minimal(shape), name: value}
    elif row["type"] == "list":
        for kind, way, value in places(row["member"]["shape"]):
            yield kind, [0, *way], [value]
    elif row["type"] == "map":
        for kind, way, value in places(row["value"]["shape"]):
            yield kind, ["k", *way], {"k": value}


def put(body: Any, way: list[str | int], value: Any) -> Any:
    """`body` with `value` at the end of `way`."""
    if not way:
        return value
    changed = copy.copy(body)
    changed[way[0]] = put(body[way[0]], way[1:], value)
    return changed


PLACES = list(places("ConverseRequest"))
KINDS = {
    "structure": "object",
    "map": "object",
    "list": "array",
    "string": "string",
    "blob": "string",
    "integer": "number",
    "long": "number",
    "float": "number",
    "double": "number",
    "boolean": "boolean",
}
WRONG: dict[str, list[Any]] = {
    "object": [{}, {"a": 1}],
    "array": [[], [[]]],
    "string": ["", "text"],
    "number": [-7, 2.5],
    "boolean": [True, False],
}


def test_the_walk_reaches_every_corner() -> None:
    ways = {".".join(map(str, way)) for _, way, _ in PLACES}
    assert len(ways) == len(PLACES) > 150
    assert {
        "messages.0.content.0.toolResult.content.0.video.source.s3Location.uri",
        "promptVariables.k.text",
        "additionalModelRequestFields",
    } <= ways


@pytest.mark.parametrize("given_kind", WRONG)
def test_every_wrong_type_at_every_member_is_refused_as_such(given_kind: str) -> None:
    for kind, way, body in PLACES:
        if kind != "document" and KINDS[kind] != given_kind:
            decode(body)  # valid but for the one place
            for wrong in WRONG[given_kind]:
                assert isinstance(refused(put(body, way, wrong)), SerializationException), way


def test_values_that_aws_itself_answers_are_no_violation() -> None:
    block = {"toolUse": {"input": {}, "name": "n", "toolUseId": "t", "type": "tool_use"}}
    error = refused({**said(block, role="assistant"), "inferenceConfig": {"maxTokens": 0}})
    assert error.message.startswith("1 validation error detected: Value '0' at 'inferenceConfig.maxTokens'")


def test_null_is_a_document_and_no_violation() -> None:
    """That a tool's input must be an object is Converse's own rule, worded elsewhere."""
    block = {"toolUse": {"input": None, "name": "n", "toolUseId": "t"}}
    assert decode(said(block)).messages
    error = refused({**said(block), "inferenceConfig": {"maxTokens": 0}})
    assert error.message.startswith("1 validation error detected: Value '0' at 'inferenceConfig.maxTokens'")


def test_null_is_absence() -> None:
    """A null member is refused where the member is required, or an item, and nowhere else."""
    for kind, way, body in PLACES:
        if way and kind != "document":
            error = outcome(put(body, way, None))
            assert error is None or "Member must not be null" in error.message, way


FULL: list[dict[str, Any]] = [
    said(TEXT),
    said(
        TEXT,
        {"image": {"format": "png", "source": {"bytes": "iVBORw0KGgo="}}},
        {"document": {"format": "pdf", "name": "one", "source": {"bytes": "JVBERi0="}, "citations": {"enabled": True}}},
        {"cachePoint": {"type": "default", "ttl": "1h"}},
    ),
    {
        **said({"toolUse": {"input": {"b": [1], "a": None}, "name": "n", "toolUseId": "t:1"}}, role="assistant"),
        **tools({"name": "n", "description": "d", "strict": True}),
        "inferenceConfig": {"maxTokens": 10, "temperature": 0.5, "topP": 1, "stopSequences": ["a", "b"]},
        "additionalModelRequestFields": {"top_k": 5},
        "additionalModelResponseFieldPaths": ["/stop_sequence"],
    },
    {
        **said(
            {"toolResult": {"toolUseId": "t", "content": [{"json": {"x": 1}}, TEXT], "status": "error"}},
            {"reasoningContent": {"reasoningText": {"text": "r", "signature": "s"}}},
        ),
        "system": [TEXT, {"cachePoint": {"type": "default"}}],
        "requestMetadata": {"team": "a", "cost center": ""},
        "promptVariables": {"name": {"text": "v"}},
        "guardrailConfig": {"guardrailIdentifier": "abc", "guardrailVersion": "DRAFT", "trace": "enabled"},
        "performanceConfig": {"latency": "optimized"},
        "serviceTier": {"type": "flex"},
    },
]

scalars = st.sampled_from(
    [None, True, False, 0, 1, -1, 65, 2.5, 1e9, 2**70, "", "a", "a b", "a.b", "x" * 257, "YQ", "YQ=="]
)
values = (
    scalars | st.text() | st.sampled_from([[], {}, [None], [1], [""], {"k": None}, {"k": ""}, {"": "v"}, {"k": {}}])
)


def ways(value: Any) -> Iterator[list[Any]]:
    """Every place of a JSON value."""
    yield []
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        for way in ways(item):
            yield [key, *way]


@st.composite
def mutations(draw: st.DrawFn) -> Any:
    """A valid body with up to three places changed, removed or made too long; later places first, so earlier ones stay."""
    whole = draw(st.sampled_from(FULL))
    body, known = json.loads(json.dumps(whole)), list(ways(whole))[1:]
    for at in sorted(draw(st.sets(st.integers(0, len(known) - 1), max_size=3)), reverse=True):
        *to_holder, key = known[at]
        holder = functools.reduce(operator.getitem, to_holder, body)
        match draw(st.sampled_from(["change", "remove", "lengthen"])):
            case "change":
                holder[key] = copy.deepcopy(draw(values))
            case "remove":
                del holder[key]
            case "lengthen" if isinstance(holder[key], str) or key == "stopSequences":
                holder[key] *= 1300  # above every limit of the model
    return body


def objections(body: Any) -> list[str]:
    try:
        return list(validate.violations(RUNTIME, "ConverseRequest", body))
    except validate.Violation as wrong:
        return [str(wrong)]


@pytest.mark.parametrize("body", FULL)
def test_valid_bodies_give_no_violation(body: Any) -> None:
    decode(body)
    assert objections(body) == []


@settings(max_examples=500, deadline=None)
@given(mutations())
def test_the_fast_path_accepts_what_the_slow_path_has_no_objection_to(body: Any) -> None:
    error, found = outcome(body), objections(body)
    assert (error is None) == (found == []), found
    assert error is None or all(text in error.message for text in found)


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=60) | st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_any_body_is_decoded_or_refused(body: Any) -> None:
    error = outcome(body)
    assert error is None or (isinstance(error, ValidationException | SerializationException) and error.message)


def walked(body: dict[str, Any]) -> ServiceError | None:
    """What is found wrong in a value that is decoded already."""
    found = list(islice(validate.violations(RUNTIME, "ConverseRequest", body), validate.MAX_TOLD))
    return validate.constraint_error(found) if found else None


@pytest.mark.parametrize("place", [("inferenceConfig", "stopSequences"), ("additionalModelResponseFieldPaths",)])
def test_nothing_within_a_list_that_is_too_long_is_looked_at(place: tuple[str, ...]) -> None:
    given = Looked([""] * 100_000)
    body: Any = functools.reduce(lambda inner, name: {name: inner}, reversed(place), given)
    assert objections(body) == [
        f"Value at '{'.'.join(place)}' failed to satisfy constraint: Member must have length less than or equal to "
        f"{2500 if len(place) == 2 else 10}"
    ]
    assert given.items == 0


def test_nothing_within_a_map_that_is_too_large_is_told() -> None:
    (text,) = objections({"requestMetadata": {f"k{n}\u00a7": "" for n in range(100)}})
    assert text.startswith("Value at 'requestMetadata' failed")


@pytest.mark.parametrize("number", [99, 100, 101, 100_000])
def test_a_hundred_violations_are_told_and_no_more_looked_for(number: int) -> None:
    messages = [{"role": "x", "content": []}] * number
    error = refused({"messages": messages[:20_000]})
    told = min(number, validate.MAX_TOLD)
    assert error.message.startswith(f"{told} validation errors detected: ")
    assert error.message.count("Member must satisfy enum value set") == told
    given = Looked(messages)
    walked({"messages": given})
    assert given.items == told
