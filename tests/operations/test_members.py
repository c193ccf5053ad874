"""No member of an input is dropped in silence: the service model is walked, and the table is put to the test."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from tests.conftest import HAIKU, Ask, converse_path
from tests.conversations import (
    NOVA,
    NOVA_2,
    PIXEL,
    SONNET_4,
    SONNET_4_5,
    Body,
    asked,
    assistant,
    call,
    called,
    document,
    result,
    talk,
    text,
    tool,
    tools,
    user,
    video,
)

from outcrop.model.service import Service, operation, service
from outcrop.operations import OPERATIONS
from outcrop.operations.members import MEMBERS


def walk(model: Service, shape: str, path: str = "") -> Iterator[tuple[str, bool]]:
    """Every member of a shape, and whether it is a leaf."""
    row = model.shapes[shape]
    if row["type"] == "list":
        yield from walk(model, row["member"]["shape"], path + "[]")
    elif row["type"] == "map":
        yield from walk(model, row["value"]["shape"], path + "{}")
    else:
        members = {} if row.get("document") else row.get("members", {})
        yield path, not members
        for name, member in members.items():
            yield from walk(model, member["shape"], f"{path}.{name}" if path else name)


def paths(name: str) -> dict[str, bool]:
    described = operation(name)
    assert described.input
    return dict(walk(service(described.service), described.input))


def decides(row: str, path: str) -> bool:
    return path == row or path.startswith(row + ".")


def test_every_operation_has_its_rows() -> None:
    assert set(MEMBERS) == set(OPERATIONS)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_member_is_decided(name: str) -> None:
    leaves = [path for path, leaf in paths(name).items() if leaf and path]
    undecided = [path for path in leaves if not any(decides(row, path) for row in MEMBERS.get(name, {}))]

    assert bool(leaves) == bool(MEMBERS[name])  # an operation may have no members at all
    assert not undecided


@pytest.mark.parametrize("name", MEMBERS)
def test_every_row_is_a_member(name: str) -> None:
    assert set(MEMBERS[name]) <= set(paths(name))


@pytest.mark.parametrize("name", MEMBERS)
def test_no_row_stands_beneath_another(name: str) -> None:
    rows = MEMBERS[name]

    assert not [(row, other) for row in rows for other in rows if row != other and decides(row, other)]


def test_what_is_refused_or_changes_nothing_says_why() -> None:
    assert all(o.note for rows in MEMBERS.values() for o in rows.values() if o.kind != "honoured")


# ------------------------------------------------------------------------------------- the table, put to the test
# For every row that claims so: a request with the member, and the one without.

PICTURE = {"format": "png", "source": {"bytes": PIXEL}}
SEALED = base64.b64encode(b"sealed").decode()
DOCUMENT = {"name": "d", "source": {"text": "Granite"}}
S3 = {"uri": "s3://bucket/key"}
OWNED = {**S3, "bucketOwner": "123456789012"}
FOUND = {"title": "t", "source": "s", "content": [text()]}
WHERE = {"title": "t", "location": {"web": {"url": "https://example.com"}}}
CITED = {"content": [text("cited")], "citations": []}
GUARDED = {"text": {"text": "guarded"}}
GROUNDING = {"systemTool": {"name": "nova_grounding"}}
STRING = {"schema": '{"type":"string"}'}


def in_result(block: Any) -> Body:
    return called(result("tooluse_1", block))


def structured(schema: Any) -> Body:
    return asked(outputConfig={"textFormat": {"type": "json_schema", "structure": {"jsonSchema": schema}}})


def replied(block: Any) -> Body:
    """A conversation in which the assistant has said `block`."""
    return talk(user(text()), assistant(block, text()), user(text()))


BLOCK = "messages[].content[]."
RESULT = BLOCK + "toolResult.content[]."
ACCEPTED: dict[str, tuple[str, Body, Body]] = {
    BLOCK + "image.source.s3Location.bucketOwner": (
        NOVA,
        asked(text(), {"image": {"format": "png", "source": {"s3Location": OWNED}}}),
        asked(text(), {"image": {"format": "png", "source": {"s3Location": S3}}}),
    ),
    BLOCK + "image.error": (
        HAIKU,
        asked(text(), {"image": {**PICTURE, "error": {"message": "lost"}}}),
        asked(text(), {"image": PICTURE}),
    ),
    BLOCK + "document.source.s3Location.bucketOwner": (
        NOVA,
        asked(text(), document("d", {"s3Location": OWNED})),
        asked(text(), document("d", {"s3Location": S3})),
    ),
    BLOCK + "document.context": (
        HAIKU,
        asked(text(), {"document": {**DOCUMENT, "context": "of stones"}}),
        asked(text(), {"document": DOCUMENT}),
    ),
    BLOCK + "video.source.s3Location.bucketOwner": (
        NOVA,
        asked(text(), video(s3Location=OWNED)),
        asked(text(), video(s3Location=S3)),
    ),
    BLOCK + "audio.error": (
        "mistral.voxtral-mini-3b-2507",
        asked(text(), {"audio": {"format": "wav", "source": {"bytes": "AAAA"}, "error": {"message": "lost"}}}),
        asked(text(), {"audio": {"format": "wav", "source": {"bytes": "AAAA"}}}),
    ),
    RESULT + "image.error": (
        HAIKU,
        in_result({"image": {**PICTURE, "error": {"message": "lost"}}}),
        in_result({"image": PICTURE}),
    ),
    RESULT + "document.context": (
        HAIKU,
        in_result({"document": {**DOCUMENT, "context": "of stones"}}),
        in_result({"document": DOCUMENT}),
    ),
    BLOCK + "toolResult.type": (HAIKU, called(result(type="a_type")), called()),
    BLOCK + "guardContent.image.format": (
        HAIKU,
        asked(text(), {"guardContent": {"image": {**PICTURE, "format": "jpeg"}}}),
        asked(text(), {"guardContent": {"image": PICTURE}}),
    ),
    BLOCK + "reasoningContent.redactedContent": (
        SONNET_4,
        replied({"reasoningContent": {"redactedContent": SEALED}}),
        replied(text()),
    ),
    BLOCK + "citationsContent.citations[]": (
        SONNET_4,
        replied({"citationsContent": {**CITED, "citations": [WHERE]}}),
        replied({"citationsContent": CITED}),
    ),
    "system[].guardContent.image": (HAIKU, asked(system=[{"guardContent": {"image": PICTURE}}]), asked()),
    "toolConfig.tools[].systemTool.name": (NOVA_2, asked(**tools(tool(), GROUNDING)), asked(**tools(tool()))),
    "inferenceConfig.temperature": (HAIKU, asked(inferenceConfig={"temperature": 0.1}), asked()),
    "inferenceConfig.topP": (HAIKU, asked(inferenceConfig={"topP": 0.1}), asked()),
    "promptVariables{}": (HAIKU, asked(promptVariables={"a": {"text": "b"}}), asked()),
    "requestMetadata{}": (HAIKU, asked(requestMetadata={"a": "b"}), asked()),
    "outputConfig.textFormat.structure.jsonSchema.name": (
        SONNET_4_5,
        structured({**STRING, "name": "answer"}),
        structured(STRING),
    ),
    "outputConfig.textFormat.structure.jsonSchema.description": (
        SONNET_4_5,
        structured({**STRING, "description": "The answer"}),
        structured(STRING),
    ),
    "outputConfig.effort": ("us.anthropic.claude-opus-4-6-v1", asked(outputConfig={"effort": "low"}), asked()),
}
REFUSED: dict[str, tuple[str, Body]] = {
    BLOCK + "toolAddition": (SONNET_4, asked(text(), {"toolAddition": {"tool": {"name": "a"}}})),
    BLOCK + "toolRemoval": (SONNET_4, asked(text(), {"toolRemoval": {"tool": {"name": "a"}}})),
}
# The same rows as another's: a picture's, a video's and a document's source wherever it stands.
ELSEWHERE = ("audio.source.s3Location", "content[].image.source", "content[].document.source", "content[].video.source")


@pytest.mark.parametrize("path", ACCEPTED)
def test_what_is_accepted_changes_nothing(ask: Ask, path: str) -> None:
    model, with_it, without = ACCEPTED[path]
    got, plain = ask(converse_path(model), with_it), ask(converse_path(model), without)

    assert got.status == plain.status == 200, got.body
    assert got.json["output"] == plain.json["output"]
    assert MEMBERS["Converse"][path].kind == "accepted"


@pytest.mark.parametrize("path", REFUSED)
def test_what_is_refused_is_refused(ask: Ask, path: str) -> None:
    model, body = REFUSED[path]

    assert ask(converse_path(model), body).status == 400
    assert MEMBERS["Converse"][path].kind == "refused"


def test_all_such_rows_are_put_to_the_test() -> None:
    claims = {path for path, outcome in MEMBERS["Converse"].items() if outcome.kind != "honoured"}

    assert {
        path for path in claims - ACCEPTED.keys() - REFUSED.keys() if not any(e in path for e in ELSEWHERE)
    } == set()


def test_a_call_in_the_history_is_read(ask: Ask) -> None:
    """Honoured rows show in other tests; calls cost what their names and inputs do."""

    def cost(**input: Any) -> int:
        body = talk(user(text()), assistant(call(**input)), user(result()), **tools())
        return int(ask(converse_path(), body).json["usage"]["inputTokens"])

    assert cost(q="granite and basalt") > cost(q="granite") > cost()
