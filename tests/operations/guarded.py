"""Guardrails for tests, and an account whose engine says what a test wants."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Answer, converse_path
from tests.operations.conftest import Account
from tests.scripted import Scripted

from outcrop.chat import events
from outcrop.chat.request import ChatRequest
from outcrop.config import Settings, build
from outcrop.ledger import journal as journals
from outcrop.ledger.entry import Entry

MESSAGES = {"blockedInputMessaging": "Not asked.", "blockedOutputsMessaging": "Not answered."}
WORDS = {"wordPolicyConfig": {"wordsConfig": [{"text": "basalt"}]}}
EMAIL = {"sensitiveInformationPolicyConfig": {"piiEntitiesConfig": [{"type": "EMAIL", "action": "ANONYMIZE"}]}}


def made(account: Account, name: str = "one", **members: Any) -> str:
    """The id of a new guardrail."""
    answer = account.ask("POST", "/guardrails", {"name": name, **MESSAGES, **(members or WORDS)})
    assert answer.status == 202, answer.body
    guardrail_id: str = answer.json["guardrailId"]
    return guardrail_id


class Engine(Scripted):
    """Says what it is told to, and remembers what it was asked."""

    def __init__(self, *texts: str) -> None:
        super().__init__(
            [events.message_start()],
            *([events.text_delta(0, text)] for text in texts),
            [events.block_stop(0), events.message_stop("end_turn"), events.metadata(events.usage(7, 5))],
        )
        self.asked: list[ChatRequest] = []

    def generate(self, model: Any, request: ChatRequest) -> Any:
        self.asked.append(request)
        return super().generate(model, request)

    def say(self, *texts: str) -> None:
        self.script = Engine(*texts).script


class Guarded(Account):
    """An account whose engine says what a test wants."""

    engine: Engine

    def converse(self, one: str, *texts: Any, operation: str = "converse", **config: Any) -> Answer:
        blocks = [text if isinstance(text, dict) else {"text": text} for text in texts]
        how = {"guardrailIdentifier": one, "guardrailVersion": "DRAFT", **config}
        body = {"messages": [{"role": "user", "content": blocks}], "guardrailConfig": how}
        return self.ask("POST", converse_path(operation=operation), body)

    @property
    def entries(self) -> list[Entry]:
        """What is in the ledger's journal."""
        files = sorted((self.data / journals.NAME).rglob("*"))
        data = b"".join(path.read_bytes()[len(journals.MAGIC) :] for path in files if path.is_file())
        return [record for record, _ in journals.records(data) if isinstance(record, Entry)]


@pytest.fixture
def guarded(runner: asyncio.Runner, tmp_path: Path) -> Iterator[Guarded]:
    engine = Engine("A stone.")
    built = build(Settings(data=tmp_path), simulator=engine)
    account = Guarded(built, runner, tmp_path)
    account.engine = engine
    yield account
    runner.run(built.aclose())


def timeless(value: Any) -> Any:
    """`value` without what a clock measured."""
    if isinstance(value, dict):
        return {k: 0 if k in ("latencyMs", "guardrailProcessingLatency") else timeless(v) for k, v in value.items()}
    return [timeless(item) for item in value] if isinstance(value, list) else value
