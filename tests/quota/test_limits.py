"""Quotas and budgets as clients see them: AWS's words, a status SDKs try again, an entry in the ledger for each refusal."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import HAIKU, converse_path, said
from tests.serving import post, run, serving

from outcrop.errors import ServiceUnavailableException, ThrottlingException
from outcrop.quota import REQUESTS, TOKENS, TOKENS_DAY, Limits, Quota, Who
from outcrop.quota.counters import DAY, MINUTE
from outcrop.storage.shared import SharedDatabase

ALICE, BOB = Who("123456789012", "alice", "AKIA1"), Who("123456789012", "bob", "AKIA2")
OPUS = "anthropic.claude-opus-4-7"


class Asking:
    """Limits, and a clock that is moved by hand."""

    def __init__(self, folder: Path, *quotas: Quota) -> None:
        self.now = 5 * DAY
        self.database = SharedDatabase(folder)
        self.limits = Limits(self.database, quotas, [], lambda: self.now)

    async def ask(self, who: Who = ALICE, tokens: int = 1, model: str = HAIKU) -> str:
        """The text of the refusal, or ""."""
        try:
            await self.limits.admit(who, model, tokens)
        except ThrottlingException as error:
            return error.message
        return ""

    async def aclose(self) -> None:
        await self.limits.aclose()
        await self.database.aclose()


def asked(folder: Path, work: Any, *quotas: Quota) -> None:
    async def go() -> None:
        asking = Asking(folder, *quotas)
        try:
            await work(asking)
        finally:
            await asking.aclose()

    asyncio.run(go())


def test_requests_of_a_minute(tmp_path: Path) -> None:
    async def work(a: Asking) -> None:
        assert [await a.ask() for _ in range(4)] == ["", "", "", REQUESTS]
        a.now += MINUTE
        assert await a.ask() == ""

    asked(tmp_path, work, Quota(requests_per_minute=3))


def test_tokens_of_a_minute_and_of_a_day(tmp_path: Path) -> None:
    async def work(a: Asking) -> None:
        assert [await a.ask(tokens=40) for _ in range(3)] == ["", "", TOKENS]
        a.now += MINUTE
        assert [await a.ask(tokens=40) for _ in range(2)] == ["", TOKENS_DAY]
        a.now += DAY
        assert await a.ask(tokens=40) == ""

    asked(tmp_path, work, Quota(tokens_per_minute=100, tokens_per_day=150))


def test_a_refusal_takes_nothing(tmp_path: Path) -> None:
    async def work(a: Asking) -> None:
        assert [await a.ask(tokens=200) for _ in range(5)] == [TOKENS] * 5
        assert [await a.ask(tokens=10) for _ in range(3)] == ["", "", REQUESTS]

    asked(tmp_path, work, Quota(requests_per_minute=2, tokens_per_minute=100))


def test_what_was_reserved_and_not_used_is_free_again(tmp_path: Path) -> None:
    async def work(a: Asking) -> None:
        hold = await a.limits.admit(ALICE, HAIKU, 90)
        assert await a.ask(tokens=20) == TOKENS
        hold.settle(30)
        assert await a.ask(tokens=70) == ""
        assert await a.ask(tokens=1) == TOKENS

    asked(tmp_path, work, Quota(tokens_per_minute=100))


def test_each_user_key_and_model_has_its_own(tmp_path: Path) -> None:
    async def work(a: Asking) -> None:
        assert [await a.ask(), await a.ask(), await a.ask(BOB), await a.ask(BOB)] == ["", REQUESTS, "", REQUESTS]
        assert await a.ask(model=OPUS) == ""
        assert [await a.ask(model="amazon.nova-pro-v1:0") for _ in range(3)] == [""] * 3

    asked(tmp_path, work, Quota(models="anthropic.*", per="user", requests_per_minute=1))


def test_the_account_s_quota_is_shared_by_its_users(tmp_path: Path) -> None:
    async def work(a: Asking) -> None:
        assert [await a.ask(), await a.ask(BOB), await a.ask(BOB)] == ["", "", REQUESTS]

    asked(tmp_path, work, Quota(per="key", requests_per_minute=5), Quota(requests_per_minute=2))


def test_quotas_that_cannot_be_counted_let_nobody_in(tmp_path: Path) -> None:
    async def go() -> None:
        database = SharedDatabase(tmp_path, "postgresql://nobody@127.0.0.1:1/none")
        limits = Limits(database, [Quota(requests_per_minute=1)], [], lambda: 0)
        with pytest.raises(ServiceUnavailableException):
            await limits.admit(ALICE, HAIKU, 1)
        await limits.aclose()
        await database.aclose()

    asyncio.run(go())


SETTINGS = """
[[quota]]
models = "anthropic.claude-3-haiku*"
requests_per_minute = 4

[[quota]]
models = "anthropic.claude-opus-4-7"
tokens_per_minute = 3000

[[budget]]
per = "account"
tokens_per_month = 2000
"""


def test_a_server_with_workers_holds_its_quotas_and_its_ledger_knows(tmp_path: Path) -> None:
    (tmp_path / "outcrop.toml").write_text(SETTINGS)
    opus = converse_path("us.anthropic.claude-opus-4-7")

    def limited(tokens: int) -> dict[str, Any]:
        return {**said(), "inferenceConfig": {"maxTokens": tokens}}

    with serving(tmp_path, "--workers", "2", "--settings", str(tmp_path / "outcrop.toml")) as server:
        answers = [post(server.facts, converse_path(), said()) for _ in range(12)]
        refused = [answer for answer in answers if answer.status != 200]
        assert len(refused) >= 4  # twelve in two minutes at most
        assert {answer.error for answer in refused} == {(429, "ThrottlingException", REQUESTS)}
        assert post(server.facts, opus, limited(3000)).error == (429, "ThrottlingException", TOKENS)
        assert post(server.facts, opus, limited(100)).status == 200
        big = post(server.facts, converse_path("amazon.nova-pro-v1:0"), said("strata " * 2500))
        assert big.status == 200
        while (answer := post(server.facts, converse_path("amazon.nova-pro-v1:0"), said())).status == 200:
            pass
        assert answer.error == (
            400,
            "ServiceQuotaExceededException",
            "The budget of account 123456789012 for this month is spent.",
        )
    found = json.loads(run("usage", "--data", server.data, "--by", "outcome", "--json").stdout)["rows"]
    counts = {row["key"]: row["requests"] for row in found}
    assert counts["refused_quota"] == len(refused) + 1
    assert counts["refused_budget"] == 1
