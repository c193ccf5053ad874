"""Sample values: one value that a JSON schema accepts, the same for the same schema, seed and words.

A drawing has each schema resolved into a flat one, makes a value for it and goes on with its parts. It may be wrong
where schemas contradict each other (`oneOf`, `not`, `unevaluated...`), so each value is checked by the one validator
before it leaves, and drawn again otherwise: first in full, then with what is required alone, then at random. Depth,
size and work are bounded, whatever the schema asks for. It keeps nothing between calls.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from copy import deepcopy
from itertools import chain, count, islice
from random import Random
from typing import Any

from outcrop.chat.json_schema import InvalidSchema, validator
from outcrop.engines.simulator import regex
from outcrop.engines.simulator.intersection import Impossible, Schema, every, same, types
from outcrop.engines.simulator.numbers import number
from outcrop.engines.simulator.resolution import SOFT, Budget, Resolution
from outcrop.engines.simulator.wording import FORMATS, STONES, Vocabulary

ATTEMPTS = 48
PARTS = 6_000  # schemas looked at in one attempt
ALL_PARTS = 20_000  # in all attempts
PATTERN = 8  # parts that trying a pattern costs, which may take milliseconds
DEEPEST = 48  # levels of values
LONGEST = 20_000  # characters of one string
TRIES = 24  # candidates for one string or one further item

_TELLING = {  # the type that a keyword speaks of, where no type is named
    **dict.fromkeys(("properties", "required", "additionalProperties", "patternProperties", "propertyNames"), "object"),
    **dict.fromkeys(("minProperties", "maxProperties", "dependentRequired", "unevaluatedProperties"), "object"),
    **dict.fromkeys(("items", "prefixItems", "contains", "minItems", "maxItems", "uniqueItems"), "array"),
    "unevaluatedItems": "array",
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), "number"),
    **dict.fromkeys(("pattern", "format", "minLength", "maxLength"), "string"),
}
_ALL_TYPES = ("string", "integer", "number", "boolean", "object", "array", "null")
_TEXTUAL = ("pattern", "format", "minLength", "maxLength")


def sample(schema: Any, *, seed: int, words: Sequence[str] = ()) -> Any:
    """A value that `schema` accepts, made of JSON's own types; integers are ints.

    `words` are the user's, in order and with their punctuation if it is there; strings, names and numbers are taken
    from them where the schema leaves the choice. Optional properties are included unless they lead too deep. Raises
    InvalidSchema when `schema` is not a schema (see `validator`), or when no value was found: it contradicts itself,
    asks for more than LONGEST characters or PARTS parts, or is beyond what is tried here.
    """
    accepts = validator(schema)
    for value in chain(_drawn(schema, seed, words), _stock()):
        if accepts(value):
            return value
    raise InvalidSchema("No value was found that the schema accepts")


def _drawn(schema: Any, seed: int, words: Sequence[str]) -> Iterator[Any]:
    """One value of each attempt that came to one, until the work is all done."""
    left = ALL_PARTS
    for attempt in range(ATTEMPTS):
        budget = Budget(min(PARTS, left))
        left -= budget.left
        draw = Random(f"{seed}/{attempt}")  # text is hashed alike in every process
        with suppress(Impossible):  # the next attempt chooses otherwise
            yield _Drawing(schema, draw, words, budget, attempt).value(schema)
        left += max(budget.left, 0)


def _stock() -> Iterator[Any]:
    """Values for schemas that are not understood (references across identifiers), so that some answer is given."""
    yield from (None, True, False, 0, 1, -1, 0.5, "", STONES[0], [], {}, [[]])


class _Drawing:
    """One attempt: `plain` in the first two, of which the first is `full`."""

    def __init__(self, root: Any, draw: Random, words: Sequence[str], budget: Budget, attempt: int) -> None:
        self.draw = draw
        self.budget = budget
        self.full = attempt == 0
        self.plain = attempt < 2
        self.vocabulary = Vocabulary(words, draw)
        self.resolution = Resolution(root, draw, budget, full=self.full, plain=self.plain)
        self.chosen_before: list[Any] = []

    def value(self, schema: Any, name: str = "", depth: int = 0) -> Any:
        """A value for `schema`, the value of a property called `name`; raises Impossible."""
        if depth > DEEPEST:
            raise Impossible("Too deep")
        for _ in range(3):  # another choice among alternatives may do where the first led nowhere
            try:
                flat = self.resolution.flat(schema, depth)
                value = self.made(flat, name, depth)
            except Impossible:
                continue
            if "not" not in flat or not _accepted(flat["not"], value):
                return value
        raise Impossible("Nothing fits")

    def made(self, flat: Schema, name: str, depth: int) -> Any:
        if "const" in flat:
            return deepcopy(flat["const"])
        if "enum" in flat:
            return deepcopy(self.enumerated(flat))
        if self.plain and (shown := self.shown(flat)) is not None:
            return deepcopy(shown)
        maker: dict[str, Callable[[], Any]] = {
            "string": lambda: self.string(flat, name),
            "integer": lambda: self.number(flat, name, whole=True),
            "number": lambda: self.number(flat, name, whole=False),
            "boolean": lambda: self.draw.random() < 0.5,
            "object": lambda: self.object(flat, depth),
            "array": lambda: self.array(flat, name, depth),
            "null": lambda: None,
        }
        return maker[self.type(flat)]()

    def type(self, flat: Schema) -> str:
        named = types(flat)
        if not named:
            telling = next((_TELLING[keyword] for keyword in flat if keyword in _TELLING), "string")
            named = [telling] if self.plain else [telling, *_ALL_TYPES]
        denied = types(flat["not"]) if isinstance(flat.get("not"), dict) and flat["not"].keys() == {"type"} else ()
        named = [kind for kind in named if kind not in denied] or [kind for kind in _ALL_TYPES if kind not in denied]
        if not self.plain:
            return self.draw.choice(named)
        return next((kind for kind in named if kind != "null"), "null")

    def enumerated(self, flat: Schema) -> Any:
        """One of the values, rather one that the user named, rather not one that was taken already."""
        self.budget.spend(len(flat["enum"]) // 50)
        values = [*filter(validator({"type": types(flat) or [*_ALL_TYPES]}), flat["enum"])]
        if not values:
            raise Impossible("No enumerated value has the type")
        fresh = [value for value in values if not any(same(value, seen) for seen in self.chosen_before)]
        said = [value for value in fresh if isinstance(value, str) and value.lower() in self.vocabulary.lower]
        liked = said or [value for value in fresh if value is not None] or values
        choice = self.draw.choice(liked if self.plain else values)
        self.chosen_before.append(choice)
        return choice

    def shown(self, flat: Schema) -> Any:
        """The first example, or the default, if it says something and is right."""
        examples = flat.get("examples")
        shown = [*(examples if isinstance(examples, list) else ()), flat.get("default")]
        rest = {keyword: value for keyword, value in flat.items() if keyword not in ("examples", "default")}
        return next((value for value in shown if value not in (None, "", [], {}) and _accepted(rest, value)), None)

    def string(self, flat: Schema, name: str) -> str:
        rules = {keyword: flat[keyword] for keyword in _TEXTUAL if keyword in flat}
        if not rules:
            return self.vocabulary.text(name)
        least, most = flat.get("minLength", 0), flat.get("maxLength", LONGEST)
        if least > min(most, LONGEST):
            raise Impossible("Too long")
        accepts = validator({"type": "string", **rules})
        for turn in range(TRIES):
            self.budget.spend(least // 100 + (PATTERN if "pattern" in rules else 1))
            candidate = self.candidate(flat, name, least, most, turn)
            if accepts(candidate):
                return candidate
        raise Impossible("No text fits")

    def candidate(self, flat: Schema, name: str, least: int, most: int, turn: int) -> str:
        """What the format says, else words, else what the pattern describes."""
        if turn == 0 and flat.get("format") in FORMATS:
            return FORMATS[flat["format"]](self.draw)
        if "pattern" not in flat or turn < 2:
            return self.fitted(self.vocabulary.text(name), least, most)
        try:
            return regex.text(flat["pattern"], self.draw, least=least, plain=turn < TRIES // 2)
        except regex.Unreadable as error:
            raise Impossible(str(error)) from error

    def fitted(self, text: str, least: int, most: int) -> str:
        while len(text) < least:
            text = f"{text} {self.vocabulary.more()}"
        cut = text[:most].rstrip()
        return cut if len(cut) >= least else text[:most].rstrip().ljust(least, "s")

    def number(self, flat: Schema, name: str, *, whole: bool) -> float:
        return number(flat, name, self.vocabulary, self.draw, whole=whole, said=self.plain)

    def object(self, flat: Schema, depth: int) -> dict[str, Any]:
        required = flat.get("required", [])
        result: dict[str, Any] = {}
        for name in self.chosen(flat, required, depth):
            try:
                result[name] = self.value(self.property(flat, name), name, depth + 1)
            except Impossible:
                if name in required:
                    raise
        self.fill(result, flat, depth)
        if len(result) < flat.get("minProperties", 0):
            raise Impossible("Too few properties")
        return result

    def fill(self, result: dict[str, Any], flat: Schema, depth: int) -> None:
        """Add properties until there are enough."""
        least = max(flat.get("minProperties", 0), 2 if self.is_map(flat, depth) else 0)
        if least > PARTS:
            raise Impossible("Too many properties")
        enough = min(least, flat.get("maxProperties", least))
        for name in islice(self.names(flat), 2 * enough + TRIES if enough else 0):
            if len(result) < enough and name not in result:
                result[name] = self.value(self.property(flat, name), name, depth + 1)

    def chosen(self, flat: Schema, required: list[str], depth: int) -> list[str]:
        """The properties to make, in the order they are written, and those they bring with them."""
        wanted = {name for name in flat.get("properties", {}) if name in required or self.included(depth)}
        wanted |= {*required}
        together = flat.get("dependentRequired", {})
        for _ in together:
            wanted |= {other for name in wanted & together.keys() for other in together[name]}
        order = [*flat.get("properties", {}), *required, *sorted(wanted)]
        names = [name for name in dict.fromkeys(order) if name in wanted]
        spare = len(names) - flat.get("maxProperties", len(names))
        dropped = [name for name in names if name not in required][::-1][: max(spare, 0)]
        return [name for name in names if name not in dropped]

    def included(self, depth: int) -> bool:
        return depth < SOFT if self.full else not self.plain and depth < SOFT and self.draw.random() < 0.5

    def is_map(self, flat: Schema, depth: int) -> bool:
        """Any name goes to a schema of its own: a person wants to see an entry or two."""
        values = flat.get("additionalProperties") or flat.get("patternProperties")
        return self.full and depth < SOFT and not flat.get("properties") and isinstance(values, dict)

    def property(self, flat: Schema, name: str) -> Any:
        """The schema of one property: its own, those whose pattern its name matches, else the one for the rest."""
        patterns = flat.get("patternProperties", {})
        self.budget.spend(PATTERN * len(patterns))
        schemas = [flat["properties"][name]] if name in flat.get("properties", {}) else []
        schemas += [part for pattern, part in patterns.items() if _accepted({"pattern": pattern}, name)]
        rest = flat.get("additionalProperties", flat.get("unevaluatedProperties", True))
        return every(schemas) if schemas else rest

    def names(self, flat: Schema) -> Iterator[str]:
        """Names for properties: declared ones, then ones that a pattern or the rule for names describes."""
        yield from flat.get("properties", {})
        for turn in count(1):
            yield self.name(flat, turn)

    def name(self, flat: Schema, turn: int) -> str:
        if "propertyNames" in flat:
            return str(self.value({"allOf": [flat["propertyNames"], {"type": "string"}]}))
        if flat.get("patternProperties"):
            pattern = self.draw.choice([*flat["patternProperties"]])
            return self.string({"pattern": pattern}, "")
        return self.vocabulary.more() if turn <= TRIES else f"{self.vocabulary.more()}{turn}"

    def array(self, flat: Schema, name: str, depth: int) -> list[Any]:
        prefix, rest = flat.get("prefixItems", []), flat.get("items", flat.get("unevaluatedItems", True))
        containing = flat.get("minContains", 1) if "contains" in flat else 0
        least = max(flat.get("minItems", 0), containing)
        size = self.size(least, flat.get("maxItems"), len(prefix), depth)
        held = range(containing) if self.full else range(size - containing, size)
        singular = name.removesuffix("s")
        result: list[Any] = []
        for index in range(size):
            schema = prefix[index] if index < len(prefix) else rest
            if index in held:
                schema = every((schema, flat["contains"]))
            try:
                result.append(self.item(schema, singular, depth, result, unique=flat.get("uniqueItems", False)))
            except Impossible:
                if len(result) < least or index < held.stop:
                    raise
                break
        return result

    def size(self, least: int, most: int | None, prefix: int, depth: int) -> int:
        if least > PARTS:
            raise Impossible("Too many items")
        if self.full and depth < SOFT:
            liked = max(least, prefix or 2)
        else:
            liked = least if self.plain else least + self.draw.randint(0, 2)
        return liked if most is None else max(least, min(liked, most))

    def item(self, schema: Any, name: str, depth: int, others: list[Any], *, unique: bool) -> Any:
        """One more item, unlike the others if that is asked for, or easily had."""
        plain = self.plain
        try:
            for turn in range(TRIES if unique else 2):
                value = self.value(schema, name, depth + 1)
                if not any(same(value, other) for other in others):
                    return value
                self.plain = plain and turn < 4
        finally:
            self.plain = plain
        if unique:
            raise Impossible("No item is unlike the others")
        return value


def _accepted(schema: Any, value: Any) -> bool:
    """Whether `schema`, taken out of its document, accepts; no if it cannot stand alone."""
    try:
        return validator(schema)(value)
    except InvalidSchema:
        return False
