"""The same rows by every way files and databases have give the same stored tables."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import asyncpg
import openpyxl
import pytest

from adapters.config import SourceConfig
from adapters.sync import pull_source
from resolvers.database.pool import Database
from tests.adapters.harness import OPTIONS, dump, source
from tests.adapters.sources import archives as zips
from tests.adapters.sources import databases as db
from tests.support.postgres import TestServer, opened

Row = dict[str, Any]
COUNT = 12

PATENTS: list[Row] = [
    {
        "申请号": "CN" + db.number(at),
        "公开(公告)号": f"CN1{10_000_000 + at}A",
        "标题": f"一种装置𬬻{at}，含“引号”",
        "申请人": ["示例甲有限公司", "示例大学"][: 1 + at % 2],
        "申请日": date(2019, 3, 5),
        "公开(公告)日": date(2020, 10, 1 + at),
        "专利类型": "发明",
        "IPC主分类": "A01B1/00",
        "IPC": ["A01B1/00", "A01B3/00"],
        "国民经济分类": "C3571",
        "当前法律状态": "审中",
        "申请人地址编码": "110108" if at % 3 else "320000",
    }
    for at in range(COUNT)
]
LISTINGS: list[Row] = [
    {
        "平台编码": "FT-110000-01",
        "项目编号": f"FT-2023-{at:04}",
        "项目名称": f"示例项目{at}",
        "知识产权类型": "发明专利",
        "专利号": [db.number(at), db.number(at + 1)][: 1 + at % 2],
        "转让方": "示例理工大学",
        "所属行业代码": "C3571",
        "所在地区": "110108",
        "挂牌价格（万元）": Decimal("35.5") + at,
        "交易方式": "协议",
        "挂牌起始日期": date(2023, 3, 1 + at),
        "挂牌截止日期": date(2023, 5, 31),
    }
    for at in range(COUNT)
]
FEEDS: Mapping[str, list[Row]] = {"PATENT": PATENTS, "LISTING": LISTINGS}


@dataclass(frozen=True)
class Place:
    """Where a form of the rows may be put."""

    folder: Path
    url: str


def text(value: Any) -> str:
    return ";".join(value) if isinstance(value, list) else str(value)


def delimited(rows: Sequence[Row], delimiter: str = ",") -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter)
    writer.writerow(rows[0])
    writer.writerows([text(value) for value in row.values()] for row in rows)
    return buffer.getvalue()


def records(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the rows as an interface gives them: numbers as numbers, lists as lists."""
    return [
        {
            name: float(value)
            if isinstance(value, Decimal)
            else value.isoformat()
            if isinstance(value, date)
            else value
            for name, value in row.items()
        }
        for row in rows
    ]


def file_form(name: str, make: Callable[[Sequence[Row]], bytes]) -> Any:
    async def put(feed: str, rows: Sequence[Row], place: Place) -> SourceConfig:
        path = place.folder / name
        path.write_bytes(make(rows))
        return source(feed=feed, path=str(path))

    return put


def workbook(rows: Sequence[Row]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["报送表"])
    sheet.append([f"* {name}" for name in rows[0]])
    for row in rows:
        sheet.append([cell(value) for value in row.values()])
    sheet.append(["合计", COUNT])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def cell(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return text(value) if isinstance(value, list) else value


def old_workbook(rows: Sequence[Row]) -> bytes:
    xlwt: Any = pytest.importorskip("xlwt", reason="no writer of XLS is installed (xlwt)")
    book = xlwt.Workbook()
    sheet = book.add_sheet("报送")
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for column, name in enumerate(rows[0]):
        sheet.write(0, column, name)
    for at, row in enumerate(rows, 1):
        for column, value in enumerate(row.values()):
            if isinstance(value, date):
                sheet.write(at, column, value, day)
            else:
                sheet.write(at, column, cell(value))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def in_json(rows: Sequence[Row]) -> bytes:
    body = {"code": 0, "message": "ok", "data": {"total": COUNT, "records": records(rows)}}
    return json.dumps(body, ensure_ascii=False).encode()


def in_lines(rows: Sequence[Row], encoding: str = "utf-8") -> bytes:
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records(rows))
    return "".join(lines).encode(encoding)


def zipped(rows: Sequence[Row]) -> bytes:
    members = {"季度/数据.csv": delimited(rows).encode("gb18030")}
    return zips.archive(members, name_encoding="gbk")


def column_type(value: Any) -> str:
    return {Decimal: "numeric(20, 4)", date: "date", list: "text[]"}.get(type(value), "text")


