"""What becomes of a parameter of another API at its door: one row each, and nothing is without one.

*Honoured*: it has a word in Bedrock, or says how to answer. *The model's*: it goes to the model under its own name, which
takes or refuses it. *Without effect*: it says nothing about the answer, and is left out. *Refused*: what it asks for is not
there, so it is refused by its name, but for the values that ask for what happens anyway. A row decides all beneath it;
lists are written ``[]``. The tables of OpenAI's door are asked with every request, Anthropic's says what InvokeModel does;
tests walk the types of both SDKs, and the documentation is made from them.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct


class Parameter(Struct, frozen=True):
    """A row. `anyway` are values that ask for nothing else than what happens; of a list, each may be one of them."""

    kind: Literal["honoured", "the model's", "without effect", "refused"]
    note: str = ""
    anyway: tuple[Any, ...] = ()

    def asks(self, value: Any) -> bool:
        """Whether a refused parameter asks for what there is not."""
        if value is None or value in self.anyway:
            return False
        return not (isinstance(value, list) and self.anyway and all(one in self.anyway for one in value))


Table = dict[str, Parameter]

HONOURED = Parameter("honoured")


def honoured(*names: str, note: str = "") -> Table:
    """Rows of one note."""
    return dict.fromkeys(names, Parameter("honoured", note) if note else HONOURED)


def idle(*names: str, note: str) -> Table:
    """Rows without effect."""
    return dict.fromkeys(names, Parameter("without effect", note))


def refused(*names: str, note: str, anyway: tuple[Any, ...] = ()) -> Table:
    """Rows of what there is not; `note` says what there is."""
    return dict.fromkeys(names, Parameter("refused", note, anyway))


class Rules:
    """A table, ready to be asked."""

    def __init__(self, table: Table) -> None:
        self._refused: dict[str, list[tuple[str, Parameter]]] = {}
        for path, row in table.items():
            if row.kind == "refused":
                self._refused.setdefault(_top(path), []).append((path, row))
        kinds: dict[str, set[str]] = {}
        for path, row in table.items():
            kinds.setdefault(_top(path), set()).add(row.kind)
        self._silent = {name for name, found in kinds.items() if found <= {"without effect", "refused"}}
        self._empty = {path: row.anyway for path, row in table.items() if row.kind == "the model's"}

    def travels(self, name: str, value: Any) -> bool:
        """Whether a parameter that has no word in Bedrock goes to the model."""
        return value is not None and name not in self._silent and value not in self._empty.get(name, ())

    def broken(self, body: Mapping[str, Any]) -> tuple[str, str] | None:
        """The first parameter of `body` that asks for what there is not, and its note."""
        for name in body.keys() & self._refused.keys():
            for path, row in self._refused[name]:
                if any(map(row.asks, _values(body, path.split(".")))):
                    return path, row.note
        return None


def _top(path: str) -> str:
    """The name in the body."""
    return path.partition(".")[0].removesuffix("[]")


def _values(value: Any, steps: list[str]) -> Iterator[Any]:
    """The values at a path, of every item of its lists; what is of another type has none."""
    if not steps:
        yield value
        return
    name = steps[0].removesuffix("[]")
    if not isinstance(value, Mapping) or name not in value:
        return
    found = value[name]
    if name == steps[0]:
        yield from _values(found, steps[1:])
    elif isinstance(found, list):
        for item in found:
            yield from _values(item, steps[1:])
