"""Workbooks (xls, xlsx) -> their cells: each sheet's name on a line, then a line per row, a tab between cells.

Values are shown as stored, dates as ISO 8601, formulas as their last result. Empty rows, charts, formats and error
values are left out; hidden sheets are not.
"""

import datetime
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

from outcrop.documents.archive import check_unpacked
from outcrop.documents.doc97 import OLE_MAGIC
from outcrop.documents.limits import UnreadableDocument, collected, require

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

Cell = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta

_ALL_DIGITS_HOLD = 1e15  # a number of Excel has fifteen significant digits
_ONE_LINE = str.maketrans("\t\r\n", "   ")


def xls(data: bytes) -> str:
    """The text of an xls document (Excel 97 to 2003)."""
    require(data, OLE_MAGIC, "an Excel 97 to 2003 file")
    return _text(data)


def xlsx(data: bytes) -> str:
    """The text of an xlsx document; UnreadableDocument also when it unpacks to too much."""
    require(data, b"PK", "an xlsx file, which is a zip archive")
    check_unpacked(data)
    return _text(data)


def _text(data: bytes) -> str:
    from python_calamine import PasswordError, load_workbook

    try:
        with load_workbook(BytesIO(data)) as book:
            return collected(_lines(book), "\n")
    except PasswordError as error:
        raise UnreadableDocument("The workbook is protected by a password.") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how Rust's panics arrive: no Exception, and nowhere to import
            raise
        raise UnreadableDocument("The workbook is damaged.") from error


def _lines(book: "CalamineWorkbook") -> Iterator[str]:
    from python_calamine import SheetTypeEnum

    for sheet in book.sheets_metadata:
        if sheet.typ == SheetTypeEnum.WorkSheet:
            yield sheet.name
            for row in book.get_sheet_by_name(sheet.name).iter_rows():
                line = "\t".join(map(shown, row)).rstrip("\t")
                if line:
                    yield line


def shown(value: Cell) -> str:
    """One cell on one line: whole numbers without a decimal point, truth values in capitals as a sheet shows them."""
    match value:
        case bool():
            return str(value).upper()
        case float() if value.is_integer() and abs(value) < _ALL_DIGITS_HOLD:
            return str(int(value))
        case datetime.datetime():
            return value.isoformat(sep=" ")
        case datetime.date() | datetime.time():
            return value.isoformat()
        case _:
            return str(value).translate(_ONE_LINE)
