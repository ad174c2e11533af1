"""One table in every encoding and kind of file gives the same rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pytest

from adapters.demo import demo_sources
from adapters.feed import load_feeds
from adapters.files.limits import DEFAULT_LIMITS
from adapters.files.table import inspect, open_table
from adapters.mapping import Mapper
from resolvers.values import shipped_lists
from tests.adapters.harness import DEMO_FILES, TODAY

SOURCES = {
    "PATENT": DEMO_FILES / "patents.csv",
    "LICENCE": DEMO_FILES / "licence_recordals.csv",
    "OPEN_LICENCE": DEMO_FILES / "open_licence_statements.csv",
    "TRANSFER": DEMO_FILES / "transfers_gb18030.csv",
    "PLEDGE": DEMO_FILES / "pledge_registrations_gb18030.csv",
    "INTENSIVE_PRODUCT": DEMO_FILES / "patent_intensive_products.csv",
    "THIRD_PARTY": DEMO_FILES / "third_party_institutions_gb18030.csv",
    "NAVIGATION": DEMO_FILES / "navigation_reports.json",
    "DEMAND": DEMO_FILES / "demands.json",
    "BUSINESS_REPORT": DEMO_FILES / "business_report.json",
}


def table_of(path: Path) -> list[list[str]]:
    if path.suffix == ".json":
        return json_table(orjson.loads(path.read_bytes()))
    encoding = "gb18030" if "gb18030" in path.name else "utf-8-sig"
    return list(csv.reader(io.StringIO(path.read_text(encoding=encoding))))


def json_table(document: Any) -> list[list[str]]:
    """Return records as a person would write them down: lists in one cell, a row per value."""
    records = document if isinstance(document, list) else [document]
    flat = [{**record, **value} for record in records for value in (record.get("values") or [{}])]
    names = [name for name in flat[0] if name != "values"]
    return [names, *([_written(record[name]) for name in names] for record in flat)]


def _written(value: Any) -> str:
    return "；".join(value) if isinstance(value, list) else str(value)


def as_text(encoding: str, delimiter: str = ",", suffix: str = ".csv") -> Callable[..., Path]:
    def write(rows: list[list[str]], folder: Path) -> Path:
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
        path = folder / f"data{suffix}"
        path.write_bytes(out.getvalue().encode(encoding))
        return path

    return write


def as_workbook(rows: list[list[str]], folder: Path) -> Path:
    """Text cells for everything but ISO dates and plain amounts, which Excel would type."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append([_typed(cell) for cell in row])
    path = folder / "data.xlsx"
    book.save(path)
    return path


def _typed(cell: str) -> str | int | date:
    if len(cell) == 10 and cell[4] == cell[7] == "-":
        return date.fromisoformat(cell)
    return int(cell) if cell.isdigit() and len(cell) < 4 else cell


def as_json(rows: list[list[str]], folder: Path) -> Path:
    path = folder / "data.json"
    records = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    path.write_bytes(orjson.dumps({"code": 0, "data": {"records": records}}))
    return path


FORMS = {
    "UTF-8": as_text("utf-8"),
    "UTF-8 with mark": as_text("utf-8-sig"),
    "GB18030": as_text("gb18030"),
    "UTF-16": as_text("utf-16"),
    "semicolons": as_text("utf-8", ";"),
    "TSV": as_text("gb18030", "\t", ".tsv"),
    "XLSX": as_workbook,
    "JSON": as_json,
}


def rows_in(path: Path, feed_name: str) -> list[tuple[bytes, tuple[str, ...]]]:
    feed = load_feeds()[feed_name]
    with path.open("rb") as file:
        inspected = inspect(file, path.name, None, DEFAULT_LIMITS)
        table = open_table(file, path.name, inspected, feed.aliases())
        mapper = Mapper(feed, table.header, constants={}, today=TODAY, lists=shipped_lists())
        rows = [mapper.map(record) for record in table.records()]
    return [(row.content_hash, tuple(found.code for found in row.findings)) for row in rows]


@pytest.mark.parametrize("feed", SOURCES)
@pytest.mark.parametrize("form", FORMS)
def test_same_rows_in_every_form(form: str, feed: str, tmp_path: Path) -> None:
    original = SOURCES[feed]
    expected = rows_in(original, feed)
    assert len(expected) == len(table_of(original)) - 1 >= 5
    assert rows_in(FORMS[form](table_of(original), tmp_path), feed) == expected


def test_demo_shows_every_form() -> None:
    """The demo's own files come as CSV, TSV, XLSX and JSON, in UTF-8, GB18030 and UTF-16."""
    names = {config.location.name for config in demo_sources()}
    assert {Path(name).suffix for name in names} == {".csv", ".tsv", ".xlsx", ".json"}
    assert all(config.location.is_file() for config in demo_sources())
