"""What a settings file says about engines: what is read, what is refused, and who answers in the end."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from outcrop.catalog import Catalogue
from outcrop.documents import DocumentReader
from outcrop.engines.choices import ChoiceError, Choices, Made, Route, build, read
from outcrop.engines.composition import Breaker, Guards
from outcrop.engines.composition.failover import Failover
from outcrop.engines.composition.guarded import Guarded
from outcrop.engines.composition.split import Split
from outcrop.engines.kinds import Parts
from outcrop.engines.simulator import Simulator
from outcrop.engines.simulator.backend import Backend
from outcrop.errors import AccessDeniedException
from outcrop.transport import Pool

MODELS = Catalogue.load().listed()
SIMULATED = {"kind": "simulator"}


def failover(*engines: Any) -> dict[str, Any]:
    return {"kind": "failover", "engines": list(engines)}


def chosen(engines: dict[str, Any], routes: list[dict[str, Any]], default: str | None = None) -> Choices:
    return read(engines, msgspec.convert(tuple(routes), tuple[Route, ...]), default, MODELS, Path("/there"))


def made_of(choices: Choices) -> Made:
    documents = DocumentReader()
    return build(choices, Parts(Pool(), documents, Path(), Path()), Backend(Simulator(documents)))


def who(choices: Choices, model_id: str) -> tuple[str, str | None]:
    """The name of the engine that answers, and what its backend calls the model."""
    made = made_of(choices)
    row = made.table.of(next(model for model in MODELS if model.id == model_id))
    asyncio.run(made.aclose())
    return row.name, row.backend_model


HAIKU, NOVA = "anthropic.claude-haiku-4-5-20251001-v1:0", "amazon.nova-lite-v1:0"


def test_without_engines_the_simulator_answers_for_everything() -> None:
    assert chosen({}, []) == Choices()
    assert who(Choices(), NOVA) == ("simulator", None)


def test_routes_are_asked_in_order() -> None:
    routes = [
        {"models": HAIKU, "engine": "a", "as": "claude-haiku"},
        {"models": ["amazon.*", "anthropic.*"], "engine": "b"},
    ]
    choices = chosen({"a": SIMULATED, "b": SIMULATED}, routes)
    assert who(choices, HAIKU) == ("a", "claude-haiku")
    assert who(choices, NOVA) == ("b", None)


def test_what_no_route_names_is_refused_unless_there_is_a_default() -> None:
    routes = [{"models": "amazon.*", "engine": "a"}]
    with pytest.raises(AccessDeniedException):
        who(chosen({"a": SIMULATED}, routes), HAIKU)
    with pytest.raises(AccessDeniedException):
        who(chosen({"a": SIMULATED}, []), HAIKU)
    assert who(chosen({"a": SIMULATED}, routes, "simulator"), HAIKU) == ("simulator", None)
    assert who(chosen({"a": SIMULATED}, [], "a"), HAIKU) == ("a", None)


@pytest.mark.parametrize(
    ("engines", "routes", "default", "key", "said", "allowed"),
    [
        ({"a": {}}, [], None, "engines.a", "missing required field `kind`", "simulator"),
        ({"a": {"kind": "magic"}}, [], None, "engines.a.kind", "there is no kind 'magic'", "simulator"),
        ({"a b": {"kind": 3}}, [], None, 'engines."a b".kind', "there is no kind 3", "simulator"),
        ({"a": {"kind": "simulator", "speed": 1}}, [], None, "engines.a", "unknown field `speed`", ""),
        ({}, [{"models": "*", "engine": "a"}], None, "routes[0].engine", "there is no engine 'a'", "simulator"),
        (
            {},
            [{"models": "us." + HAIKU, "engine": "simulator"}],
            None,
            "routes[0].models",
            "a route names foundation models, without a geography",
            "",
        ),
        ({}, [], "a", "default", "there is no engine 'a'", "simulator"),
        (
            {"a": {**SIMULATED, "limits": {"many": 1}}},
            [],
            None,
            "engines.a",
            "unknown field `many` - at `$.limits`",
            "",
        ),
        ({"a": failover("b")}, [], None, "engines.a.engines", "there is no engine 'b'", "simulator"),
        ({"a": failover("a")}, [], None, "engines.a.engines", "'a' is among the engines that it is made of", ""),
        (
            {"a": failover("simulator", "b"), "b": {"kind": "split", "engines": ["a"]}},
            [],
            None,
            "engines.a.engines",
            "'a' is among the engines that it is made of",
            "",
        ),
        (
            {"a": {"kind": "split", "engines": ["simulator"], "weights": [1, 2]}},
            [],
            None,
            "engines.a",
            "1 engines need as many weights, not 2",
            "",
        ),
        (
            {"a": failover("simulator") | {"timeouts": {"connect": 1}}},
            [],
            None,
            "engines.a.timeouts.connect",
            "a composition has no connections",
            "",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_key(
    engines: dict[str, Any], routes: list[dict[str, Any]], default: str | None, key: str, said: str, allowed: str
) -> None:
    with pytest.raises(ChoiceError) as raised:
        chosen(engines, routes, default)
    assert raised.value.key == key
    assert said in str(raised.value)
    assert allowed in raised.value.allowed or not allowed


def test_a_route_is_found_without_building_anything() -> None:
    choices = chosen({"a": SIMULATED}, [{"models": "amazon.*", "engine": "a", "as": "x"}])
    found = choices.route(NOVA)
    assert found
    assert (found.engine, found.as_name) == ("a", "x")
    assert choices.route(HAIKU) is None
    default = Choices().route(HAIKU)
    assert default
    assert default.engine == "simulator"


def test_a_composition_may_stand_before_its_engines_and_hold_another() -> None:
    engines = {
        "all": failover("pool", {"engine": "c", "as": "its-own"}),
        "pool": {"kind": "split", "engines": ["a", "b"], "weights": [9, 1]},
        **dict.fromkeys("abc", SIMULATED),
    }
    made = made_of(chosen(engines, [{"models": "amazon.*", "engine": "all", "as": "theirs"}]))
    assert {name: made.backends[name].where for name in ("all", "pool")} == {
        "all": "pool, then c as its-own",
        "pool": "a 90%, b 10%",
    }
    outer = made.table.rows[0].engine
    assert isinstance(outer, Failover)
    assert [(row.name, row.backend_model) for row in outer.rows] == [("pool", "theirs"), ("c", "its-own")]
    assert isinstance(outer.rows[0].engine, Split)


def test_engines_of_a_composition_have_circuits_and_those_alone_are_as_they_are() -> None:
    own = {"circuit": {"failures": 1, "rest": 2}}
    made = made_of(chosen({"all": failover("a", "b"), "a": SIMULATED, "b": SIMULATED | own, "c": SIMULATED}, [], "c"))
    assert {name: guard.guards for name, guard in made.guards.items()} == {
        "a": Guards(circuit=Breaker()),
        "b": Guards(circuit=Breaker(failures=1, rest=2)),
    }
    assert isinstance(made.table.rows[0].engine, Simulator)
    assert made.open_circuits == []


def test_an_engine_with_a_time_out_of_its_own_for_connections_has_connections_of_its_own() -> None:
    table = {"kind": "openai", "endpoint": "http://127.0.0.1:9", "timeouts": {"connect": 0.5}}
    made = made_of(chosen({"a": table}, [], "a"))
    assert len(made.pools) == 1
    assert isinstance(made.table.rows[0].engine, Guarded)
    asyncio.run(made.aclose())
