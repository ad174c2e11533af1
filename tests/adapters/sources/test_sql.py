"""Source kind `sql` on a real PostgreSQL and SQLite: values, order, marks, lookups, refusals."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import asyncpg
import pytest

from adapters.config.reader import read_source
from adapters.errors import SourceInvalid, SourceProblem
from adapters.model import BatchStatus
from adapters.progress import Silent
from adapters.source import PullRequest
from adapters.sources.sql import SqlSource, lookup_statement, pull_statement
from adapters.sql_drivers import open_driver
from adapters.sql_drivers.mysql import Mysql
from adapters.store.batches import read_checkpoint
from adapters.sync import pull_source
from resolvers.database.pool import Database
from tests.adapters.harness import OPTIONS
from tests.adapters.sources import databases as db
from tests.support.postgres import TestServer


@pytest.fixture
async def url(postgres_server: TestServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """An empty database of the centre; its password is in the environment."""
    async with postgres_server.new_database() as found:
        monkeypatch.setenv("CENTRE_PASSWORD", unquote(urlsplit(found).password or "none"))
        yield found


@pytest.fixture(params=["postgresql", "sqlite"])
async def section(
    request: pytest.FixtureRequest, url: str, tmp_path: Path
) -> AsyncIterator[dict[str, Any]]:
    """The section of a source on a filled database, of each kind."""
    if request.param == "sqlite":
        db.sqlite(tmp_path / "centre.db")
        yield db.sqlite_section(tmp_path / "centre.db")
    else:
        await db.postgres(url, ())
        yield db.postgres_section(url)


async def test_rows_come_in_order_in_batches_with_their_places(section: dict[str, Any]) -> None:
    config = db.sql_source(section | {"order": ["filing_date", "app_no"], "fetch_rows": 2})
    found = await db.read_all(config)
    assert [len(rows) for rows, *_ in found] == [3, 3, 1]
    numbers = [row["app_no"] for rows, *_ in found for row in rows]
    assert numbers == [row[0] for row in db.rows()]
    assert [place for _, place, *_ in found] == [
        {"filing_date": "2019-03-05", "app_no": db.number(at)} for at in (2, 5, 6)
    ]
    # From each place the rest follows, nothing twice and nothing left out.
    for at, (_, place, *_) in enumerate(found):
        rest = await db.read_all(config, PullRequest(cursor=place))
        assert [rows for rows, *_ in rest] == [rows for rows, *_ in found[at + 1 :]]


async def test_a_place_of_another_order_begins_anew(section: dict[str, Any]) -> None:
    config = db.sql_source(section | {"order": ["app_no"]})
    found = await db.read_all(config, PullRequest(cursor={"filing_date": "2019-03-05"}))
    assert sum(len(rows) for rows, *_ in found) == db.ROWS


async def test_only_what_is_beyond_the_mark(section: dict[str, Any]) -> None:
    section |= {
        "query": f"{db.QUERY} where changed > :since;",
        "order": ["app_no"],
        "incremental": {"field": "changed", "start": "-1"},
    }
    if section["driver"] == "sqlite":
        # SQLite compares no text with a number.
        section["query"] = section["query"].replace(":since", "cast(:since as integer)")
    config = db.sql_source(section)
    assert SqlSource(config).capabilities.incremental
    found = await db.read_all(config)
    assert [high for _, _, high, _ in found] == ["2", "5", "6"]
    later = await db.read_all(config, PullRequest(since="4"))
    assert [row["changed"] for rows, *_ in later for row in rows] == [5, 6]
    both = await db.read_all(config, PullRequest(since="2", cursor={"app_no": db.number(4)}))
    assert [row["changed"] for rows, *_ in both for row in rows] == [5, 6]


async def test_a_lookup_asks_once_for_all_keys(section: dict[str, Any]) -> None:
    lookup = {
        "query": f"{db.QUERY} where app_no in (:applicationNumber)",
        "keys": ["applicationNumber"],
    }
    opened = SqlSource(db.sql_source(section | {"lookup": lookup}))
    assert opened.capabilities.live_lookup
    for _ in range(2):  # the second over the connection that was kept
        keys = [{"applicationNumber": key} for key in (db.number(1), db.number(5), "x' or '1'='1")]
        batch = await opened.look_up(keys)
        assert {row["app_no"] for row in db.records(batch)} == {db.number(1), db.number(5)}
        batch.close()
    empty = await opened.look_up([])
    assert empty.count == 0
    empty.close()
    await opened.close()


async def test_a_kept_connection_that_was_closed_is_replaced(url: str) -> None:
    await db.postgres(url, ())
    lookup = {"query": f"{db.QUERY} where changed in (:title)", "keys": ["title"]}
    opened = SqlSource(db.sql_source(db.postgres_section(url, lookup=lookup)))
    (await opened.look_up([{"title": "1"}])).close()
    connection = await asyncpg.connect(url)
    await connection.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )
    await connection.close()
    batch = await opened.look_up([{"title": "2"}, {"title": "3"}])
    assert [row["changed"] for row in db.records(batch)] == [2, 3]
    batch.close()
    await opened.close()


async def problem(section: dict[str, Any], **more: Any) -> SourceProblem:
    with pytest.raises(SourceProblem) as caught:
        await db.read_all(db.sql_source(section, **more))
    return caught.value


async def test_an_order_that_is_not_unique_or_has_gaps_is_refused(section: dict[str, Any]) -> None:
    assert (await problem(section | {"order": ["filing_date"]})).code == "SOURCE_SQL_ORDER"
    query = "select app_no, nullif(changed, 3) as changed from patents"
    found = await problem(section | {"query": query, "order": ["changed"]})
    assert found.code == "SOURCE_SQL_ORDER"
    assert (await problem(section | {"order": ["nothing"]})).code in (
        *("SOURCE_SQL", "SOURCE_SQL_COLUMN"),
    )


@pytest.mark.parametrize(
    "query",
    [
        "delete from patents",
        "select 1 as a; delete from patents",
        "select 1 as a) q; delete from patents; select * from (select 1",
        "with gone as (delete from patents returning *) select * from gone",
        "insert into patents (app_no) values ('1') returning app_no",
        "select set_config('transaction_read_only', 'off', true)",
        "select nextval('counter')",
        "select write_it() as a",
        "no query at all",
    ],
)
async def test_what_is_no_single_read_is_refused(
    section: dict[str, Any], url: str, tmp_path: Path, query: str
) -> None:
    if section["driver"] == "postgresql":
        connection = await asyncpg.connect(url)
        await connection.execute(
            "create sequence counter; create function write_it() returns int language sql as"
            " 'delete from patents; select 1'"
        )
        await connection.close()
    found = await problem(section | {"query": query})
    assert found.code == "SOURCE_SQL"
    whole = await db.read_all(db.sql_source(section))
    assert sum(len(rows) for rows, *_ in whole) == db.ROWS


async def test_values_of_postgresql_are_exact(url: str) -> None:
    query = """
    select 'x' as title, 12345678901234567890.1234567890::numeric as price,
      date '2020-12-22' as day, timestamptz '2020-12-22 23:30:00+00' as at,
      timestamp '2020-12-22 08:00' as plain, 9007199254740993::bigint as whole,
      true as yes, 0.1::float8 as share, 'NaN'::float8 as odd, null::text as nothing,
      array['甲', '乙'] as names, array[1.10, 2.20]::numeric[] as amounts,
      '{"seller": {"name": "示例甲"}}'::jsonb as body,
      'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid as id -- ends in a remark"""
    [(rows, *_)] = await db.read_all(db.sql_source(db.postgres_section(url, query=query)))
    assert rows == [
        {
            "title": "x",
            "price": "12345678901234567890.123456789",
            "day": "2020-12-22",
            "at": "2020-12-23 07:30:00+08",
            "plain": "2020-12-22 08:00:00",
            "whole": 9007199254740993,
            "yes": True,
            "share": 0.1,
            "odd": "nan",
            "nothing": None,
            "names": "甲\n乙",
            "amounts": "1.1\n2.2",
            "id": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        }
    ]
    fields = {"seller": "body.seller.name"}
    config = db.sql_source(db.postgres_section(url, query=query), feed="LISTING", fields=fields)
    [(rows, *_)] = await db.read_all(config)
    assert rows[0]["body.seller.name"] == "示例甲"


