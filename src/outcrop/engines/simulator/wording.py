"""Values a person finds sensible, by what a property is called and what the user just said.

A vocabulary is made of the user's words once and asked per property: numbers and proper names that were said are taken
first, then a small table of names decides, then plain words. It knows types and names, never schemas, and whether a
value is allowed is for the caller to check. All addresses are reserved ones (example.com, 192.0.2.0/24, 555-01xx), and
nothing drawn here does harm when a client acts on it.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random
from uuid import UUID

RECENT = 200  # the last words that are looked at
STONES = ("granite", "basalt", "slate", "marble", "quartz", "flint", "sandstone", "gneiss", "chalk", "shale")
_GLUE = (
    "a about all an and any are as at be by can could do does for from get give has have how i in is it its me my no "
    "not of on one or please tell that the this to use using was what what's when where which who why will with would "
    "you your"
)
COMMON = frozenset(_GLUE.split())


def _day(draw: Random) -> str:
    return (date(2026, 1, 1) + timedelta(days=draw.randrange(365))).isoformat()


def _time(draw: Random) -> str:
    return f"{draw.randint(8, 18):02}:{draw.choice((0, 15, 30, 45)):02}:00Z"


def _stone(draw: Random) -> str:
    return draw.choice(STONES)


Drawn = Callable[[Random], str]

FORMATS: dict[str, Drawn] = {
    "date": _day,
    "time": _time,
    "date-time": lambda draw: f"{_day(draw)}T{_time(draw)}",
    "duration": lambda draw: f"PT{draw.randint(1, 5)}H{draw.choice((0, 15, 30, 45))}M",
    "email": lambda draw: f"{_stone(draw)}@example.com",
    "idn-email": lambda draw: f"{_stone(draw)}@example.com",
    "hostname": lambda draw: f"{_stone(draw)}.example.com",
    "idn-hostname": lambda draw: f"{_stone(draw)}.example.com",
    "uri": lambda draw: f"https://example.com/{_stone(draw)}",
    "uri-reference": lambda draw: f"/{_stone(draw)}",
    "uri-template": lambda draw: f"https://example.com/{_stone(draw)}/{{id}}",
    "iri": lambda draw: f"https://example.com/{_stone(draw)}",
    "iri-reference": lambda draw: f"/{_stone(draw)}",
    "ipv4": lambda draw: f"192.0.2.{draw.randint(1, 254)}",
    "ipv6": lambda draw: f"2001:db8::{draw.randint(1, 0xFFFF):x}",
    "uuid": lambda draw: str(UUID(int=draw.getrandbits(128), version=4)),
    "json-pointer": lambda draw: f"/{_stone(draw)}",
    "relative-json-pointer": lambda draw: f"0/{_stone(draw)}",
    "regex": lambda draw: f"^{_stone(draw)}$",
}


def _one_of(*values: str) -> Drawn:
    return lambda draw: draw.choice(values)


NAMED: dict[str, Drawn] = {
    "address": lambda draw: f"{draw.randint(1, 99)} {_stone(draw).capitalize()} Street",
    "city": _one_of("Paris", "Oslo", "Nairobi", "Kyoto", "Lima", "Lisbon"),
    "code": _one_of("A1", "B2", "C3"),
    "color": _one_of("teal", "amber", "crimson", "navy"),
    "command": _one_of("echo hello"),  # a client may run what it is given
    "country": _one_of("France", "Norway", "Kenya", "Japan", "Peru", "Portugal"),
    "currency": _one_of("EUR", "USD", "JPY", "GBP"),
    "date": _day,
    "email": FORMATS["email"],
    "expression": lambda draw: f"{draw.randint(2, 9)} + {draw.randint(2, 9)}",
    "file": lambda draw: f"{_stone(draw)}.txt",
    "host": FORMATS["hostname"],
    "id": lambda draw: f"{_stone(draw)}-{draw.randint(100, 999)}",
    "ip": FORMATS["ipv4"],
    "language": _one_of("en", "fr", "ja", "sw"),
    "name": lambda draw: _stone(draw).capitalize(),
    "number": lambda draw: f"{draw.randint(1_000, 9_999)}",
    "phone": lambda draw: f"+1 202 555 01{draw.randint(0, 99):02}",
    "postcode": lambda draw: f"{draw.randint(10_000, 99_999)}",
    "sql": _one_of("SELECT 1"),
    "status": _one_of("ok", "active", "done"),
    "time": lambda draw: _time(draw)[:5],
    "timestamp": FORMATS["date-time"],
    "timezone": _one_of("Europe/Paris", "Africa/Nairobi", "Asia/Tokyo"),
    "unit": _one_of("metric"),
    "url": FORMATS["uri"],
    "uuid": FORMATS["uuid"],
    "version": lambda draw: f"{draw.randint(1, 3)}.{draw.randint(0, 9)}.0",
}
ALIASES = {
    **dict.fromkeys(("location", "place", "town", "destination", "origin", "capital"), "city"),
    **dict.fromkeys(("colour",), "color"),
    **dict.fromkeys(("cmd", "shell"), "command"),
    **dict.fromkeys(("nation",), "country"),
    **dict.fromkeys(("day", "birthday", "deadline", "from", "until", "start", "end"), "date"),
    **dict.fromkeys(("mail",), "email"),
    **dict.fromkeys(("formula", "equation", "calculation"), "expression"),
    **dict.fromkeys(("filename", "path", "filepath", "directory"), "file"),
    **dict.fromkeys(("hostname", "domain", "server"), "host"),
    **dict.fromkeys(("identifier", "reference", "sku"), "id"),
    **dict.fromkeys(("locale", "lang"), "language"),
    **dict.fromkeys(("username", "person", "user", "author", "owner", "company", "customer", "recipient"), "name"),
    **dict.fromkeys(("telephone", "mobile", "fax"), "phone"),
    **dict.fromkeys(("zip", "zipcode", "postal"), "postcode"),
    **dict.fromkeys(("outcome",), "status"),
    **dict.fromkeys(("datetime", "created", "updated", "at"), "timestamp"),
    **dict.fromkeys(("uri", "link", "website", "homepage"), "url"),
    **dict.fromkeys(("guid",), "uuid"),
}
WEAK = frozenset({"name", "code", "number"})  # they tell less than any other part
PROPER = frozenset({"city", "country", "name", "address"})  # names that a capitalised word of the user's fits
_SENTENCES = (
    "body comment content description explanation instruction message note prompt query question reason "
    "search sentence subject summary text title topic"
)
SENTENCES = frozenset(_SENTENCES.split())

Span = tuple[float, float]

NUMBERS: dict[str, Span] = {
    **dict.fromkeys(("age",), (18, 80)),
    **dict.fromkeys(("year",), (2020, 2027)),
    **dict.fromkeys(("month",), (1, 12)),
    **dict.fromkeys(("day",), (1, 28)),
    **dict.fromkeys(("hour",), (1, 23)),
    **dict.fromkeys(("minute", "second"), (1, 59)),
    **dict.fromkeys(("latitude", "lat"), (-60, 60)),
    **dict.fromkeys(("longitude", "lon", "lng"), (-180, 180)),
    **dict.fromkeys(("price", "amount", "cost", "total", "fee", "balance"), (5, 250)),
    **dict.fromkeys(("temperature",), (-5, 30)),
    **dict.fromkeys(("percent", "percentage", "humidity"), (0, 100)),
    **dict.fromkeys(("count", "quantity", "limit", "number", "size", "n", "k", "item"), (1, 10)),
    **dict.fromkeys(("page", "rating", "star", "priority", "level"), (1, 5)),
    **dict.fromkeys(("score", "confidence", "probability", "ratio", "similarity"), (0, 1)),
    **dict.fromkeys(("population",), (20_000, 5_000_000)),
    **dict.fromkeys(("port",), (8000, 8999)),
}
ANY_NUMBER: Span = (1, 100)

_EDGES = "\"'`“”‘’.,;:!?()[]{}<>*"
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?")


class Vocabulary:
    """What the user said, as `words` in order, to be drawn from with `draw`; each number and name is offered once."""

    def __init__(self, words: Sequence[str], draw: Random) -> None:
        recent = [str(word) for word in words[-RECENT:]]
        self._draw = draw
        self._words = [bare for word in recent if (bare := word.strip(_EDGES))]
        self._said = [word for word in self._words if word.lower() not in COMMON] or self._words
        self._numbers = [float(word) for word in self._words if _NUMBER.fullmatch(word)]
        self._names = _proper_names(recent)
        self.lower = frozenset(word.lower() for word in self._words)

    def text(self, name: str) -> str:
        """A string for a property called `name` ("" for none); words may be of any length."""
        kind = _kind(name)
        if kind in PROPER and self._names:
            return self._names.pop(0)
        if kind is not None:
            return NAMED[kind](self._draw)
        if self._words and not SENTENCES.isdisjoint(_parts(name)):
            return " ".join(self._words[:8])
        return self.more()

    def more(self) -> str:
        """Another plain word."""
        return self._draw.choice(self._said or STONES)

    def span(self, name: str) -> Span:
        """The least and greatest number that is usual for a property called `name`."""
        return next((NUMBERS[part] for part in reversed(_parts(name)) if part in NUMBERS), ANY_NUMBER)

    def said_number(self, allowed: Callable[[float], bool]) -> float | None:
        """The first number that was said and is `allowed`; taken, so that the next one asks for another."""
        found = next((number for number in self._numbers if allowed(number)), None)
        if found is not None:
            self._numbers.remove(found)
        return found


def _parts(name: str) -> list[str]:
    """``startDates`` and ``start_dates`` are start, date and dates; the last tells most."""
    parts = [part.lower() for part in _PARTS.findall(name)]
    return [form for part in parts for form in dict.fromkeys((part.removesuffix("s"), part))]


def _kind(name: str) -> str | None:
    """The row of NAMED for a property's name: its last telling part (``city_name`` is a city)."""
    kinds = [ALIASES.get(part, part) for part in reversed(_parts(name))]
    known = [kind for kind in kinds if kind in NAMED]
    return next((kind for kind in known if kind not in WEAK), known[0] if known else None)


def _proper_names(words: list[str]) -> list[str]:
    """Runs of capitalised words that begin no sentence: ``in New York, please`` gives ``New York``."""
    names: list[str] = []
    running, starting = False, True
    for word in words:
        bare = word.strip(_EDGES)
        proper = bare[:1].isupper() and bare.isalpha() and len(bare) > 1 and not starting
        if proper and running:
            names[-1] += f" {bare}"
        elif proper:
            names.append(bare)
        starting = word.endswith((".", "?", "!", ":"))
        running = proper and word.endswith(bare)
    return names
