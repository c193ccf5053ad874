"""The Query protocol: forms to inputs as botocore spells them, outputs to XML as botocore reads them."""

import contextlib
import xml.etree.ElementTree as ET
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import QueryParser
from botocore.serialize import QuerySerializer
from hypothesis import example, given
from hypothesis import strategies as st

from outcrop import errors
from outcrop.model.service import service
from outcrop.wire import query
from outcrop.wire.http import HttpRequest

IAM = service("iam")
MODEL = ServiceModel(Loader().load_service_model("iam", "service-2"), "iam")
text = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=30)
tags = st.lists(st.fixed_dictionaries({"Key": text, "Value": text}), max_size=12)


def decoded(action: str, **fields: str) -> dict[str, Any]:
    return query.decode(IAM, IAM.operations[action], fields)


def refusal(action: str, value: dict[str, Any]) -> str:
    with pytest.raises(errors.ValidationError) as caught:
        query.check(IAM, IAM.operations[action], value)
    return caught.value.message


@given(text, tags)
@example("a b&c=d+é", [{"Key": "k", "Value": ""}] * 11)
def test_what_botocore_sends_is_what_was_meant(name: str, given_tags: list[dict[str, str]]) -> None:
    asked = {"UserName": name, "Tags": given_tags}
    sent = QuerySerializer().serialize_to_request(asked, MODEL.operation_model("CreateUser"))["body"]
    request = HttpRequest("POST", "/", "", {}, urlencode(sent).encode())
    assert decoded("CreateUser", **query.form(request)) == asked


@given(text, tags, st.integers(0, 4_000_000_000))
def test_what_is_answered_is_what_botocore_reads(name: str, given_tags: list[dict[str, str]], seconds: int) -> None:
    user = {"UserName": name, "Tags": given_tags, "CreateDate": seconds * 1_000_000, "Path": None}
    operation = IAM.operations["GetUser"]
    answer = query.encode_output(IAM, operation, {"User": user}, "an-id")
    shape = MODEL.operation_model("GetUser").output_shape
    read = QueryParser().parse({"body": answer.body, "headers": {}, "status_code": 200}, shape)
    assert read["ResponseMetadata"]["RequestId"] == "an-id"
    found = read["User"]
    assert (found["UserName"], found["Tags"], found["CreateDate"].timestamp()) == (name, given_tags, seconds)
    assert "Path" not in found


def test_policies_leave_percent_encoded() -> None:
    version = {"VersionId": "v1", "Document": '{"a": "é&<"}', "IsDefaultVersion": True}
    answer = query.encode_output(IAM, IAM.operations["GetPolicyVersion"], {"PolicyVersion": version}, "id")
    assert b"<Document>%7B%22a%22%3A%20%22%C3%A9%26%3C%22%7D</Document>" in answer.body
    assert b"<IsDefaultVersion>true</IsDefaultVersion>" in answer.body


def test_maps_have_entries() -> None:
    answer = query.encode_output(IAM, IAM.operations["GetAccountSummary"], {"SummaryMap": {"Users": 2}}, "id")
    assert b"<SummaryMap><entry><key>Users</key><value>2</value></entry></SummaryMap>" in answer.body


def test_an_action_without_a_result_has_no_result() -> None:
    answer = query.encode_output(IAM, IAM.operations["DeleteUser"], {}, "id")
    assert answer.body == (
        b'<DeleteUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
        b"<ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></DeleteUserResponse>"
    )


@pytest.mark.parametrize(
    ("error", "status", "code", "kind"),
    [
        (errors.NoSuchEntity("m"), 404, "NoSuchEntity", "Sender"),
        (errors.UnrecognizedClientException("m"), 403, "InvalidClientTokenId", "Sender"),
        (errors.InvalidSignatureException("m"), 403, "SignatureDoesNotMatch", "Sender"),
        (errors.ExpiredTokenException("m"), 403, "ExpiredToken", "Sender"),
        (errors.IncompleteSignatureException("m"), 400, "IncompleteSignature", "Sender"),
        (errors.AuthorizationFailure("m"), 403, "AccessDenied", "Sender"),
        (errors.InternalServerException(), 500, "ServiceFailure", "Receiver"),
    ],
)
def test_errors(error: errors.ServiceError, status: int, code: str, kind: str) -> None:
    answer = query.encode_error(IAM, error, "id")
    inner = ET.fromstring(answer.body).find("{*}Error")
    assert inner is not None
    assert [part.text for part in inner] == [kind, code, error.message]
    assert answer.status == status


