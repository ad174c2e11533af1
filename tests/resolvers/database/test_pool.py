"""The pool: types, transactions, bounds, and what a user is told when the database is away."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import os
from decimal import Decimal

import asyncpg
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from resolvers.database.errors import DatabaseError
from resolvers.database.pool import Database, PoolSettings
from resolvers.database.tracing import sql_span
from resolvers.database.url import describe_url, with_database
from tests.support.postgres import TestServer


async def test_types(empty_database: Database) -> None:
    row = await empty_database.fetchrow(
        "test.types",
        "select $1::numeric as amount, $2::jsonb as document, $3::timestamptz as at, $4::json as j",
        Decimal("12345678901234567890.10"),
        {"名": [1, None, True]},
        dt.datetime(2024, 1, 1, 8, tzinfo=dt.timezone(dt.timedelta(hours=8))),
        [1, 2],
    )
    assert row is not None
    assert str(row["amount"]) == "12345678901234567890.10"
    assert row["document"] == {"名": [1, None, True]}
    assert row["at"] == dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    assert row["j"] == [1, 2]
    assert await empty_database.fetchval("t", "show timezone") == "UTC"


async def test_one_statement_per_batch_of_keys(empty_database: Database) -> None:
    await empty_database.execute("t", "create table t (id int, name text)")
    await empty_database.executemany("t", "insert into t values ($1, $2)", [(1, "a"), (2, "b")])
    rows = await empty_database.fetch("t", "select name from t where id = any($1)", [1, 2, 3])
    assert {row["name"] for row in rows} == {"a", "b"}


async def test_transaction_commits_or_leaves_nothing(empty_database: Database) -> None:
    await empty_database.execute("t", "create table t (id int primary key)")
    async with empty_database.transaction() as transaction:
        await transaction.execute("t", "insert into t values (1)")
    with pytest.raises(asyncpg.UniqueViolationError):
        async with empty_database.transaction() as transaction:
            await transaction.executemany("t", "insert into t values ($1)", [(2,), (1,)])
    async with empty_database.transaction() as transaction:
        with pytest.raises(asyncpg.UniqueViolationError):
            async with transaction.savepoint() as part:
                await part.execute("t", "insert into t values (1)")
        await transaction.copy_records("t", "public", "t", ["id"], [(4,), (5,)])
        assert await transaction.fetchval("t", "select count(*) from t") == 3
    rows = await empty_database.fetch("t", "select id from t order by id")
    assert [row["id"] for row in rows] == [1, 4, 5]


async def test_readonly_transaction_refuses_to_write(empty_database: Database) -> None:
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        async with empty_database.transaction(readonly=True) as transaction:
            await transaction.execute("t", "create table t ()")


async def test_session_leaves_nothing_behind(postgres_server: TestServer) -> None:
    async with postgres_server.new_database() as url:
        database = await Database.connect(PoolSettings(url, max_size=1))
        try:
            async with database.session() as connection:
                await connection.execute("set search_path to nowhere")
                await connection.execute("select pg_advisory_lock(1)")
                await connection.execute("begin")
            assert await database.fetchval("t", "show search_path") == '"$user", public'
            locks = "select count(*) from pg_locks where locktype = 'advisory'"
            assert await database.fetchval("t", locks) == 0
            assert await database.fetchval("t", "select pg_current_xact_id_if_assigned()") is None
        finally:
            await database.close()


async def test_slow_statement_is_ended_with_its_name(postgres_server: TestServer) -> None:
    async with postgres_server.new_database() as url:
        database = await Database.connect(PoolSettings(url, statement_timeout=0.1))
        try:
            with pytest.raises(DatabaseError, match=r"patents\.slow") as caught:
                await database.fetch("patents.slow", "select pg_sleep(5)")
            assert caught.value.code == "DATABASE_TIMEOUT"
            assert await database.fetchval("t", "select 1") == 1
        finally:
            await database.close()


async def test_pool_is_bounded(postgres_server: TestServer) -> None:
    async with postgres_server.new_database() as url:
        database = await Database.connect(PoolSettings(url, max_size=2, acquire_timeout=0.2))
        try:
            async with database.session(), database.session():
                with pytest.raises(DatabaseError, match="max_connections") as caught:
                    await database.fetch("t", "select 1")
                assert caught.value.code == "DATABASE_BUSY"
            assert await database.fetchval("t", "select 1") == 1
        finally:
            await database.close()


async def test_cancelled_statement_gives_its_connection_back(postgres_server: TestServer) -> None:
    async with postgres_server.new_database() as url:
        database = await Database.connect(PoolSettings(url, max_size=1))
        try:
            for _ in range(3):
                task = asyncio.create_task(database.fetch("t", "select pg_sleep(30)"))
                await asyncio.sleep(0.05)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            assert await database.fetchval("t", "select 1") == 1
        finally:
            await database.close()


async def test_lost_connections_are_replaced(empty_database: Database) -> None:
    others = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
    assert await empty_database.fetchval("t", "select 1") == 1
    with pytest.raises(DatabaseError) as caught:
        await empty_database.execute("t", "select pg_terminate_backend(pg_backend_pid())")
    assert caught.value.code == "DATABASE_UNAVAILABLE"
    await empty_database.execute("t", f"{others} and datname = current_database()")
    for _ in range(5):
        assert await empty_database.fetchval("t", "select 1") == 1


async def test_closed_database_says_so(postgres_server: TestServer) -> None:
    async with postgres_server.new_database() as url:
        database = await Database.connect(url)
        await database.close()
        with pytest.raises(DatabaseError) as caught:
            await database.fetch("t", "select 1")
        assert caught.value.code == "DATABASE_UNAVAILABLE"


@pytest.mark.parametrize(
    ("url", "code", "words"),
    [
        ("postgresql://hub:s3cret@127.0.0.1:1/hub", "DATABASE_UNAVAILABLE", "127.0.0.1:1/hub"),
        ("postgresql://hub:s3cret@nowhere.invalid/hub", "DATABASE_UNAVAILABLE", "nowhere.invalid"),
        (
            "postgresql://h:s3cret@127.0.0.1:1,127.0.0.1:2/x",
            "DATABASE_UNAVAILABLE",
            "1,127.0.0.1:2",
        ),
        ("postgresql://h:s3cret@127.0.0.1/x?sslmode=s3cret", "DATABASE_CONFIG", "option"),
        ("mysql://hub:s3cret@127.0.0.1/hub", "DATABASE_CONFIG", "postgresql://"),
        ("postgresql://hub:s3cret@127.0.0.1:x/hub", "DATABASE_CONFIG", "cannot be read"),
    ],
)
async def test_unusable_url(url: str, code: str, words: str) -> None:
    with pytest.raises(DatabaseError, match=words) as caught:
        await Database.connect(PoolSettings(url, connect_timeout=3))
    assert caught.value.code == code
    assert "s3cret" not in str(caught.value) + repr(PoolSettings(url))
    assert caught.value.__cause__ is None


async def test_wrong_password_and_missing_database(postgres_server: TestServer) -> None:
    with pytest.raises(DatabaseError, match="no such database") as caught:
        await Database.connect(with_database(postgres_server.url, "nowhere"))
    assert caught.value.code == "DATABASE_UNAVAILABLE"
    wrong = postgres_server.url.replace("@", "x@", 1)
    if "HUB_TEST_DATABASE_URL" in os.environ:
        return  # a server of one's own may let everyone in
    with pytest.raises(DatabaseError, match="refused user or password"):
        await Database.connect(wrong)
    assert describe_url(wrong) == describe_url(postgres_server.url)


async def test_without_statement_cache(postgres_server: TestServer) -> None:
    async with postgres_server.new_database() as url:
        settings = PoolSettings(url, statement_cache_size=0, statement_timeout=0.2)
        database = await Database.connect(settings)
        try:
            for n in range(3):
                assert await database.fetchval("t", "select $1::int", n) == n
            assert await database.fetchval("t", "select $1::jsonb", [1]) == [1]
            assert await database.fetch("t", "select name from pg_prepared_statements") == []
            with pytest.raises(DatabaseError) as caught:
                await database.fetch("t.slow", "select pg_sleep(5)")
            assert caught.value.code == "DATABASE_TIMEOUT"
        finally:
            await database.close()


async def test_has_extension(empty_database: Database) -> None:
    assert await empty_database.has_extension("plpgsql")
    assert not await empty_database.has_extension("nonsense")


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    return exporter


async def test_a_span_per_statement(
    empty_database: Database, spans: InMemorySpanExporter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await empty_database.fetch("patents.by_id", "select $1::text", "秘密")
    with pytest.raises(asyncpg.InvalidTextRepresentationError):
        await empty_database.fetch("patents.bad", "select '秘密'::text::int")
    async with empty_database.transaction() as transaction:
        await transaction.execute("patents.write", "select 1")
    finished = spans.get_finished_spans()
    assert [span.name for span in finished] == [
        "sql patents.by_id",
        "sql patents.bad",
        "sql patents.write",
    ]
    assert finished[0].attributes == {
        "db.system.name": "postgresql",
        "db.query.summary": "patents.by_id",
    }
    assert finished[1].attributes is not None
    assert finished[1].attributes["error.type"] == "22P02"
    assert finished[1].status.status_code is trace.StatusCode.ERROR
    assert finished[0].kind is trace.SpanKind.CLIENT
    text = "".join(span.to_json() for span in finished) + caplog.text
    assert "秘密" not in text
    assert "\\u79d8" not in text


def test_no_span_while_tracing_is_off() -> None:
    assert sql_span("a") is sql_span("b")
