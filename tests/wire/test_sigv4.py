"""Signatures against AWS's published examples and against botocore, which signs for boto3 and the AWS CLI."""

import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import boto3
import msgspec
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from hypothesis import given, settings
from hypothesis import strategies as st

from outcrop.wire import sigv4
from outcrop.wire.http import HttpRequest

# The key of AWS's documentation and of its signature test suite.
KEY_ID, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
HOST = "bedrock-runtime.us-east-1.amazonaws.com"
MODEL = "anthropic.claude-3-haiku-20240307-v1:0"
ARN = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abcdefghijkl"
BODY = b'{"messages":[{"role":"user","content":[{"text":"Gr\xc3\xbc\xc3\x9fe"}]}]}'

labels = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).filter(
    lambda text: text not in (".", "..")  # botocore's own normalisation drops these
)
pairs = st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=5)


def signed_by_botocore(
    path: str, query: str = "", body: bytes = BODY, method: str = "POST", **headers: str
) -> HttpRequest:
    """What arrives when botocore has signed a request."""
    url = f"https://{HOST}{path}" + (f"?{query}" if query else "")
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = AWSRequest(method, url, {"Content-Type": "application/json", **names}, body)
    SigV4Auth(Credentials(KEY_ID, SECRET), "bedrock", "us-east-1").add_auth(request)
    return arrived(request.prepare())


def arrived(prepared: Any) -> HttpRequest:
    """A request of botocore as a server sees it; the connection adds the host when it sends."""
    url = urlsplit(prepared.url)
    text = {
        name.lower(): value.decode() if isinstance(value, bytes) else value for name, value in prepared.headers.items()
    }
    return HttpRequest(prepared.method, url.path, url.query, {"host": url.netloc, **text}, prepared.body or b"")


def parts(request: HttpRequest) -> sigv4.Authorization:
    parsed = sigv4.parse_authorization(request.headers["authorization"])
    assert parsed
    return parsed


def verified(request: HttpRequest, secret: str = SECRET) -> bool:
    return sigv4.verify(request, parts(request), secret)


def plain(path: str, query: str = "", body: bytes = BODY, **headers: str) -> HttpRequest:
    return HttpRequest("POST", path, query, {"host": HOST, "content-type": "application/json", **headers}, body)


def signed(request: HttpRequest, **options: Any) -> HttpRequest:
    """`request` with the headers `sign` makes."""
    defaults = {"access_key_id": KEY_ID, "secret": SECRET, "region": "us-east-1", "timestamp": "20251117T063822Z"}
    added = sigv4.sign(request, **{**defaults, **options})
    return msgspec.structs.replace(request, headers={**request.headers, **added})


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),  # get-vanilla
        (
            "Param2=value2&Param1=value1",  # get-vanilla-query-order-key-case
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
    ],
)
def test_published_examples(query: str, expected: str) -> None:
    """AWS's signature test suite."""
    request = HttpRequest("GET", "/", query, {"host": "example.amazonaws.com", "x-amz-date": "20150830T123600Z"}, b"")
    draft = sigv4.Authorization(KEY_ID, "20150830", "us-east-1", "service", "host;x-amz-date", "")
    assert sigv4.signature(request, draft, SECRET, sigv4.EMPTY_HASH) == expected


def test_published_signing_key() -> None:
    """The example of AWS's page on deriving a signing key."""
    key = sigv4.signing_key(SECRET, "20150830", "us-east-1", "iam")
    assert key.hex() == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"


def test_canonical_request_line_by_line() -> None:
    request = plain("/model/amazon.titan-text-lite-v1%3A0/invoke", "b=2&a=x%20y", accept="not signed")
    lines = sigv4.canonical_request(request, "content-type;host", "HASH").split("\n")
    assert lines == [
        "POST",
        "/model/amazon.titan-text-lite-v1%253A0/invoke",  # encoded a second time
        "a=x%20y&b=2",
        "content-type:application/json",
        f"host:{HOST}",
        "",
        "content-type;host",
        "HASH",
    ]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (f"/model/{MODEL}/converse", ""),
        (f"/model/{MODEL.replace(':', '%3A')}/converse", ""),
        (f"/model/{ARN.replace('/', '%2F')}/converse-stream", ""),
        (f"/model/{quote(ARN, safe='')}/invoke", ""),
        ("/foundation-models", "byProvider=amazon&byOutputModality=TEXT"),
        ("/foundation-models", "byProvider=Two%20Words%2B&byProvider=&z"),
        ("/", ""),
    ],
)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x_amz_content_sha256": hashlib.sha256(BODY).hexdigest()},
        {"x_amz_security_token": "IQoJb3JpZ2luX2VjE//example=="},
        {"accept": "application/json", "x_amzn_bedrock_trace": "ENABLED", "amz_sdk_request": "attempt=1; max=3"},
        {"x_spaced": "  two   words  and    more "},
    ],
    ids=["plain", "content-sha256", "session-token", "sdk", "spaces"],
)
def test_what_botocore_signs_verifies(path: str, query: str, headers: dict[str, str]) -> None:
    request = signed_by_botocore(path, query, **headers)
    assert verified(request)
    assert not verified(request, SECRET[:-1])


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_without_a_body(method: str) -> None:
    assert verified(signed_by_botocore("/foundation-models", body=b"", method=method))


