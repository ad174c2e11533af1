"""Feed BUSINESS_REPORT: one row per value, into a draft of the centre and into nothing that was
submitted; checked by the same checks as a report that is saved in the hub."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.feed import load_vocabularies
from adapters.store.undo import undo_batch
from resolvers.database.pool import Database
from resolvers.hub.worker import Worker
from resolvers.identity import Caller, Role
from resolvers.reporting.jobs import JOBS
from schema.serving import SubgraphServer
from tests.adapters.feeding import events, feed, history, read, world
from tests.adapters.harness import DEMO_FILES, TODAY
from tests.adapters.test_rules import codes

NAME = "BUSINESS_REPORT"
FT = "FT-110000-01"
CALLER = Caller("ft", Role.FUNCTIONAL_PLATFORM, center=FT)
ROW: dict[str, Any] = {
    "平台编码": FT,
    "期间": "2025-Q3",
    "指标": "TRADE_DEAL_COUNT",
    "本期数": "132",
    "上期数": "114.84",
}
SAVE = """mutation ($c: ID!, $p: String!, $v: [IndicatorValueInput!]!) {
  saveBusinessReport(centerCode: $c, period: $p, values: $v) {
    report { id version status } errors { code } } }"""
MOVE = """mutation ($id: ID!, $v: Int!, $a: ReportAction!) {
  transitionReport(id: $id, expectedVersion: $v, action: $a) { report { status version }
    errors { code } } }"""
VALUES = """
select r.period_label, v.indicator_code, v.value::text, v.note, v.derived::text
from reporting.report_value as v join reporting.business_report as r on r.id = v.report_id
order by 1, 2
"""
REPORTS = "select number, status, version from reporting.business_report order by number"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"期间": "2025年第三季度"}, []),
        ({"期间": "2025年9月"}, []),
        ({"期间": "2025-13"}, ["PERIOD_FORMAT"]),
        ({"期间": "2025-Q5"}, ["PERIOD_FORMAT"]),
        ({"期间": "去年"}, ["PERIOD_FORMAT"]),
        ({"期间": ""}, ["FIELD_REQUIRED"]),
        ({"期间": "2026-01"}, ["PERIOD_NOT_OVER"]),
        ({"期间": "2026"}, ["PERIOD_NOT_OVER"]),
        ({"期间": "2025"}, []),
        ({"期间类型": "季报"}, []),
        ({"期间类型": "年报"}, ["PERIOD_KIND_MISMATCH"]),
        ({"报送编号": "BR-FT-110000-01-2025Q3"}, []),
        ({"报送编号": "7"}, ["W_REPORT_NUMBER"]),
        ({"指标": "成交项目数"}, []),
        ({"指标": "不详"}, ["INDICATOR_UNKNOWN"]),
        ({"本期数": ""}, ["FIELD_REQUIRED"]),
        ({"本期数": "-"}, ["FIELD_REQUIRED"]),
        ({"本期数": "很多"}, ["NUMBER_FORMAT"]),
        ({"单位": "件"}, []),
        ({"单位": "斤"}, ["MEASURE_UNKNOWN"]),
        ({"单位": "万元", "本期数": "5亿元"}, ["MEASURE_TWICE"]),
        ({"填报日期": "2026-02-01"}, ["DATE_FUTURE"]),
        ({"说明": "x" * 501}, ["TEXT_TOO_LONG"]),
    ],
)
def test_rows(change: dict[str, Any], expected: list[str]) -> None:
    """Nothing is known to these rows; what the rules that ask the hub say of that is left out."""
    found = codes(NAME, ROW | change)
    if {"INDICATOR_UNKNOWN", "CENTER_UNKNOWN"} <= set(found):
        found = [code for code in found if code not in ("INDICATOR_UNKNOWN", "CENTER_UNKNOWN")]
    assert found == expected


@pytest.mark.parametrize(
    ("indicator", "value", "unit", "expected"),
    [
        ("TRADE_DEAL_COUNT", "1.5", None, ["COUNT_NOT_INTEGER"]),
        ("TRADE_DEAL_COUNT", "-1", None, ["VALUE_NEGATIVE"]),
        ("TRADE_DEAL_COUNT", "3项", None, []),
        ("TRADE_DEAL_COUNT", "3", "万元", ["MEASURE_MISMATCH"]),
        ("TRADE_DEAL_AMOUNT_CNY", "8650万元", None, []),
        ("TRADE_DEAL_AMOUNT_CNY", "8650", "万元", []),
        ("TRADE_DEAL_AMOUNT_CNY", "0.001", None, ["VALUE_DECIMALS"]),
        ("TRADE_DEAL_AMOUNT_CNY", "12家", None, ["MEASURE_MISMATCH"]),
        ("TRADE_DEAL_AMOUNT_CNY", "100000000", "亿元", ["VALUE_TOO_LARGE"]),
        ("STAFF_FULL_TIME", "26人", None, []),
        ("STAFF_FULL_TIME", "26", "个", []),
    ],
)
async def test_values(
    database: Database,
    tmp_path: Path,
    indicator: str,
    value: str,
    unit: str | None,
    expected: list[str],
) -> None:
    await world(database)
    row = ROW | {"指标": indicator, "本期数": value, "单位": unit or ""}
    assert list((await feed(database, tmp_path, NAME, [row])).codes) == expected


async def test_the_words_for_indicators_are_those_of_the_table(database: Database) -> None:
    _, words = load_vocabularies()["indicator"]
    declared = await read(database, "select code, lower(name_zh) from reporting.indicator")
    assert {words["".join(name.split())] for _, name in declared} == {code for code, _ in declared}
    assert set(words.values()) == {code for code, _ in declared}


async def test_a_report_begins_as_a_draft(database: Database, tmp_path: Path) -> None:
    """An object with its values in a list, as DOMAIN §4.4 has it, is a row per value."""
    await world(database)
    document = json.loads((DEMO_FILES / "business_report.json").read_text(encoding="utf-8"))
    fed = await feed(database, tmp_path, NAME, document)
    assert (fed.counts.read, fed.counts.changed, fed.codes) == (18, 18, {})
    assert await read(database, REPORTS) == [("BR-FT-110000-01-2023Q4", "DRAFT", 1)]
    kept = await history(database, "reporting", "business_report")
    assert kept == [(None, "DRAFT", "source:测试来源")]
    [(report, payload)] = await events(database, "reporting.report_changed")
    assert payload == {"center": FT, "jurisdiction": "110000", "status": "DRAFT"}
    touched = await read(database, "select entity_type, entity_key from hub.change")
    assert touched == [("BusinessReport", report)]
    place = "select period_from::text, period_to::text, due_on::text, region_code, year "
    assert await read(database, f"{place} from reporting.business_report") == [
        ("2023-10-01", "2023-12-31", "2024-01-15", "110000", 2023)
    ]
    again = await feed(database, tmp_path, NAME, document, full=True)
    assert (again.counts.changed, again.counts.conflicts) == (0, 0)
    assert len(await events(database, "reporting.report_changed")) == 1


async def test_it_is_checked_as_when_it_is_saved(database: Database, tmp_path: Path) -> None:
    """The issues and derived figures of a draft a feed brought are those of the same values saved
    by mutation."""
    await world(database)
    rows = [
        ROW | {"指标": "RESIDENT_INSTITUTIONS", "本期数": "3"},
        ROW | {"指标": "TRADE_DEAL_COUNT"},
    ]
    await feed(database, tmp_path, NAME, rows)
    server = SubgraphServer(database, today=lambda: TODAY)
    issues = (
        "select i.indicator_code, i.code, i.message from reporting.report_issue as i "
        "join reporting.business_report as r on r.id = i.report_id "
        "where r.period_label = $1 order by i.ordinal"
    )
    assert await read(database, issues, "2025-Q3") == []
    await Worker(database, server.local_peers, [JOBS]).run_reactions()
    found = await read(database, issues, "2025-Q3")
    assert ("W_INDICATOR_MISSING" in {code for _, code, _ in found}) is True
    values = [
        {"indicator": "RESIDENT_INSTITUTIONS", "value": "3"},
        {"indicator": "TRADE_DEAL_COUNT", "value": "132"},
    ]
    answer = await server.answer("reporting", CALLER, SAVE, {"c": FT, "p": "2025-Q2", "v": values})
    assert answer["data"]["saveBusinessReport"]["errors"] == []
    assert await read(database, issues, "2025-Q2") == found


async def test_what_was_submitted_is_not_changed(database: Database, tmp_path: Path) -> None:
    await world(database)
    await feed(database, tmp_path, NAME, [ROW])
    server = SubgraphServer(database, today=lambda: TODAY)
    [(report,)] = await read(database, "select id::text from reporting.business_report")
    answer = await server.answer("reporting", CALLER, MOVE, {"id": report, "v": 1, "a": "SUBMIT"})
    assert answer["data"]["transitionReport"]["report"]["status"] == "SUBMITTED"

    rows = [ROW | {"本期数": "140"}, ROW | {"指标": "LICENCE_COUNT"}]
    refused = await feed(database, tmp_path, NAME, rows, file="b.json")
    assert refused.codes == {"REPORT_SENT": 2}
    # what it says already is no change
    same = await feed(database, tmp_path, NAME, [ROW], file="c.json", code="other", full=True)
    assert (same.codes, same.counts.changed) == ({}, 0)
    assert [row[2] for row in await read(database, VALUES)] == ["132.00"]
    assert await read(database, REPORTS) == [("BR-FT-110000-01-2025Q3", "SUBMITTED", 2)]

    await database.execute(
        "test.returned", "update reporting.business_report set status = 'RETURNED'"
    )
    again = await feed(database, tmp_path, NAME, rows, file="d.json", full=True)
    assert (again.codes, again.counts.changed) == ({}, 2)
    assert await read(database, REPORTS) == [("BR-FT-110000-01-2025Q3", "RETURNED", 3)]


async def test_a_frozen_year(database: Database, tmp_path: Path) -> None:
    await world(database)
    await database.execute(
        "test.frozen",
        "insert into reporting.performance_evaluation (center_code, year, kind, "
        "jurisdiction_code, stage, created_at, updated_at) "
        "values ($1, 2025, 'FUNCTIONAL', '110000', 'DATA_FROZEN', now(), now())",
        FT,
    )
    fed = await feed(database, tmp_path, NAME, [ROW, ROW | {"期间": "2024-Q3"}])
    assert fed.codes == {"DATA_FROZEN": 1}
    assert await read(database, REPORTS) == [("BR-FT-110000-01-2024Q3", "DRAFT", 1)]


async def test_what_was_saved_in_the_hub_stands(database: Database, tmp_path: Path) -> None:
    """The later word of the centre: what was saved today, unless the report names a later day."""
    await world(database)
    server = SubgraphServer(database, today=lambda: TODAY)
    values = [{"indicator": "TRADE_DEAL_COUNT", "value": "100", "note": "已核对"}]
    await server.answer("reporting", CALLER, SAVE, {"c": FT, "p": "2025-Q3", "v": values})
    rows = [ROW, ROW | {"指标": "LICENCE_COUNT", "本期数": "57"}]
    fed = await feed(database, tmp_path, NAME, rows)
    assert (fed.counts.changed, fed.counts.conflicts) == (1, 1)
    assert [row[:4] for row in await read(database, VALUES)] == [
        ("2025-Q3", "LICENCE_COUNT", "57.00", None),
        ("2025-Q3", "TRADE_DEAL_COUNT", "100.00", "已核对"),
    ]
    # a value of its own a source corrects
    await feed(database, tmp_path, NAME, [rows[1] | {"本期数": "58"}], file="b.json")
    assert (await read(database, VALUES))[0][2] == "58.00"
    # a save replaces all, as ever
    await server.answer("reporting", CALLER, SAVE, {"c": FT, "p": "2025-Q3", "v": values})
    assert [row[1] for row in await read(database, VALUES)] == ["TRADE_DEAL_COUNT"]


async def test_other_centres(database: Database, tmp_path: Path) -> None:
    await world(database)
    rows = [ROW | {"平台编码": "FT-310000-01"}, ROW | {"平台编码": "RC-320000-01"}]
    sent = await feed(
        *(database, tmp_path, NAME, rows), own_rows_only=True, constants={"center": FT}
    )
    assert sent.codes == {"ROW_NOT_OWN": 2}
    fed = await feed(database, tmp_path, NAME, rows, file="b.json", code="all")
    assert fed.codes == {"CENTER_UNKNOWN": 1}
    unfit = await feed(
        *(database, tmp_path, NAME, [rows[1] | {"指标": "SCREEN_BLOCKED"}]), file="c.json"
    )
    assert unfit.codes == {"W_INDICATOR_NOT_APPLICABLE": 1}
    twice = await feed(
        *(database, tmp_path, NAME, [ROW, ROW, ROW | {"本期数": "1"}]), file="d.json"
    )
    assert twice.codes == {"DUPLICATE": 1, "DUPLICATE_CONFLICT": 1}


async def test_it_is_rolled_back(database: Database, tmp_path: Path) -> None:
    await world(database)
    fed = await feed(database, tmp_path, NAME, [ROW, ROW | {"期间": "2025-Q2"}])
    await feed(
        database, tmp_path, NAME, [ROW | {"指标": "LICENCE_COUNT"}], file="b.json", code="other"
    )
    assert fed.batch_id is not None
    async with database.transaction() as transaction:
        undone = await undo_batch(transaction, fed.batch_id)
    # two values and one of the reports; the other report holds a value of another batch
    assert (undone.removed, undone.kept) == (3, 1)
    assert [row[:2] for row in await read(database, VALUES)] == [("2025-Q3", "LICENCE_COUNT")]
    assert [row[0] for row in await read(database, REPORTS)] == ["BR-FT-110000-01-2025Q3"]
