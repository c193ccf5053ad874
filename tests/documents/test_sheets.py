"""Cells of xls and xlsx files."""

import datetime
from collections.abc import Callable

import openpyxl
import pytest
import xlwt

from outcrop.documents.limits import UnreadableDocument
from outcrop.documents.sheets import shown, xls, xlsx

Save = Callable[[object], bytes]

PRICES = "Preise\nName\tPreis\n日本語\t3.5\nBrötchen\t4"

CELLS = [
    (1.0, "1"),
    (-0.5, "-0.5"),
    (1e22, "1e+22"),
    (7, "7"),
    (True, "TRUE"),
    (False, "FALSE"),
    ("two\nlines\tand a tab", "two lines and a tab"),
    ("", ""),
    (datetime.date(2026, 2, 1), "2026-02-01"),
    (datetime.datetime(2026, 2, 1, 3, 4, 5), "2026-02-01 03:04:05"),
    (datetime.time(3, 4), "03:04:00"),
    (datetime.timedelta(hours=30), "1 day, 6:00:00"),
]


def test_both_formats_give_the_same(samples: dict[str, bytes]) -> None:
    assert xlsx(samples["xlsx"]) == PRICES
    assert xls(samples["xls"]) == PRICES


@pytest.mark.parametrize(("value", "seen"), CELLS)
def test_a_cell_is_shown_on_one_line(value: object, seen: str) -> None:
    assert shown(value) == seen  # type: ignore[arg-type]


def test_every_sheet_comes_under_its_name(save: Save) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Erstes"
    book.active["B2"] = datetime.date(2026, 2, 1)
    book.active["D4"] = True
    book.create_chartsheet("Chart")
    book.create_sheet("Hidden").sheet_state = "hidden"
    book["Hidden"]["A1"] = "seen"
    assert xlsx(save(book)) == "Erstes\n2026-02-01\n\t\tTRUE\nHidden\nseen"


def test_old_dates_are_dates(save: Save) -> None:
    book = xlwt.Workbook()
    book.add_sheet("S").write(0, 0, datetime.date(2026, 2, 1), xlwt.easyxf(num_format_str="YYYY-MM-DD"))
    assert xls(save(book)) == "S\n2026-02-01"


def test_the_two_formats_are_told_apart(samples: dict[str, bytes]) -> None:
    with pytest.raises(UnreadableDocument, match="not an xlsx file"):
        xlsx(samples["xls"])
    with pytest.raises(UnreadableDocument, match="not an Excel 97 to 2003 file"):
        xls(samples["xlsx"])


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n"])
def test_other_bytes_are_refused(data: bytes) -> None:
    for reader in (xls, xlsx):
        with pytest.raises(UnreadableDocument, match="The bytes are not"):
            reader(data)


def test_a_panic_of_the_library_is_a_refusal(samples: dict[str, bytes]) -> None:
    """A BOUNDSHEET record (0x85, 14 bytes) whose first four bytes place the sheet behind the end of the file."""
    record = b"\x85\x00\x0e\x00"
    before, place, after = samples["xls"].partition(record)
    with pytest.raises(UnreadableDocument, match="workbook is damaged"):
        xls(before + place + b"\xff\xff\xff\x7f" + after[4:])
