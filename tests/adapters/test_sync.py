"""The pull: nothing twice, nothing half, nothing dropped silently."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.config import SourceConfig
from adapters.demo import demo_sources, pull_demo
from adapters.loading import CHUNK_ROWS
from adapters.model import BatchReport, BatchStatus, Counts, SyncReport
from adapters.progress import Silent
from adapters.store.batches import try_batch_lock, try_lock
from adapters.sync import PullOptions, pull_source, pull_sources
from resolvers.database.pool import Database
from resolvers.values.application_numbers import check_character
from tests.adapters.harness import OPTIONS, TODAY, demo_source, dump, outcomes, source, write

HEADER = "申请号,公开(公告)号,标题,申请人,申请日,公开(公告)日\n"
GOOD = (
    "CN202029000001.4,CN209900000U,装置一,示例甲,2020-03-05,2021-10-10\n"
    "CN201929000002.6,CN209900001U,装置二,示例乙,2019-01-14,2019-12-08\n"
    "CN201829000003.6,CN214900002U,装置三,示例丙,2018-09-19,2020-10-08\n"
)
BAD = "2.01E+12,CN209900003U,装置四,示例丁,2018-09-19,2020-10-08\n"
FULL = PullOptions(full=True, today=TODAY)


async def one(
    database: Database, config: SourceConfig, options: PullOptions = OPTIONS
) -> BatchReport:
    report = await pull_source(database, config, options)
    assert len(report.batches) == 1
    return report.batches[0]


async def count(database: Database, table: str) -> int:
    return int(await database.fetchval("test.count", f"select count(*) from {table}"))


async def test_second_pull_changes_nothing(database: Database) -> None:
    await pull_demo(database, options=OPTIONS)
    before = await dump(database)
    reports = await pull_demo(database, options=OPTIONS)
    assert all(batch.repeated for report in reports for batch in report.batches)
    assert await dump(database) == before


async def test_full_pull_of_the_same_files_changes_no_row(database: Database) -> None:
    first = await pull_demo(database, options=OPTIONS)
    before = await dump(database)
    reports = await pull_demo(database, options=FULL)
    after = await dump(database)
    assert [report.total().changed for report in reports] == [0] * len(reports)
    assert [batch.batch_id for report in reports for batch in report.batches] == [
        batch.batch_id for report in first for batch in report.batches
    ]
    for table in before:
        # A batch's end and the checkpoint tell when it was last looked at.
        if table not in ("reporting.ingest_batch", "reporting.source_checkpoint"):
            assert after[table] == before[table], table


async def test_old_result_is_answered_with_its_figures(database: Database, tmp_path: Path) -> None:
    write(tmp_path, "a.csv", HEADER + GOOD)
    config = source(path=str(tmp_path))
    first = await one(database, config)
    second = await one(database, config)
    assert second.repeated
    assert (second.batch_id, second.status) == (first.batch_id, BatchStatus.LOADED)
    assert second.counts == Counts(read=3, accepted=3)
    # The same bytes under another name are the same batch.
    (tmp_path / "a.csv").rename(tmp_path / "b.csv")
    assert (await one(database, config)).repeated


async def test_dry_run_changes_nothing(database: Database) -> None:
    before = await dump(database)
    dry = PullOptions(dry_run=True, today=TODAY)
    reports = await pull_sources(database, demo_sources()[:3], dry)
    assert [report.total().accepted for report in reports] == [34, 8, 78]
    assert await dump(database) == before


async def test_too_many_refused_rows_load_nothing_and_keep_findings(
    database: Database, tmp_path: Path
) -> None:
    write(tmp_path, "a.csv", HEADER + GOOD + BAD * 2)
    config = source(path=str(tmp_path))
    batch = await one(database, config)
    assert batch.status is BatchStatus.FAILED
    assert batch.problem is not None
    assert batch.problem.code == "BATCH_REFUSED_SHARE"
    assert "40%" in batch.problem.message
    assert (batch.counts.read, batch.counts.accepted, batch.counts.rejected) == (5, 3, 2)
    assert await count(database, "patents.patent") == 0
    assert {row: found[1] for row, found in (await outcomes(database, config.code)).items()} == {
        5: ["APPNO_EXCEL_SCIENTIFIC"],
        6: ["APPNO_EXCEL_SCIENTIFIC"],
    }
    raw = await database.fetchval("test.raw", "select raw from reporting.ingest_row limit 1")
    assert raw["申请号"] == "2.01E+12"
    # Answered from the books the next time; tried again once the source is read differently.
    before = await dump(database)
    assert (await one(database, config)).repeated
    assert await dump(database) == before
    lenient = source(path=str(tmp_path), refused_limit=0.5)
    again = await one(database, lenient)
    assert (again.status, again.repeated) == (BatchStatus.LOADED, False)
    assert await count(database, "patents.patent") == 3


async def test_exactly_the_share_is_loaded(database: Database, tmp_path: Path) -> None:
    """ "More than" the share refuses a batch: one of four is not more than a quarter."""
    write(tmp_path, "a.csv", HEADER + GOOD + BAD)
    config = source(path=str(tmp_path), refused_limit=0.25)
    assert (await one(database, config)).status is BatchStatus.LOADED


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", (HEADER + GOOD).encode() + b"\xff\xff", "FILE_ENCODING"),
        ("a.csv", b"x,y\n1,2\n", "FILE_HEADER"),
        ("a.csv", "标题,申请人\n甲,乙\n".encode(), "FILE_COLUMN_MISSING"),
        ("a.xlsx", b"no workbook", "FILE_FORMAT"),
    ],
)
async def test_refused_files_are_kept_with_their_reason(
    database: Database, tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    write(tmp_path, name, content)
    write(tmp_path, "z_good.csv", HEADER + GOOD)
    config = source(path=str(tmp_path))
    report = await pull_source(database, config, OPTIONS)
    assert [batch.status for batch in report.batches] == [BatchStatus.FAILED, BatchStatus.LOADED]
    row = await database.fetchrow(
        "test.failed",
        "select failure_code, encoding, rows_read from reporting.ingest_batch "
        "where status = 'FAILED'",
    )
    assert row is not None
    assert row["failure_code"] == code
    assert (row["encoding"] is None) == (code in ("FILE_ENCODING", "FILE_FORMAT"))
    before = await dump(database)
    again = await pull_source(database, config, OPTIONS)
    assert [batch.repeated for batch in again.batches] == [True, True]
    assert again.batches[0].problem is not None
    assert again.batches[0].problem.code == code
    assert await dump(database) == before


async def test_missing_path_is_one_problem_and_stops_nobody_else(
    database: Database, tmp_path: Path
) -> None:
    write(tmp_path, "a.csv", HEADER + GOOD)
    reports = await pull_sources(
        database,
        [source(code="gone", path=str(tmp_path / "nowhere")), source(path=str(tmp_path))],
        OPTIONS,
    )
    assert [report.problem.code if report.problem else None for report in reports] == [
        "SOURCE_PATH",
        None,
    ]
    assert await count(database, "patents.patent") == 3


async def test_two_workers_never_pull_one_source_at_once(
    database: Database, tmp_path: Path
) -> None:
    write(tmp_path, "a.csv", HEADER + GOOD)
    config = source(path=str(tmp_path))
    async with database.session() as other:
        assert await try_lock(other, config.code)
        report = await pull_source(database, config, OPTIONS)
        assert report.problem is not None
        assert report.problem.code == "SOURCE_BUSY"
        assert (await pull_source(database, demo_source("registry-organizations"))).problem is None
    assert (await one(database, config)).status is BatchStatus.LOADED


async def test_two_loads_of_a_source_never_overlap(database: Database, tmp_path: Path) -> None:
    """Also when the pull's own session is lost, or cannot be had (PgBouncer)."""
    write(tmp_path, "a.csv", HEADER + GOOD)
    config = source(path=str(tmp_path))
    settings = replace(database.settings, statement_cache_size=0)
    pooled = await Database.connect(settings)
    try:
        async with database.transaction() as other:
            assert await try_batch_lock(other, config.code)
            for each in (database, pooled):
                report = await pull_source(each, config, OPTIONS)
                assert report.problem is not None
                assert report.problem.code == "SOURCE_BUSY"
        assert (await one(pooled, config)).status is BatchStatus.LOADED
    finally:
        await pooled.close()


