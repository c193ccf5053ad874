"""What was used: reports of the ledger, and its newest entries with what was said where invocations are logged.

AWS's actions for the same stand for these: Cost Explorer's for figures, CloudWatch Logs' for what was said (decided).
What a run has used is here half a second after its end.
"""

from typing import Any
from urllib.parse import parse_qsl

import msgspec

from outcrop.errors import ResourceNotFoundException, ValidationException
from outcrop.ledger import reports
from outcrop.server.api.asked import Asked
from outcrop.server.api.permissions import allowed, require

FIGURES = "ce:GetCostAndUsage"
SAID = "logs:FilterLogEvents"
NEWEST = 50  # entries of one answer


async def report(asked: Asked) -> Any:
    """A report `by` (see `outcrop usage`), of entries from `since` to before `until` (microseconds since 1970).

    Further fields of the query keep entries with that value only, as in ``user=alice``.
    """
    require(asked, FIGURES)
    fields = _fields(asked)
    by, since, until = fields.pop("by", "day"), _time(fields, "since"), _time(fields, "until")
    try:
        for name in (by, *fields):
            reports.check(name)
    except reports.ReportError as error:
        raise ValidationException(str(error)) from error
    database = asked.backing.database
    if not database.exists:
        return reports.Report(by=by, since=since, until=until, rows=[], totals=[])
    return await reports.usage(await database.get(), by, since=since, until=until, only=fields)


async def newest(asked: Asked) -> dict[str, Any]:
    """The newest entries, or those that ended before the time `before`; filters as in `report`."""
    require(asked, FIGURES)
    fields, database = _fields(asked), asked.backing.database
    before = _time(fields, "before")
    try:
        entries = (
            await reports.newest(await database.get(), NEWEST, before=before, only=fields) if database.exists else []
        )
    except reports.ReportError as error:
        raise ValidationException(str(error)) from error
    logged = asked.backing.recorder.configurations.get(asked.backing.region) is not None
    return {"entries": [msgspec.structs.asdict(entry) for entry in entries], "logged": logged}


async def one(asked: Asked) -> dict[str, Any]:
    """The entry with the id in the path, and the record of what was said.

    `record` is None where there is none; `hidden` says that policies keep it from who asks.
    """
    require(asked, FIGURES)
    database = asked.backing.database
    entry = await reports.entry(await database.get(), asked.rest) if database.exists else None
    if entry is None:
        raise ResourceNotFoundException(f"There is no entry {asked.rest} in the ledger.")
    hidden = not allowed(asked, SAID)
    found = None if hidden else await asked.backing.recorder.find(entry.request_id, entry.region)
    return {
        "entry": msgspec.structs.asdict(entry),
        "record": msgspec.json.decode(found) if found else None,
        "hidden": hidden,
        "logged": asked.backing.recorder.configurations.get(entry.region) is not None,
    }


def _fields(asked: Asked) -> dict[str, str]:
    return dict(parse_qsl(asked.request.query))


def _time(fields: dict[str, str], name: str) -> int | None:
    text = fields.pop(name, "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ValidationException(f"{name} is a time in microseconds since 1970.")
    return int(text) if text else None