def test_what_boto3_sends_verifies() -> None:
    """The whole of boto3 up to the socket, with the ids it percent-encodes itself."""
    client = boto3.client(
        "bedrock-runtime",
        region_name="us-east-1",
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
        endpoint_url="http://127.0.0.1:4020",
        config=Config(retries={"total_max_attempts": 1}),
    )
    caught: list[HttpRequest] = []

    def catch(request: Any, **_: object) -> None:
        caught.append(arrived(request))
        raise ConnectionAbortedError

    client.meta.events.register("before-send.bedrock-runtime", catch)
    for model in (MODEL, ARN):
        with pytest.raises(ConnectionAbortedError):
            client.converse(modelId=model, messages=[{"role": "user", "content": [{"text": "Hello"}]}])
    assert [request.path for request in caught] == [f"/model/{quote(m, safe='')}/converse" for m in (MODEL, ARN)]
    assert all(verified(request) for request in caught)
    assert {(parts(request).service, parts(request).region) for request in caught} == {("bedrock", "us-east-1")}


@settings(max_examples=60)
@given(labels, pairs, st.binary(max_size=40))
def test_any_path_query_and_body_botocore_signs_verifies(label: str, query: list[tuple[str, str]], body: bytes) -> None:
    path = f"/model/{quote(label, safe='')}/converse"
    assert verified(signed_by_botocore(path, urlencode(query, quote_via=quote, safe=""), body))


@settings(max_examples=60)
@given(labels, pairs, st.binary(max_size=40))
def test_sign_makes_the_signature_of_botocore(label: str, query: list[tuple[str, str]], body: bytes) -> None:
    path = f"/model/{quote(label, safe='~')}/invoke"
    theirs = signed_by_botocore(path, urlencode(query, quote_via=quote, safe=""), body)
    ours = sigv4.sign(
        plain(path, theirs.query, body),
        access_key_id=KEY_ID,
        secret=SECRET,
        region="us-east-1",
        timestamp=theirs.headers["x-amz-date"],
    )
    assert ours == {name: theirs.headers[name] for name in ("x-amz-date", "authorization")}


def test_only_headers_that_are_there_are_signed() -> None:
    request = HttpRequest("GET", "/foundation-models", "", {"host": HOST}, b"")
    assert parts(signed(request)).signed_headers == "host;x-amz-date"
    assert verified(signed(request))


Change = Callable[[HttpRequest], HttpRequest]


def headers(**changed: str) -> Change:
    names = {name.replace("_", "-"): value for name, value in changed.items()}
    return lambda request: msgspec.structs.replace(request, headers={**request.headers, **names})


def field(**changed: Any) -> Change:
    return lambda request: msgspec.structs.replace(request, **changed)


def without(name: str) -> Change:
    return lambda request: msgspec.structs.replace(
        request, headers={key: value for key, value in request.headers.items() if key != name}
    )


@pytest.mark.parametrize(
    "change",
    [
        field(method="PUT"),
        field(path="/model/a.b-v1%3A1/converse"),
        field(path="/model/a.b-v1%253A0/converse"),
        field(path="/model/a.b-v1%3A0/converse/"),
        field(query="a=2"),
        field(query="a=1&b="),
        field(query=""),
        field(body=BODY + b" "),
        field(body=b""),
        headers(host="elsewhere.example"),
        headers(content_type="text/plain"),
        headers(x_amz_date="20251117T063823Z"),
        headers(x_extra="tw o"),
        without("host"),
        without("x-extra"),
        without("x-amz-date"),
    ],
)
def test_any_change_of_what_is_signed_fails(change: Change) -> None:
    names = ("host", "content-type", "x-extra")
    request = signed(plain("/model/a.b-v1%3A0/converse", "a=1", **{"x-extra": "two"}), names=names)
    assert verified(request)
    assert not verified(change(request))


