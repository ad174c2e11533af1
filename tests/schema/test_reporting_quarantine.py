"""Refused rows in the graph: who sees, exports and corrects them; and what all others see."""

from __future__ import annotations

import base64
import csv
import io
from pathlib import Path
from typing import Any

import pytest

from adapters.config import SourceConfig
from adapters.intake import Intake, as_sent
from adapters.model import SourceClass
from adapters.sync import PullOptions, pull_source
from resolvers.database.pool import Database
from resolvers.identity import ANONYMOUS, Caller, Role
from tests.adapters.harness import source, write
from tests.schema.fuzz import Fuzz
from tests.schema.reporting_world import CNIPA, OPERATOR, AskerOn
from tests.schema.world import TODAY, Asker

CENTER = "FT-110000-01"
OWN = Caller("own", Role.FUNCTIONAL_PLATFORM, center=CENTER)
FOREIGN = Caller("foreign", Role.FUNCTIONAL_PLATFORM, center="FT-310000-01")
OFFICE = Caller("office", Role.PROVINCIAL_OFFICE, jurisdiction="110000")
FRONTEND = Caller("frontend", Role.FRONTEND)
HEADER = "项目编号,项目名称,专利号,转让方,所属行业,挂牌价（万元）,挂牌起始日期,挂牌截止日期"
GOOD = "A-{n},一种{n}号装置,ZL202019000050.2,示例甲,C3841,{n},2026-01-01,2028-06-30"
BAD = "B-1,一种冷却方法,ZL202019000050.2,示例甲,C3841,15,2026-13-01,2028-06-30"
WORSE = "B-2,一种冷却方法,2.01E+12,示例甲,C3841,15,2026-01-01,2028-06-30"
FILE = "\n".join([HEADER, *(GOOD.format(n=n) for n in range(1, 9)), BAD, WORSE]) + "\n"

SEND = """
mutation ($content: String!) {
  startIngest(centerCode: "FT-110000-01", feed: LISTING, fileName: "a.csv", contentBase64: $content)
  { batch { id rowsRead rowsRejected rowsChanged rowsUnchanged rowsDeleted } errors { code } } }
"""
RETRY = """
mutation ($batch: ID!, $rows: [Int!], $corrections: [RowCorrectionInput!]) {
  retryIngestRows(batchId: $batch, rows: $rows, corrections: $corrections) {
    batch { id rowsRead rowsRejected corrects { id } } errors { code message path } } }
"""
ROWS = """
query ($batch: ID) { ingestRows(batch: $batch, resolved: false) { totalCount nodes {
  row values { column text } issues { code column raw } triedBy { id } resolvedBy { id } } }
  taken: ingestRows(batch: $batch, resolved: true) { nodes { row resolvedBy { id } } } }
"""
DELIVERIES = """... on OperationCenter { deliveries {
  feed receivedAt rowsRead rowsAccepted rowsRefused summary } }"""


def asker(database: Database, who: Caller, sources: tuple[SourceConfig, ...] = ()) -> AskerOn:
    return AskerOn(database, who, ingest=Intake(lambda: sources))


async def sent(database: Database, text: str = FILE) -> str:
    await database.execute(
        "test.center",
        "insert into reporting.center values ($1, 'FUNCTIONAL', 'TRADING_SERVICE', 'RECOGNISED', "
        "'110000', '110000', '{}', now()) on conflict do nothing",
        CENTER,
    )
    content = base64.b64encode(text.encode()).decode()
    payload, codes = await asker(database, OWN).mutate(SEND, content=content)
    assert codes == []
    return str(payload["batch"]["id"])


async def retry(database: Database, who: Caller, batch: str, **given: Any) -> tuple[Any, list[str]]:
    payload, codes = await asker(database, who).mutate(RETRY, batch=batch, **given)
    return (payload or {}).get("batch"), codes


def corrected(row: int, **cells: str | None) -> dict[str, Any]:
    return {"row": row, "values": [{"column": c, "text": text} for c, text in cells.items()]}


async def deliveries(database: Database, who: Caller) -> Any:
    key = {"__typename": "OperationCenter", "code": CENTER}
    [center] = await asker(database, who).entities(DELIVERIES, key)
    return center["deliveries"]


