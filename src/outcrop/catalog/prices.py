"""What AWS asks for a model's tokens, as prices.toml has it. Nothing is billed here: the ledger does that.

The table is read when a price is first asked for, never by importing this module.
"""

import datetime
import tomllib
from functools import cache
from pathlib import Path

import msgspec

from outcrop.catalog.identifier import parse
from outcrop.model.runtime import TokenUsage


class Price(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """On-demand list prices in US dollars per million tokens; None where there is none, or none is known.

    `output` is None for models that write no text, embeddings. `cache_write` is for 5 minutes, `cache_write_1h` for an
    hour. `source` says in words where the prices were seen, `as_of` when that was checked, or read if it bears no day.
    """

    input: float
    output: float | None = None
    cache_read: float | None = None
    cache_write: float | None = None
    cache_write_1h: float | None = None
    as_of: datetime.date
    source: str


class Rates(msgspec.Struct, frozen=True):
    """What a token of each class costs, in thousandths of a nanounit: exact for prices per million of up to six decimals."""

    input: int
    output: int
    cache_read: int
    cache_write: int
    cache_write_1h: int
    day: str

    @classmethod
    def of(cls, found: Price) -> "Rates":
        """The rates of a price list's row; a class without a price costs what input does, output without one nothing."""
        read, write = found.cache_read, found.cache_write
        write = found.input if write is None else write
        hour = write if found.cache_write_1h is None else found.cache_write_1h
        prices = (found.input, found.output or 0, found.input if read is None else read, write, hour)
        each = [round(dollars * 1_000_000) for dollars in prices]
        return cls(each[0], each[1], each[2], each[3], each[4], found.as_of.isoformat())

    def cost(self, usage: TokenUsage) -> int:
        """What `usage` costs in nanounits, half a unit and more rounded up."""
        total = usage.input_tokens * self.input + usage.output_tokens * self.output
        if usage.cache_read_input_tokens:
            total += usage.cache_read_input_tokens * self.cache_read
        if usage.cache_write_input_tokens:
            hour = sum(detail.input_tokens for detail in usage.cache_details or [] if detail.ttl == "1h")
            total += (usage.cache_write_input_tokens - hour) * self.cache_write + hour * self.cache_write_1h
        return (total + 500) // 1000


def price(model_id: str, geography: str | None = None) -> Price | None:
    """The prices of a foundation model in us-east-1 and us-west-2, or None if they are not known.

    `model_id` is the model's own id, no profile's and no ARN. `geography` is that of the inference profile called, "us",
    "eu" or "global" for example, None for a call by the model's own id; a geography without prices of its own has the
    model's. Prices are the standard tier's, for prompts of up to 200,000 tokens.
    """
    table = _table()
    return table.get((model_id, geography)) or table.get((model_id, None))


def of_identifier(text: str) -> Rates | None:
    """The rates of what a caller names, a model or system-defined profile by id or ARN; None when they are not known."""
    identifier = parse(text)
    if identifier is None:
        return None
    geography, _, model_id = identifier.id.partition(".")
    found = price(identifier.id) or price(model_id, geography)
    return Rates.of(found) if found else None


@cache
def _table() -> dict[tuple[str, str | None], Price]:
    rows = tomllib.loads(Path(__file__).with_name("prices.toml").read_text("utf-8"))
    table: dict[tuple[str, str | None], Price] = {}
    for model_id, row in rows.items():
        overrides = row.pop("geography", {})
        table[model_id, None] = msgspec.convert(row, Price)
        for geography, changes in overrides.items():
            table[model_id, geography] = msgspec.convert({**row, **changes}, Price)
    return table
