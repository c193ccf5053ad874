"""The lines of a job's files, in and out, and its manifest. Pure functions of values.

Sources: "Format and upload your batch inference data" (`recordId`, which is optional, and `modelInput`) and "View the
results of a batch inference job" (`modelOutput` or `error` with its code and message, the manifest's members) of the Bedrock
User Guide. A record without an id gets one of eleven letters and digits; how it is made is decided.
"""

import hashlib
from typing import Any

import msgspec

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


class Malformed(Exception):
    """A line that is no record: `args[0]` says why."""


class Line(msgspec.Struct, frozen=True, rename="camel"):
    """A record as it came: its input is kept in its own bytes."""

    model_input: msgspec.Raw
    record_id: str | None = None


class Fault(msgspec.Struct, frozen=True, rename="camel"):
    """Why a record has no output; the code is an HTTP status."""

    error_code: int
    error_message: str


class Answer(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A record as it goes out: with the model's output or an error."""

    record_id: str
    model_input: msgspec.Raw
    model_output: msgspec.Raw | None = None
    error: Fault | None = None


class Manifest(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """The summary of a job, in `manifest.json.out`."""

    total_record_count: int
    processed_record_count: int
    success_record_count: int
    error_record_count: int
    input_token_count: int
    output_token_count: int


_lines = msgspec.json.Decoder(Line)


def line(raw: bytes) -> Line:
    """The record of a line; raises Malformed."""
    try:
        found = _lines.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(str(error)) from error
    if bytes(found.model_input).lstrip()[:1] != b"{":
        raise Malformed("modelInput is no JSON object")
    return found


def record_id(found: Line, job_id: str, position: int) -> str:
    """The record's id, or one that is the same whenever the job is gone on with."""
    if found.record_id is not None:
        return found.record_id
    number = int.from_bytes(hashlib.sha256(f"{job_id}:{position}".encode()).digest()[:8])
    made = ""
    for _ in range(11):
        number, rest = divmod(number, len(_ALPHABET))
        made += _ALPHABET[rest]
    return made


def usage(name: str, headers: dict[str, str], body: bytes) -> tuple[int, int]:
    """The tokens in and out that an answer tells: in its body on Converse, in headers on InvokeModel."""
    if name == "Converse":
        told: Any = msgspec.json.decode(body).get("usage") or {}
        return told.get("inputTokens", 0), told.get("outputTokens", 0)
    counts = (headers.get(f"x-amzn-bedrock-{kind}-token-count", "0") for kind in ("input", "output"))
    taken, given = (int(count) for count in counts)
    return taken, given
