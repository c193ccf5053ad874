"""What a settings file says about engines: which there are, and which answers for which models.

`read` checks the tables against the kinds and the catalogue and builds nothing; `build` makes engines and the table of
who answers. Without any engine the simulator answers for every model. With one, a model that no route names is one the
account may not use, unless `default` names who answers for the rest. An engine called `simulator` is always there.
"""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from outcrop.chat.features import Model
from outcrop.engines.kinds import KINDS, Backend, EngineError, Parts, kind
from outcrop.engines.table import Engines, Row

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
    """An engine that is to be made: its kind, and the kind's Options."""

    kind: str
    options: Any


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
    for index, route in enumerate(routes):
        _check(f"routes[{index}]", route, names, ids)
    if default is not None and default not in names:
        raise ChoiceError("default", f"there is no engine {default!r}", allowed=names)
    if not chosen and not routes and default is None:
        return Choices()
    return Choices(chosen, routes, default, folder)


def _choice(name: str, table: dict[str, Any]) -> Choice:
    key = f'engines."{name}"' if not name.replace("-", "").replace("_", "").isalnum() else f"engines.{name}"
    if "kind" not in table:
        raise ChoiceError(key, "Object missing required field `kind`", allowed=tuple(sorted(KINDS)))
    wanted = table.pop("kind")
    if wanted not in KINDS:
        raise ChoiceError(f"{key}.kind", f"there is no kind {wanted!r}", allowed=tuple(sorted(KINDS)))
    options = kind(wanted).Options
    try:
        return Choice(wanted, msgspec.convert(table, options))
    except msgspec.ValidationError as error:
        raise ChoiceError(key, str(error), options) from error


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
    """The engines by name, and the table of who answers."""

    backends: Mapping[str, Backend]
    table: Engines

    async def aclose(self) -> None:
        """End every engine."""
        for backend in self.backends.values():
            await backend.aclose()


def build(choices: Choices, parts: Parts, simulator: Backend) -> Made:
    """The engines of `choices`; raises EngineError, which names the engine."""
    backends: dict[str, Backend] = {SIMULATOR: simulator}
    for name, choice in choices.engines.items():
        try:
            backends[name] = kind(choice.kind).build(name, choice.options, parts)
        except EngineError as error:
            raise EngineError(f"engine {name}: {error}") from error
    rows = [
        Row(pattern, route.engine, backends[route.engine].engine(route.as_name), route.as_name)
        for route in choices.routes
        for pattern in route.patterns
    ]
    if choices.default is not None:
        rows.append(Row("*", choices.default, backends[choices.default].engine(None)))
    return Made(backends, Engines(rows))
