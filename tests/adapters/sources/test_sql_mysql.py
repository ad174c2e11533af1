"""Driver `mysql` on a real server: `HUB_TEST_MYSQL_URL` names an empty MySQL or MariaDB database.

Not part of the usual run: the driver is an optional extra, and no server comes with the tests.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from adapters.errors import SourceProblem
from adapters.source import PullRequest
from adapters.sources.sql import SqlSource
from adapters.sql_drivers.mysql import EXTRA, PACKAGE
from tests.adapters.sources import databases as db

URL = os.environ.get("HUB_TEST_MYSQL_URL")
pytestmark = pytest.mark.skipif(not URL, reason="no MySQL server: set HUB_TEST_MYSQL_URL")

ODD = (
    "create table odd (id int, price decimal(30,10), at datetime(6), d date, yes boolean, "
    "share double, nm varchar(20) character set gbk, photo blob)",
    "insert into odd values (1, 12345678901234567890.1234567890, '2024-05-01 08:00:00.25',"
    " '2020-12-22', true, 0.1, '示例', x'00ff')",
)


@pytest.fixture
async def section() -> AsyncIterator[dict[str, Any]]:
    """The section of a source on a filled database."""
    driver: Any = pytest.importorskip(PACKAGE, reason=f"extra {EXTRA} is not installed")
    importlib.import_module(f"{PACKAGE}.cursors")
    assert URL is not None
    parts = urlsplit(URL)
    connection = await driver.connect(
        host=parts.hostname,
        port=parts.port,
        user=parts.username,
        password=parts.password,
        database=parts.path[1:],
        charset="utf8mb4",
        autocommit=True,
    )
    async with connection.cursor() as cursor:
        for statement in (db.TABLE, *ODD):
            await cursor.execute(statement)
        for row in db.rows():
            await cursor.execute("insert into patents values (%s, %s, %s, %s, %s)", row)
        yield {
            "driver": "mysql",
            "url": {"env": "HUB_TEST_MYSQL_URL"},
            "tls": "disable",
            "query": db.QUERY,
            "order": ["filing_date", "app_no"],
            "fetch_rows": 2,
        }
        await cursor.execute("drop table patents, odd")
    await connection.ensure_closed()


async def test_batches_places_and_marks(section: dict[str, Any]) -> None:
    config = db.sql_source(section)
    found = await db.read_all(config)
    assert [len(rows) for rows, *_ in found] == [3, 3, 1]
    for at, (_, place, *_) in enumerate(found):
        rest = await db.read_all(config, PullRequest(cursor=place))
        assert [rows for rows, *_ in rest] == [rows for rows, *_ in found[at + 1 :]]
    query = f"{db.QUERY} where changed > :since and title like '%置%'"
    newer = {"query": query, "incremental": {"field": "changed", "start": "-1"}}
    config = db.sql_source(section | newer)
    assert [high for _, _, high, _ in await db.read_all(config)] == ["2", "5", "6"]
    later = await db.read_all(config, PullRequest(since="4"))
    assert [row["changed"] for rows, *_ in later for row in rows] == [5, 6]


async def test_lookups_quote_their_keys(section: dict[str, Any]) -> None:
    query = f"{db.QUERY} where app_no in (:applicationNumber)"
    lookup = {"query": query, "keys": ["applicationNumber"]}
    opened = SqlSource(db.sql_source(section | {"lookup": lookup}))
    numbers = (db.number(1), db.number(5), "x' or '1'='1", "\\' or 1=1 -- ", "%s")
    batch = await opened.look_up([{"applicationNumber": key} for key in numbers])
    assert {row["app_no"] for row in db.records(batch)} == {db.number(1), db.number(5)}
    batch.close()
    await opened.close()


async def test_values_are_exact(section: dict[str, Any]) -> None:
    query = "select id as title, price, at, d, yes, share, nm from odd"
    [(rows, *_)] = await db.read_all(db.sql_source(section | {"query": query, "order": []}))
    assert rows == [
        {
            "title": 1,
            "price": "12345678901234567890.123456789",
            "at": "2024-05-01 08:00:00.250000",
            "d": "2020-12-22",
            "yes": 1,
            "share": 0.1,
            "nm": "示例",
        }
    ]


@pytest.mark.parametrize(
    "query",
    [
        "delete from patents",
        "select 1 as a; delete from patents",
        "select 1 as a) q; commit; delete from patents; select * from (select 1",
        "insert into patents (app_no) values ('1')",
        "select * from patents for update",
        "select id as title, photo from odd",
        "select sleep(20) as title",
    ],
)
async def test_what_is_no_single_read_or_takes_too_long(
    section: dict[str, Any], query: str
) -> None:
    config = db.sql_source(section | {"query": query, "order": []}, bounds={"timeout": 1.0})
    with pytest.raises(SourceProblem) as caught:
        await db.read_all(config)
    assert caught.value.code in ("SOURCE_SQL", "SOURCE_SQL_TYPE")
    whole = await db.read_all(db.sql_source(section))
    assert sum(len(rows) for rows, *_ in whole) == db.ROWS
