"""What a batch will take, before it is run: the tokens of its requests, and the most its answers can have.

Requests are made as the run makes them and counted by the estimate that the local server uses; nothing is sent. What is
unknown of a model is said to be.
"""

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
import typer

from outcrop.batch import Runner, Sheets, Source, Unreadable
from outcrop.batch.pace import Pace
from outcrop.operator import ConverseOperator, DataException

if TYPE_CHECKING:
    from collections.abc import Sequence

    from outcrop.batch import Made
    from outcrop.catalog import Catalogue
    from outcrop.chat.features import Model

REGION = "us-east-1"  # any does: a model's tokens are the same everywhere


class Estimate(msgspec.Struct):
    """Sums over the records: tokens, and dollars of those whose model has a price."""

    records: int = 0
    failing: int = 0
    uncounted: int = 0
    unpriced: int = 0
    input_tokens: int = 0
    most_output_tokens: int = 0
    input_dollars: float = 0.0
    most_dollars: float = 0.0


def show(operator: ConverseOperator, source: Source, limit: int | None) -> None:
    """Print the estimate."""
    found = asyncio.run(estimated(operator, source, limit))
    for line in lines(found):
        typer.echo(line)


async def estimated(operator: ConverseOperator, source: Source, limit: int | None = None) -> Estimate:
    """The estimate for the records of `source`. Raises SourceError."""
    from outcrop.catalog import Catalogue

    found, catalogue = Estimate(), Catalogue.load()

    async def reckon(record: Any, index: int) -> "Sequence[Made]":
        found.records += 1
        try:
            if isinstance(record, Unreadable):
                raise DataException("", str(record), "")
            _add(found, operator.first_request(record), catalogue)
        except DataException:
            found.failing += 1
        return ()

    await Runner(source, reckon, Sheets.to({}), pace=Pace(1), most=limit).run()
    return found


def _add(found: Estimate, request: dict[str, Any], catalogue: "Catalogue") -> None:
    from outcrop.cli.meter import Cost
    from outcrop.errors import ServiceError

    try:
        model = catalogue.find(request["modelId"], REGION).model
    except ServiceError:
        found.uncounted += 1
        return
    taken = _counted(request, model)
    most = request.get("inferenceConfig", {}).get("maxTokens") or model.max_output_tokens or 0
    found.input_tokens += taken
    found.most_output_tokens += most
    cost = Cost(request["modelId"])
    at_least, at_most = cost.of(taken, 0), cost.of(taken, most)
    if at_least is None or at_most is None:
        found.unpriced += 1
        return
    found.input_dollars += at_least
    found.most_dollars += at_most


def _counted(request: dict[str, Any], model: "Model") -> int:
    from outcrop.chat import tokens
    from outcrop.chat.request import ChatRequest
    from outcrop.model.runtime import ConverseTokensRequest

    names = {field.encode_name for field in msgspec.structs.fields(ConverseTokensRequest)}
    asked = msgspec.convert({name: part for name, part in request.items() if name in names}, ConverseTokensRequest)
    chat = ChatRequest(messages=asked.messages or [], system=asked.system or [], tool_config=asked.tool_config)
    return tokens.count_request(chat, model)


def lines(found: Estimate) -> list[str]:
    """What is printed."""
    from outcrop.cli.meter import money

    priced = found.records > found.failing + found.uncounted + found.unpriced
    said = [
        f"{found.records:,} records, nothing was sent",
        f"{found.input_tokens:,} tokens in, by estimate; at most {found.most_output_tokens:,} out (--max-tokens)",
        f"{money(found.input_dollars)} to read, at most {money(found.most_dollars)} with the answers, at list price"
        if priced
        else "",
        f"{found.failing:,} records will fail before they are sent" if found.failing else "",
        f"{found.uncounted:,} records ask a model the catalogue does not have" if found.uncounted else "",
        f"{found.unpriced:,} records ask a model whose price is not known" if found.unpriced else "",
    ]
    return list(filter(None, said))
