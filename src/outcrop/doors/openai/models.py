"""The list of models in OpenAI's shape: models of ListFoundationModels that converse, and the profiles of such models.

A profile's id is what a request may say: a system-defined one's own, an ARN for one of the account. Who may not list
profiles is told of models alone. Any other name that a request may say is found as well, though not listed.

Source: two recorded lists of bedrock-mantle (what they say of data retention is left out: nothing is retained here); that
they have profiles is decided.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time
from typing import Any
from urllib.parse import quote

import msgspec

from outcrop.chat.features import Model
from outcrop.doors.inside import Caller, Inside
from outcrop.wire.http import HttpRequest, HttpResponse, HttpStream

Row = dict[str, Any]
_APPLICATION = ":application-inference-profile/"


class NotListed(Exception):
    """The models may not be listed: `answer` is the gateway's."""

    def __init__(self, answer: HttpResponse) -> None:
        super().__init__(answer.status)
        self.answer = answer


async def listed(inside: Inside, caller: Caller, request: HttpRequest) -> list[Row]:
    """The rows for `caller`; raises `NotListed`."""
    answer = _whole(await inside.ask(caller, request, "ListFoundationModels", "", b""))
    if answer.status != 200:
        raise NotListed(answer)
    summaries = msgspec.json.decode(answer.body)["modelSummaries"]
    found = [inside.catalogue.get(summary["modelId"]) for summary in summaries]
    rows = [_row(model.id, _day(model)) for model in found if model and model.features.converse]
    for kind in ("SYSTEM_DEFINED", "APPLICATION"):
        async for profile in _profiles(inside, caller, request, kind):
            name = profile["inferenceProfileArn" if kind == "APPLICATION" else "inferenceProfileId"]
            model = inside.model(name, caller.region)
            if model and model.features.converse:
                created = int(datetime.fromisoformat(profile["createdAt"]).timestamp())
                rows.append(_row(name, created, "account" if kind == "APPLICATION" else "system"))
    return rows


async def found(inside: Inside, caller: Caller, request: HttpRequest, name: str) -> Row | None:
    """The row called `name`, or that of another name of a model; None where there is none. Raises `NotListed`."""
    rows = await listed(inside, caller, request)
    row = next((row for row in rows if row["id"] == name), None)
    if row or _APPLICATION in name:
        return row
    model = inside.model(name, caller.region)
    return _row(name, _day(model)) if model and model.features.converse else None


async def _profiles(inside: Inside, caller: Caller, request: HttpRequest, kind: str) -> AsyncIterator[Row]:
    """All profiles of a kind that `caller` may list."""
    query = f"type={kind}"
    token: str | None = ""
    while token is not None:
        asked = f"{query}&nextToken={quote(token, safe='')}" if token else query
        answer = _whole(await inside.ask(caller, request, "ListInferenceProfiles", "", b"", query=asked))
        if answer.status != 200:
            return
        page = msgspec.json.decode(answer.body)
        for profile in page["inferenceProfileSummaries"]:
            yield profile
        token = page["nextToken"]


def _whole(answer: HttpResponse | HttpStream) -> HttpResponse:
    if isinstance(answer, HttpStream):
        raise TypeError("a list has streamed")
    return answer


def _day(model: Model) -> int:
    return int(datetime.combine(model.listed_from, time(), UTC).timestamp()) if model.listed_from else 0


def _row(name: str, created: int, owner: str = "system") -> Row:
    return {"created": created, "id": name, "object": "model", "owned_by": owner, "status": "available"}
