"""The page is light, and a long answer does not cost more and more per token.

The figures are printed (`pytest -s`); what is asserted is only what a busy machine cannot change: that the cost does not
grow with the length, and that nothing is done all at once.
"""

from __future__ import annotations

import gzip
import json
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.browser.doing import done, say

from outcrop.server.page import BUILT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from tests.browser.teller import Told

BUNDLE = 250_000  # bytes, compressed
TOKENS = 10_000
AT_ONCE = 500  # ms: what laying out ten thousand tokens at once would take, and more

TASKS = ("RunTask", "ThreadControllerImpl::RunTask")


def test_the_bundle_is_light() -> None:
    size = sum(len(gzip.compress(path.read_bytes(), 9)) for path in BUILT.rglob("*") if path.is_file())

    print(f"the page: {size / 1000:.1f} kB compressed")
    assert size < BUNDLE


class Task(NamedTuple):
    """One task of the page's main thread: when it began, in seconds of the monotonic clock, and the ms it worked itself.

    What other processes took from it while it ran is not its own.
    """

    began: float
    worked: float


def test_ten_thousand_tokens_do_not_cost_more_and_more(chromium: Browser, playground: Page, told: Told) -> None:
    playground.locator(".example").first.wait_for()
    chromium.start_tracing(page=playground, categories=["toplevel", "disabled-by-default-devtools.timeline"])
    before = told.teller.told
    say(playground, f"story {TOKENS}")
    samples: list[tuple[int, float]] = []
    while told.teller.told - before < TOKENS:
        samples.append((told.teller.told - before, time.monotonic()))
        time.sleep(0.05)
    done(playground)

    tasks = main_thread(json.loads(chromium.stop_tracing()))
    early, late = cost(tasks, samples, 250, 1250), cost(tasks, samples, TOKENS - 1200, TOKENS - 200)
    longest = max(task.worked for task in tasks)
    ready = playground.evaluate("() => performance.getEntriesByType('paint').at(-1).startTime")
    print(f"painted after {ready:.0f} ms")
    print(f"{early * 1000:.0f} µs per token at the 500th, {late * 1000:.0f} at the end; longest task {longest:.1f} ms")
    assert late <= 3 * early
    assert longest <= AT_ONCE


def main_thread(trace: dict[str, Any]) -> list[Task]:
    """The tasks of the page's main thread."""
    events = trace["traceEvents"]
    main = {
        (e["pid"], e["tid"]) for e in events if e["name"] == "thread_name" and e["args"]["name"] == "CrRendererMain"
    }
    tasks = [e for e in events if e["name"] in TASKS and (e["pid"], e["tid"]) in main and "tdur" in e]
    assert len(tasks) > 100
    return [Task(e["ts"] / 1e6, e["tdur"] / 1000) for e in tasks]


def cost(tasks: list[Task], samples: list[tuple[int, float]], start: int, end: int) -> float:
    """Milliseconds of work per token between two numbers of tokens."""
    first = next(sample for sample in samples if sample[0] >= start)
    last = next(sample for sample in reversed(samples) if sample[0] <= end)
    worked = sum(task.worked for task in tasks if first[1] <= task.began < last[1])
    return worked / (last[0] - first[0])
