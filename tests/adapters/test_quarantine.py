"""Refused rows: exported as the centre's own file, corrected, tried again, taken in."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest

from adapters.config import SourceConfig
from adapters.errors import FileRefused, SourceProblem
from adapters.model import BatchStatus, SyncReport
from adapters.quarantine.cells import given_cell, runs_as_formula, safe_cell
from adapters.quarantine.corrections import read_corrections
from adapters.quarantine.export import ADDED, export_file, plan_export
from adapters.quarantine.listing import read_waiting, waiting_json
from adapters.quarantine.refusal import QuarantineRefused
from adapters.quarantine.retry import RetryReport, RetryRequest, retry_rows
from adapters.store.batches import try_lock, unlock
from adapters.store.undo import undo_batch
from adapters.sync import PullOptions, pull_source
from resolvers.database.pool import Database
from tests.adapters.harness import OPTIONS, TODAY, dump, source, write
from tests.support.shared import SHARED, needs_shared

MOST = 10 * 1024 * 1024
HEADER = "项目编号,项目名称,专利号,转让方,所属行业,挂牌价,挂牌起始日期,挂牌截止日期,备注"
GOOD = "A-{n},一种{n}号装置,ZL202019000050.2,示例甲,C3841,{n},2026-01-01,2028-06-30,"


def rows_of(*changed: str, good: int = 8) -> str:
    """Return a file in 万元: good rows, then the others."""
    lines = ["单位：万元,,,,,,,,", HEADER]
    lines += [GOOD.format(n=n) for n in range(1, good + 1)]
    return "\n".join([*lines, *changed]) + "\n"


def listings(folder: Path, **changes: Any) -> SourceConfig:
    return source(
        code="listings", feed="LISTING", path=str(folder), precedence="PLATFORM",
        constants={"platform": "FT-110000-01"}, **changes,
    )  # fmt: skip


BAD_DATE = "B-1,一种冷却方法,ZL202019000050.2,示例甲,C3841,15,2026-13-01,2028-06-30,x"
BAD_NUMBER = "B-2,=SUM(A1),2.01E+12,示例乙,C3841,-1,2026-01-01,2028-06-30,+86-10"


async def pulled(
    database: Database, folder: Path, text: str, name: str = "a.csv", **options: Any
) -> tuple[SourceConfig, SyncReport]:
    write(folder, name, text)
    config = listings(folder)
    return config, await pull_source(database, config, PullOptions(today=TODAY, **options))


async def exported(database: Database, batch: str, **how: Any) -> tuple[str, bytes]:
    file = await export_file(database, await plan_export(database, batch, **how), MOST)
    return file.name, file.content


def table(content: bytes, encoding: str = "utf-8-sig") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(encoding), newline="")))


async def retried(database: Database, config: SourceConfig, path: Path, **how: Any) -> RetryReport:
    [correction] = read_corrections(path)
    request = RetryRequest(correction.batch, correction.rows, today=TODAY, **how)
    return await retry_rows(database, config, request)


async def price(database: Database, number: str) -> Any:
    return await database.fetchval(
        "test.price", "select price_amount::int from trading.listing where number = $1", number
    )


async def waiting(database: Database) -> dict[str, int]:
    return {each.id: each.rows for each in await read_waiting(database)}


async def test_exported_corrected_and_taken_in(database: Database, tmp_path: Path) -> None:
    config, report = await pulled(database, tmp_path, rows_of(BAD_DATE, BAD_NUMBER))
    (batch,) = report.batches
    assert (batch.counts.read, batch.counts.rejected) == (10, 2)
    assert batch.batch_id is not None
    name, content = await exported(database, batch.batch_id)
    assert content.startswith(b"\xef\xbb\xbf")
    assert name == f"a-待更正-{batch.batch_id[-8:]}.csv"
    header, first, second = table(content)
    assert header == ["行号", "错误代码", "错误原因", "批次", *HEADER.split(",")]
    assert first[0] == "11"
    assert first[1] == "DATE_INVALID"
    assert first[2].startswith("“挂牌起始日期”的值“2026-13-01”：")
    assert first[3:] == [batch.batch_id, *BAD_DATE.split(",")]
    codes, reasons = second[1].split("\n"), second[2].split("\n")
    assert {"APPNO_EXCEL_SCIENTIFIC", "TEXT_FORMULA"} == set(codes)
    assert len(codes) == len(reasons)
    assert second[5:7] == ['="=SUM(A1)"', "2.01E+12"]  # a formula cannot run; nothing else changed
    assert (second[9], second[12]) == ("-1", '="+86-10"')
    # corrected as a person would: one row right, one still wrong
    first[10] = "2026-01-03"
    second[5] = "一种装置"
    path = tmp_path / "out" / "back.csv"
    path.parent.mkdir()
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file, delimiter="\t").writerows([header, first, second])
    retry = await retried(database, config, path)
    assert (retry.taken_in, retry.refused) == ([11], [12])
    assert await price(database, "B-1") == 150_000  # 15 万元: the unit of the title line holds
    assert await price(database, "B-2") is None
    rows = await database.fetch(
        "test.rows",
        "select row_number, resolved_by_batch::text, tried_by_batch::text from reporting.ingest_row"
        " where batch_id = $1 and outcome = 'REJECTED' order by row_number",
        batch.batch_id,
    )
    assert [tuple(row) for row in rows] == [(11, retry.batch_id, None), (12, None, retry.batch_id)]
    made = await database.fetchrow(
        "test.made",
        "select file_name, corrects_batch::text, status, rows_read, rows_rejected, rows_changed "
        "from reporting.ingest_batch where id = $1",
        retry.batch_id,
    )
    assert tuple(made or ()) == (f"a.csv 更正 {batch.batch_id}", batch.batch_id, "LOADED", 2, 1, 1)
    # what still waits is the row as it was corrected, with its new findings
    assert await waiting(database) == {batch.batch_id: 1}
    header, left = table((await exported(database, batch.batch_id))[1])
    assert (left[0], left[1], left[5]) == ("12", "APPNO_EXCEL_SCIENTIFIC", "一种装置")
    left[6] = "ZL202019000050.2"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, left])
    again = await retried(database, config, path)
    assert (again.taken_in, again.refused) == ([12], [])
    assert await waiting(database) == {}
    changes = await database.fetch(
        "test.changes",
        "select entity_type from hub.change where batch_id = $1",
        again.batch_id,
    )
    assert [row["entity_type"] for row in changes] == ["Listing"]


async def test_a_retry_repeated_changes_nothing(database: Database, tmp_path: Path) -> None:
    config, report = await pulled(database, tmp_path, rows_of(BAD_DATE, BAD_NUMBER))
    batch = report.batches[0].batch_id
    assert batch is not None
    before = await dump(database)
    idle = await retry_rows(database, config, RetryRequest(batch, today=TODAY))
    assert (idle.batch_id, idle.taken_in, idle.refused) == (None, [], [11, 12])
    assert await dump(database) == before
    path = tmp_path / "back.jsonl"
    _, content = await exported(database, batch, format="jsonl")
    first, second = map(orjson.loads, content.splitlines())
    assert first["错误代码"] == ["DATE_INVALID"]
    first["挂牌起始日期"] = "2026-01-03"
    path.write_bytes(orjson.dumps(first) + b"\n" + orjson.dumps(second) + b"\n")
    dry = await retried(database, config, path, dry_run=True)
    assert (dry.batch_id, dry.taken_in, dry.refused) == (None, [11], [12])
    assert await dump(database) == before
    done = await retried(database, config, path)
    assert done.batch_id is not None
    after = await dump(database)
    for _ in range(2):
        repeated = await retried(database, config, path)
        assert (repeated.batch_id, repeated.passed_over) == (None, [11])
        assert repeated.last == done.batch_id
        assert await dump(database) == after


async def test_as_they_are_after_a_mapping_was_mended(database: Database, tmp_path: Path) -> None:
    text = rows_of("B-1,一种冷却方法,ZL202019000050.2,示例甲,C3841,15,2026-01-01,2028-06-30,x")
    text = text.replace("挂牌起始日期", "交易方式,挂牌起始日期")
    text = text.replace(",2026-01-01", ",协议,2026-01-01")
    text = text.replace("15,协议", "15,网上竞价拍")
    config, report = await pulled(database, tmp_path, text)
    batch = report.batches[0].batch_id
    assert report.batches[0].codes["TRADING_METHOD_UNKNOWN"] == 1
    assert batch is not None
    words = {"trading_method": {"网上竞价拍": "AUCTION"}}
    mended = msgspec.structs.replace(config, vocabularies=words)
    done = await retry_rows(database, mended, RetryRequest(batch, today=TODAY))
    assert (done.taken_in, done.refused) == ([11], [])
    assert await price(database, "B-1") == 150_000


async def test_what_only_the_whole_file_tells_stays(database: Database, tmp_path: Path) -> None:
    """A row with too many cells, an unclosed quotation mark, a second row of one number: alone they
    would pass or lose cells, so they are refused until somebody changes them."""
    shifted = "B-1,一种,冷却方法,ZL202019000050.2,示例甲,C3841,15,2026-01-01,2028-06-30,x"
    unclosed = 'B-2,"一种冷却方法,ZL202019000050.2,示例甲,C3841,15,2026-01-01,2028-06-30,x'
    second = "A-1,另一种装置,ZL202019000050.2,示例甲,C3841,77,2026-01-01,2028-06-30,"
    config, report = await pulled(database, tmp_path, rows_of(shifted, unclosed, second, good=12))
    codes = report.batches[0].codes
    assert [codes[code] for code in ("ROW_COLUMNS", "ROW_QUOTE", "DUPLICATE_CONFLICT")] == [1, 1, 1]
    batch = report.batches[0].batch_id
    assert batch is not None
    idle = await retry_rows(database, config, RetryRequest(batch, today=TODAY))
    assert (idle.batch_id, idle.refused) == (None, [15, 16, 17])
    rows = {
        15: {"项目名称": "一种冷却方法", "专利号": "ZL202019000050.2", "转让方": "示例甲",
             "所属行业": "C3841", "挂牌价": "15", "挂牌起始日期": "2026-01-01",
             "挂牌截止日期": "2028-06-30", "备注": ""},
        16: {"项目编号": "B-2", "项目名称": "一种冷却方法", "专利号": "ZL202019000050.2",
             "转让方": "示例甲", "挂牌起始日期": "2026-01-01", "挂牌截止日期": "2028-06-30"},
        17: {"挂牌价": "78"},
    }  # fmt: skip
    done = await retry_rows(database, config, RetryRequest(batch, rows, today=TODAY))
    assert (done.taken_in, done.refused) == ([15, 16], [17])
    assert await price(database, "A-1") == 10_000
    renumbered = {17: {"项目编号": "A-99"}}
    done = await retry_rows(database, config, RetryRequest(batch, renumbered, today=TODAY))
    assert done.taken_in == [17]
    assert await price(database, "A-99") == 780_000


async def test_a_batch_that_failed_as_a_whole(database: Database, tmp_path: Path) -> None:
    """Its refused rows are exported; its good rows are not kept, so the file must come again."""
    config, report = await pulled(database, tmp_path, rows_of(BAD_DATE, BAD_NUMBER, good=1))
    (batch,) = report.batches
    assert batch.status is BatchStatus.FAILED
    assert batch.batch_id is not None
    assert len(table((await exported(database, batch.batch_id))[1])) == 3
    with pytest.raises(QuarantineRefused) as refusal:
        await retry_rows(database, config, RetryRequest(batch.batch_id, today=TODAY))
    assert refusal.value.code == "RETRY_BATCH_FAILED"
    assert "hub pull --full" in str(refusal.value)
    # the mended file under its name: nothing of the failed one waits any more
    mended = rows_of(BAD_DATE.replace("2026-13", "2026-03"), good=3)
    _, report = await pulled(database, tmp_path, mended)
    assert report.batches[0].status is BatchStatus.LOADED
    assert await waiting(database) == {}


async def test_later_deliveries_settle_what_waits(database: Database, tmp_path: Path) -> None:
    config, report = await pulled(database, tmp_path, rows_of(BAD_DATE, BAD_NUMBER))
    first = report.batches[0].batch_id
    # the same bad rows again, in another file: each waits once, where it came last
    _, report = await pulled(database, tmp_path, rows_of(BAD_DATE, BAD_NUMBER, good=9), "b.csv")
    second = report.batches[-1].batch_id
    assert first is not None
    assert second is not None
    assert await waiting(database) == {second: 2}
    # a correction of the older export resolves the row wherever it was met
    correct = {11: {"挂牌起始日期": "2026-01-03"}}
    done = await retry_rows(database, config, RetryRequest(first, correct, today=TODAY))
    assert done.taken_in == [11]
    assert await waiting(database) == {second: 1}
    # met word for word once more, it was corrected before
    _, report = await pulled(database, tmp_path, rows_of(BAD_DATE, BAD_NUMBER, good=10), "c.csv")
    third = report.batches[-1].batch_id
    assert third is not None
    assert await waiting(database) == {third: 1}
    # the source mends the other row itself, under another key: it is another record
    # and a record that is said well resolves the row that said it badly
    worse = BAD_DATE.replace("B-1", "B-7")
    _, report = await pulled(database, tmp_path, rows_of(worse), "d.csv")
    assert (await waiting(database))[report.batches[-1].batch_id or ""] == 1
    better = worse.replace("2026-13", "2026-03")
    _, report = await pulled(database, tmp_path, rows_of(better), "e.csv")
    assert await waiting(database) == {third: 1}


async def test_read_again_in_full_decisions_stay(database: Database, tmp_path: Path) -> None:
    config, report = await pulled(database, tmp_path, rows_of(BAD_DATE, BAD_NUMBER))
    batch = report.batches[0].batch_id
    assert batch is not None
    correct = {11: {"挂牌起始日期": "2026-01-03"}, 12: {"备注": "y"}}
    done = await retry_rows(database, config, RetryRequest(batch, correct, today=TODAY))
    assert (done.taken_in, done.refused) == ([11], [12])
    _, report = await pulled(database, tmp_path, rows_of(BAD_DATE, BAD_NUMBER), full=True)
    assert report.batches[0].batch_id == batch
    assert await waiting(database) == {batch: 1}
    _, left = table((await exported(database, batch))[1])
    assert (left[0], left[12]) == ("12", "y")


async def test_what_is_rolled_back_waits_again(database: Database, tmp_path: Path) -> None:
    config, report = await pulled(database, tmp_path, rows_of(BAD_DATE, BAD_NUMBER))
    first = report.batches[0].batch_id
    _, report = await pulled(database, tmp_path, rows_of(BAD_NUMBER, good=9), "b.csv")
    second = report.batches[-1].batch_id
    assert first is not None
    assert second is not None
    correct = {11: {"挂牌起始日期": "2026-01-03"}}
    done = await retry_rows(database, config, RetryRequest(first, correct, today=TODAY))
    assert done.batch_id is not None
    assert await waiting(database) == {second: 1}
    for batch in (second, done.batch_id):
        async with database.transaction() as transaction:
            await undo_batch(transaction, batch)
            await transaction.execute(
                "test.undone",
                "update reporting.ingest_batch set status = 'ROLLED_BACK' where id = $1",
                batch,
            )
    assert await waiting(database) == {first: 2}
    assert await price(database, "B-1") is None


async def test_rows_whose_reasons_were_not_kept(database: Database, tmp_path: Path) -> None:
    """Nobody knows what was wrong: as it is, such a row must not pass."""
    shifted = "B-1,一种,冷却方法,ZL202019000050.2,示例甲,C3841,15,2026-01-01,2028-06-30,x"
    config, report = await pulled(database, tmp_path, rows_of(shifted))
    batch = report.batches[0].batch_id
    assert batch is not None
    await database.execute(
        "test.lost", "delete from reporting.data_issue where batch_id = $1", batch
    )
    for _ in range(2):
        tried = await retry_rows(database, config, RetryRequest(batch, today=TODAY))
        assert (tried.taken_in, tried.refused) == ([], [11])
        assert "REASON_NOT_KEPT" in tried.codes


async def test_records_of_an_interface(database: Database, tmp_path: Path) -> None:
    """JSON: the keys are the columns, in the order met, nested ones by dotted names."""
    good = {"projectNo": "A-1", "title": "一种装置", "patentNo": "ZL202019000050.2",
            "转让方": "示例甲", "挂牌截止日期": "2028-06-30", "listed": {"from": "x"},
            "listedFrom": "2026-01-01"}  # fmt: skip
    bad = good | {"projectNo": "B-1", "patentNo": "2.01E+12", "extra": 7}
    records = [*(good | {"projectNo": f"A-{n}"} for n in range(5)), bad]
    write(tmp_path, "a.json", orjson.dumps(records))
    config = listings(tmp_path)
    report = await pull_source(database, config, OPTIONS)
    batch = report.batches[0].batch_id
    assert batch is not None
    header, row = table((await exported(database, batch))[1])
    keys = ["projectNo", "title", "patentNo", "转让方", "挂牌截止日期", "listed.from",
            "listedFrom", "extra"]  # fmt: skip
    assert header == [*ADDED, *keys]
    assert (row[0], row[6], row[11]) == ("6", "2.01E+12", "7")
    row[6] = "ZL202019000050.2"
    path = tmp_path / "back.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, row])
    done = await retried(database, config, path)
    assert done.taken_in == [6]


async def test_columns_of_the_same_name(database: Database, tmp_path: Path) -> None:
    text = rows_of(BAD_DATE).replace("备注", "行号")
    config, report = await pulled(database, tmp_path, text)
    batch = report.batches[0].batch_id
    assert batch is not None
    header, row = table((await exported(database, batch))[1])
    assert header[:4] == ["行号（枢纽）", "错误代码", "错误原因", "批次"]
    assert (header[-1], row[-1]) == ("行号", "x")
    row[10] = "2026-01-03"
    path = tmp_path / "back.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, row])
    assert (await retried(database, config, path)).taken_in == [11]


async def test_gb18030_and_bounds(database: Database, tmp_path: Path) -> None:
    config, report = await pulled(database, tmp_path, rows_of(BAD_DATE))
    batch = report.batches[0].batch_id
    assert batch is not None
    utf8 = table((await exported(database, batch))[1])
    assert table((await exported(database, batch, encoding="gb18030"))[1], "gb18030") == utf8
    assert table((await exported(database, config.code))[1]) == utf8  # of the whole source
    plan = await plan_export(database, batch)
    with pytest.raises(QuarantineRefused, match="EXPORT_TOO_LARGE"):
        await export_file(database, plan, 100)
    for asked in ("nothing", "01900000-0000-7000-8000-000000000000"):
        with pytest.raises(QuarantineRefused, match="BATCH_UNKNOWN"):
            await plan_export(database, asked)
    with pytest.raises(QuarantineRefused, match="EXPORT_ENCODING"):
        await plan_export(database, batch, encoding="gb18030", format="jsonl")


async def test_what_is_listed(database: Database, tmp_path: Path) -> None:
    _, report = await pulled(database, tmp_path, rows_of(BAD_DATE, BAD_NUMBER))
    (found,) = await read_waiting(database)
    assert (found.id, found.rows, found.center) == (report.batches[0].batch_id, 2, "FT-110000-01")
    assert found.codes == {"APPNO_EXCEL_SCIENTIFIC": 1, "DATE_INVALID": 1, "TEXT_FORMULA": 1}
    (dated,) = await read_waiting(database, code="DATE_INVALID", feed="LISTING")
    assert dated.rows == 1
    for nothing in ({"center": "FT-310000-01"}, {"feed": "PATENT"}, {"source": "x"}, {"code": "x"}):
        assert await read_waiting(database, **nothing) == []
    totals = waiting_json([found], found.received_at)["totals"]
    assert totals["byCode"]["DATE_INVALID"] == 1
    assert (totals["rows"], totals["byFeed"]) == (2, {"LISTING": 2})


async def test_a_source_that_is_being_pulled(database: Database, tmp_path: Path) -> None:
    config, report = await pulled(database, tmp_path, rows_of(BAD_DATE))
    batch = report.batches[0].batch_id
    assert batch is not None
    correct = {11: {"挂牌起始日期": "2026-01-03"}}
    async with database.session() as session:
        assert await try_lock(session, config.code)
        with pytest.raises(SourceProblem, match="SOURCE_BUSY"):
            await retry_rows(database, config, RetryRequest(batch, correct, today=TODAY))
        await unlock(session, config.code)
    done = await retry_rows(database, config, RetryRequest(batch, correct, today=TODAY))
    assert done.taken_in == [11]


async def test_killed_in_between_nothing_is_left(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, report = await pulled(database, tmp_path, rows_of(BAD_DATE))
    batch = report.batches[0].batch_id
    assert batch is not None
    request = RetryRequest(batch, {11: {"挂牌起始日期": "2026-01-03"}}, today=TODAY)
    before = await dump(database)

    class Killed(BaseException):
        pass

    async def killed(*_: Any) -> None:
        raise Killed

    for name in ("refused_rows", "settle_correction", "close_batch"):
        with monkeypatch.context() as patched:
            patched.setattr(f"adapters.quarantine.retry.{name}", killed)
            with pytest.raises(Killed):
                await retry_rows(database, config, request)
        assert await dump(database) == before, name
    assert (await retry_rows(database, config, request)).taken_in == [11]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (RetryRequest("01900000-0000-7000-8000-000000000000"), "BATCH_UNKNOWN"),
        (RetryRequest("", {999: {"备注": "x"}}), "RETRY_ROW_UNKNOWN"),
        (RetryRequest("", rows=[3]), "RETRY_ROW_UNKNOWN"),  # a good row
        (RetryRequest("", {11: {"没有的列": "x"}}, strict=True), "RETRY_COLUMN_UNKNOWN"),
    ],
)
async def test_what_cannot_be_tried(
    database: Database, tmp_path: Path, request_: RetryRequest, code: str
) -> None:
    config, report = await pulled(database, tmp_path, rows_of(BAD_DATE))
    batch = report.batches[0].batch_id
    assert batch is not None
    before = await dump(database)
    asked = RetryRequest(
        request_.batch or batch, request_.corrections, request_.rows, request_.strict
    )
    with pytest.raises(QuarantineRefused) as refusal:
        await retry_rows(database, config, asked)
    assert refusal.value.code == code
    other = msgspec.structs.replace(config, feed="PATENT")
    with pytest.raises(QuarantineRefused, match="RETRY_SOURCE_CHANGED"):
        await retry_rows(database, other, RetryRequest(batch))
    assert await dump(database) == before


@needs_shared
async def test_the_real_dirty_sample(database: Database, tmp_path: Path) -> None:
    """159 of 200 application numbers that Excel spoiled. The centre puts the right ones in."""
    sample = SHARED / "data" / "samples_real" / "cn_gazette_2019-07_dirty_gb18030.csv"
    config = source(name="公报", path=str(sample), precedence="REGISTRY", refused_limit=0.9)
    report = await pull_source(database, config, OPTIONS)
    (batch,) = report.batches
    assert (batch.status, batch.counts.rejected) == (BatchStatus.LOADED, 159)
    assert batch.batch_id is not None
    _, content = await exported(database, batch.batch_id, encoding="gb18030")
    header, *rows = table(content, "gb18030")
    original = sample.read_bytes().decode("gb18030")
    assert header[4:] == next(csv.reader(io.StringIO(original)))
    by_number = list(csv.reader(io.StringIO(original, newline="")))
    for row in rows:
        met = by_number[int(row[0]) - 1]
        assert [given_cell(cell, was) for cell, was in zip(row[4:], met, strict=True)] == met
    idle = await retry_rows(database, config, RetryRequest(batch.batch_id, today=TODAY))
    assert (idle.batch_id, len(idle.refused)) == (None, 159)
    column = header.index("filing_id")
    for position, row in enumerate(rows):
        row[column] = _number(2019, position)
    path = tmp_path / "back.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    done = await retried(database, config, path)
    assert len(done.taken_in) + len(done.refused) == 159
    assert len(done.taken_in) > 120, done.codes
    assert await waiting(database) == ({batch.batch_id: len(done.refused)} if done.refused else {})


def _number(year: int, serial: int) -> str:
    """Return a made-up application number with its check digit (ZC 0006-2003)."""
    digits = f"{year}1{serial + 9_000_000:07d}"
    weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
    check = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
    return f"{digits}.{'0123456789X'[check % 11]}"


@pytest.mark.parametrize(
    ("cell", "runs"),
    [
        ("=1+1", True), ("+SUM(A1)", True), ("-cmd|' /c calc'!A0", True), ("@SUM(A1)", True),
        ("\t=1", True), ("\r=1", True), ("-氨基酸", True), ("＝1+1", True), ("-", True),
        ("-1", False), ("-1.50", False), ("+3%", False), ("-1,200.00", False), ("1=1", False),
        ('="0012"', False), ("", False), (" ", False), ("a@b", False), ("示例", False),
    ],
)  # fmt: skip
def test_cells_go_out_safe_and_come_back_as_they_were(cell: str, runs: bool) -> None:
    assert runs_as_formula(cell) is runs
    written = safe_cell(cell)
    assert (written != cell) is runs
    assert not runs_as_formula(written)
    text = io.StringIO(newline="")
    csv.writer(text).writerow([written])
    [[back]] = csv.reader(io.StringIO(text.getvalue(), newline=""))
    assert given_cell(back, cell) == cell
    assert given_cell(cell, cell) == cell  # a spreadsheet program saved the value of the formula


@pytest.mark.parametrize(
    ("given", "was", "means"),
    [
        ("2.0192E+11", "201920000502.1", "201920000502.1"),  # rounded for show
        ("2.0193E+11", "201920000502.1", "2.0193E+11"),
        ("201920000502.2", "2.0192E+11", "201920000502.2"),  # the correction
        ("", "x", ""),
        ("a\nb", "a\r\nb", "a\r\nb"),
        ('="新"', "旧", "新"),
    ],
)
def test_what_a_cell_that_came_back_means(given: str, was: str, means: str) -> None:
    assert given_cell(given, was) == means


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        ("a,b\n1,2\n", "x.csv", "CORRECTION_HEADER"),
        ("行号,专利号\n1,2\n", "x.csv", "CORRECTION_HEADER"),
        ("行号,批次,a\nx,01900000-0000-7000-8000-000000000000,1\n", "x.csv", "CORRECTION_ROW"),
        ("行号,批次,a\n5,nothing,1\n", "x.csv", "CORRECTION_ROW"),
        ("行号,批次\n5,01900000-0000-7000-8000-000000000000,1\n", "x.csv", "CORRECTION_COLUMNS"),
        ("行号,批次,a\n" + "5,01900000-0000-7000-8000-000000000000,1\n" * 2, "x.csv",
         "CORRECTION_REPEATED"),
        ("行号,批次,a\n", "x.csv", "CORRECTION_EMPTY"),
        ("[1]\n", "x.jsonl", "CORRECTION_ROW"),
        ("{\n", "x.jsonl", "FILE_FORMAT"),
        ("", "x.csv", "FILE_EMPTY"),
        ("行号", "x.pdf", "FILE_KIND"),
    ],
)  # fmt: skip
def test_what_is_no_correction(tmp_path: Path, content: str, name: str, code: str) -> None:
    path = write(tmp_path, name, content)
    with pytest.raises((QuarantineRefused, FileRefused)) as refusal:
        read_corrections(path)
    assert refusal.value.code == code
