"""What the ledger and policies cost a request: `python benchmarks/path.py [--database URL]`.

One process, one thread, 64 calls at a time over the whole gateway, in rounds that alternate between a gateway without
ledger and policies, one with each and one with both: microseconds of CPU for each signed Converse, medians of the
differences within a round. Then, apart, what moving an entry from its journal into the database costs this process, all its
threads together.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import decisions
import run
from outcrop.account import Accounts
from outcrop.catalog import Catalogue
from outcrop.engines.simulator import Pace, Simulator
from outcrop.engines.table import Engines
from outcrop.gateway import Gateway
from outcrop.iam.authorization import Authorization
from outcrop.iam.keys import RootKey
from outcrop.ledger.entry import Entry, new_id, now
from outcrop.ledger.journal import Journal
from outcrop.ledger.writer import Drain
from outcrop.operations.call import Call
from outcrop.storage.database import Database
from outcrop.wire.http import HttpRequest, HttpResponse

CALLS, ASKED, ROUNDS = 64, 25, 21  # at a time, by each of them in a round, and rounds
ENTRIES = 8_000  # drained in a round
DRAINS = 5


class Governed(decisions.Directory):
    """A directory whose version is asked for as the server's is."""

    @property
    def version(self) -> str:  # type: ignore[override]
        return "1"


class Ungoverned(Gateway):
    """A gateway that asks no policy."""

    def _authorize(self, call: Call, request: HttpRequest | None) -> None:
        return


def gateways(folder: Path) -> dict[str, Gateway]:
    """By what they do besides answering."""
    engines = Engines.only(Simulator(None, Pace()))  # type: ignore[arg-type]
    keys, catalogue = RootKey.of(folder), Catalogue.load()
    keys.principal = decisions.ANN

    def made(kind: type[Gateway], *, ledger: bool) -> Gateway:
        accounts = Accounts(Journal(folder / "path")) if ledger else None
        access = Authorization(Governed(decisions.grants()))
        return kind(
            keys=keys, catalogue=catalogue, engines=engines, region="us-east-1", accounts=accounts, access=access
        )

    return {
        "neither": made(Ungoverned, ledger=False),
        "ledger": made(Ungoverned, ledger=True),
        "policy": made(Gateway, ledger=False),
        "both": made(Gateway, ledger=True),
    }


async def one_round(gateway: Gateway, request: HttpRequest) -> float:
    """Microseconds of this thread's CPU for each request."""

    async def ask() -> None:
        for _ in range(ASKED):
            answer = await gateway.handle(request)
            assert isinstance(answer, HttpResponse)
            assert answer.status == 200, answer.body
            await asyncio.sleep(0)

    began = time.thread_time()
    await asyncio.gather(*(ask() for _ in range(CALLS)))
    return (time.thread_time() - began) / (CALLS * ASKED) * 1e6


async def on_the_path(folder: Path) -> None:
    """Print what a call costs, and what each part adds to it."""
    made, request = gateways(folder), run.signed(folder, 4020)[0]
    rounds = [{name: await one_round(gateway, request) for name, gateway in made.items()} for _ in range(ROUNDS)]
    del rounds[0]  # it has filled what is remembered
    middle = statistics.median
    row("a signed Converse, no ledger, no policies", middle(one["neither"] for one in rounds))
    for name in ("ledger", "policy", "both"):
        row(f"  {name}", middle(one[name] - one["neither"] for one in rounds))


def entry(number: int) -> Entry:
    """One of many, as a team's callers would leave them."""
    model, ended = (run.MODEL, "us.amazon.nova-lite-v1:0")[number % 5 == 0], now()
    user = f"user-{number % 20}"
    who = (f"arn:aws:iam::123456789012:user/{user}", user, f"AKIA{number % 20:016}", "123456789012", "us-east-1")
    what = (model, model, "simulator", "Converse", "3f1c1e0a-1d7c-4c8e-9f63-0d3c5b1f2a4e", "complete")
    counts = (57, 120, 0, 0, 0, 0, True, number % 900, None, "end_turn", None, 4321, "USD", "2026-10-05", {})
    return Entry(new_id(ended), ended - 1000, ended, *who, *what, *counts)


async def draining(folder: Path, url: str) -> None:
    """Print what an entry costs on its way from the journal into the database."""
    database, journal, costs = await Database.open(url), Journal(folder / url.partition(":")[0]), []
    drain = Drain(journal.folder, journal)
    for _ in range(DRAINS):
        for number in range(ENTRIES):
            journal.record(entry(number))
        began = time.process_time()
        assert await drain.run(database) == ENTRIES
        costs.append((time.process_time() - began) / ENTRIES * 1e6)
    await database.aclose()
    journal.close()
    row(f"draining an entry into {database.dialect}", statistics.median(costs))


def row(what: str, microseconds: float) -> None:
    print(f"{what:<44}{microseconds:>8.1f} µs", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--database", help="a PostgreSQL URL, to drain into besides SQLite")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asyncio.run(on_the_path(folder))
        for url in (f"sqlite:///{folder / 'path.db'}", options.database):
            if url:
                asyncio.run(draining(folder, url))


if __name__ == "__main__":
    main()