async def test_corrected_through_the_graph(database: Database) -> None:
    batch = await sent(database)
    mine = asker(database, OWN)
    data = await mine.data(ROWS, batch=batch)
    assert [node["row"] for node in data["ingestRows"]["nodes"]] == [10, 11]
    assert data["ingestRows"]["nodes"][0]["issues"] == [
        {"code": "DATE_INVALID", "column": "挂牌起始日期", "raw": "2026-13-01"}
    ]
    corrections = [corrected(10, 挂牌起始日期="2026-01-03"), corrected(11, 项目名称="一种装置")]
    tried, codes = await retry(database, OWN, batch, corrections=corrections)
    assert codes == []
    assert (tried["rowsRead"], tried["rowsRejected"], tried["corrects"]) == (2, 1, {"id": batch})
    data = await mine.data(ROWS, batch=batch)
    [left] = data["ingestRows"]["nodes"]
    assert (left["row"], left["triedBy"], left["resolvedBy"]) == (11, {"id": tried["id"]}, None)
    assert {"column": "项目名称", "text": "一种装置"} in left["values"]
    assert [issue["code"] for issue in left["issues"]] == ["APPNO_EXCEL_SCIENTIFIC"]
    assert data["taken"]["nodes"] == [{"row": 10, "resolvedBy": {"id": tried["id"]}}]
    assert await database.fetchval(
        "test.one", "select price_amount::int from trading.listing where number = 'B-1'"
    ) == 150_000  # fmt: skip
    # the same again changes nothing, by whatever way
    again, codes = await retry(database, OWN, batch, corrections=corrections)
    assert (codes, again["id"]) == ([], tried["id"])
    again, codes = await retry(database, OPERATOR, batch)
    assert (codes, again["id"]) == ([], tried["id"])
    batches = await database.fetchval("test.n", "select count(*) from reporting.ingest_batch")
    assert batches == 2


async def test_a_batch_is_exported(database: Database) -> None:
    batch = await sent(database)
    query = """query ($id: ID!) { ingestBatch(id: $id) {
      export { fileName rows contentBase64 }
      gb: export(encoding: GB18030) { contentBase64 } lines: export(format: JSONL) { rows } } }"""
    for who in (OWN, OFFICE, CNIPA, OPERATOR):
        data = (await asker(database, who).data(query, id=batch))["ingestBatch"]
        assert (data["export"]["rows"], data["lines"]["rows"]) == (2, 2)
        text = base64.b64decode(data["export"]["contentBase64"]).decode("utf-8-sig")
        header, first, _ = csv.reader(io.StringIO(text, newline=""))
        assert header == ["行号", "错误代码", "错误原因", "批次", *HEADER.split(",")]
        assert first[4:] == BAD.split(",")
        assert base64.b64decode(data["gb"]["contentBase64"]).decode("gb18030") == text
    both = """query ($id: ID!) { ingestBatch(id: $id) {
      export(format: JSONL, encoding: GB18030) { rows } } }"""
    assert await asker(database, OWN).codes(both, id=batch) == ["EXPORT_ENCODING"]


