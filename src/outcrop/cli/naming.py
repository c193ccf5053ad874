"""What models are called: every name a person may give one by, and what is nearest to a name that nothing has."""

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from outcrop.chat.features import Model

_WILD = frozenset("*?[")


def names(model: "Model") -> tuple[str, ...]:
    """A model's id, the name its agreements have, and its inference profiles."""
    from outcrop.access import name_of

    return (model.id, name_of(model), *(f"{geography}.{model.id}" for geography in model.profiles))


def matches(model: "Model", pattern: str) -> bool:
    """Whether a pattern names the model."""
    return any(fnmatchcase(name, pattern) for name in names(model))


def instead(pattern: str, models: "Sequence[Model]", called: "Callable[[Model], Iterable[str]]" = names) -> str:
    """What to do about a pattern that names none of `models`: take the nearest name, or look at the list."""
    inside = f"*{pattern.strip('*')}*"
    if not _WILD & set(pattern) and (near := nearest(pattern, (name for model in models for name in called(model)))):
        return f"did you mean {near}? all of them: outcrop models"
    if inside != pattern and any(matches(model, inside) for model in models):
        return f"these have it in their name: outcrop models '{inside}'"
    return "list them: outcrop models"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The name most like `word`, if any is like it; letters' case does not count."""
    spelled = {name.lower(): name for name in known}
    found = get_close_matches(word.lower(), spelled, n=1, cutoff=0.8)
    return spelled[found[0]] if found else None
