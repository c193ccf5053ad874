"""Every error has the status of the service model, or the recorded one where the model names none."""

from typing import Any

import pytest
from botocore.loaders import create_loader

from outcrop import errors


def shapes(service: str) -> dict[str, Any]:
    """The shapes of a service model."""
    found: dict[str, Any] = create_loader().load_service_model(service, "service-2")["shapes"]
    return found


SHAPES = shapes("bedrock-runtime")
MODELLED = {
    name: row["error"]["httpStatusCode"]
    for name, row in (shapes("bedrock") | SHAPES).items()
    if row.get("exception") and "error" in row
}
# IAM and STS name their exceptions by a code of their own.
QUERY = {
    row["error"]["code"]: row["error"]["httpStatusCode"]
    for name in ("iam", "sts")
    for row in shapes(name).values()
    if row.get("exception") and "code" in row.get("error", {})
}
# Theirs as well, and documented as common errors, which no service model has.
COMMON = {
    "AccessDenied": 403,
    "InvalidAction": 400,
    "MalformedQueryString": 400,
    "MissingAuthenticationToken": 403,
    "ValidationError": 400,
}
# Not in the service model: what is answered before the service proper is reached (recorded, or documented).
FRONT = {
    "ExpiredTokenException": 403,
    "AuthorizationFailure": 403,
    "IncompleteSignatureException": 400,
    "InvalidSignatureException": 403,
    "RequestEntityTooLargeException": 413,
    "SerializationException": 400,
    "UnknownOperationException": 200,
    "UnrecognizedClientException": 403,
}
RAISED = {found.__name__: found for found in vars(errors).values() if isinstance(found, type)}
RAISED = {name: found for name, found in RAISED.items() if issubclass(found, errors.ServiceError)}
del RAISED["ServiceError"]


@pytest.mark.parametrize("name", sorted(RAISED))
def test_status_and_origin(name: str) -> None:
    error = RAISED[name]("said")
    if name in FRONT:
        assert (error.status, error.origin) == (FRONT[name], "com.amazon.coral.service")
    else:
        assert error.status == (MODELLED | QUERY | COMMON)[name]
        assert name not in MODELLED or error.origin == "com.amazon.bedrock"


@pytest.mark.parametrize("name", sorted(RAISED))
def test_an_error_carries_its_text_and_the_name_of_its_class(name: str) -> None:
    error = RAISED[name]("said")
    assert isinstance(error, errors.ServiceError)
    assert (str(error), error.message) == ("said", "said")
    assert error.code == ("AccessDeniedException" if name == "AuthorizationFailure" else name)


def test_every_exception_a_stream_may_end_with_exists() -> None:
    for stream in ("ConverseStreamOutput", "ResponseStream"):
        members = SHAPES[stream]["members"]
        ends = {row["shape"] for row in members.values() if SHAPES[row["shape"]].get("exception")}
        assert ends
        assert ends <= RAISED.keys()


def test_only_two_answers_spell_message_with_a_capital() -> None:
    capital = {name for name, error in RAISED.items() if error.message_key == "Message"}
    assert capital == {"AuthorizationFailure", "SerializationException"}
    assert {error.message_key for error in RAISED.values()} == {"Message", "message"}


def test_a_denied_call_and_a_missing_model_access_are_told_apart_by_origin_only() -> None:
    denied, no_access = errors.AuthorizationFailure("no"), errors.AccessDeniedException("no")
    assert isinstance(denied, errors.AccessDeniedException)
    assert (denied.code, denied.status) == (no_access.code, no_access.status)
    assert denied.origin != no_access.origin


def test_own_failures_have_a_text_of_their_own() -> None:
    recorded = "The system encountered an unexpected error during processing. Try your request again."
    assert errors.InternalServerException().message == recorded
    assert errors.ServiceUnavailableException().message == "Bedrock is unable to process your request."


def test_a_message_is_cut_where_it_would_be_told_by_the_megabyte() -> None:
    most = errors.MAX_MESSAGE
    assert errors.ValidationException("a" * most).message == "a" * most
    assert errors.ValidationException("a" * (most + 1)).message == "a" * most + "..."
