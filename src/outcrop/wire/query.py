"""The AWS Query protocol of IAM and STS: a form comes in, XML goes out, both as the service model describes them.

`decode` makes an action's input from the form (lists and structures spelled with dots), `check` refuses what breaks the
model's constraints in AWS's words; `encode_output` and `encode_error` write the XML. Values are plain: structures are
mappings by AWS's member names, times microseconds since 1970. Nothing here knows what an action does.

Sources: documented (API references of IAM and STS, "Making Query requests"; common errors), reported for the wording of
refusals, which name members with a small letter.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote

from outcrop.errors import (
    AuthorizationFailure,
    ExpiredTokenException,
    IncompleteSignatureException,
    InternalServerException,
    InvalidSignatureException,
    MalformedQueryString,
    ServiceError,
    UnrecognizedClientException,
    ValidationError,
)
from outcrop.model.service import Operation, Service
from outcrop.wire import validate
from outcrop.wire.http import HttpRequest, HttpResponse

FORM = "application/x-www-form-urlencoded"
XML = [("content-type", "text/xml")]
MAX_FIELDS = 1000
DOCUMENT = "policyDocumentType"  # policies leave percent-encoded (documented, RFC 3986)
_INDEX = re.compile(r"[1-9][0-9]{0,3}")
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 cannot say

# How the signing layer's refusals are called on services of this protocol (documented, and reported with their texts).
_CODES: dict[type[ServiceError], str] = {
    UnrecognizedClientException: "InvalidClientTokenId",
    InvalidSignatureException: "SignatureDoesNotMatch",
    ExpiredTokenException: "ExpiredToken",
    IncompleteSignatureException: "IncompleteSignature",
    AuthorizationFailure: "AccessDenied",
    InternalServerException: "ServiceFailure",
}
_PATTERNS = {
    r"[\w+=,.@-]+": "alphanumeric characters and/or the following: +=,.@_-",
    r"[\w]+": "alphanumeric characters",
}

Values = Mapping[str, Any]


def is_query(request: HttpRequest) -> bool:
    """Whether a request is of this protocol: a form that is posted to the root."""
    headers = request.headers
    return request.path == "/" and request.method == "POST" and headers.get("content-type", "").startswith(FORM)


def form(request: HttpRequest) -> dict[str, str]:
    """The fields of a request; raises MalformedQueryString."""
    try:
        text = request.body.decode()
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict"))
    except ValueError as error:
        raise MalformedQueryString("The query string contains a syntax error.") from error


def decode(service: Service, operation: Operation, fields: Mapping[str, str]) -> dict[str, Any]:
    """The input of `operation`, still to be checked. Fields it does not have are passed over.

    Raises ValidationError for what is not of its member's type.
    """
    if operation.input is None:
        return {}
    tree: dict[str, Any] = {}
    for name, text in fields.items():
        _grow(tree, name.split("."), text)
    value: dict[str, Any] = _read(service, operation.input, tree)
    return value


def check(service: Service, operation: Operation, value: Values) -> None:
    """Raise ValidationError, in AWS's words, for an input that breaks the model's constraints."""
    if operation.input is None:
        return
    found = [_worded(text) for text in validate.violations(service, operation.input, value)]
    if len(found) == 1 and found[0].startswith("The specified value"):
        raise ValidationError(found[0])
    if found:
        raise ValidationError(validate.constraint_text(found))


def _grow(tree: dict[str, Any], steps: list[str], text: str) -> None:
    for step in steps[:-1]:
        below = tree.setdefault(step, {})
        if not isinstance(below, dict):
            return
        tree = below
    tree.setdefault(steps[-1], text)


def _read(service: Service, shape: str, given: Any) -> Any:
    row = service.shapes[shape]
    kind = row["type"]
    if kind == "structure":
        members = row["members"].items() if isinstance(given, dict) else ()
        return {name: _read(service, member["shape"], given[name]) for name, member in members if name in given}
    if kind == "list":
        items = given.get("member", {}) if isinstance(given, dict) else {}
        ordered = sorted((key for key in items if _INDEX.fullmatch(key)), key=int) if isinstance(items, dict) else ()
        return [_read(service, row["member"]["shape"], items[key]) for key in ordered]
    if not isinstance(given, str):
        raise ValidationError("Unexpected complex element termination")
    if kind == "integer":
        return _integer(given)
    return given == "true" if kind == "boolean" else given


def _integer(text: str) -> int:
    if re.fullmatch(r"-?[0-9]{1,9}", text):
        return int(text)
    raise ValidationError(f"Unexpected value for an integer: {text[:32]!a}")


_BROKEN = re.compile(
    r"Value(?: '.*')? at '(?P<name>\w+)' failed to satisfy constraint: "
    r"Member must satisfy regular expression pattern: (?P<pattern>.*)",
    re.DOTALL,
)


def _worded(text: str) -> str:
    """IAM words names with characters that do not belong in a sentence of its own (reported)."""
    broken = _BROKEN.fullmatch(text)
    allowed = _PATTERNS.get(broken["pattern"]) if broken else None
    if broken is None or allowed is None:
        return text
    return f"The specified value for {broken['name']} is invalid. It must contain only {allowed}"


def encode_output(service: Service, operation: Operation, output: Values, request_id: str) -> HttpResponse:
    """The answer to an action that went well."""
    inner = ""
    if operation.output and operation.wrapper:
        members = "".join(_members(service, operation.output, output))
        inner = f"<{operation.wrapper}>{members}</{operation.wrapper}>"
    name = f"{operation.name}Response"
    about = f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
    return _response(200, f'<{name} xmlns="{service.namespace}">{inner}{about}</{name}>', request_id)


def encode_error(service: Service, error: ServiceError, request_id: str) -> HttpResponse:
    """The answer to an action that is refused or has failed."""
    code = _CODES.get(type(error), error.code)
    kind = "Sender" if error.status < 500 else "Receiver"
    told = f"<Type>{kind}</Type><Code>{code}</Code><Message>{_text(error.message)}</Message>"
    body = f"<Error>{told}</Error><RequestId>{request_id}</RequestId>"
    return _response(error.status, f'<ErrorResponse xmlns="{service.namespace}">{body}</ErrorResponse>', request_id)


def _response(status: int, text: str, request_id: str) -> HttpResponse:
    return HttpResponse(status, [*XML, ("x-amzn-requestid", request_id)], text.encode())


def _members(service: Service, shape: str, value: Values) -> Iterator[str]:
    for name, member in service.shapes[shape]["members"].items():
        if value.get(name) is not None:
            yield f"<{name}>{_content(service, member['shape'], value[name])}</{name}>"


def _content(service: Service, shape: str, value: Any) -> str:
    row = service.shapes[shape]
    kind = row["type"]
    if kind == "structure":
        return "".join(_members(service, shape, value))
    if kind == "list":
        return "".join(f"<member>{_content(service, row['member']['shape'], item)}</member>" for item in value)
    if kind == "map":
        inner = row["value"]["shape"]
        pairs = ((_text(key), _content(service, inner, item)) for key, item in value.items())
        return "".join(f"<entry><key>{key}</key><value>{item}</value></entry>" for key, item in pairs)
    if kind == "timestamp":
        return datetime.fromtimestamp(value // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if kind == "boolean":
        return "true" if value else "false"
    return quote(value, safe="-_.~") if shape == DOCUMENT else _text(str(value))


def _text(value: str) -> str:
    # xml.sax would do it too, and costs every start 10 ms
    return _ILLEGAL.sub("\ufffd", value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
