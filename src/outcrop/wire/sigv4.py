"""Signature Version 4 in both directions: what a client signs and what a server checks, from the same functions.

Pure functions of a request and a key; no clock, no key store, no decision about who may do what (`outcrop.iam` has
those). The path is encoded once more before it is signed, so a model id's `%3A` is signed as `%253A`; every AWS service
has it so but S3. A request that came over HTTP/2 may sign `:authority` instead of `host`.

Source: AWS Signature Version 4 documentation; the double encoding and `:authority` were measured with AWS's SDKs.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote_plus

import msgspec

from outcrop.wire.http import HttpRequest

ALGORITHM = "AWS4-HMAC-SHA256"
EMPTY_HASH = hashlib.sha256(b"").hexdigest()

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=([^/,\s]+)/(\d{8})/([^/,\s]+)/([^/,\s]+)/aws4_request, *"
    r"SignedHeaders=([^,\s]+), *Signature="
)
_UNRESERVED = "-_.~"


class Authorization(msgspec.Struct, frozen=True):
    """The parts of an ``Authorization: AWS4-HMAC-SHA256`` header. `date` is YYYYMMDD."""

    access_key_id: str
    date: str
    region: str
    service: str
    signed_headers: str
    signature: str


def parse_authorization(value: str) -> Authorization | None:
    """The header's parts, or None when it is not of AWS's form."""
    head, made = value[:-64], value[-64:]
    fields = _fields(head)
    if fields is None or made.strip("0123456789abcdef"):
        return None
    access_key_id, date, region, service, signed_headers = fields
    return Authorization(access_key_id, date, region, service, signed_headers, made)


@lru_cache(maxsize=1024)
def _fields(head: str) -> tuple[str, ...] | None:
    """All parts but the signature: the same for a whole day of one client's requests."""
    match = _AUTHORIZATION.fullmatch(head)
    return match.groups() if match else None


def canonical_path(path: str) -> str:
    """`path` as it is on the wire, every byte outside the unreserved set encoded once more."""
    return quote(path or "/", safe="/" + _UNRESERVED)


def canonical_query(query: str) -> str:
    """The query's pairs, decoded, encoded anew and sorted."""
    if not query:
        return ""
    pairs = (part.partition("=") for part in query.split("&") if part)
    encoded = ((_encode(unquote_plus(key)), _encode(unquote_plus(value))) for key, _, value in pairs)
    return "&".join(f"{key}={value}" for key, value in sorted(encoded))


def _encode(text: str) -> str:
    return quote(text, safe=_UNRESERVED)


def canonical_request(request: HttpRequest, signed_headers: str, payload_hash: str, service: str = "bedrock") -> str:
    """The text a signature covers. A header that is signed but absent counts as empty, so the signature fails."""
    headers = request.headers
    lines = "\n".join([f"{name}:{_value(headers, name)}" for name in header_names(signed_headers)])
    return f"{_head(request.method, request.path, request.query, service)}\n{lines}\n\n{signed_headers}\n{payload_hash}"


@lru_cache(maxsize=1024)
def _head(method: str, path: str, query: str, service: str) -> str:
    shown = path if service == "s3" else canonical_path(path)
    return f"{method}\n{shown}\n{canonical_query(query)}"


@lru_cache(maxsize=1024)
def header_names(signed_headers: str) -> tuple[str, ...]:
    """The names in a list of signed headers; clients send few different lists."""
    return tuple(signed_headers.split(";"))


def _value(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name)
    if value is None and name == ":authority":
        value = headers.get("host")
    value = (value or "").strip()
    return " ".join(value.split()) if "  " in value else value


@lru_cache(maxsize=1024)
def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """The key derived for one day, region and service; deriving costs four HMACs, hence the cache."""
    key = ("AWS4" + secret).encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def signature(request: HttpRequest, authorization: Authorization, secret: str, payload_hash: str) -> str:
    """The signature `request` should carry, 64 hexadecimal digits."""
    date, region, service = authorization.date, authorization.region, authorization.service
    canonical = canonical_request(request, authorization.signed_headers, payload_hash, service)
    text = (
        f"{ALGORITHM}\n{request.headers.get('x-amz-date', '')}\n{date}/{region}/{service}/aws4_request\n"
        f"{hashlib.sha256(canonical.encode()).hexdigest()}"
    )
    keyed = _halves(signing_key(secret, date, region, service))
    inner, outer = keyed[0].copy(), keyed[1].copy()
    inner.update(text.encode())
    outer.update(inner.digest())
    made: str = outer.hexdigest()
    return made


@lru_cache(maxsize=1024)
def _halves(key: bytes) -> tuple[Any, Any]:
    """The two hashes an HMAC is made of, the key already in them (RFC 2104): half the price of `hmac.new`.

    And not `hmac.digest`: that one lets go of the interpreter's lock, which costs ten times the hash under load.
    """
    block = key.ljust(64, b"\0")
    return hashlib.sha256(bytes(byte ^ 0x36 for byte in block)), hashlib.sha256(bytes(byte ^ 0x5C for byte in block))


def payload_hash(request: HttpRequest) -> str:
    """The body's own SHA-256: boto3 sends no hash for this service, and one that is sent must be the body's."""
    return hashlib.sha256(request.body).hexdigest() if request.body else EMPTY_HASH


def verify(request: HttpRequest, authorization: Authorization, secret: str) -> bool:
    """Whether the request's signature is the one `secret` makes, compared in constant time (about 5 µs)."""
    expected = signature(request, authorization, secret, payload_hash(request))
    return hmac.compare_digest(expected, authorization.signature)


def sign(
    request: HttpRequest,
    *,
    access_key_id: str,
    secret: str,
    region: str,
    timestamp: str,
    service: str = "bedrock",
    names: Iterable[str] = ("host", "content-type"),
) -> dict[str, str]:
    """The headers to add to `request` (which has ``host``): ``x-amz-date`` and ``authorization``.

    `timestamp` is UTC as ``YYYYMMDD'T'HHMMSS'Z'``; `names` are the headers to sign besides ``x-amz-date``.
    """
    headers = {**request.headers, "x-amz-date": timestamp}
    signed = ";".join(sorted({*(name for name in names if name in headers), "x-amz-date"}))
    dated = HttpRequest(request.method, request.path, request.query, headers, request.body)
    draft = Authorization(access_key_id, timestamp[:8], region, service, signed, "")
    made = signature(dated, draft, secret, payload_hash(dated))
    scope = f"{access_key_id}/{timestamp[:8]}/{region}/{service}/aws4_request"
    return {
        "x-amz-date": timestamp,
        "authorization": f"{ALGORITHM} Credential={scope}, SignedHeaders={signed}, Signature={made}",
    }
