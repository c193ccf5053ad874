"""Who is calling, and the words in which everybody else is refused; the clock stands still at a recorded moment."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from outcrop import errors
from outcrop.iam.identity import authenticate, now
from outcrop.iam.keys import Credentials, Principal, RootKey
from outcrop.wire import sigv4
from outcrop.wire.http import HttpRequest
from outcrop.wire.restjson import encode_error

KEY_ID, SECRET, BEARER = "AKIAEXAMPLEEXAMPLE22", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "ABSKZXhhbXBsZQ=="
KEYS = RootKey(Credentials(KEY_ID, SECRET, BEARER))
ROOT = Principal("arn:aws:iam::123456789012:root", KEY_ID)
NOW = datetime(2025, 11, 17, 6, 43, 49, tzinfo=UTC)
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%SZ")


def plain(**headers: str) -> HttpRequest:
    names = {"host": "127.0.0.1:4020", "content-type": "application/json"}
    names |= {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpRequest("POST", "/model/amazon.nova-lite-v1%3A0/converse", "", names, b'{"messages":[]}')


def signed(at: datetime = NOW, **options: Any) -> HttpRequest:
    defaults = {"access_key_id": KEY_ID, "secret": SECRET, "region": "us-west-2", "timestamp": stamp(at)}
    request = plain()
    added = sigv4.sign(request, **{**defaults, **options})
    return msgspec.structs.replace(request, headers={**request.headers, **added})


def who(request: HttpRequest, moment: datetime = NOW) -> tuple[Principal, str | None]:
    return authenticate(request, KEYS, lambda: moment)


def refused(request: HttpRequest, moment: datetime = NOW) -> errors.ServiceError:
    with pytest.raises(errors.ServiceError) as caught:
        who(request, moment)
    return caught.value


def test_a_signature_names_the_principal_and_the_region() -> None:
    assert who(signed()) == (ROOT, "us-west-2")


def test_a_bearer_key_names_the_principal_and_no_region() -> None:
    assert who(plain(authorization=f"Bearer {BEARER}")) == (ROOT, None)
    assert who(plain(authorization=f"bearer  {BEARER} ")) == (ROOT, None)


REFUSALS: dict[str, tuple[HttpRequest, type[errors.ServiceError], int, str]] = {
    "missing header": (plain(), errors.AuthorizationFailure, 403, "Authorization header is missing"),
    "empty header": (plain(authorization=""), errors.AuthorizationFailure, 403, "Authorization header is missing"),
    "bad bearer key": (
        plain(authorization="Bearer ABSKwrong"),
        errors.AuthorizationFailure,
        403,
        "Authentication failed: Please make sure your API Key is valid.",
    ),
    "empty bearer key": (
        plain(authorization="Bearer "),
        errors.AuthorizationFailure,
        403,
        "Authentication failed: Please make sure your API Key is valid.",
    ),
    "unknown key": (
        signed(access_key_id="AKIAUNKNOWNUNKNOWN22"),
        errors.UnrecognizedClientException,
        403,
        "The security token included in the request is invalid.",
    ),
    "wrong secret": (signed(secret=SECRET[::-1]), errors.InvalidSignatureException, 403, MISMATCH),
    "changed body": (
        msgspec.structs.replace(signed(), body=b"{}"),
        errors.InvalidSignatureException,
        403,
        MISMATCH,
    ),
    "path encoded once too little": (
        msgspec.structs.replace(signed(), path="/model/amazon.nova-lite-v1:0/converse"),
        errors.InvalidSignatureException,
        403,
        MISMATCH,
    ),
    "malformed header": (
        plain(authorization="AWS4-HMAC-SHA256 Credential=AKIA"),
        errors.IncompleteSignatureException,
        400,
        "The request signature does not conform to AWS standards.",
    ),
    "another scheme": (
        plain(authorization="Basic dXNlcjpwYXNz"),
        errors.IncompleteSignatureException,
        400,
        "The request signature does not conform to AWS standards.",
    ),
    "another service": (
        signed(service="s3"),
        errors.InvalidSignatureException,
        403,
        "Credential should be scoped to correct service: 'bedrock'. ",
    ),
    "host not signed": (
        signed(names=("content-type",)),
        errors.InvalidSignatureException,
        403,
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    ),
    "expired": (  # the three timestamps as recorded: signed, now - 5 min., now
        signed(datetime(2025, 11, 17, 6, 38, 22, tzinfo=UTC)),
        errors.InvalidSignatureException,
        403,
        "Signature expired: 20251117T063822Z is now earlier than 20251117T063849Z (20251117T064349Z - 5 min.)",
    ),
    "not yet valid": (
        signed(datetime(2025, 11, 17, 6, 48, 50, tzinfo=UTC)),
        errors.InvalidSignatureException,
        403,
        "Signature not yet current: 20251117T064850Z is still later than 20251117T064849Z (20251117T064349Z + 5 min.)",
    ),
    "no date": (
        msgspec.structs.replace(signed(), headers={k: v for k, v in signed().headers.items() if k != "x-amz-date"}),
        errors.IncompleteSignatureException,
        400,
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    ),
    "date of another day": (
        msgspec.structs.replace(signed(), headers={**signed().headers, "x-amz-date": "20251116T064349Z"}),
        errors.InvalidSignatureException,
        403,
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20251117' != "
        "'20251116', from '20251116T064349Z'.",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refusals_word_for_word(case: str) -> None:
    request, kind, status, message = REFUSALS[case]
    error = refused(request)
    assert (type(error), error.status, error.message) == (kind, status, message)


@pytest.mark.parametrize(
    ("case", "length", "key"),
    [
        ("missing header", 45, "Message"),  # recorded with this length
        ("bad bearer key", None, "Message"),
        ("wrong secret", 192, "message"),  # recorded with this length
        ("unknown key", None, "message"),
        ("expired", None, "message"),
    ],
)
def test_the_body_on_the_wire(case: str, length: int | None, key: str) -> None:
    error = refused(REFUSALS[case][0])
    answer = encode_error(error, "id")
    assert msgspec.json.decode(answer.body) == {key: error.message}
    assert length in (None, len(answer.body))
    assert dict(answer.headers)["x-amzn-errortype"] == (
        f"{error.code}:http://internal.amazon.com/coral/com.amazon.coral.service/"
    )


@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
@pytest.mark.parametrize("microseconds", [0, 1, 999_999])
def test_five_minutes_either_way_are_accepted_to_the_second(seconds: int, microseconds: int) -> None:
    at = NOW + timedelta(seconds=seconds)
    assert who(signed(at), NOW + timedelta(microseconds=microseconds)) == (ROOT, "us-west-2")


@pytest.mark.parametrize(("seconds", "text"), [(-301, "Signature expired: "), (301, "Signature not yet current: ")])
@pytest.mark.parametrize("microseconds", [0, 1, 999_999])
def test_one_second_more_is_not(seconds: int, text: str, microseconds: int) -> None:
    at = NOW + timedelta(seconds=seconds)
    error = refused(signed(at), NOW + timedelta(microseconds=microseconds))
    assert isinstance(error, errors.InvalidSignatureException)
    assert error.message.startswith(text + stamp(at))


def test_the_window_crosses_midnight() -> None:
    midnight = datetime(2025, 12, 31, 23, 59, 58, tzinfo=UTC)
    assert who(signed(midnight), midnight + timedelta(seconds=4)) == (ROOT, "us-west-2")


def test_an_unknown_key_is_refused_before_its_signature_is_looked_at() -> None:
    error = refused(signed(NOW - timedelta(days=1), access_key_id="AKIAUNKNOWNUNKNOWN22"))
    assert isinstance(error, errors.UnrecognizedClientException)


def test_a_signature_over_http_2_covers_the_authority() -> None:
    request = plain()
    sent = msgspec.structs.replace(request, headers={**request.headers, ":authority": request.headers["host"]})
    added = sigv4.sign(
        sent,
        access_key_id=KEY_ID,
        secret=SECRET,
        region="eu-central-1",
        timestamp=stamp(NOW),
        names=(":authority", "content-type"),
    )
    arrived = msgspec.structs.replace(request, headers={**request.headers, **added})
    assert who(arrived) == (ROOT, "eu-central-1")


def test_the_clock_is_utc() -> None:
    assert now().utcoffset() == timedelta(0)
    assert who(signed(now()), now()) == (ROOT, "us-west-2")


header_text = st.text(st.characters(max_codepoint=255), max_size=60)


@given(header_text | header_text.map("Bearer {}".format) | header_text.map("AWS4-HMAC-SHA256 {}".format))
@example("Bearer")
@example("AWS4-HMAC-SHA256 ")
def test_any_header_is_refused_in_aws_words(authorization: str) -> None:
    error = refused(plain(authorization=authorization))
    assert isinstance(error, errors.AuthorizationFailure | errors.IncompleteSignatureException)


@given(header_text | st.datetimes().map(stamp))
@example("00000101T000000Z")
@example("99991231T235959Z")
@example("20251117T064360Z")
def test_any_date_is_refused_in_aws_words(date: str) -> None:
    request = signed()
    forged = msgspec.structs.replace(request, headers={**request.headers, "x-amz-date": date})
    if date == request.headers["x-amz-date"]:
        return
    assert isinstance(refused(forged), errors.InvalidSignatureException | errors.IncompleteSignatureException)
