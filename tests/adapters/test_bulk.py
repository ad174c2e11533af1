"""Rows in bulk: chunks change no result, keys may leave memory, others may write meanwhile."""

from __future__ import annotations

import asyncio
import gc
import re
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from adapters import loading
from adapters.collecting import streaming_rows
from adapters.demo import pull_demo
from adapters.model import Counts
from adapters.store import patents
from adapters.store.behind import PART_ROWS, behind
from adapters.store.seen import SeenKeys
from adapters.sync import PullOptions, pull_source
from resolvers.database.pool import Database, Transaction
from resolvers.values.application_numbers import check_character
from tests.adapters.harness import OPTIONS, TODAY, dump, outcomes, source, write


@pytest.fixture
async def database(fresh_database: Database) -> Database:
    """A database of its own: some tests change its tables."""
    return fresh_database


HEADER = "申请号,公开(公告)号,标题,申请人,申请日,公开(公告)日\n"


def line(serial: int, *, title: str = "装置", publication: int | None = None) -> str:
    body = f"20191{serial:07d}"
    number = serial if publication is None else publication
    return f"{body}.{check_character(body)},CN1{number:08d}B,{title},示例甲,2019-03-05,2021-10-10\n"


REPEATING = HEADER + "".join(
    (
        *(line(serial) for serial in range(40)),
        line(3),  # the same again
        line(5, title="另一装置"),  # another record of the number
        line(50, publication=7),  # a publication that belongs to another patent
        line(60).replace("2019-03-05", "2029-03-05"),  # refused,
        line(60),  # so it may come again
        *(line(serial) for serial in range(70, 90)),
        line(60),
        line(75, title="另一装置"),
    )
)


@pytest.mark.parametrize("chunk", [1, 7, 2_000])
@pytest.mark.parametrize("in_memory", [1, 10, 100_000])
async def test_neither_chunks_nor_memory_change_what_is_found(
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    chunk: int,
    in_memory: int,
) -> None:
    monkeypatch.setattr(loading, "CHUNK_ROWS", chunk)
    monkeypatch.setattr(loading, "SLICE_ROWS", min(chunk, 50))
    monkeypatch.setattr(loading, "SeenKeys", partial(SeenKeys, max_in_memory=in_memory))
    write(tmp_path, "a.csv", REPEATING)
    report = await pull_source(database, source(path=str(tmp_path)), OPTIONS)
    assert report.total() == Counts(read=67, accepted=61, rejected=4, duplicate=2, changed=61)
    found = await outcomes(database, "test-source")
    assert {row: (outcome, codes) for row, (outcome, codes, _) in found.items()} == {
        42: ("DUPLICATE", ["DUPLICATE"]),
        43: ("REJECTED", ["DUPLICATE_CONFLICT"]),
        44: ("REJECTED", ["DUPLICATE_CONFLICT"]),
        45: ("REJECTED", ["W_APPNO_YEAR_FILING", "DATE_ORDER", "DATE_FUTURE"]),
        67: ("DUPLICATE", ["DUPLICATE"]),
        68: ("REJECTED", ["DUPLICATE_CONFLICT"]),
    }
    messages = await database.fetch(
        "test.messages",
        "select row_number, message from reporting.data_issue where code like 'DUP%'",
    )
    # The first accepted row of the key is named, wherever it is remembered.
    first = {42: 5, 43: 7, 44: 9, 67: 46, 68: 52}
    for record in messages:
        assert f" {first[record['row_number']]} " in record["message"].replace("，", " ")


async def test_memory_of_keys_is_bounded(database: Database) -> None:
    async with database.transaction() as transaction:
        seen = SeenKeys(transaction, max_in_memory=10)
        for chunk in range(20):
            keys = [bytes([chunk, n]) for n in range(5)]
            await seen.recall(keys)
            assert not any(map(seen.get, keys))
            for number, key in enumerate(keys):
                seen.add(key, (chunk * 5 + number, b"said"))
            await seen.settle()
            assert len(seen._latest) <= 10
        await seen.recall([bytes([0, 3]), bytes([19, 4]), b"never"])
        assert seen.get(bytes([0, 3])) == (3, b"said")
        assert seen.get(bytes([19, 4])) == (99, b"said")
        assert seen.get(b"never") is None
        seen.add(bytes([0, 3]), (200, b"later"))
        assert seen.get(bytes([0, 3])) == (3, b"said")


