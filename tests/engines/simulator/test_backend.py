"""The simulator as a kind of engine."""

from types import SimpleNamespace
from typing import Any

import msgspec

from outcrop.engines.simulator import Pace, Simulator
from outcrop.engines.simulator.backend import Options, build


def test_a_table_sets_its_own_pace() -> None:
    options = msgspec.convert({"first_token_ms": 250, "tokens_per_second": 40}, Options)
    assert options.pace == Pace(0.25, 40)
    parts: Any = SimpleNamespace(documents=None)
    backend = build("slow", options, parts)
    engine = backend.engine("anything")
    assert isinstance(engine, Simulator)
    assert engine is backend.engine(None)