@pytest.mark.parametrize(
    "changed",
    [
        {"access_key_id": "AKIAELSE"},  # the id alone is not signed: it chooses the secret
        {"date": "20251118"},
        {"region": "us-east-2"},
        {"service": "s3"},
        {"signed_headers": "content-type;host"},
        {"signed_headers": "host;content-type;x-amz-date"},
        {"signature": "0" * 64},
    ],
)
def test_any_change_of_the_scope_fails(changed: dict[str, str]) -> None:
    request = signed(plain("/model/a/converse"))
    altered = msgspec.structs.replace(parts(request), **changed)
    assert sigv4.verify(request, altered, SECRET) is ("access_key_id" in changed)


@given(st.integers(0, len(BODY) - 1), st.integers(1, 255))
def test_any_changed_byte_of_the_body_fails(at: int, by: int) -> None:
    altered = BODY[:at] + bytes([BODY[at] ^ by]) + BODY[at + 1 :]
    assert not verified(msgspec.structs.replace(signed(plain("/model/a/converse")), body=altered))


def test_a_payload_hash_that_is_sent_must_be_the_bodys() -> None:
    """It is signed like any header, and the body is hashed all the same."""
    name = "x-amz-content-sha256"
    request = signed(plain("/model/a/converse", **{name: "UNSIGNED-PAYLOAD"}), names=("host", name))
    assert verified(request)  # the header is only a header
    assert not verified(msgspec.structs.replace(request, body=b"{}"))


def test_http_2_may_sign_the_authority() -> None:
    """The server hands on `:authority` as `host`; the signature covers its value under the pseudo-header's name."""
    sent = plain("/model/a/converse", **{":authority": HOST})
    request = without(":authority")(signed(sent, names=(":authority", "content-type")))
    assert parts(request).signed_headers == ":authority;content-type;x-amz-date"
    assert verified(request)
    assert not verified(headers(host="elsewhere.example")(request))


def test_spaces_within_a_header_count_as_one() -> None:
    request = signed(plain("/", **{"x-spaced": " a   b  c "}), names=("host", "x-spaced"))
    assert verified(headers(x_spaced="a b c")(request))
    assert not verified(headers(x_spaced="a bc")(request))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_a_path_is_encoded_once_more(text: str) -> None:
    """Every path, also one that is encoded already: only the unreserved characters and slashes stay."""
    assert sigv4.canonical_path("/" + text) == quote("/" + text, safe="/~")


def test_an_empty_path_is_the_root() -> None:
    assert sigv4.canonical_path("") == "/"


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("", ""),
        ("b=1&a=2", "a=2&b=1"),
        ("a=2&a=1", "a=1&a=2"),
        ("a", "a="),
        ("a=b=c", "a=b%3Dc"),
        ("a=%7e~", "a=~~"),
        ("a=%2f/", "a=%2F%2F"),
        ("&&a=1&", "a=1"),
    ],
)
def test_canonical_queries(query: str, canonical: str) -> None:
    assert sigv4.canonical_query(query) == canonical


def test_the_header_is_taken_apart() -> None:
    value = (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20251117/eu-central-1/bedrock/aws4_request, "
        f"SignedHeaders=host;x-amz-date, Signature={'0f' * 32}"
    )
    expected = sigv4.Authorization(KEY_ID, "20251117", "eu-central-1", "bedrock", "host;x-amz-date", "0f" * 32)
    assert sigv4.parse_authorization(value) == expected
    assert sigv4.parse_authorization(value.replace(", ", ",")) == expected  # some SDKs leave the spaces out


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
        ("AWS4-HMAC-SHA256 ", "Bearer "),
        ("/aws4_request", ""),
        ("/20251117/", "/2025111/"),
        ("Credential=", ""),
        ("SignedHeaders=host;x-amz-date, ", ""),
        ("SignedHeaders=host;x-amz-date", "SignedHeaders="),
        (f"Signature={'0f' * 32}", "Signature="),
        (f"{'0f' * 32}", "0f" * 31),
        (f"{'0f' * 32}", "0F" * 32),
        (f"{'0f' * 32}", "0f" * 32 + ", "),
    ],
)
def test_other_headers_are_none(old: str, new: str) -> None:
    value = (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20251117/eu-central-1/bedrock/aws4_request, "
        f"SignedHeaders=host;x-amz-date, Signature={'0f' * 32}"
    )
    assert old in value
    assert sigv4.parse_authorization(value.replace(old, new)) is None


@given(st.text() | st.text().map("AWS4-HMAC-SHA256 Credential={}".format))
def test_no_text_breaks_the_parser(text: str) -> None:
    assert sigv4.parse_authorization(text) is None