async def test_many_pulls_at_once_load_a_file_once(database: Database, tmp_path: Path) -> None:
    write(tmp_path, "a.csv", HEADER + GOOD)
    config = source(path=str(tmp_path))
    reports = await asyncio.gather(*(pull_source(database, config, OPTIONS) for _ in range(2)))
    assert any(not report.failed for report in reports)
    assert await count(database, "reporting.ingest_batch") == 1
    assert await count(database, "patents.patent") == 3


async def test_a_failing_store_leaves_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever breaks in the middle, the transaction takes rows, books and checkpoint back."""
    write(tmp_path, "a.csv", HEADER + GOOD)
    before = await dump(database)

    class Breaks(Silent):
        def advanced(self, source: str, batch: str, counts: Counts) -> None:
            raise RuntimeError("broken on purpose")

    with pytest.raises(RuntimeError):
        await pull_source(database, source(path=str(tmp_path)), OPTIONS, Breaks())
    assert await dump(database) == before
    assert (await one(database, source(path=str(tmp_path)))).status is BatchStatus.LOADED


async def test_progress_tells_every_stage(database: Database, tmp_path: Path) -> None:
    write(tmp_path, "a.csv", HEADER + GOOD)
    told: list[str] = []

    class Listener:
        def started(self, source: str, title: str) -> None:
            told.append(f"started {title}")

        def advanced(self, source: str, batch: str, counts: Counts) -> None:
            told.append(f"advanced {batch} {counts.read}")

        def batch_done(self, report: BatchReport) -> None:
            told.append(f"done {report.status}")

        def finished(self, report: SyncReport) -> None:
            told.append(f"finished {report.failed}")

    await pull_source(database, source(path=str(tmp_path)), OPTIONS, Listener())
    assert told == ["started 测试来源", "advanced a.csv 3", "done LOADED", "finished False"]


async def test_names_resolve_to_organisations_whichever_comes_first(database: Database) -> None:
    """Patents pulled before the organisations get their holders' codes when those arrive."""
    await pull_source(database, demo_source("registry-patents"), OPTIONS)
    assert await count(database, "patents.patent_party where uscc is not null") == 0
    await pull_source(database, demo_source("registry-organizations"), OPTIONS)
    unresolved = await count(database, "patents.patent_party where uscc is null")
    assert unresolved == 0
    before = await dump(database)
    report = await pull_source(database, demo_source("registry-patents"), FULL)
    assert report.total().changed == 0
    assert (await dump(database))["patents.patent_party"] == before["patents.patent_party"]


