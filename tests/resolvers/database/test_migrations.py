"""The migration runner: order, ledger, refusals, extensions, concurrency."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from resolvers.database.errors import DatabaseError
from resolvers.database.migrations import (
    MigrationFile,
    migrate,
    migration_status,
    parse_migration,
    read_migrations,
)
from resolvers.database.pool import Database
from tests.support.postgres import TestServer


def file(owner: str, number: int, sql: str, name: str = "words") -> MigrationFile:
    return parse_migration(owner, number, name, sql)


ONE = file("patents", 1, "create table patent (id int); insert into patent values (1);")
TWO = file("patents", 2, "alter table patent add column title text not null default '无';")


async def count(database: Database, sql: str) -> object:
    return await database.fetchval("test.count", sql)


async def test_runs_once_in_the_owners_schema(empty_database: Database) -> None:
    told: list[tuple[str, str]] = []
    done = await migrate(
        empty_database, [ONE, TWO], lambda file, state: told.append((file.label, state))
    )
    assert [state.number for state in done] == [1, 2]
    assert told == [("patents/0001_words", "applied"), ("patents/0002_words", "applied")]
    assert await count(empty_database, "select title from patents.patent") == "无"
    assert await migrate(empty_database, [ONE, TWO]) == ()
    assert await count(empty_database, "select count(*) from patents.patent") == 1
    assert await count(empty_database, "show search_path") == '"$user", public'
    states = await migration_status(empty_database, [ONE, TWO])
    assert [state.state for state in states] == ["applied", "applied"]


async def test_status_changes_nothing(empty_database: Database) -> None:
    states = await migration_status(empty_database, [ONE])
    assert [(state.state, state.applied_at) for state in states] == [("pending", None)]
    assert await count(empty_database, "select to_regnamespace('hub')") is None


async def test_failing_file_leaves_nothing_and_names_its_line(empty_database: Database) -> None:
    bad = file("patents", 2, "create table second ();\n\nselect 1 from nowhere;\n")
    with pytest.raises(DatabaseError, match=r"patents/0002_words, line 3: .*nowhere") as caught:
        await migrate(empty_database, [ONE, bad])
    assert caught.value.code == "MIGRATION_FAILED"
    assert await count(empty_database, "select to_regclass('patents.second')") is None
    states = await migration_status(empty_database, [ONE, bad])
    assert [state.state for state in states] == ["applied", "pending"]
    await migrate(empty_database, [ONE, TWO])


async def test_changed_file_is_refused(empty_database: Database) -> None:
    await migrate(empty_database, [ONE])
    changed = file("patents", 1, ONE.sql + "-- x")
    with pytest.raises(DatabaseError, match="was changed after it ran") as caught:
        await migrate(empty_database, [changed, TWO])
    assert caught.value.code == "MIGRATION_CHANGED"
    assert [s.state for s in await migration_status(empty_database, [changed, TWO])] == [
        "changed",
        "pending",
    ]


async def test_line_ends_do_not_count(empty_database: Database) -> None:
    await migrate(empty_database, [file("patents", 1, "select 1;\nselect 2;\n")])
    assert await migrate(empty_database, [file("patents", 1, "select 1;\r\nselect 2;\r\n")]) == ()


async def test_newer_database_is_refused(empty_database: Database) -> None:
    await migrate(empty_database, [ONE, TWO])
    with pytest.raises(DatabaseError, match="does not know") as caught:
        await migrate(empty_database, [ONE])
    assert caught.value.code == "MIGRATION_UNKNOWN"
    states = await migration_status(empty_database, [ONE])
    assert [state.state for state in states] == ["applied", "unknown"]


async def test_late_number_is_refused(empty_database: Database) -> None:
    await migrate(empty_database, [TWO_ALONE])
    with pytest.raises(DatabaseError, match="give it the next number") as caught:
        await migrate(empty_database, [ONE, TWO_ALONE])
    assert caught.value.code == "MIGRATION_ORDER"


TWO_ALONE = file("patents", 2, "select 1;")


@pytest.mark.parametrize("sql", ["commit; select 1;", "select 1; commit; begin; select 2;"])
async def test_file_must_not_end_its_transaction(empty_database: Database, sql: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        await migrate(empty_database, [file("patents", 1, sql)])
    assert caught.value.code == "MIGRATION_FAILED"


async def test_needed_extension(empty_database: Database) -> None:
    if not await _available(empty_database, "pg_trgm"):
        pytest.skip("this PostgreSQL has no pg_trgm")
    sql = "-- requires-extension: pg_trgm\ncreate table t (a text);" + TRIGRAM
    await migrate(empty_database, [file("patents", 1, sql)])
    assert await empty_database.has_extension("pg_trgm")


TRIGRAM = "create index on t using gin (a gin_trgm_ops);"


async def test_missing_extension_is_refused(empty_database: Database) -> None:
    sql = "-- requires-extension: nonsense\nselect 1;"
    with pytest.raises(DatabaseError, match="nonsense") as caught:
        await migrate(empty_database, [file("patents", 1, sql)])
    assert caught.value.code == "EXTENSION_MISSING"


async def test_optional_extension_skips_the_file_until_it_is_there(
    postgres_server: TestServer, empty_database: Database
) -> None:
    table = file("patents", 1, "create table t (a text);")
    optional = file("patents", 2, "-- requires-extension: dblink optional\ncreate table u ();")
    after = file("patents", 3, "create table v ();")
    if not await _available(empty_database, "dblink"):
        pytest.skip("this PostgreSQL has no dblink")  # any that only a superuser may make
    role = await count(empty_database, "select rolsuper from pg_roles where rolname=current_user")
    if role:
        pytest.skip("a superuser may make every extension")
    done = await migrate(empty_database, [table, optional, after])
    assert [state.state for state in done] == ["applied", "skipped", "applied"]
    assert await count(empty_database, "select to_regclass('patents.u')") is None
    assert await migrate(empty_database, [table, optional, after]) == ()
    name = await count(empty_database, "select current_database()")
    await postgres_server.admin("create extension dblink schema public", database=str(name))
    done = await migrate(empty_database, [table, optional, after])
    assert [(state.number, state.state) for state in done] == [(2, "applied")]
    assert await count(empty_database, "select to_regclass('patents.u')::text") == "patents.u"


async def _available(database: Database, extension: str) -> bool:
    sql = f"select count(*) from pg_available_extensions where name = '{extension}'"
    return bool(await count(database, sql))


async def test_many_at_once_migrate_once(empty_database: Database) -> None:
    slow = file("patents", 1, "select pg_sleep(0.2); create table patent (id int);")
    results = await asyncio.gather(*(migrate(empty_database, [slow]) for _ in range(4)))
    assert sorted(len(done) for done in results) == [0, 0, 0, 1]


def test_reading_files(tmp_path: Path) -> None:
    for name in ("zeta/0001_a.sql", "hub/0002_b.sql", "hub/0001_a.sql", "alpha/0001_a.sql"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("select 1;")
    (tmp_path / "README.md").write_text("")
    labels = [file.label for file in read_migrations(tmp_path)]
    assert labels == ["hub/0001_a", "hub/0002_b", "alpha/0001_a", "zeta/0001_a"]
    (tmp_path / "hub" / "0002_c.sql").write_text("select 1;")
    with pytest.raises(DatabaseError, match="taken by hub/0002_b") as caught:
        read_migrations(tmp_path)
    assert caught.value.code == "MIGRATION_FILE"


@pytest.mark.parametrize("name", ["hub/1_a.sql", "hub/0001-a.sql", "Hub/0001_a.sql"])
def test_misnamed_file(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir()
    (tmp_path / name).write_text("select 1;")
    with pytest.raises(DatabaseError, match="NNNN_words") as caught:
        read_migrations(tmp_path)
    assert caught.value.code == "MIGRATION_FILE"


def test_extension_lines() -> None:
    sql = "-- requires-extension: pg_trgm optional\n-- requires-extension: vector\nselect 1;"
    assert file("a", 1, sql).extensions == (("pg_trgm", True), ("vector", False))


async def test_our_own_files_run_and_run_again(database: Database) -> None:
    assert {state.state for state in await migration_status(database)} <= {"applied", "skipped"}
    assert await migrate(database) == ()
