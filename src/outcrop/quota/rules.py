"""What may be said about quotas and budgets in the settings, and how Bedrock counts tokens against them.

Sources: the user guide's page on how tokens are counted (what is reserved, what is settled, which models' output counts
five, ten or fifteen times). How quotas apply to users and keys, and all of budgets, is decided: AWS has quotas of accounts
only.
"""

import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Per = Literal["account", "user", "key"]
_Count = Annotated[int, Meta(ge=0)]
_Money = Annotated[float, Meta(ge=0)]


class Who(msgspec.Struct, frozen=True):
    """A caller, by the three names that something can be counted for."""

    account: str
    user: str
    key: str

    def of(self, per: Per) -> str:
        return getattr(self, per)  # type: ignore[no-any-return]


class Quota(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits for each model whose id `models` fits (a shell pattern), for each account, user or key."""

    models: str = "*"
    per: Per = "account"
    requests_per_minute: _Count | None = None
    tokens_per_minute: _Count | None = None
    tokens_per_day: _Count | None = None


class Budget(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an account, user or key may spend: the one called `name`, or without a name each of them.

    Dollars are list prices, tokens are input, cache writes and output; days and months are those of UTC.
    """

    per: Per = "key"
    name: str | None = None
    usd_per_day: _Money | None = None
    usd_per_month: _Money | None = None
    tokens_per_day: _Count | None = None
    tokens_per_month: _Count | None = None


_CLAUDE = re.compile(r"anthropic\.claude-(?:(?P<line>opus|sonnet|haiku)-)?(?P<major>\d+)(?:-(?P<minor>\d)(?!\d))?")


def burndown(model_id: str) -> int:
    """How many tokens of a quota one token of output takes.

    Documented: 15 for Claude 4.8, 10 for Claude Sonnet 5, 5 for Claude from 3.7 on, 1 for all else. Other Claude 5 models
    are not named there; they count as Claude 4.8 does (decided).
    """
    found = _CLAUDE.match(model_id)
    if found is None:
        return 1
    version = (int(found["major"]), int(found["minor"] or 0))
    if version[0] >= 5 and found["line"] == "sonnet":
        return 10
    return 15 if version >= (4, 8) else 5 if version >= (3, 7) else 1


def counted(model_id: str, input_tokens: int, cache_write_tokens: int, output_tokens: int) -> int:
    """The tokens of a quota that a run has taken (documented): what was read from a cache takes none."""
    return input_tokens + cache_write_tokens + output_tokens * burndown(model_id)