async def test_an_ambiguous_name_resolves_to_nobody(database: Database, tmp_path: Path) -> None:
    organizations = (
        "统一社会信用代码,机构名称\n91440305MA9T00018E,示例甲\n91320505MA9T00026L,示例甲\n"
    )
    write(tmp_path, "o.csv", organizations)
    config = source(code="orgs", feed="ORGANIZATION", path=str(tmp_path / "o.csv"))
    await pull_source(database, config, OPTIONS)
    write(tmp_path, "p.csv", HEADER + GOOD)
    await pull_source(database, source(path=str(tmp_path / "p.csv")), OPTIONS)
    assert await count(database, "patents.patent_party where uscc is not null") == 0


async def test_transfers_change_holders_in_either_order(database: Database) -> None:
    """Same holders whether the patent or its transfer arrives first."""
    await pull_source(database, demo_source("registry-transfers"), OPTIONS)
    await pull_source(database, demo_source("registry-patents"), OPTIONS)
    query = (
        "select application_number, name from patents.patent_party where role = 'HOLDER' "
        "and application_number in (select application_number from trading.transfer_record) "
        "order by 1, ordinal"
    )
    first = [tuple(row) for row in await database.fetch("test.holders", query)]
    assert ("CN2017190000568", "示例癸通信有限公司") in first
    assert ("CN2017190000568", "示例能源研究所") not in first
    await database.execute("test.clear", "truncate patents.patent cascade")
    for code in ("registry-patents", "registry-transfers"):
        await pull_source(database, demo_source(code), FULL)
    assert [tuple(row) for row in await database.fetch("test.holders", query)] == first