@pytest.mark.parametrize("kind", ["numeric", "timestamptz", "uuid", "bigint", "text", "date"])
async def test_places_keep_the_type_of_every_column(url: str, kind: str) -> None:
    """A place that went through JSON is the same value to the database again."""
    make = {
        "numeric": "n / 3.0",
        "timestamptz": "timestamptz '2024-01-01 00:00+08' + n * interval '1 microsecond'",
        "uuid": "md5(n::text)::uuid",
        "bigint": "9007199254740992 + n",
        "text": "'示例''\"\\' || n",
        "date": "date '2024-01-01' + n",
    }[kind]
    query = f"select ({make})::{kind} as k, n as title from generate_series(1, 20) n"
    config = db.sql_source(db.postgres_section(url, query=query, order=["k"]))
    found = await db.read_all(config)
    for at, (_, place, *_) in enumerate(found):
        rest = await db.read_all(config, PullRequest(cursor=place))
        assert [rows for rows, *_ in rest] == [rows for rows, *_ in found[at + 1 :]]
    assert sum(len(rows) for rows, *_ in found) == 20


async def test_binary_columns_are_refused_by_name(url: str, tmp_path: Path) -> None:
    query = "select 'x' as title, '\\x00'::bytea as photo"
    found = await problem(db.postgres_section(url, query=query))
    assert (found.code, "photo" in str(found)) == ("SOURCE_SQL_TYPE", True)
    db.sqlite(tmp_path / "a.db")
    query = "select app_no as title, x'00ff' as photo from patents"
    found = await problem(db.sqlite_section(tmp_path / "a.db", query=query))
    assert (found.code, "photo" in str(found)) == ("SOURCE_SQL_TYPE", True)
    query = "select 'x' as title, 1 as a, 2 as a"
    assert (await problem(db.postgres_section(url, query=query))).code == "SOURCE_SQL"


