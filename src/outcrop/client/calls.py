"""An operation and its input become an HTTP request, and the request a signed one. No socket, no clock, no retry.

The service model says where each member stands: path, query, header, payload or JSON body. An input is the operation's
generated structure, or a dict of the same members under AWS's names, as boto3 takes them; in either, a blob may be bytes, a
path or an open file. Nothing is checked that the service checks; a dict's names are, because what it does not know it drops.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from os import PathLike
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from outcrop.client import parameters
from outcrop.client.credentials import Credentials
from outcrop.model import service
from outcrop.model.runtime import ConverseRequest, ConverseTokensRequest, CountTokensInput, CountTokensRequest
from outcrop.model.service import Operation, ServiceName
from outcrop.model.shape import Shape
from outcrop.wire import sigv4
from outcrop.wire.http import JSON, HttpRequest

Input = Shape | Mapping[str, Any]


class Call(msgspec.Struct, frozen=True):
    """A request before it is addressed and signed: path and query raw, header names lower case."""

    service: ServiceName
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def target(self) -> str:
        """Path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path


class _Layout(msgspec.Struct, frozen=True):
    """Where the members of an operation's input stand: location and name on the wire by member; the rest is the body."""

    operation: Operation
    located: dict[str, tuple[str, str]]
    payload: str | None


@cache
def _layout(name: str) -> _Layout:
    operation = service.operation(name)
    shape = service.service(operation.service).shapes[operation.input or ""]
    located = {m: (row["location"], row["locationName"]) for m, row in shape["members"].items() if "location" in row}
    return _Layout(operation, located, shape.get("payload"))


@cache
def _attributes(kind: type[Shape]) -> dict[str, str]:
    return {field.encode_name: field.name for field in msgspec.structs.fields(kind)}


def build(name: str, given: Input) -> Call:
    """The request of the operation called `name`. Raises OSError when a file of the input cannot be read, and
    `parameters.WrongRequest` for a dict with members that the operation does not have."""
    layout = _layout(name)
    if isinstance(given, Mapping):
        parameters.check(layout.operation, given)
    operation, located = layout.operation, layout.located
    found = {member: value for member in located if (value := _member(given, member)) is not None}
    path, query, headers = operation.uri, [], {"content-type": JSON}
    for member, value in found.items():
        location, wire_name = located[member]
        if location == "uri":
            path = path.replace(f"{{{wire_name}}}", _quoted(str(value)))
        elif location == "querystring":
            query.append(f"{_quoted(wire_name)}={_quoted(str(value))}")
        else:
            headers[wire_name.lower()] = str(value)
    body = _payload(_member(given, layout.payload)) if layout.payload else _body(given, located)
    if operation.method == "GET":
        body = b""
        del headers["content-type"]
    return Call(operation.service, operation.method, path, "&".join(query), headers, body)


@lru_cache(maxsize=256)
def _quoted(text: str) -> str:
    """Percent-encoded, as paths and queries take it; mostly the id of the model that was asked before."""
    return quote(text, safe="")


def _member(given: Input, member: str) -> Any:
    return given.get(member) if isinstance(given, Mapping) else getattr(given, _attributes(type(given))[member])


def _body(given: Input, located: Mapping[str, Any]) -> bytes:
    if isinstance(given, Mapping):
        return encode({member: value for member, value in given.items() if member not in located})
    names = _attributes(type(given))
    return encode(
        msgspec.structs.replace(given, **{names[member]: _absent(type(given), names[member]) for member in located})
    )


@cache
def _absent(kind: type[Shape], attribute: str) -> Any:
    """The value that leaves a member out."""
    return next(field.default for field in msgspec.structs.fields(kind) if field.name == attribute)


def _payload(value: Any) -> bytes:
    if isinstance(value, str):
        return value.encode()
    return encode(value) if isinstance(value, Mapping | list | Shape) else blob(value or b"")


def blob(value: Any) -> bytes:
    """The bytes of a bytes-like value, a path, or a file that is open for reading."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if isinstance(value, PathLike):
        return Path(value).read_bytes()
    if hasattr(value, "read"):
        read = value.read()
        if isinstance(read, bytes):
            return read
        raise TypeError("the file is open as text; open it with mode 'rb'")
    raise TypeError(f"bytes, a path or an open file is needed, not {type(value).__name__}")


encode = msgspec.json.Encoder(enc_hook=blob).encode


def counting(given: CountTokensRequest | ConverseRequest | Mapping[str, Any]) -> Input:
    """The input of CountTokens; a Converse request is asked about itself."""
    if not isinstance(given, ConverseRequest):
        return given
    kept = {name: getattr(given, name) for name in _attributes(ConverseTokensRequest).values() if hasattr(given, name)}
    return CountTokensRequest(model_id=given.model_id, input=CountTokensInput(converse=ConverseTokensRequest(**kept)))


def next_page(given: Input, token: str) -> Input:
    """The input again, for the page that `token` names."""
    if isinstance(given, Mapping):
        return {**given, "nextToken": token}
    return msgspec.structs.replace(given, next_token=token)


def signed(call: Call, endpoint: str, credentials: Credentials, region: str, timestamp: str) -> dict[str, str]:
    """All headers of the request at `endpoint`; `timestamp` is UTC as ``YYYYMMDD'T'HHMMSS'Z'``."""
    headers = {"host": urlsplit(endpoint).netloc, **call.headers}
    if credentials.bearer_token:
        return {**headers, "authorization": f"Bearer {credentials.bearer_token}"}
    if credentials.session_token:
        headers["x-amz-security-token"] = credentials.session_token
    added = sigv4.sign(
        HttpRequest(call.method, call.path, call.query, headers, call.body),
        access_key_id=credentials.access_key_id,
        secret=credentials.secret_access_key,
        region=region,
        timestamp=timestamp,
        names=tuple(headers),
    )
    return headers | added
