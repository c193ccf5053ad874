"""The progress file: whatever is cut off its end, what is read of it is true."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.batch import journal as module
from outcrop.batch.journal import Checkpoint, Foreign, Header, Journal, read

HEADER = Header({"sha256": "x", "bytes": 1}, "s", {"output0": "out"})


def written(path, *checkpoints):
    journal = Journal(path, HEADER, Checkpoint())
    for checkpoint in checkpoints:
        journal.append(checkpoint)
    journal.close()


def step(taken, size, *missing):
    return Checkpoint(taken, missing, {"output0": size})


def test_the_last_checkpoint_holds(tmp_path):
    written(tmp_path / "p", step(3, 10), step(5, 20, 2, 4))
    header, last = read(tmp_path / "p", {"output0": 20})
    assert header == HEADER
    assert last == step(5, 20, 2, 4)
    assert [n for n in range(7) if not last.done(n)] == [2, 4, 5, 6]


def test_there_is_none_without_a_file(tmp_path):
    assert read(tmp_path / "p", {}) is None


@given(st.integers(0, 2000))
def test_wherever_the_file_is_cut_an_earlier_checkpoint_holds(tmp_path_factory, cut):
    path = tmp_path_factory.mktemp("cut") / "p"
    steps = [step(n, n * 10, *range(n - 2, n)) for n in range(5, 12)]
    written(path, *steps)
    whole = path.read_bytes()
    path.write_bytes(whole[:cut])
    lines = whole[:cut].count(b"\n")
    if lines == 0:
        with pytest.raises(Foreign):
            read(path, {"output0": 1000})
    else:
        _, last = read(path, {"output0": 1000})
        assert last == [Checkpoint(), Checkpoint(), *steps][lines - 1]


def test_a_checkpoint_that_the_files_do_not_bear_out_is_passed_over(tmp_path):
    written(tmp_path / "p", step(3, 10), step(5, 20), step(7, 30))
    assert read(tmp_path / "p", {"output0": 29})[1] == step(5, 20)
    assert read(tmp_path / "p", {})[1] == Checkpoint()


@pytest.mark.parametrize("text", ["", "{}\n", "nonsense\n", '{"source":{},"settings":"","files":{},"version":9}\n'])
def test_a_file_of_something_else_is_refused(tmp_path, text):
    (tmp_path / "p").write_text(text)
    with pytest.raises(Foreign):
        read(tmp_path / "p", {})


def test_the_file_stays_small(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LARGEST", 2000)
    written(tmp_path / "p", *(step(n, n) for n in range(1000)))
    assert (tmp_path / "p").stat().st_size < 2200
    assert read(tmp_path / "p", {"output0": 5000})[1] == step(999, 999)
    assert [path.name for path in tmp_path.iterdir()] == ["p"]
