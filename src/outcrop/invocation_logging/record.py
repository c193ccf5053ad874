"""One record in AWS's format, and what becomes of its bodies: which are left out, and which become objects of their own.

Pure functions of values. Sources: the record format AWS documents, with ConverseStream logged as the reply it amounts to
(seen in published records); bodies above 100 KB as objects of their own (documented). Media are taken out of Converse's
bodies and, where images are delivered, become objects too (documented); the member that points to them is decided.
"""

import base64
import datetime
from typing import Any, Literal

import msgspec

from outcrop.model.control import LoggingConfig

INLINE = 100_000  # bytes of a body that stands in the record itself
_MEDIA = {"image": "image_data_delivery_enabled", "document": "image_data_delivery_enabled"}
_MEDIA |= {"video": "video_data_delivery_enabled", "audio": "audio_data_delivery_enabled"}

Kind = Literal["text", "image", "embedding"]


class Spoken(msgspec.Struct, kw_only=True):
    """What was said: JSON values, None where there is none; `tokens` as they were counted."""

    input: Any
    output: Any = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    error: str | None = None


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a record says of its call. `when` is UTC."""

    when: datetime.datetime
    account: str
    principal: str
    region: str
    request_id: str
    operation: str
    model_id: str
    kind: Kind = "text"
    metadata: dict[str, str] = {}


class Aside(msgspec.Struct, frozen=True):
    """An object beside the records: the end of its name, and its bytes."""

    name: str
    data: bytes


def record(about: About, spoken: Spoken, configuration: LoggingConfig, where: str | None) -> tuple[bytes, list[Aside]]:
    """The record as JSON, and its objects, which will be under the URI `where`; without one nothing is put aside."""
    asides: list[Aside] = []
    stem = about.request_id
    said = _without_media(spoken.input, configuration, where, stem, asides) if spoken.input is not None else None
    wanted = _delivered(configuration, about.kind)
    value: dict[str, Any] = {
        "timestamp": about.when.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "accountId": about.account,
        "identity": {"arn": about.principal},
        "region": about.region,
        "requestId": about.request_id,
        "operation": about.operation,
        "modelId": about.model_id,
        **({"errorCode": spoken.error} if spoken.error else {}),
        "input": {
            "inputContentType": "application/json",
            **(_body("input", said, where, stem, asides) if wanted else {}),
            **_counted("inputTokenCount", spoken.input_tokens),
            **_counted("cacheReadInputTokenCount", spoken.cache_read_tokens),
            **_counted("cacheWriteInputTokenCount", spoken.cache_write_tokens),
        },
        "output": {
            "outputContentType": "application/json",
            **(_body("output", spoken.output, where, stem, asides) if wanted else {}),
            **_counted("outputTokenCount", spoken.output_tokens),
        },
        **({"requestMetadata": about.metadata} if about.metadata else {}),
        "schemaType": "ModelInvocationLog",
        "schemaVersion": "1.0",
    }
    return msgspec.json.encode(value), asides


def _delivered(configuration: LoggingConfig, kind: Kind) -> bool:
    """Whether bodies of this kind are wanted; what a configuration does not say is (documented default of the console)."""
    said: bool | None = getattr(configuration, f"{kind}_data_delivery_enabled")
    return said is not False


def _counted(name: str, count: int | None) -> dict[str, int]:
    return {} if count is None else {name: count}


def _body(side: str, value: Any, where: str | None, stem: str, asides: list[Aside]) -> dict[str, Any]:
    if value is None:
        return {}
    encoded = msgspec.json.encode(value)
    if len(encoded) <= INLINE or where is None:
        return {f"{side}BodyJson": value}
    name = f"{stem}_{side}.json"
    asides.append(Aside(name, encoded))
    return {f"{side}BodyS3Path": f"{where}{name}.gz"}


def _without_media(value: Any, configuration: LoggingConfig, where: str | None, stem: str, asides: list[Aside]) -> Any:
    """`value`, a Converse request, with the bytes of its media put aside or left out; anything else as it is."""
    if isinstance(value, list):
        return [_without_media(item, configuration, where, stem, asides) for item in value]
    if not isinstance(value, dict):
        return value
    made = {}
    for name, item in value.items():
        data = _bytes(item) if name in _MEDIA else None
        if data is None:
            made[name] = _without_media(item, configuration, where, stem, asides)
        else:
            wanted = getattr(configuration, _MEDIA[name]) is not False
            made[name] = {**item, "source": _aside(item, data, where if wanted else None, stem, asides)}
    return made


def _bytes(block: Any) -> bytes | None:
    """The bytes of a medium; None for what only looks like one, as a tool's input may."""
    source = block.get("source") if isinstance(block, dict) else None
    data = source.get("bytes") if isinstance(source, dict) else None
    try:
        return base64.b64decode(data, validate=True) if isinstance(data, str) else None
    except ValueError:
        return None


def _aside(block: dict[str, Any], data: bytes, where: str | None, stem: str, asides: list[Aside]) -> dict[str, Any]:
    if where is None:
        return {}
    kind = block.get("format")
    name = f"{stem}_input_{len(asides)}.{kind if isinstance(kind, str) and kind.isalnum() else 'bin'}"
    asides.append(Aside(name, data))
    return {"s3Location": {"uri": f"{where}{name}.gz"}}
