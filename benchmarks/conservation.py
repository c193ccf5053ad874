"""Does the ledger say what clients were told: `python benchmarks/conservation.py [--rounds 100] [--database URL]`.

Rounds of requests against a server with an engine that fails when it is told to, from clients that leave when they feel like
it; in a third of the rounds the server is killed with SIGKILL in the middle and started again. At the end every answer that
was read to its end must have one entry with the same tokens, every failure one that says so, and nothing may be there twice.
What is left must be answers that nobody read to the end. The engine is told what to do by the text of the message.
"""

import argparse
import asyncio
import json
import logging
import os
import random
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import msgspec

from outcrop.account import Accounts
from outcrop.catalog import Catalogue
from outcrop.chat import events
from outcrop.chat.collect import Collector, Reply
from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.engines.table import Engines
from outcrop.errors import ModelErrorException
from outcrop.gateway import Gateway
from outcrop.iam.keys import RootKey
from outcrop.ledger import journal as journals
from outcrop.ledger.entry import Entry
from outcrop.ledger.journal import Journal
from outcrop.ledger.writer import Drain, Writer
from outcrop.server.application import Application
from outcrop.server.listener import Listening, bind
from outcrop.storage.shared import SharedDatabase
from outcrop.wire.eventstream import Decoder

MODEL = "anthropic.claude-3-haiku-20240307-v1:0"
REQUESTS = 24  # of a round, all at once
KILLED = 3  # one round in so many


class Order(msgspec.Struct):
    """What the engine is to do: so many words, after which it fails, if at all, and whether it takes its time."""

    words: int
    fault: str = ""  # "early" or "late"
    slow: bool = False


class Obedient:
    """An engine that does what the message says, one word a batch."""

    async def generate(self, model: Model, request: ChatRequest) -> AsyncGenerator[list[Event], None]:
        order = msgspec.json.decode(request.messages[0].content[0].text or "", type=Order)
        if order.fault == "early":
            raise ModelErrorException("as ordered")
        yield [events.message_start()]
        for _ in range(order.words):
            await asyncio.sleep(0.001 if order.slow else 0)
            yield [events.text_delta(0, " stone")]
        if order.fault == "late":
            raise ModelErrorException("as ordered")
        end = [events.block_stop(0), events.message_stop("end_turn")]
        yield [*end, events.metadata(events.usage(10 + order.words, order.words))]

    async def reply(self, model: Model, request: ChatRequest) -> Reply:
        collector = Collector()
        async for batch in self.generate(model, request):
            for event in batch:
                collector.add(event)
        return collector.reply()


async def serve(data: Path, url: str | None) -> None:
    """The server, with Outcrop's own journal and writer, until SIGTERM; prints its port."""
    logging.disable()  # the failures are ordered
    keys, journal = RootKey.of(data), Journal(data / journals.NAME)
    writer = Writer(journal, data, url, interval=0.05)
    engines, accounts = Engines.only(Obedient(), "obedient"), Accounts(journal)
    gateway = Gateway(keys=keys, catalogue=Catalogue.load(), engines=engines, region="us-east-1", accounts=accounts)
    listening, stopping = bind("127.0.0.1", 0), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    server = Listening(listening, Application(gateway))
    writer.start()
    print(listening.getsockname()[1], flush=True)
    await stopping.wait()
    await server.stop()
    journal.close()
    await asyncio.to_thread(writer.stop)
    os._exit(0)


class Heard(msgspec.Struct):
    """What a client knows at the end of one request: the tokens it was told, or the words it had read when it was over."""

    order: Order
    streamed: bool
    usage: tuple[int, int] | None = None
    failed: str = ""
    words: int = 0
    left: bool = False
    broken: bool = False


class Server:
    """The server process, as often as it is started."""

    def __init__(self, data: Path, url: str | None) -> None:
        self._data, self._url = data, url

    async def start(self) -> None:
        words = [
            sys.executable,
            __file__,
            "--serve",
            str(self._data),
            *([f"--database={self._url}"] if self._url else []),
        ]
        self.process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
        assert self.process.stdout
        self.port = int(await self.process.stdout.readline())

    async def end(self, number: int) -> None:
        self.process.send_signal(number)
        await self.process.wait()


async def ask(port: int, token: str, name: str, heard: Heard, leave_after: int | None) -> None:
    """One request; `leave_after` bytes of the answer the client hangs up."""
    body = {
        "messages": [{"role": "user", "content": [{"text": msgspec.json.encode(heard.order).decode()}]}],
        "requestMetadata": {"name": name},
    }
    data = json.dumps(body).encode()
    operation = "converse-stream" if heard.streamed else "converse"
    head = (
        f"POST /model/{MODEL.replace(':', '%3A')}/{operation} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(data)}\r\nconnection: close\r\n\r\n"
    )
    answer = b""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head.encode() + data)
        while part := await reader.read(4096):
            answer += part
            if leave_after is not None and len(answer) >= leave_after:
                heard.left = True
                break
        writer.close()
    except OSError:
        heard.broken = True
    understand(heard, answer)


def understand(heard: Heard, answer: bytes) -> None:
    """What the bytes of an answer tell, whole or not."""
    head, _, body = answer.partition(b"\r\n\r\n")
    if b"chunked" in head:
        body = unchunked(body)
    if not heard.streamed or b"eventstream" not in head:
        try:
            value = json.loads(body)
        except ValueError:
            return
        if "usage" in value:
            heard.usage = (value["usage"]["inputTokens"], value["usage"]["outputTokens"])
        elif value.get("message") == "as ordered":
            heard.failed = "early"
        return
    for message in Decoder().feed(body):
        payload = json.loads(message.payload)
        if ":exception-type" in message.headers:
            heard.failed = "late"
        elif message.headers[":event-type"] == "metadata":
            heard.usage = (payload["usage"]["inputTokens"], payload["usage"]["outputTokens"])
        elif message.headers[":event-type"] == "contentBlockDelta":
            heard.words += 1