async def in_postgresql(feed: str, rows: Sequence[Row], place: Place) -> SourceConfig:
    connection = await asyncpg.connect(place.url)
    try:
        columns = ", ".join(f'"{name}" {column_type(value)}' for name, value in rows[0].items())
        await connection.execute(f"create table given ({columns})")
        marks = ", ".join(f"${n}" for n in range(1, len(rows[0]) + 1))
        for row in rows:
            await connection.execute(f"insert into given values ({marks})", *row.values())
    finally:
        await connection.close()
    order = {"PATENT": ["申请号"], "LISTING": ["平台编码", "项目编号"]}[feed]
    section = db.postgres_section(place.url, query="select * from given", order=order)
    return source(kind="sql", feed=feed, path=None, sql=section, bounds={"batch_rows": 5})


async def in_sqlite(feed: str, rows: Sequence[Row], place: Place) -> SourceConfig:
    path = place.folder / "centre.db"
    connection = sqlite3.connect(path)
    columns = ", ".join(f'"{name}"' for name in rows[0])
    connection.execute(f"create table given ({columns})")
    marks = ", ".join("?" for _ in rows[0])
    for row in rows:
        values = [float(v) if isinstance(v, Decimal) else text(v) for v in row.values()]
        connection.execute(f"insert into given values ({marks})", values)
    connection.commit()
    connection.close()
    section = db.sqlite_section(path, query="select * from given")
    return source(kind="sql", feed=feed, path=None, sql=section)


FORMS: Mapping[str, Any] = {
    "csv-utf8": file_form("a.csv", lambda rows: delimited(rows).encode("utf-8")),
    "csv-bom": file_form("a.csv", lambda rows: delimited(rows).encode("utf-8-sig")),
    "csv-gb18030": file_form("a.csv", lambda rows: delimited(rows).encode("gb18030")),
    "csv-utf16": file_form("a.csv", lambda rows: delimited(rows).encode("utf-16")),
    "txt-tabs": file_form("a.txt", lambda rows: delimited(rows, "\t").encode()),
    "tsv": file_form("a.tsv", lambda rows: delimited(rows, "\t").encode("gb18030")),
    "xlsx": file_form("a.xlsx", workbook),
    "xls": file_form("a.xls", old_workbook),
    "json": file_form("a.json", in_json),
    "json-lines": file_form("a.jsonl", in_lines),
    "json-lines-gb18030": file_form("a.ndjson", lambda rows: in_lines(rows, "gb18030")),
    "zip": file_form("a.zip", zipped),
    "zip-xlsx": file_form("a.zip", lambda rows: zips.archive({"a.xlsx": workbook(rows)})),
    "postgresql": in_postgresql,
    "sqlite": in_sqlite,
}


async def stored(database: Database, config: SourceConfig) -> dict[str, list[str]]:
    """Load a source and return what the hub then holds; how it came is not compared."""
    report = await pull_source(database, config, OPTIONS)
    counts = report.total()
    assert (report.problem, counts.read, counts.accepted) == (None, COUNT, COUNT)
    tables = await dump(database, per_load=False)
    return {name: rows for name, rows in tables.items() if not name.startswith("reporting.")}


@pytest.fixture(scope="module")
async def expected(
    postgres_server: TestServer, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, list[str]]]:
    """The tables after the plainest form, by feed."""
    found = {}
    for feed, rows in FEEDS.items():
        place = Place(tmp_path_factory.mktemp(feed), "")
        config = await FORMS["csv-utf8"](feed, rows, place)
        async with postgres_server.new_database(migrated_template) as url, opened(url) as database:
            found[feed] = await stored(database, config)
    return found


@pytest.mark.parametrize("feed", FEEDS)
@pytest.mark.parametrize("form", FORMS)
async def test_the_same_rows_store_the_same_tables(
    database: Database,
    postgres_server: TestServer,
    expected: dict[str, dict[str, list[str]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    form: str,
    feed: str,
) -> None:
    async with postgres_server.new_database() as url:
        monkeypatch.setenv("CENTRE_PASSWORD", unquote(urlsplit(url).password or "none"))
        config = await FORMS[form](feed, FEEDS[feed], Place(tmp_path, url))
        assert await stored(database, config) == expected[feed]


def test_the_compared_tables_are_not_empty(expected: dict[str, dict[str, list[str]]]) -> None:
    assert len(expected["PATENT"]["patents.patent"]) == COUNT
    assert len(expected["PATENT"]["patents.patent_ipc"]) == 2 * COUNT
    assert len(expected["LISTING"]["trading.listing"]) == COUNT
    assert "355000" in "".join(expected["LISTING"]["trading.listing"])
