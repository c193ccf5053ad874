"""A few rounds of `benchmarks/conservation.py`: faults, clients that leave, a server that is killed, on both databases."""

import os
from pathlib import Path

from benchmarks import conservation
from benchmarks.conservation import Heard, Order
from tests.ledger.conftest import Make

ROUNDS = int(os.environ.get("OUTCROP_CONSERVATION_ROUNDS", "4"))


def test_the_ledger_has_what_clients_were_told_and_nothing_twice(tmp_path: Path, database_url: str) -> None:
    wrong, figures = conservation.check(tmp_path, database_url, ROUNDS, seed=4)

    assert wrong == []
    assert figures["told by usage"] > 0
    assert figures["killed without an entry"] > 0  # it was killed while it worked
    parts = (
        "told by usage",
        "sent before a failure",
        "sent to callers who left or whose server was killed",
        "undelivered",
    )
    assert figures["output tokens in the ledger"] == sum(figures[part] for part in parts)


def test_what_does_not_add_up_is_found(make: Make) -> None:
    told = Heard(Order(5), streamed=True, usage=(10, 5))
    entry = make(metadata={"name": "a"})

    assert conservation.faults({"a": told}, [entry]) == []
    assert conservation.faults({"a": told}, []) != []
    assert conservation.faults({"a": told}, [entry, entry]) != []
    assert conservation.faults({"a": told}, [make(metadata={"name": "a"}, output_tokens=6)]) != []
    assert conservation.faults({"a": told}, [make(metadata={"name": "a"}, outcome="cut")]) != []
    assert conservation.faults({}, [entry]) != []
    assert conservation.faults({"a": Heard(Order(5), streamed=True)}, [entry]) != []