def unchunked(body: bytes) -> bytes:
    parts = []
    while b"\r\n" in body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size, 16)
        parts.append(rest[:length])
        body = rest[length + 2 :]
    return b"".join(parts)


async def rounds(data: Path, url: str | None, count: int, seed: int) -> tuple[dict[str, Heard], list[Entry]]:
    """Run them; what each client heard, and all that is in the ledger."""
    lots, heard = random.Random(seed), dict[str, Heard]()
    token, server = RootKey.of(data).credentials.bearer_token, Server(data, url)
    await server.start()
    for number in range(count):
        asking = []
        for request in range(REQUESTS):
            order = Order(lots.randint(1, 60), lots.choice(["", "", "", "early", "late"]), lots.random() < 0.5)
            one = heard[f"{number}-{request}"] = Heard(order, lots.random() < 0.6)
            leave = lots.randint(1, 9000) if lots.random() < 0.3 else None
            asking.append(asyncio.ensure_future(ask(server.port, token, f"{number}-{request}", one, leave)))
        if lots.randrange(KILLED) == 0:
            await asyncio.sleep(lots.random() * 0.06)
            await server.end(signal.SIGKILL)
            await asyncio.gather(*asking)
            for name in [f"{number}-{request}" for request in range(REQUESTS)]:
                heard[name].broken = heard[name].usage is None and not heard[name].failed
            await server.start()
        await asyncio.gather(*asking)
    await server.end(signal.SIGTERM)
    return heard, await ledger(data, url)


async def ledger(data: Path, url: str | None) -> list[Entry]:
    from sqlalchemy import select

    from outcrop.storage.tables.ledger import entries

    shared = SharedDatabase(data, url)
    database = await shared.get()
    await Drain(data / journals.NAME).run(database)
    async with database.begin() as connection:
        found = [Entry(**row) for row in (await connection.execute(select(entries))).mappings()]
    await shared.aclose()
    return found


def faults(heard: dict[str, Heard], found: list[Entry]) -> list[str]:
    """What does not add up: nothing, if the ledger is right."""
    by_name: dict[str, list[Entry]] = {}
    for entry in found:
        by_name.setdefault(entry.metadata["name"], []).append(entry)
    wrong = [f"{name}: nobody has asked" for name in by_name.keys() - heard.keys()]
    for name, one in heard.items():
        entries = by_name.get(name, [])
        if len(entries) > 1:
            wrong.append(f"{name}: {len(entries)} entries")
        elif not entries and not one.broken:
            wrong.append(f"{name}: no entry, {one}")
        elif entries and (fault := difference(one, entries[0])):
            wrong.append(f"{name}: {fault}: {one} {entries[0]}")
    return wrong


def difference(one: Heard, entry: Entry) -> str:
    told = (entry.input_tokens, entry.output_tokens)
    if one.usage is not None:
        right = entry.outcome == "complete" and told == one.usage and entry.undelivered_tokens == 0
        return "" if right else "other tokens than were told"
    if one.failed:
        late = one.streamed and one.order.fault == "late"  # a whole reply of this engine is there or not
        right = entry.outcome == ("failed_late" if late else "failed_early")
        return "" if right and entry.error == "ModelErrorException" else "not the failure that was told"
    if entry.output_tokens < one.words or not 0 <= entry.undelivered_tokens <= entry.output_tokens:
        return "less than was read"
    return "" if one.left or one.broken else "neither told nor over"


def summary(heard: dict[str, Heard], found: list[Entry]) -> dict[str, Any]:
    """The figures: all output tokens of the ledger, and where they went."""
    of = {entry.metadata["name"]: entry for entry in found}
    told = {name for name, one in heard.items() if one.usage is not None}
    failed = {name for name, one in heard.items() if one.failed}
    rest = of.keys() - told - failed
    delivered = {name: entry.output_tokens - entry.undelivered_tokens for name, entry in of.items()}
    return {
        "requests": len(heard),
        "entries": len(found),
        "outcomes": dict(Counter(entry.outcome for entry in found)),
        "output tokens in the ledger": sum(entry.output_tokens for entry in found),
        "told by usage": sum(one.usage[1] for one in heard.values() if one.usage),
        "sent before a failure": sum(delivered[name] for name in failed & of.keys()),
        "sent to callers who left or whose server was killed": sum(delivered[name] for name in rest),
        "undelivered": sum(entry.undelivered_tokens for entry in found),
        "killed without an entry": sum(one.broken and name not in of for name, one in heard.items()),
    }


def check(data: Path, url: str | None, count: int, seed: int) -> tuple[list[str], dict[str, Any]]:
    """Run rounds and compare: what is wrong, and the figures."""
    heard, found = asyncio.run(rounds(data, url, count, seed))
    return faults(heard, found), summary(heard, found)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", help="a PostgreSQL URL; SQLite without it")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve(options.serve, options.database))
    with tempfile.TemporaryDirectory() as folder:
        wrong, figures = check(Path(folder), options.database, options.rounds, options.seed)
    for name, value in figures.items():
        print(f"{name:55} {value}")
    for line in wrong[:20]:
        print(line)
    print("wrong: ", len(wrong))
    return bool(wrong)


if __name__ == "__main__":
    raise SystemExit(main())
