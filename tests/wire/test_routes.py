"""Every operation is found at its own URI, and every other path is AWS's unknown operation."""

import re
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from outcrop.errors import UnknownOperationException
from outcrop.model.service import Operation, service
from outcrop.wire.routes import match

OPERATIONS = [row for name in ("bedrock-runtime", "bedrock") for row in service(name).operations.values()]
MODEL = "anthropic.claude-3-haiku-20240307-v1:0"
PROFILE = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abcdefghijkl"

segments = st.sampled_from(
    [
        "model",
        "converse",
        "invoke",
        "{}",
        "{+}",
        "{modelId}",
        "",
        ".",
        "..",
        "%2F",
        "%",
        "POST",
        "POST ",
        "GET ",
        "guardrails",
    ]
) | st.text(max_size=6)


def at(operation: Operation, label: str) -> str:
    """The operation's path with `label` in every place for one."""
    return re.sub(r"\{[^}]*\}", label, operation.uri.partition("?")[0])


def names(operation: Operation) -> list[str]:
    return re.findall(r"\{(\w+)\+?\}", operation.uri)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_operation_is_found_at_its_own_path(operation: Operation) -> None:
    found, labels = match(operation.method, at(operation, "some-id"))
    assert found == operation
    assert labels == dict.fromkeys(names(operation), "some-id")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_labels_are_decoded_once(operation: Operation) -> None:
    found, labels = match(operation.method, at(operation, quote("a:b/c %2F ü", safe="")))
    assert found == operation
    assert labels == dict.fromkeys(names(operation), "a:b/c %2F ü")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_no_operation_answers_another_method(operation: Operation) -> None:
    with pytest.raises(UnknownOperationException):
        match("OPTIONS", at(operation, "some-id"))


@pytest.mark.parametrize(
    ("segment", "model"),
    [
        (MODEL, MODEL),  # raw, as 1,873 recorded calls have it
        (MODEL.replace(":", "%3A"), MODEL),  # encoded, as 1,207 have it
        (MODEL.replace(":", "%3a"), MODEL),
        (PROFILE.replace("/", "%2F"), PROFILE),
        (quote(PROFILE, safe=""), PROFILE),
        ("{}", "{}"),
        ("{modelId}", "{modelId}"),
        ("a%2520b", "a%20b"),
        ("%ff", "\ufffd"),
    ],
)
@pytest.mark.parametrize(
    ("end", "name"),
    [
        ("converse", "Converse"),
        ("converse-stream", "ConverseStream"),
        ("invoke", "InvokeModel"),
        ("invoke-with-response-stream", "InvokeModelWithResponseStream"),
        ("count-tokens", "CountTokens"),
    ],
)
def test_model_ids_raw_and_encoded(segment: str, model: str, end: str, name: str) -> None:
    operation, labels = match("POST", f"/model/{segment}/{end}")
    assert (operation.name, labels) == (name, {"modelId": model})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"/model/{PROFILE}/converse"),  # a literal slash within the ARN (recorded)
        ("POST", "/model//converse"),
        ("POST", "/model/converse"),
        ("POST", "/model/a/Converse"),
        ("POST", "/model/a/converse/more"),
        ("POST", "/v1/model/a/converse"),
        ("GET", "/model/a/converse"),
        ("post", "/model/a/converse"),
        ("", "/model/a/converse"),
        ("GET", "/"),
        ("GET", ""),
        ("GET", "/favicon.ico"),
    ],
)
def test_other_paths_are_an_unknown_operation(method: str, path: str) -> None:
    with pytest.raises(UnknownOperationException):
        match(method, path)


@given(
    st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "{}"]) | st.text(max_size=8),
    st.lists(segments, max_size=6),
)
@example("POST", ["model", "{}", "converse"])
@example("POST", ["model", "a", "converse", "POST"])
@example("POST", ["model", "a", "converse", "POST "])
@example("GET", ["{+}"])
@example("{}", ["model"])
def test_any_path_is_an_operation_or_unknown(method: str, path: list[str]) -> None:
    try:
        operation, labels = match(method, "/" + "/".join(path))
    except UnknownOperationException:
        return
    assert operation.method == method
    assert list(labels) == names(operation)
    assert all(labels.values())


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_id_survives_the_path(model: str) -> None:
    operation, labels = match("POST", f"/model/{quote(model, safe='')}/converse")
    assert (operation.name, labels) == ("Converse", {"modelId": model})