async def test_exports_of_a_request_are_bounded_together(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = await sent(database)
    monkeypatch.setattr("schema.reporting.quarantine.LARGEST_EXPORT", 1_000)
    one = "query ($id: ID!) { ingestBatch(id: $id) { export { rows } } }"
    two = "query ($id: ID!) { ingestBatch(id: $id) { a: export { rows } b: export { rows } } }"
    assert (await asker(database, OWN).data(one, id=batch))["ingestBatch"]["export"]["rows"] == 2
    assert await asker(database, OWN).codes(two, id=batch) == ["EXPORT_TOO_LARGE"]


async def test_who_may_try_rows_again(database: Database) -> None:
    batch = await sent(database)
    before = await rows_of(database)
    given = {"corrections": [corrected(10, 挂牌起始日期="2026-01-03")]}
    for who, code in (
        (FOREIGN, "NOT_FOUND"),
        (OFFICE, "FORBIDDEN"),
        (CNIPA, "FORBIDDEN"),
        (FRONTEND, "FORBIDDEN"),
        (ANONYMOUS, "UNAUTHENTICATED"),
    ):
        assert await retry(database, who, batch, **given) == (None, [code]), who
    assert await rows_of(database) == before
    for who in (OWN, OPERATOR):
        _, codes = await retry(database, who, batch, rows=[10])
        assert codes == []


async def rows_of(database: Database) -> list[str]:
    found = await database.fetch(
        "test.rows", "select t::text as row from reporting.ingest_row as t"
    )
    return sorted(record["row"] for record in found)


async def test_the_publisher_sees_rows_and_the_reader_totals(database: Database) -> None:
    batch = await sent(database)
    query = """query ($id: ID) { ingestRows(batch: $id, resolved: false) { totalCount }
      ingestIssueTotals { code rows } of: ingestIssueTotals(center: "FT-310000-01") { rows }
      listed: ingestIssueTotals(source: "sent-ft-110000-01-listing", feed: LISTING) { rows } }"""
    totals = [{"code": "APPNO_EXCEL_SCIENTIFIC", "rows": 1}, {"code": "DATE_INVALID", "rows": 1}]
    for who in (OWN, OFFICE, CNIPA, OPERATOR):
        data = await asker(database, who).data(query, id=batch)
        assert data["ingestRows"] == {"totalCount": 2}
        assert data["ingestIssueTotals"] == totals
        assert (data["of"], data["listed"]) == ([], [{"rows": 1}, {"rows": 1}])
    for who in (FOREIGN, FRONTEND, ANONYMOUS):
        data = await asker(database, who).data(query, id=batch)
        assert data == {
            "ingestRows": {"totalCount": 0}, "ingestIssueTotals": [], "of": [], "listed": [],
        }  # fmt: skip
    for who in (OWN, OFFICE, CNIPA, OPERATOR, FOREIGN, FRONTEND, ANONYMOUS):
        [delivery] = await deliveries(database, who)
        assert delivery.pop("receivedAt")
        assert delivery == {
            "feed": "LISTING", "rowsRead": 10, "rowsAccepted": 8, "rowsRefused": 2,
            "summary": "接收 10 行，采用 8 行\n8 of 10 rows accepted",
        }  # fmt: skip
    await retry(database, OWN, batch, corrections=[corrected(10, 挂牌起始日期="2026-01-03")])
    [delivery] = await deliveries(database, ANONYMOUS)  # a correction is no delivery of its own
    assert (delivery["rowsAccepted"], delivery["rowsRefused"]) == (9, 1)
    # rows that say what was said before are accepted, too
    await sent(database, FILE.replace(BAD + "\n", ""))
    newest, _ = await deliveries(database, ANONYMOUS)
    assert (newest["rowsRead"], newest["rowsAccepted"]) == (9, 8)


async def test_deliveries_of_reports_and_of_failed_and_undone_batches(database: Database) -> None:
    await sent(database, HEADER + "\n" + BAD + "\n" + GOOD.format(n=1) + "\n")
    [failed] = await deliveries(database, ANONYMOUS)
    assert (failed["rowsRead"], failed["rowsAccepted"], failed["rowsRefused"]) == (2, 0, 2)
    await database.execute(
        "test.batches",
        "insert into reporting.ingest_batch (center_code, source_name, feed, sha256, status, "
        "rows_read, rows_accepted) values ($1, 's', 'BUSINESS_REPORT', repeat('a', 64), 'LOADED', "
        "5, 5), ($1, 's', 'PATENT', repeat('b', 64), 'ROLLED_BACK', 5, 5)",
        CENTER,
    )
    assert [each["feed"] for each in await deliveries(database, ANONYMOUS)] == ["LISTING"]
    assert [each["feed"] for each in await deliveries(database, FOREIGN)] == ["LISTING"]
    seen = [each["feed"] for each in await deliveries(database, OWN)]
    assert sorted(seen) == ["BUSINESS_REPORT", "LISTING"]


async def test_deliveries_of_many_centres_are_one_statement(database: Database) -> None:
    reading = Asker(database, "reporting")
    keys = [{"__typename": "OperationCenter", "code": f"FT-{n}-01"} for n in range(110000, 110050)]
    found = await reading.entities(DELIVERIES, *keys)
    assert all(each["deliveries"] == [] for each in found)
    assert dict(reading.statements) == {"reporting.deliveries": 1}


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ({"rows": [999]}, ["RETRY_ROW_UNKNOWN"]),
        ({"rows": [2]}, ["RETRY_ROW_UNKNOWN"]),  # accepted
        ({"rows": [0]}, ["ROW_INVALID"]),
        ({"rows": []}, ["ROWS_MISSING"]),
        ({"rows": list(range(1, 10_002))}, ["ROWS_LIMIT"]),
        ({"corrections": [corrected(10, 不存在="x")]}, ["RETRY_COLUMN_UNKNOWN"]),
        ({"corrections": [corrected(10)]}, ["CELLS_LIMIT"]),
        (
            {"corrections": [corrected(10, 备注="x"), corrected(10, 备注="\x00")]},
            ["ROW_REPEATED", "TEXT_INVALID"],
        ),
        ({"corrections": [corrected(10, 备注="x" * 32_768)]}, ["TEXT_INVALID"]),
        (
            {"corrections": [{"row": 10, "values": [{"column": "a"}, {"column": "a"}]}]},
            ["COLUMN_REPEATED"],
        ),
    ],
)
async def test_what_is_refused(database: Database, given: Any, codes: list[str]) -> None:
    batch = await sent(database)
    before = await rows_of(database)
    assert await retry(database, OWN, batch, **given) == (None, codes)
    assert await rows_of(database) == before


