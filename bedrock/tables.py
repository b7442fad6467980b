"""Rows of a CSV or XLSX file as text, with the row number that a person sees in a spreadsheet. Nothing is guessed."""

import csv
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from bedrock.errors import BadInput

MAX_FILE_BYTES: Final = 200 * 1024 * 1024
MAX_UNPACKED_BYTES: Final = 1024 * 1024 * 1024
MAX_ROWS: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row below the header; `number` counts from 1 at the header."""

    number: int
    cells: dict[str, str]


def read_rows(file: Path, *, sheet: str | None = None, encoding: str = "utf-8-sig") -> Iterator[Row]:
    """The rows that are not empty. Raises BadInput `import.unreadable` or `import.too_large`, also while iterating."""
    if not file.is_file():
        raise _unreadable(f"There is no file {file.name}.")
    if file.stat().st_size > MAX_FILE_BYTES:
        raise _too_large(f"Expected a file of at most {MAX_FILE_BYTES} bytes.")
    match file.suffix.lower():
        case ".csv":
            lines = _csv_lines(file, encoding=encoding)
        case ".xlsx":
            lines = _xlsx_lines(file, sheet=sheet)
        case other:
            raise _unreadable(f"Expected a .csv or .xlsx file, found {other or 'no ending'}.")
    return _rows(lines)


def harmless(text: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _rows(lines: Iterator[tuple[int, Sequence[str]]]) -> Iterator[Row]:
    header: list[str] | None = None
    for number, cells in lines:
        if header is None:
            header = _header(cells)
        elif any(cells):
            if number > MAX_ROWS:
                raise _too_large(f"Expected at most {MAX_ROWS} rows.")
            if len(cells) > len(header) and any(cells[len(header) :]):
                raise _unreadable(f"Row {number} has more cells than the header.", row=number)
            yield Row(number=number, cells=dict(zip(header, [*cells, *[""] * len(header)], strict=False)))
    if header is None:
        raise _unreadable("Expected a header in the first row, found an empty file.")


def _header(cells: Sequence[str]) -> list[str]:
    names = list(cells)
    while names and not names[-1]:
        names.pop()
    if not names or "" in names or len(set(names)) < len(names):
        raise _unreadable("Expected a header of different names in the first row.")
    return names


def _csv_lines(file: Path, *, encoding: str) -> Iterator[tuple[int, Sequence[str]]]:
    try:
        with file.open(encoding=encoding, newline="") as text:
            for number, cells in enumerate(csv.reader(text, strict=True), 1):
                yield number, [cell.strip() for cell in cells]
    except (UnicodeDecodeError, LookupError):
        raise _unreadable(f"The file is not {encoding}; say its encoding.", encoding=encoding) from None
    except csv.Error as error:
        raise _unreadable(f"The file is not CSV: {error}.") from None


def _xlsx_lines(file: Path, *, sheet: str | None) -> Iterator[tuple[int, Sequence[str]]]:
    try:
        with zipfile.ZipFile(file) as packed:
            if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED_BYTES:
                raise _too_large(f"Expected at most {MAX_UNPACKED_BYTES} bytes of content.")
        book = load_workbook(file, read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise _unreadable(f"The file is no XLSX workbook: {error}.") from None
    try:
        if sheet is not None and sheet not in book.sheetnames:
            raise _unreadable(f"Expected one of the sheets {', '.join(book.sheetnames)}, found {sheet!r}.")
        page = book[sheet] if sheet is not None else book.worksheets[0]
        for number, cells in enumerate(page.iter_rows(values_only=True), 1):
            yield number, [_text(cell) for cell in cells]
    finally:
        book.close()


def _text(cell: Any) -> str:
    """A cell as a person reads it: 14.0 -> "14", midnight -> the date; a binary fraction as its shortest decimal."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case float():
            return format(Decimal(repr(cell)).normalize(), "f")
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime() | date() | time():
            return cell.isoformat()
        case _:
            return str(cell).strip()


def _unreadable(message: str, **fields: Any) -> BadInput:
    return BadInput("import.unreadable", message, **fields)


def _too_large(message: str) -> BadInput:
    return BadInput("import.too_large", message)
