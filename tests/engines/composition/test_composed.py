"""What an engine over engines can do is what those behind it can: no power is lost, none is made up."""

from typing import Any

import pytest
from tests.engines.composition.clockwork import Told, Whole, row, run
from tests.families.conftest import SONNET_4_5, hub

from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.engines import Counter, Embedder, Painter, Relay, Reranker, Sent
from outcrop.engines.composition.failover import Failover
from outcrop.engines.composition.tally import Tally
from outcrop.errors import ServiceUnavailableException

SENT = Sent("Converse", "us-east-1", SONNET_4_5.id, {}, b"{}")


class Passing(Told):
    """One whose passages are told what to do as it is; without any for models of others."""

    def __init__(self, *scripts: list[Any], validates: bool = False, takes: bool = True) -> None:
        super().__init__(*scripts)
        self.validates, self._takes = validates, takes

    def relay(self, sent: Sent, model: Model) -> Any:
        return self if self._takes else None

    async def reply(self, model: Model, request: Any) -> list[Event]:
        return [event async for batch in self.generate(model, request) for event in batch]


def over(*engines: Any) -> Failover:
    return Failover("all", [row(name, engine) for name, engine in zip("abc", engines, strict=False)], Tally())


@pytest.mark.parametrize(
    ("engines", "powers"),
    [
        ((Told(),), set()),
        ((Whole(), Whole()), {"reply", "embed"}),
        ((Told(), Whole()), {"embed"}),
        ((Passing(), Passing()), {"reply", "relay"}),
        ((Passing(), Told()), set()),
    ],
)
def test_powers(engines: tuple[Any, ...], powers: set[str]) -> None:
    made = over(*engines)
    assert {name for name in ("reply", "count", "embed", "rerank", "paint", "relay") if hasattr(made, name)} == powers
    kinds = {"embed": Embedder, "count": Counter, "rerank": Reranker, "paint": Painter, "relay": Relay}
    assert {name for name, kind in kinds.items() if isinstance(made, kind)} == powers - {"reply"}


def test_what_not_all_can_is_asked_of_those_who_can() -> None:
    assert run(over(Told(), Whole()).embed(SONNET_4_5, hub())) == "it has replied"  # type: ignore[attr-defined]


def test_a_call_is_passed_on_only_where_all_would() -> None:
    made = over(Passing([ServiceUnavailableException()]), Passing())
    passage = made.relay(SENT, SONNET_4_5)
    assert passage
    assert len(run(passage.reply(SONNET_4_5, hub()))) == 5  # type: ignore[arg-type]  # events

    async def streamed() -> int:
        assert passage
        return len([batch async for batch in passage.generate(SONNET_4_5, hub())])

    assert run(streamed()) == 2
    assert passage.available
    assert over(Passing(), Passing(takes=False)).relay(SENT, SONNET_4_5) is None


def test_it_is_left_to_the_backends_to_judge_where_all_of_them_do() -> None:
    assert over(Passing(validates=True), Passing(validates=True)).validates
    assert not over(Passing(validates=True), Passing()).validates
