"""What a settings file says about engines: which there are, and which answers for which models.

`read` checks the tables against the kinds and the catalogue and builds nothing; `build` makes engines and the table of
who answers. Without any engine the simulator answers for every model. With one, a model that no route names is one the
account may not use, unless `default` names who answers for the rest. An engine called `simulator` is always there.
"""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from outcrop.chat.features import Model
from outcrop.engines.composition import Breaker, Composition, Guards
from outcrop.engines.composition.guarded import Guard, Guarded
from outcrop.engines.composition.tally import Tally
from outcrop.engines.kinds import KINDS, Backend, EngineError, Parts, kind
from outcrop.engines.table import Engines, Row
from outcrop.transport import Pool

SIMULATOR = "simulator"


class Route(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"as_name": "as"}):
    """`engine` answers for `models` (an id, a pattern, or several) with its own model `as`; without it, of the same id."""

    models: str | tuple[str, ...]
    engine: str
    as_name: str | None = None

    @property
    def patterns(self) -> tuple[str, ...]:
        return (self.models,) if isinstance(self.models, str) else self.models


class Choice(Struct, frozen=True):
    """An engine that is to be made: its kind, the kind's Options, and what guards it."""

    kind: str
    options: Any
    guards: Guards = Guards()


class Choices(Struct, frozen=True):
    """All that is said about engines. `folder` is where files named in it lie, the settings file's own."""

    engines: Mapping[str, Choice] = {}
    routes: tuple[Route, ...] = ()
    default: str | None = SIMULATOR
    folder: Path = Path()

    def route(self, model_id: str) -> Route | None:
        """The route that answers for a model id: the first that names it, else the default's; None when nobody does."""
        for route in self.routes:
            if any(fnmatchcase(model_id, pattern) for pattern in route.patterns):
                return route
        return Route(models="*", engine=self.default) if self.default else None


