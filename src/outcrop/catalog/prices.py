"""What AWS asks for a model's tokens, as prices.toml has it. Nothing is billed here, nor anywhere yet.

The table is read when a price is first asked for, never by importing this module.
"""

import datetime
import tomllib
from functools import cache
from pathlib import Path

import msgspec


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


def price(model_id: str, geography: str | None = None) -> Price | None:
    """The prices of a foundation model in us-east-1 and us-west-2, or None if they are not known. Nothing is billed yet.

    `model_id` is the model's own id, no profile's and no ARN. `geography` is that of the inference profile called, "us",
    "eu" or "global" for example, None for a call by the model's own id; a geography without prices of its own has the
    model's. Prices are the standard tier's, for prompts of up to 200,000 tokens.
    """
    table = _table()
    return table.get((model_id, geography)) or table.get((model_id, None))


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