async def test_a_failed_batch_says_what_to_do(database: Database) -> None:
    batch = await sent(database, HEADER + "\n" + BAD + "\n")
    payload, codes = await asker(database, OWN).mutate(RETRY, batch=batch)
    assert codes == ["RETRY_BATCH_FAILED"]
    assert "hub pull --full" in payload["errors"][0]["message"]


async def test_cells_are_meant_literally(database: Database) -> None:
    batch = await sent(database)
    wrapped = corrected(10, 挂牌起始日期="2026-01-03", 项目名称='="x"')
    _, codes = await retry(database, OWN, batch, corrections=[wrapped])
    assert codes == []
    issues = await database.fetch(
        "test.issues", "select code, raw from reporting.data_issue where raw = '=\"x\"'"
    )
    assert [record["code"] for record in issues] == ["W_TEXT_FORMULA_UNWRAPPED"]


async def test_rows_of_a_pulled_source(database: Database, tmp_path: Path) -> None:
    """Tried again where the source's file is known; corrected by its centre, they speak for it."""
    write(tmp_path, "a.csv", FILE)
    config = source(
        code="registry", feed="LISTING", path=str(tmp_path), precedence="REGISTRY",
        constants={"platform": CENTER},
    )  # fmt: skip
    report = await pull_source(database, config, PullOptions(today=TODAY))
    batch = report.batches[0].batch_id
    assert batch is not None
    given = {"corrections": [corrected(10, 挂牌起始日期="2026-01-03")]}
    _, codes = await retry(database, OWN, batch, **given)
    assert codes == ["RETRY_SOURCE_UNKNOWN"]
    payload, codes = await asker(database, OWN, (config,)).mutate(RETRY, batch=batch, **given)
    assert (codes, payload["batch"]["rowsRejected"]) == ([], 0)
    said = await database.fetchval(
        "test.said", "select confidence from trading.listing where number = 'B-1'"
    )
    assert said == "PLATFORM"


def test_a_centre_corrects_with_its_own_weight_and_for_itself() -> None:
    for given, expected in (("REGISTRY", "PLATFORM"), ("CENTER", "CENTER"), ("DERIVED", "DERIVED")):
        config = as_sent(source(feed="LISTING", precedence=given), CENTER)
        assert (config.precedence, config.own_rows_only) == (SourceClass(expected), True)
        assert config.constants == {"platform": CENTER}


async def test_corrections_of_feeds_no_centre_may_send(database: Database) -> None:
    batch = await database.fetchval(
        "test.batch",
        "insert into reporting.ingest_batch (center_code, source_name, feed, sha256, status, "
        "header) values ($1, 'events', 'LEGAL_EVENT', repeat('a', 64), 'LOADED', '[]') "
        "returning id",
        CENTER,
    )
    known = (source(code="events", feed="LEGAL_EVENT"),)
    given = {"corrections": [corrected(10, 备注="x")]}
    _, codes = await asker(database, OWN, known).mutate(RETRY, batch=str(batch), **given)
    assert codes == ["FEED_NOT_SUPPORTED"]
    _, codes = await asker(database, OPERATOR, known).mutate(RETRY, batch=str(batch), **given)
    assert codes == ["RETRY_ROW_UNKNOWN"]


async def test_random_corrections(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = await sent(database)

    def asking(database: Database, subgraph: str, caller: Caller) -> AskerOn:
        return asker(database, caller)

    monkeypatch.setattr("tests.schema.fuzz.Asker", asking)
    pools = {
        "batchId": [batch, batch, batch, "01900000-0000-7000-8000-000000000000"],
        "rows": [None, [10], [11], [10, 11], [3], []],
        "row": [10, 11, 11, 99],
        "column": ["挂牌起始日期", "专利号", "项目名称", "x"],
        "text": ["2026-01-03", "2026-14-03", "=SUM(A1)", "", None],
    }
    found = await Fuzz(database, "reporting", pools).run("retryIngestRows", OWN, 120)
    assert {"DONE", "RETRY_ROW_UNKNOWN", "NOT_FOUND"} <= set(found)