async def test_status_words_are_hints_and_events_decide(database: Database) -> None:
    """DOMAIN §3.11, §4.2: a word holds only until a gazetted event says otherwise."""
    await database.execute(
        "test.event",
        "insert into patents.legal_event (application_number, code, name_zh, st27_category, "
        "announced_on, event_key, source_system, confidence, content_hash) "
        "values ('CN2020190000131', 'CF01', '未缴年费专利权终止', 'H', '2023-12-01', 'x', '公报', "
        "'REGISTRY', 'x')",
    )
    await pull_source(database, demo_source("registry-patents"), OPTIONS)
    rows = await database.fetch(
        "test.status",
        "select application_number, legal_status, under_preservation, stated_legal_status, "
        "expiry_date::text from patents.patent where application_number = any($1)",
        ["CN2020190000131", "CN2019290000026", "CN2020290000014"],
    )
    assert {row[0]: tuple(row)[1:] for row in rows} == {
        "CN2020190000131": ("CEASED_UNPAID_FEE", False, "IN_FORCE", "2040-03-20"),
        "CN2019290000026": ("IN_FORCE", True, "IN_FORCE", "2029-01-14"),
        "CN2020290000014": ("CEASED_UNPAID_FEE", False, "CEASED_UNPAID_FEE", "2030-03-05"),
    }


async def test_a_second_statement_of_one_patent_is_refused(
    database: Database, tmp_path: Path
) -> None:
    await pull_source(database, demo_source("registry-patents"), OPTIONS)
    header = "声明编号,专利号,专利权人,许可使用费（元）,许可期限,计算依据\n"
    row = "KF{n},CN201919000007.3,示例科技大学,1000,2025-01-01至{end},说明\n"
    write(
        tmp_path,
        "a.csv",
        header
        + row.format(n=1, end="2030-12-31")
        + row.format(n=2, end="2029-12-31")
        + row.format(n=3, end="2025-06-30"),
    )
    config = source(feed="OPEN_LICENCE", path=str(tmp_path), refused_limit=0.5)
    batch = await one(database, config)
    assert batch.codes == {"OL_BLOCKED_IN_FORCE": 1}
    rows = await database.fetch(
        "test.statements",
        "select statement_number, status, fee_mode, fee_amount::text "
        "from trading.open_licence_statement order by 1",
    )
    assert [tuple(row) for row in rows] == [
        ("KF1", "IN_FORCE", "FIXED", "1000.00"),
        ("KF3", "EXPIRED", "FIXED", "1000.00"),
    ]


async def test_registry_statements_are_kept_with_warnings(
    database: Database, tmp_path: Path
) -> None:
    """What the office has announced is not overruled (DOMAIN §2.7)."""
    await pull_source(database, demo_source("registry-patents"), OPTIONS)
    write(
        tmp_path,
        "a.csv",
        "声明编号,专利号,专利权人,许可使用费（万元）,许可期限,计算依据\n"
        "KF1,CN201919000007.3,示例科技大学,2500,2025-01-01至2030-12-31,说明\n",
    )
    config = source(feed="OPEN_LICENCE", path=str(tmp_path), precedence="REGISTRY")
    batch = await one(database, config)
    assert batch.codes == {"W_OL_FIXED_FEE_OVER_CAP": 1}
    assert batch.counts.accepted == 1


async def test_a_row_the_database_refuses_hurts_nobody_else(
    database: Database, tmp_path: Path
) -> None:
    """Two sources, each right in itself, together make a term that ends before it begins."""
    header = "备案号,专利号,许可人,被许可人,许可种类,许可期限起始日,许可期限终止日,备案日期\n"
    row = "X202398800000{n},CN201919000007.3,示例甲,示例乙,普通,{start},{end},2023-02-15\n"
    write(tmp_path, "a.csv", header + row.format(n=2, start="2025-01-01", end=""))
    first = source(code="first", name="甲", feed="LICENCE", path=str(tmp_path / "a.csv"))
    assert not (await pull_source(database, first, OPTIONS)).failed
    rows = [row.format(n=n, start="", end="2024-12-31") for n in (1, 2, 3, 4)]
    write(tmp_path, "b.csv", header + "".join(rows))
    second = source(code="second", name="乙", feed="LICENCE", path=str(tmp_path / "b.csv"))
    batch = await one(database, second)
    assert (batch.status, batch.counts.accepted, batch.counts.rejected) == (
        BatchStatus.LOADED,
        3,
        1,
    )
    outcome, codes, _ = (await outcomes(database, "second"))[3]
    assert (outcome, codes) == ("REJECTED", ["W_PATENT_UNKNOWN", "STORE_REFUSED"])
    assert await count(database, "trading.licence_record") == 4