async def test_texts_of_old_databases_arrive_as_unicode(
    postgres_server: TestServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with postgres_server.new_database() as plain:
        monkeypatch.setenv("CENTRE_PASSWORD", unquote(urlsplit(plain).password or "none"))
        for encoding, declared in (("EUC_CN", None), ("SQL_ASCII", "gb18030")):
            name = f"old_{encoding.lower()}"
            await postgres_server.admin(
                f"create database {name} encoding '{encoding}' locale 'C' template template0"
            )
            try:
                url = plain.replace(urlsplit(plain).path, f"/{name}")
                query = (
                    "select convert_from(decode('cabec0fd', 'hex'), current_setting("
                    "'server_encoding')) as title, 1 as k"
                )
                config = db.sql_source(
                    db.postgres_section(url, query=query, order=["k"]), encoding=declared
                )
                [(rows, *_)] = await db.read_all(config)
                assert rows[0]["title"] == "示例"
            finally:
                await postgres_server.admin(f"drop database {name} with (force)")
    connection = sqlite3.connect(tmp_path / "old.db")
    connection.execute("create table t (title text)")
    connection.execute("insert into t values (cast(x'cabec0fd' as text)), ('示例')")
    connection.commit()
    connection.close()
    section = db.sqlite_section(tmp_path / "old.db", query="select title from t")
    [(rows, *_)] = await db.read_all(db.sql_source(section))
    assert [row["title"] for row in rows] == ["示例", "示例"]


async def test_errors_name_no_secret(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "geheim-4711"
    broken = f"postgresql://nobody:{secret}@127.0.0.1:1/none"
    monkeypatch.setenv("CENTRE_URL", broken)
    for address in (broken, f"postgresql://nobody:{secret}@127.0.0.1:x/none", f"{secret}"):
        monkeypatch.setenv("CENTRE_URL", address)
        section = {"url": {"env": "CENTRE_URL"}, "query": "select 1 as a", "tls": "disable"}
        found = await problem(section)
        assert found.code == "SOURCE_SQL"
        assert secret not in str(found)
        assert found.__cause__ is None
    # a server without TLS is not talked to in plain when TLS is asked for
    found = await problem(db.postgres_section(url, tls="verify-full"))
    assert found.code == "SOURCE_SQL"


async def test_a_slow_query_ends(section: dict[str, Any]) -> None:
    slow = {
        "postgresql": "select pg_sleep(20)::text as title",
        "sqlite": "with recursive n(a) as (select 1 union all select a + 1 from n) "
        "select count(*) as title from n",
    }[section["driver"]]
    found = await problem(section | {"query": slow}, bounds={"timeout": 0.3})
    assert found.code == "SOURCE_SQL"


class Stop(Exception):
    """What stands for the end of a worker."""


class StopsAfter(Silent):
    def __init__(self, batches: int) -> None:
        self.left = batches

    def batch_done(self, report: Any) -> None:
        self.left -= 1
        if self.left == 0:
            raise Stop


async def test_a_stopped_pull_goes_on_behind_the_last_batch(
    database: Database, section: dict[str, Any]
) -> None:
    config = db.sql_source(section | {"order": ["app_no"]})
    with contextlib.suppress(Stop):
        await pull_source(database, config, OPTIONS, StopsAfter(2))
    position = await read_checkpoint(database, config)
    assert position.cursor == {"app_no": db.number(5)}
    assert await database.fetchval("test.count", "select count(*) from patents.patent") == 6
    report = await pull_source(database, config, OPTIONS)
    assert [batch.counts.read for batch in report.batches] == [1]
    assert await database.fetchval("test.count", "select count(*) from patents.patent") == db.ROWS
    assert (await read_checkpoint(database, config)).cursor is None
    again = await pull_source(database, config, OPTIONS)
    assert [batch.repeated for batch in again.batches] == [True] * 3
    assert again.problem is None


async def test_a_broken_source_keeps_what_was_read(database: Database, tmp_path: Path) -> None:
    """The rows before a fault are stored; the fault is the pull's problem."""
    db.sqlite(tmp_path / "a.db", ["update patents set title = x'ff' where changed = 4"])
    config = db.sql_source(db.sqlite_section(tmp_path / "a.db", order=["app_no"], fetch_rows=1))
    report = await pull_source(database, config, OPTIONS)
    assert [batch.status for batch in report.batches] == [BatchStatus.LOADED]
    assert report.problem is not None
    assert report.problem.code == "SOURCE_SQL_TYPE"


def test_statements_of_mysql_are_written_its_way() -> None:
    """Placeholders have no number there, so values stand once for each comparison."""
    section = db.sql_source(
        {
            "driver": "mysql",
            "query": "select a, b from t where c like '5%' and d > :since",
            "order": ["a", "b"],
            "incremental": {"field": "d", "start": "0"},
            "lookup": {"query": "select a from t where a in (:title)", "keys": ["title"]},
            "database": "d",
            "user": "u",
        }
    ).sql
    assert section is not None
    dialect = Mysql.dialect
    statement = pull_statement(section, dialect, PullRequest(cursor={"a": 1, "b": "x"}))
    assert statement.text == (
        "select * from (\nselect a, b from t where c like '5%%' and d > %s\n) q"
        " where (`a` > %s) or (`a` = %s and `b` > %s) order by `a`, `b`"
    )
    assert statement.values == ["0", 1, 1, "x"]
    asked = lookup_statement(section, dialect, [{"title": "1"}, {"title": "2"}, {"title": "1"}])
    assert (asked.text, asked.values) == (
        "select * from (\nselect a from t where a in (%s, %s)\n) q",
        ["1", "2"],
    )


def test_a_driver_that_is_not_installed_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.sql_drivers.mysql.PACKAGE", "no_such_package")
    with pytest.raises(SourceProblem) as caught:
        open_driver("mysql")
    assert caught.value.code == "SOURCE_DRIVER"
    assert "zhitong-hub[mysql]" in str(caught.value)


SQLITE = ("driver: sqlite", "database: a")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["driver: oracle", "query: select 1"], "no driver for databases of kind 'oracle'"),
        (["query: select 1"], "needs url"),
        (["driver: sqlite", "query: select 1"], "sqlite needs database"),
        ([*SQLITE, "query: 'select :since'"], "differ in :since"),
        ([*SQLITE, "query: select 1", "order: [a, a]"], "twice"),
        (
            [*SQLITE, "query: 'select :since'", "incremental: {field: a, start: '0'}"],
            "need order",
        ),
        (
            [*SQLITE, "query: select 1", "lookup: {query: select 1, keys: [title]}"],
            "differ in :title",
        ),
    ],
)
def test_what_a_section_must_say(tmp_path: Path, lines: list[str], words: str) -> None:
    head = ["code: a", "name: 甲", "center: FT-110000-01", "kind: sql", "feed: PATENT", "sql:"]
    text = "\n".join([*head, *(f"  {line}" for line in lines)])
    path = tmp_path / "a.yaml"
    path.write_text(text + "\n", encoding="utf-8")
    with pytest.raises(SourceInvalid) as caught:
        read_source(path)
    assert words in caught.value.message
