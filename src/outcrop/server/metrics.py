"""`/metrics`: what was used, as text that Prometheus reads.

The figures are those of the ledger's database, for the whole installation: every worker and every replica answers the same,
so one of them is to be scraped. What engines were asked on the way to an answer is counted in each worker alone, since
only that knows its circuits; those figures say which worker they are of. Callers must show a key, by a signature or as a
bearer; the figures name models and engines and never a user, a key or what was said.
"""

import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from outcrop.engines.composition.tally import COUNTED
from outcrop.errors import ServiceError, ServiceUnavailableException
from outcrop.iam import identity
from outcrop.ledger.totals import BOUNDS, KEYS, Duration, Total, read
from outcrop.wire import restjson
from outcrop.wire.http import HttpRequest, HttpResponse, request_id

if TYPE_CHECKING:
    from outcrop.engines.choices import Made
    from outcrop.ledger.writer import Writer
    from outcrop.storage.shared import SharedDatabase

PATH = "/metrics"
TEXT = "text/plain; version=0.0.4; charset=utf-8"
CLASSES = {
    "input": "input_tokens",
    "output": "output_tokens",
    "cache_read": "cache_read_tokens",
    "cache_write": "cache_write_tokens",
    "undelivered": "undelivered_tokens",
}

log = logging.getLogger("outcrop.server")

Labels = Sequence[tuple[str, str]]


class Metrics:
    """Answers requests for them."""

    def __init__(
        self, database: "SharedDatabase", writer: "Writer", keys: identity.KeyStore, engines: "Made | None" = None
    ) -> None:
        self._database, self._writer, self._keys, self._engines = database, writer, keys, engines

    async def handle(self, request: HttpRequest) -> HttpResponse:
        """The figures; never raises."""
        try:
            identity.authenticate(request, self._keys)
            totals, durations = await self._read()
        except ServiceError as error:
            return restjson.encode_error(error, request_id())
        lines = [*_counters(totals), *_histograms(durations), *_waiting(self._writer.waiting)]
        if self._engines and self._engines.guards:
            lines += _asked(self._engines)
        return HttpResponse(200, [("content-type", TEXT)], "".join(f"{line}\n" for line in lines).encode())

    async def _read(self) -> tuple[list[Total], list[Duration]]:
        if not self._database.exists:
            return [], []
        try:
            return await read(await self._database.get())
        except Exception as error:
            log.warning("the metrics cannot be read: %s", type(error).__name__)
            raise ServiceUnavailableException from error


def _head(name: str, kind: str, text: str) -> list[str]:
    return [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]


def _sample(name: str, labels: Labels, value: float) -> str:
    shown = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels)
    return f"{name}{{{shown}}} {value}" if shown else f"{name} {value}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _counters(totals: list[Total]) -> Iterator[str]:
    yield from _head("outcrop_requests_total", "counter", "Runs of a model, by how they ended.")
    for total in totals:
        yield _sample("outcrop_requests_total", _labels(total), total.requests)
    yield from _head("outcrop_tokens_total", "counter", "Tokens by class; undelivered ones are among those of output.")
    for total in totals:
        for kind, name in CLASSES.items():
            if value := getattr(total, name):
                yield _sample("outcrop_tokens_total", [*_labels(total), ("class", kind)], value)
    yield from _head("outcrop_cost_usd_total", "counter", "List price in US dollars.")
    for total in totals:
        yield _sample("outcrop_cost_usd_total", _labels(total), total.cost / 1_000_000_000)


def _labels(total: Total) -> list[tuple[str, str]]:
    return [(name, getattr(total, name)) for name in KEYS]


def _histograms(durations: list[Duration]) -> Iterator[str]:
    for kind, text in (("latency", "Seconds until the end"), ("first_token", "Seconds until the first event")):
        name = f"outcrop_{kind}_seconds"
        yield from _head(name, "histogram", f"{text} of complete runs.")
        for model in sorted({one.model for one in durations if one.kind == kind}):
            yield from _histogram(name, model, [one for one in durations if (one.kind, one.model) == (kind, model)])


def _histogram(name: str, model: str, found: Iterable[Duration]) -> Iterator[str]:
    counts = {one.bucket: one for one in found}
    total = 0
    for bucket in range(len(BOUNDS) + 1):
        total += counts[bucket].count if bucket in counts else 0
        bound = f"{BOUNDS[bucket] / 1000:g}" if bucket < len(BOUNDS) else "+Inf"
        yield _sample(f"{name}_bucket", [("model", model), ("le", bound)], total)
    yield _sample(f"{name}_sum", [("model", model)], sum(one.milliseconds for one in counts.values()) / 1000)
    yield _sample(f"{name}_count", [("model", model)], total)


def _waiting(size: int) -> Iterator[str]:
    yield from _head(
        "outcrop_journal_waiting_bytes", "gauge", "Entries of this worker that are not in the database yet."
    )
    yield _sample("outcrop_journal_waiting_bytes", [], size)


def _asked(engines: "Made") -> Iterator[str]:
    """What guarded engines were asked, in this worker."""
    worker = ("worker", str(os.getpid()))
    for what, text in COUNTED.items():
        yield from _head(f"outcrop_engine_{what}_total", "counter", text)
        for name in engines.guards:
            yield _sample(f"outcrop_engine_{what}_total", [("engine", name), worker], engines.tally.counts[what, name])
    yield from _head("outcrop_engine_circuit_open", "gauge", "1 while an engine is left alone because it failed.")
    for name, guard in engines.guards.items():
        yield _sample("outcrop_engine_circuit_open", [("engine", name), worker], int(guard.open))
    for state in ("running", "waiting"):
        yield from _head(f"outcrop_engine_{state}", "gauge", f"Requests that are {state} within an engine's limits.")
        for name, guard in engines.guards.items():
            if guard.slots:
                yield _sample(f"outcrop_engine_{state}", [("engine", name), worker], getattr(guard.slots, state))
