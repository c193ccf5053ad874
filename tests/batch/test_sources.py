"""Sources: the same records in the same order, whatever the kind, and a place for each piece that is none."""

import asyncio
import json
import os
import threading

import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from outcrop.batch import SourceError, Unreadable, open_source
from outcrop.batch import sources as module

RECORDS = [{"id": str(n), "body": text} for n, text in enumerate(["plain", 'a "quoted", one', "two\nlines", "ü€"])]


def loaded(source):
    found = []
    for raw in source.pieces():
        try:
            found.append(source.load(raw))
        except Unreadable as error:
            found.append(error)
    return found


def test_json_lines_with_blank_ones_a_mark_and_no_last_end(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n\n".join(map(json.dumps, RECORDS)).encode())
    source = open_source(path)
    assert loaded(source) == RECORDS
    assert source.count() == 4


def test_a_line_that_is_no_json_keeps_its_place(tmp_path):
    path = tmp_path / "a.ndjson"
    path.write_bytes(b'{"a":1}\n{"a":\n\xff\n[' + b"[" * 100_000 + b'\n{"a":2}\n')
    first, cut, bytes_, deep, last = loaded(open_source(path))
    assert (first, last) == ({"a": 1}, {"a": 2})
    assert cut.raw == '{"a":'
    assert "no JSON" in str(cut)
    assert all(isinstance(one, Unreadable) for one in (bytes_, deep))


def test_a_line_that_is_too_long_is_passed_over_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LONGEST", 50)
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps("x" * 300) + '\n{"a":2}\n' + json.dumps("y" * 47) + "\n")
    long, short, edge = loaded(open_source(path))
    assert "longer than 50 bytes" in str(long)
    assert short == {"a": 2}
    assert isinstance(edge, str)


@given(st.lists(st.recursive(st.none() | st.integers(-1 << 53, 1 << 53) | st.text(), st.lists, max_leaves=5)))
def test_every_json_value_comes_back(values):
    lines = b"".join(json.dumps(value).encode() + b"\n" for value in values)
    assert [module.parsed(line) for line in lines.split(b"\n")[:-1]] == values


def test_csv_and_tsv(tmp_path):
    import csv

    for name, dialect in (("a.csv", "excel"), ("a.tsv", "excel-tab")):
        with (tmp_path / name).open("w", newline="", encoding="utf-8-sig") as file:
            writer = csv.DictWriter(file, ["id", "body"], dialect=dialect)
            writer.writeheader()
            writer.writerows(RECORDS)
        assert loaded(open_source(tmp_path / name)) == RECORDS


def test_a_row_of_another_length_keeps_its_place(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n3\n4,5,6\n7,8\n")
    first, short, long, last = loaded(open_source(path))
    assert (first, last) == ({"a": "1", "b": "2"}, {"a": "7", "b": "8"})
    assert str(short) == "The row has 1 cells, the header 2."
    assert long.raw == "4,5,6"


@pytest.mark.parametrize("text", ['a,b\n1,"2\n', "a,a\n1,2\n"])
def test_a_table_that_is_none(tmp_path, text):
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(SourceError, match=r"a\.csv"):
        loaded(open_source(path))


def test_parquet(tmp_path):
    path = tmp_path / "a.parquet"
    parquet.write_table(pyarrow.Table.from_pylist(RECORDS * 200), path)
    source = open_source(path)
    assert loaded(source) == RECORDS * 200
    assert source.count() == 800
    path.write_bytes(b"PAR1")
    with pytest.raises(SourceError, match="no Parquet file"):
        loaded(open_source(path))


def test_a_directory_of_files(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / ".git").mkdir()
    for name, data in {"b/2.txt": b"two", "a.txt": b"one", ".hidden": b"", ".git/x": b"", "z.bin": b"\xff"}.items():
        (tmp_path / name).write_bytes(data)
    one, two, third = loaded(open_source(tmp_path))
    assert (one, two) == ({"path": "a.txt", "text": "one"}, {"path": "b/2.txt", "text": "two"})
    assert isinstance(third, Unreadable)
    assert loaded(open_source(tmp_path, content="bytes"))[2] == {"path": "z.bin", "bytes": b"\xff"}


def test_where_a_record_stands(tmp_path):
    (tmp_path / "a.jsonl").write_text("\ufeff1\n\n  \n2\n")
    (tmp_path / "a.csv").write_text('n,said\n1,"two\nlines"\n\n2,x\n')
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "one.txt").write_text("one")
    parquet.write_table(pyarrow.table({"n": [1, 2]}), tmp_path / "a.parquet")
    lines = open_source(tmp_path / "a.jsonl")
    assert [lines.place(at) for at in range(3)] == ["line 1 of a.jsonl", "line 4 of a.jsonl", ""]
    table = open_source(tmp_path / "a.csv")
    assert [table.place(at) for at in range(3)] == ["line 3 of a.csv", "line 5 of a.csv", ""]
    assert open_source(tmp_path / "a.parquet").place(1) == "row 2 of a.parquet"
    assert open_source(tmp_path / "files").place(0) == "one.txt"
    assert open_source(None).place(7) == ""


def test_a_source_is_known_again_when_it_has_grown(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("1\n2\n")
    known = open_source(path).known_by()
    path.write_text("1\n2\n3\n")
    assert open_source(path).is_known_by(known)
    path.write_text("1\n3\n3\n")
    assert not open_source(path).is_known_by(known)
    assert not open_source(path).is_known_by({})


def test_what_is_no_source(tmp_path):
    (tmp_path / "a.xls").touch()
    for name, said in (("a.xls", r"\.jsonl"), ("b.jsonl", "does not exist")):
        with pytest.raises(SourceError, match=said):
            open_source(tmp_path / name)


def test_standard_input_is_taken_line_by_line_as_it_comes():
    ours, theirs = os.pipe()
    source = module.Standard(ours)
    seen = []

    async def read():
        async for raw in source.pieces():
            seen.append(source.load(raw))
            os.write(theirs, b'2}\n\n{"b":') if len(seen) == 1 else None
            if len(seen) == 2:
                os.write(theirs, b"3}")
                os.close(theirs)

    os.write(theirs, b'{"a":1}\n{"b":')
    asyncio.run(read())
    os.close(ours)
    assert seen == [{"a": 1}, {"b": 2}, {"b": 3}]
    assert source.count() is None


def test_a_writer_that_never_ends_holds_up_nobody():
    ours, theirs = os.pipe()

    async def read():
        os.write(theirs, b"1\n")
        pieces = module.Standard(ours).pieces()
        first = await anext(pieces)
        await pieces.aclose()
        return first

    assert asyncio.run(read()) == b"1"
    readers = [one for one in threading.enumerate() if one.name == "outcrop-stdin"]  # none, if it has ended by now
    assert all(reader.daemon for reader in readers)
    os.close(theirs)
    for reader in readers:
        reader.join(5)
    os.close(ours)