async def test_chunks_of_one_row_make_the_same_hub(
    database: Database, second_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each row stored before the next is checked, against all at once, over all feeds."""
    await pull_demo(database, options=OPTIONS)
    monkeypatch.setattr(loading, "CHUNK_ROWS", 1)
    monkeypatch.setattr(loading, "SLICE_ROWS", 1)
    await pull_demo(second_database, options=OPTIONS)
    at_once = _comparable(await dump(database, per_load=False))
    one_by_one = _comparable(await dump(second_database, per_load=False))
    assert one_by_one == at_once


# A report counts how often it was written, and the digest of an evaluation covers its new id.
_PER_CHUNK = {"reporting.business_report": "version", "tools.credit_evaluation": "content_hash"}


def _comparable(tables: dict[str, list[str]]) -> dict[str, list[str]]:
    return tables | {
        table: sorted(re.sub(rf"'{column}': [^,}}]+", "", row) for row in tables.get(table, ()))
        for table, column in _PER_CHUNK.items()
    }


async def test_another_source_writes_the_same_patent_meanwhile(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """COPY meets a key that was not there when it was looked for: the rows are stored by parts, and
    the one concerned is merged by precedence."""
    known = patents.transfers_of_new_patents
    body = "201910000004"
    number = f"CN{body}{check_character(body)}"

    async def late(transaction: Any, numbers: Any) -> Any:
        if number in numbers and not await database.fetchval("test.there", _THERE, number):
            await database.execute("test.other", _OTHER, number)
        return await known(transaction, numbers)

    monkeypatch.setattr(patents, "transfers_of_new_patents", late)
    write(tmp_path, "a.csv", HEADER + "".join(line(serial) for serial in range(9)))
    report = await pull_source(database, source(path=str(tmp_path)), OPTIONS)
    assert report.total() == Counts(read=9, accepted=9, changed=9, conflicts=1)
    row = await database.fetchrow("test.row", _ROW, number)
    assert row is not None
    assert row["title"] == "登记簿中的名称"
    assert row["source_system"] == "国家知识产权局"
    assert "ipc" not in row["field_provenance"]
    assert await database.fetchval("test.count", "select count(*) from patents.patent") == 9


_THERE = "select exists (select from patents.patent where application_number = $1)"
_OTHER = """
insert into patents.patent (application_number, office_code, kind, title, filing_date,
  source_system, confidence, record_date, content_hash)
values ($1, 'CN', 'INVENTION', '登记簿中的名称', '2019-03-05', '国家知识产权局', 'REGISTRY',
  '2022-01-01', 'x')
"""
_ROW = """
select title, source_system, field_provenance from patents.patent where application_number = $1
"""


async def test_only_the_row_the_database_refuses_is_refused(
    database: Database, tmp_path: Path
) -> None:
    await database.execute(
        "test.constraint",
        "alter table patents.patent add constraint no_bad_title check (title not like '坏%')",
    )
    lines = [line(serial, title="坏的" if serial in (3, 11) else "好的") for serial in range(16)]
    write(tmp_path, "a.csv", HEADER + "".join(lines))
    report = await pull_source(database, source(path=str(tmp_path)), OPTIONS)
    assert report.total() == Counts(read=16, accepted=14, rejected=2, changed=14)
    found = await outcomes(database, "test-source")
    assert {row: codes for row, (_, codes, _) in found.items()} == {
        5: ["STORE_REFUSED"],
        13: ["STORE_REFUSED"],
    }
    assert await database.fetchval("test.count", "select count(*) from hub.change") == 14


async def test_changed_rows_are_written_set_by_set(database: Database, tmp_path: Path) -> None:
    config = source(path=str(tmp_path))
    write(tmp_path, "a.csv", HEADER + "".join(line(serial) for serial in range(6)))
    await pull_source(database, config, OPTIONS)
    changed = [line(serial, title="新名称" if serial % 2 else "装置") for serial in range(8)]
    write(tmp_path, "b.csv", HEADER + "".join(changed))
    report = await pull_source(database, config, OPTIONS)
    assert report.total().changed == 5  # the old file is answered with its figures: none changed
    titles = await database.fetch(
        "test.titles", "select title, count(*) as n from patents.patent group by 1 order by 1"
    )
    assert [tuple(row.values()) for row in titles] == [("新名称", 4), ("装置", 4)]
    parties = "select count(*) from patents.patent_party"
    assert await database.fetchval("test.parties", parties) == 16
    altered = await database.fetchval(
        "test.altered",
        "select count(*) from reporting.batch_change where table_name = $1",
        "patents.patent",
    )
    assert altered == 3


_KEYS = {
    "Patent": "select application_number from patents.patent",
    "LegalEvent": "select id::text from patents.legal_event",
    "Organization": "select uscc from reference.organization",
    "OperationCenter": "select code from platforms.operation_center",
    "Listing": "select id::text from trading.listing",
    "OpenLicenceStatement": "select statement_number from trading.open_licence_statement",
    "LicenceRecord": "select record_number from trading.licence_record",
    "TransferRecord": "select id::text from trading.transfer_record",
    "PledgeRegistration": "select registration_number from finance.pledge_registration",
}


async def test_every_new_record_stands_in_the_change_feed(database: Database) -> None:
    await pull_demo(database, options=OPTIONS)
    noted: dict[str, set[str]] = {}
    for row in await database.fetch("test.changes", "select * from hub.change"):
        assert row["kind"] == "UPSERT"
        assert row["source_code"]
        noted.setdefault(row["entity_type"], set()).add(row["entity_key"])
    for entity, sql in _KEYS.items():
        keys = {str(row[0]) for row in await database.fetch("test.keys", sql)}
        assert noted.get(entity, set()) == keys, entity
    before = await database.fetchval("test.count", "select count(*) from hub.change")
    await pull_demo(database, options=PullOptions(full=True, today=TODAY))
    assert await database.fetchval("test.count", "select count(*) from hub.change") == before


async def test_others_run_while_rows_are_mapped(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two slices every task that is ready gets its turn."""
    longest = 0
    mapped = 0
    taken = loading.Validator.keyed

    def counting(self: Any, row: Any) -> Any:
        nonlocal mapped, longest
        mapped += 1
        longest = max(longest, mapped)
        return taken(self, row)

    async def ticking() -> None:
        nonlocal mapped
        while True:
            mapped = 0
            await asyncio.sleep(0)

    monkeypatch.setattr(loading.Validator, "keyed", counting)
    write(tmp_path, "a.csv", HEADER + "".join(line(serial) for serial in range(3_000)))
    ticker = asyncio.create_task(ticking())
    try:
        await pull_source(database, source(path=str(tmp_path)), OPTIONS)
    finally:
        ticker.cancel()
    assert 0 < longest <= loading.SLICE_ROWS


async def test_statements_see_what_was_copied_before_them(database: Database) -> None:
    await database.execute("test.table", "create table public.copied (n integer unique)")
    count = "select count(*) from public.copied"
    async with database.transaction() as transaction, behind(transaction) as writer:
        for start in range(0, 10 * PART_ROWS, 2 * PART_ROWS):
            rows = ((n,) for n in range(start, start + 2 * PART_ROWS))
            await writer.copy_records("test.copy", "public", "copied", ("n",), rows)
            assert await writer.fetchval("test.count", count) == start + 2 * PART_ROWS
        await writer.copy_records("test.copy", "public", "copied", ("n",), [(-1,)])
    assert await database.fetchval("test.count", count) == 10 * PART_ROWS + 1


@pytest.mark.parametrize("then", ["nothing", "statement", "copy", "failure"])
async def test_a_copy_that_fails_is_told(database: Database, then: str) -> None:
    await database.execute("test.table", "create table public.copied (n integer unique)")
    expected = ZeroDivisionError if then == "failure" else asyncpg.UniqueViolationError

    async def work(transaction: Transaction) -> None:
        async with transaction.savepoint(), behind(transaction) as writer:
            await writer.copy_records("test.copy", "public", "copied", ("n",), [(1,), (1,)])
            if then == "statement":
                await writer.fetchval("test.one", "select 1")
            elif then == "copy":
                await writer.copy_records("test.copy", "public", "copied", ("n",), [(2,)])
            elif then == "failure":
                raise ZeroDivisionError

    async with database.transaction() as transaction:
        with pytest.raises(expected):
            await work(transaction)
        # The connection is at rest and the transaction goes on.
        assert await transaction.fetchval("test.count", "select count(*) from public.copied") == 0


def test_the_collector_is_as_it_was() -> None:
    before = gc.get_threshold()
    with streaming_rows():
        with streaming_rows():
            assert gc.get_threshold()[0] >= before[0]
        assert gc.get_threshold()[0] >= before[0]
    assert gc.get_threshold() == before


@pytest.fixture
async def second_database(postgres_server: Any, migrated_template: str) -> Any:
    """Another database like `database`."""
    async with postgres_server.new_database(migrated_template) as url:
        opened = await Database.connect(url)
        try:
            yield opened
        finally:
            await opened.close()