@given(st.text(max_size=60))
def test_any_message_is_xml(message: str) -> None:
    answer = query.encode_error(IAM, errors.NoSuchEntity(message.encode("utf-8", "replace").decode()), "id")
    assert ET.fromstring(answer.body).find("{*}Error/{*}Code").text == "NoSuchEntity"  # type: ignore[union-attr]


def test_constraints_are_worded_as_iam_words_them() -> None:
    names = "It must contain only alphanumeric characters and/or the following: +=,.@_-"
    assert refusal("CreateUser", {"UserName": "a/b"}) == f"The specified value for userName is invalid. {names}"
    assert refusal("GetRole", {"RoleName": "r" * 65}) == (
        f"1 validation error detected: Value '{'r' * 65}' at 'roleName' failed to satisfy constraint: "
        "Member must have length less than or equal to 64"
    )
    assert refusal("CreateUser", {}) == (
        "1 validation error detected: Value null at 'userName' failed to satisfy constraint: Member must not be null"
    )
    value = {"UserName": "ann", "Tags": [{"Key": "a*", "Value": "v"}]}
    assert refusal("TagUser", value).startswith("1 validation error detected: Value 'a*' at 'tags.1.member.key' failed")
    query.check(IAM, IAM.operations["TagUser"], {"UserName": "ann", "Tags": [{"Key": "Größe 三", "Value": "½ @"}]})


@pytest.mark.parametrize("given_text", ["x", "1.5", "", "9" * 30, "٣"])
def test_an_integer_is_one(given_text: str) -> None:
    with pytest.raises(errors.ValidationError):
        decoded("ListUsers", MaxItems=given_text)
    assert decoded("ListUsers", MaxItems="7") == {"MaxItems": 7}


def test_fields_of_the_wrong_form_are_not_taken_for_another() -> None:
    assert decoded("ListUsers", **{"Nobody.knows": "1", "PathPrefix": "/a/"}) == {"PathPrefix": "/a/"}
    assert decoded("TagUser", UserName="u", Tags="") == {"UserName": "u", "Tags": []}
    assert decoded("TagUser", **{"Tags.member.0.Key": "a", "Tags.member.x.Key": "b"}) == {"Tags": []}
    with pytest.raises(errors.ValidationError):
        decoded("GetUser", **{"UserName.member.1": "a"})


@pytest.mark.parametrize("body", [b"\xff", b"a=%ff", b"a=1&" * 1001])
def test_a_form_that_is_none(body: bytes) -> None:
    with pytest.raises(errors.MalformedQueryString):
        query.form(HttpRequest("POST", "/", "", {}, body))


@given(
    st.dictionaries(st.text(max_size=20) | st.from_regex(r"Tags(\.\w{1,6}){0,4}", fullmatch=True), st.text(max_size=9))
)
def test_any_form_is_decoded_or_refused(fields: dict[str, str]) -> None:
    operation = IAM.operations["CreateUser"]
    with contextlib.suppress(errors.ValidationError):
        value = query.decode(IAM, operation, fields)
        query.check(IAM, operation, value)
        assert set(value) <= {"UserName", "Tags"}


def test_which_requests_are_of_the_protocol() -> None:
    form = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    assert query.is_query(HttpRequest("POST", "/", "", form, b""))
    for other in (
        HttpRequest("GET", "/", "", form, b""),
        HttpRequest("POST", "/model", "", form, b""),
        HttpRequest("POST", "/", "", {"content-type": "application/json"}, b""),
        HttpRequest("POST", "/", "", {}, b""),
    ):
        assert not query.is_query(other)