class ChoiceError(msgspec.ValidationError):
    """What is wrong, at which key of the file; `table` is the type that stands there, `allowed` what may."""

    def __init__(self, key: str, text: str, table: type[Struct] | None = None, allowed: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.key, self.table, self.allowed = key, table, allowed


def read(
    engines: Mapping[str, Mapping[str, Any]],
    routes: tuple[Route, ...],
    default: str | None,
    models: Iterable[Model],
    folder: Path,
) -> Choices:
    """The choices in the file's tables; raises ChoiceError. `models` are the catalogue's."""
    chosen = {name: _choice(name, dict(table)) for name, table in engines.items()}
    names = tuple(dict.fromkeys((*chosen, SIMULATOR)))
    ids = [model.id for model in models]
    for name in chosen:
        _check_composition(_key(name), name, chosen)
    for index, route in enumerate(routes):
        _check(f"routes[{index}]", route, names, ids)
    if default is not None and default not in names:
        raise ChoiceError("default", f"there is no engine {default!r}", allowed=names)
    if not chosen and not routes and default is None:
        return Choices()
    return Choices(chosen, routes, default, folder)


def _choice(name: str, table: dict[str, Any]) -> Choice:
    key = _key(name)
    if "kind" not in table:
        raise ChoiceError(key, "Object missing required field `kind`", allowed=tuple(sorted(KINDS)))
    wanted = table.pop("kind")
    if wanted not in KINDS:
        raise ChoiceError(f"{key}.kind", f"there is no kind {wanted!r}", allowed=tuple(sorted(KINDS)))
    whole = _table(kind(wanted).Options)
    try:
        options: Any = msgspec.convert(table, whole)
    except msgspec.ValidationError as error:
        raise ChoiceError(key, str(error), whole) from error
    return Choice(wanted, options, Guards(options.limits, options.timeouts, options.retries, options.circuit))


@cache
def _table(options: type[Struct]) -> type[Struct]:
    """What may stand in the table of an engine: the keys of its kind, and its guards."""
    guards = [(each.name, each.type, each.default) for each in msgspec.structs.fields(Guards)]
    return msgspec.defstruct(
        options.__name__, guards, bases=(options,), kw_only=True, frozen=True, forbid_unknown_fields=True
    )


def _key(name: str) -> str:
    return f'engines."{name}"' if not name.replace("-", "").replace("_", "").isalnum() else f"engines.{name}"


def _check_composition(key: str, name: str, chosen: Mapping[str, Choice]) -> None:
    """Raise ChoiceError for a composition of engines that there are not, that leads back to itself, or is no table of its
    kind.
    """
    choice = chosen[name]
    if not isinstance(choice.options, Composition):
        return
    if choice.guards.timeouts and choice.guards.timeouts.connect:
        raise ChoiceError(f"{key}.timeouts.connect", "a composition has no connections; its engines have")
    for member in choice.options.members:
        if member.engine not in (*chosen, SIMULATOR):
            raise ChoiceError(
                f"{key}.engines", f"there is no engine {member.engine!r}", allowed=tuple({**chosen, SIMULATOR: None})
            )
    if name in _below(name, chosen):
        raise ChoiceError(f"{key}.engines", f"{name!r} is among the engines that it is made of")
    if wrong := choice.options.check():
        raise ChoiceError(key, wrong)


def _below(name: str, chosen: Mapping[str, Choice]) -> set[str]:
    """The engines that a composition ends in, those of its own compositions too."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        choice = chosen.get(waiting.pop())
        if choice and isinstance(choice.options, Composition):
            new = {member.engine for member in choice.options.members} - found
            found |= new
            waiting += new
    return found


def _check(key: str, route: Route, names: tuple[str, ...], ids: list[str]) -> None:
    if route.engine not in names:
        raise ChoiceError(f"{key}.engine", f"there is no engine {route.engine!r}", allowed=names)
    for pattern in route.patterns:
        if not any(fnmatchcase(each, pattern) for each in ids):
            raise ChoiceError(
                f"{key}.models",
                f"no model has the id {pattern!r}; a route names foundation models, without a geography, or a pattern",
            )


class Made(Struct, frozen=True):
    """The engines by name, the table of who answers, what guards them, and what they were asked."""

    backends: Mapping[str, Backend]
    table: Engines
    guards: Mapping[str, Guard] = {}
    tally: Tally = msgspec.field(default_factory=Tally)
    pools: tuple[Pool, ...] = ()

    @property
    def open_circuits(self) -> list[str]:
        """The engines that are left alone, because they failed."""
        return [name for name, guard in self.guards.items() if guard.open]

    async def aclose(self) -> None:
        """End every engine."""
        for backend in self.backends.values():
            await backend.aclose()
        for pool in self.pools:
            await pool.aclose()


def build(choices: Choices, parts: Parts, simulator: Backend) -> Made:
    """The engines of `choices`; raises EngineError, which names the engine."""
    backends: dict[str, Backend] = {SIMULATOR: simulator}
    guards: dict[str, Guard] = {}
    pools: list[Pool] = []

    def row(name: str, as_name: str | None, pattern: str = "*") -> Row:
        made = Row(pattern, name, backends[name].engine(as_name), as_name)
        return replace(made, engine=Guarded(made, guards[name])) if name in guards else made

    composed = {
        member.engine
        for choice in choices.engines.values()
        if isinstance(choice.options, Composition)
        for member in choice.options.members
    }
    parts = replace(parts, others=row)
    for name, choice in choices.engines.items():
        guarded = _guards(choice, composed=name in composed)
        if guarded != Guards():
            guards[name] = Guard(name, guarded, parts.tally)
        own = _parts(parts, guarded)
        if own.pool is not parts.pool:
            pools.append(own.pool)
        try:
            backends[name] = kind(choice.kind).build(name, choice.options, own)
        except EngineError as error:
            raise EngineError(f"engine {name}: {error}") from error
    rows = [row(route.engine, route.as_name, pattern) for route in choices.routes for pattern in route.patterns]
    if choices.default is not None:
        rows.append(row(choices.default, None))
    return Made(backends, Engines(rows), guards, parts.tally, tuple(pools))


def _guards(choice: Choice, *, composed: bool) -> Guards:
    """An engine that others may stand in for has a circuit, whether its table says so or not; a composition's have."""
    if composed and choice.guards.circuit is None and not isinstance(choice.options, Composition):
        return replace(choice.guards, circuit=Breaker())
    return choice.guards


def _parts(parts: Parts, guards: Guards) -> Parts:
    """The parts of an engine: with connections of its own where these have a time-out of their own."""
    if guards.timeouts is None or guards.timeouts.connect is None:
        return parts
    return replace(parts, pool=Pool(connect_timeout=guards.timeouts.connect))
