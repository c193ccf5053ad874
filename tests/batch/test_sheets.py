"""The files of a run: begun, gone on with, cut where no checkpoint counts, kept from others."""

import os

import pytest

from outcrop.batch import Foreign, InTheWay, Sheets, open_source
from outcrop.batch.journal import Checkpoint
from outcrop.batch.sheets import Busy


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text("1\n2\n3\n")
    return open_source(path)


@pytest.fixture
def paths(tmp_path):
    return {"output0": tmp_path / "out", "error0": tmp_path / "err"}


def begun(paths, source):
    sheets = Sheets.open(paths, source, "s")
    sheets.add("output0", {"a": 1})
    sheets.add("error0", "no")
    sheets.add("output1", "dropped")
    sheets.write(Checkpoint(2))
    sheets.close()


def test_what_no_checkpoint_counts_is_cut(paths, source):
    begun(paths, source)
    with paths["output0"].open("ab") as file:
        file.write(b'{"a":2}\n{"a"')
    sheets = Sheets.open(paths, source, "s", resume=True)
    assert sheets.start == Checkpoint(2, sizes={"output0": 8, "error0": 5})
    sheets.add("output0", 3)
    sheets.write(Checkpoint(3))
    sheets.close()
    assert paths["output0"].read_text() == '{"a":1}\n3\n'
    assert paths["error0"].read_text() == '"no"\n'


def test_without_a_word_nothing_is_overwritten(paths, source):
    begun(paths, source)
    with pytest.raises(InTheWay):
        Sheets.open(paths, source, "s")
    paths["output0"].unlink()
    with pytest.raises(InTheWay):
        Sheets.open(paths, source, "s")
    Sheets.open(paths, source, "s", resume=False).close()
    assert paths["error0"].read_bytes() == b""


def test_to_go_on_where_nothing_is_begins(paths, source):
    sheets = Sheets.open(paths, source, "s", resume=True)
    assert sheets.start == Checkpoint()
    sheets.close()


def test_another_run_is_not_gone_on_with(paths, source, tmp_path):
    begun(paths, source)
    with pytest.raises(Foreign, match="other settings"):
        Sheets.open(paths, source, "t", resume=True)
    with pytest.raises(Foreign, match="other files"):
        Sheets.open({"output0": paths["output0"]}, source, "s", resume=True)
    (tmp_path / "in.jsonl").write_text("4\n5\n6\n")
    with pytest.raises(Foreign, match="other records"):
        Sheets.open(paths, source, "s", resume=True)
    (tmp_path / "out.progress").unlink()
    with pytest.raises(Foreign, match=r"no progress file out\.progress"):
        Sheets.open(paths, source, "s", resume=True)
    assert paths["output0"].read_text() == '{"a":1}\n'


def test_two_do_not_write_at_once(paths, source):
    first = Sheets.open(paths, source, "s")
    with pytest.raises(Busy):
        Sheets.open(paths, source, "s", resume=True)
    first.close()


def test_an_open_descriptor_is_written_to_and_stays_open():
    ours, theirs = os.pipe()
    sheets = Sheets.to({"output0": theirs})
    sheets.add("output0", [1])
    sheets.write(Checkpoint(1))
    sheets.close()
    os.write(theirs, b"still open")
    assert os.read(ours, 100) == b"[1]\nstill open"
    os.close(ours)
    os.close(theirs)
