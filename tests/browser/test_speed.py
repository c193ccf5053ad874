"""The page is light, and a long answer does not cost more and more per token.

How fast it is, is printed (`pytest -s`). What is asserted is what was done, which no busy machine changes: how many elements
styles were computed for, and boxes laid out, per token; and that this is never all of them while the answer comes.
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
EARLY, LATE = (250, 1250), (TOKENS - 1200, TOKENS - 200)  # tokens between which the cost is taken
MANY = 1000  # elements: more than are looked at in one round, and less than half of what ten thousand tokens make

TASKS = ("RunTask", "ThreadControllerImpl::RunTask")
TRACED = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"]


def test_the_bundle_is_light() -> None:
    size = sum(len(gzip.compress(path.read_bytes(), 9)) for path in BUILT.rglob("*") if path.is_file())

    print(f"the page: {size / 1000:.1f} kB compressed")
    assert size < BUNDLE


class Step(NamedTuple):
    """A step of the page's main thread: when it began, in seconds of the monotonic clock, and what it took.

    That is the ms a task worked itself, or the elements a round of style or layout went through.
    """

    began: float
    took: float


def test_ten_thousand_tokens_do_not_cost_more_and_more(chromium: Browser, playground: Page, told: Told) -> None:
    playground.locator(".example").first.wait_for()
    chromium.start_tracing(page=playground, categories=TRACED)
    before = told.teller.told
    say(playground, f"story {TOKENS}")
    samples: list[tuple[int, float]] = []
    while told.teller.told - before < TOKENS:
        samples.append((told.teller.told - before, time.monotonic()))
        time.sleep(0.05)
    done(playground)

    events = json.loads(chromium.stop_tracing())["traceEvents"]
    tasks, rounds = main_thread(events), rendering(events)
    early, late = (per_token(tasks, samples, window) * 1000 for window in (EARLY, LATE))
    ready = playground.evaluate("() => performance.getEntriesByType('paint').at(-1).startTime")
    print(f"painted after {ready:.0f} ms")
    print(
        f"{early:.0f} µs per token at the 500th, {late:.0f} at the end; longest task {max(t.took for t in tasks):.1f} ms"
    )
    looked_at = [per_token(rounds, samples, window) for window in (EARLY, LATE)]
    print(f"{looked_at[0]:.1f} elements per token at the 500th, {looked_at[1]:.1f} at the end")
    assert 0 < looked_at[1] <= 3 * looked_at[0]
    assert playground.evaluate("() => document.querySelectorAll('*').length") > 2 * MANY
    assert all(each.took < MANY for each in rounds if each.began < samples[-1][1])


def main_thread(events: list[dict[str, Any]]) -> list[Step]:
    """The tasks of the page's main thread."""
    main = {
        (e["pid"], e["tid"]) for e in events if e["name"] == "thread_name" and e["args"]["name"] == "CrRendererMain"
    }
    tasks = [e for e in events if e["name"] in TASKS and (e["pid"], e["tid"]) in main and "tdur" in e]
    assert len(tasks) > 100
    return [Step(e["ts"] / 1e6, e["tdur"] / 1000) for e in tasks]


def rendering(events: list[dict[str, Any]]) -> list[Step]:
    """The rounds of style and of layout."""
    styled = [Step(e["ts"] / 1e6, e["args"].get("elementCount", 0)) for e in events if e["name"] == "UpdateLayoutTree"]
    laid_out = [e for e in events if e["name"] == "Layout" and "beginData" in e["args"]]
    return styled + [Step(e["ts"] / 1e6, e["args"]["beginData"]["dirtyObjects"]) for e in laid_out]


def per_token(steps: list[Step], samples: list[tuple[int, float]], window: tuple[int, int]) -> float:
    """What steps took per token between two numbers of tokens."""
    first = next(sample for sample in samples if sample[0] >= window[0])
    last = next(sample for sample in reversed(samples) if sample[0] <= window[1])
    return sum(step.took for step in steps if first[1] <= step.began < last[1]) / (last[0] - first[0])