async def test_a_folder_with_folders(database: Database, tmp_path: Path) -> None:
    (tmp_path / "2023").mkdir()
    write(tmp_path / "2023", "a.csv", HEADER + GOOD)
    write(tmp_path, ".hidden.csv", HEADER + BAD)
    write(tmp_path, "~$open.xlsx", b"x")
    write(tmp_path, "later.csv.part", HEADER + BAD)
    batch = await one(database, source(path=str(tmp_path), pattern="**/*"))
    assert (batch.name, batch.status) == ("2023/a.csv", BatchStatus.LOADED)


async def test_dirty_cells_end_as_findings(database: Database, tmp_path: Path) -> None:
    """Formulas, zero bytes, ragged rows, huge cells, open quotes: coded, the rest unharmed."""
    rows = (
        "CN201829000027.1,CN205900026U,=HYPERLINK(A1),示例癸,2018-09-22,2020-08-15\n"
        "CN201719000028.6,CN119900027B,零\x00字节,示例壬,2017-09-15,2021-02-10\n"
        "CN201929000029.5,CN216900028U,一,示例丙,2019-02-03,2020-06-08,多,余\n"
        f"CN201629000030.4,CN211900029U,{'长' * 40_000},示例辛,2016-01-03,2018-04-11\n"
        'CN201619000031.3,CN111900030B,"没有闭合,示例丑,2016-08-16,2019-06-02\n'
        "CN201819000032.7,CN117900031B,锟斤拷,示例戊,2018-01-23,2021-05-14\n"
        "CN202029000033.4,CN206900032U,短行,示例辛,2020-09-19\n"
    )
    write(tmp_path, "a.csv", HEADER + rows + GOOD)
    config = source(path=str(tmp_path), refused_limit=0.6)
    batch = await one(database, config)
    assert batch.status is BatchStatus.LOADED
    assert {row: found[1] for row, found in (await outcomes(database, config.code)).items()} == {
        2: ["TEXT_FORMULA"],
        3: ["TEXT_CONTROL"],
        4: ["ROW_COLUMNS"],
        5: ["CELL_TOO_LONG", "TEXT_TOO_LONG"],
        6: ["ROW_QUOTE"],
        7: ["W_TEXT_MOJIBAKE"],
        8: ["W_ROW_SHORT"],
    }
    assert await count(database, "patents.patent") == 5


async def test_files_longer_than_a_chunk(database: Database, tmp_path: Path) -> None:
    """Repetitions are found across chunks, and every row is stored once."""
    rows = []
    for serial in range(9_100_000, 9_100_000 + 2 * CHUNK_ROWS + 1):
        body = f"20191{serial}"
        rows.append(
            f"{body}.{check_character(body)},CN1{serial}0B,装置{serial},示例甲,"
            "2019-03-05,2021-10-10\n"
        )
    rows.append(rows[0])
    write(tmp_path, "a.csv", HEADER + "".join(rows))
    batch = await one(database, source(path=str(tmp_path)))
    assert batch.counts == Counts(
        read=2 * CHUNK_ROWS + 2,
        accepted=2 * CHUNK_ROWS + 1,
        duplicate=1,
        changed=2 * CHUNK_ROWS + 1,
    )
    assert await count(database, "patents.patent") == 2 * CHUNK_ROWS + 1
    found = await outcomes(database, "test-source")
    assert found == {
        2 * CHUNK_ROWS + 3: ("DUPLICATE", ["DUPLICATE"], "CN" + rows[0][:14].replace(".", ""))
    }
