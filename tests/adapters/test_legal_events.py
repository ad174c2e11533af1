"""Feed LEGAL_EVENT: packages and tables, the status they lead to, and what is told of them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import FileRefused
from adapters.files.prs_xml import read_prs_records
from adapters.model import BatchReport
from adapters.sync import pull_source
from resolvers.database.pool import Database
from tests.adapters.harness import OPTIONS, source
from tests.schema.world import COOLER, LASER, OLD, add_patents
from tests.support.shared import SHARED, needs_shared

PACKAGE = """<?xml version="1.0" encoding="UTF-8"?>
<business:PRS xmlns:business="http://www.sipo.gov.cn/XMLSchema/business"
  xmlns:base="http://www.sipo.gov.cn/XMLSchema/base">%s</business:PRS>"""
STANDARD = """<business:ApplicationReference dataFormat="standard"><base:DocumentID>
  <base:DocNumber>%s</base:DocNumber></base:DocumentID></business:ApplicationReference>"""
ORIGINAL = STANDARD.replace("standard", "original")
RECORD = """<business:PRSRecord PRSID="%s" status="C">%s
  <business:IPRType>实用新型</business:IPRType>
  <business:PRSPublicationDate><base:Date>%s</base:Date></business:PRSPublicationDate>
  <business:PRSCode>%s</business:PRSCode><business:PRSValue>名称</business:PRSValue>
  <business:PRSInformation>%s</business:PRSInformation></business:PRSRecord>"""


def package(*records: tuple[str, str, str, str, str]) -> str:
    return PACKAGE % "".join(RECORD % each for each in records)


async def pull(database: Database, folder: Path, name: str, content: str) -> BatchReport:
    (folder / name).write_text(content, encoding="utf-8")
    config = source(code="prs", feed="LEGAL_EVENT", path=str(folder / name), precedence="REGISTRY")
    report = await pull_source(database, config, OPTIONS)
    assert not report.failed, report
    return report.batches[0]


async def told(database: Database) -> list[tuple[str, str, bool]]:
    records = await database.fetch(
        "test.told",
        "select payload from hub.event where topic = 'patents.legal_event_recorded' order by id",
    )
    found = [each["payload"] for each in records]
    return [(each["applicationNumber"], each["code"], each["exclusive"]) for each in found]


async def status(database: Database, number: str) -> tuple[Any, ...]:
    [row] = await database.fetch(
        "test.status",
        "select legal_status, legal_status_as_of::text, under_preservation from patents.patent"
        " where application_number = $1",
        number,
    )
    return tuple(row.values())


@pytest.fixture
async def filled(database: Database) -> Database:
    await add_patents(database)
    await database.execute("test.none", "delete from patents.legal_event")
    return database


async def test_a_package_is_taken_in_projected_and_told(filled: Database, tmp_path: Path) -> None:
    licence = (
        "专利实施许可合同备案的生效\n合同备案号:X2023988000011\n许可种类:独占许可\n"
        "备案日期:20230115"
    )
    batch = await pull(
        filled,
        tmp_path,
        "a.xml",
        package(
            ("P1", ORIGINAL % "202029000001.4", "20231201", "CF01", "未缴年费专利权终止"),
            # the other order of the references, and the standard number alone
            (
                *("P2", STANDARD % "200300010000001" + ORIGINAL % "200310000001.8"),
                *("20230201", "EE01", licence),
            ),
            ("P3", STANDARD % "201900029000002", "20230301", "PD01", "保全的解除"),
            ("P4", ORIGINAL % "202029000001.4", "20240301", "XX99", "未知事务\n说明:测试"),
        ),
    )
    assert (batch.counts.read, batch.counts.rejected) == (4, 0)
    assert batch.codes == {
        "W_APPNO_STANDARD_FORMAT": 1,
        "W_LEGAL_EVENT_UNKNOWN": 1,
    }
    assert await status(filled, LASER) == ("CEASED_UNPAID_FEE", "2023-12-01", False)
    assert (await status(filled, COOLER))[2] is False  # it was under preservation
    rows = await filled.fetch(
        "test.rows",
        "select code, name_zh, st27_category, effective_on::text, details from patents.legal_event"
        " order by source_record_id",
    )
    assert [tuple(row.values())[:4] for row in rows] == [
        ("CF01", "未缴年费专利权终止", "H", None),
        ("EE01", "专利实施许可合同备案的生效", "S", "2023-01-15"),
        ("PD01", "专利权保全的解除", "T", None),
        ("XX99", "未知事务", "W", None),
    ]
    assert rows[1]["details"][1] == {"label": "许可种类", "value": "独占许可"}
    assert sorted(await told(filled)) == sorted(
        [
            (LASER, "CF01", False),
            (OLD, "EE01", True),
            (COOLER, "PD01", False),
            (LASER, "XX99", False),
        ]
    )


async def test_a_record_again_and_amended(filled: Database, tmp_path: Path) -> None:
    number = ORIGINAL % "202029000001.4"
    first = ("P1", number, "20231201", "CF01", "未缴年费专利权终止")
    await pull(filled, tmp_path, "a.xml", package(first))
    again = await pull(filled, tmp_path, "b.xml", package(first) + "\n")
    assert again.counts.changed == 0
    assert len(await told(filled)) == 1
    # another day and code for the same record: the old place is left
    amended = ("P1", number, "20231205", "CX01", "专利权有效期届满")
    changed = await pull(filled, tmp_path, "c.xml", package(amended))
    assert changed.counts.changed == 1
    assert await status(filled, LASER) == ("EXPIRED", "2023-12-05", False)
    rows = await filled.fetch("test.rows", "select code from patents.legal_event")
    assert [row["code"] for row in rows] == ["CX01"]
    assert [code for _, code, _ in await told(filled)] == ["CF01", "CX01"]


async def test_a_table_of_events(filled: Database, tmp_path: Path) -> None:
    """As interfaces give them: names in place of codes, one line, no record number."""
    rows = [
        {"申请号": "202029000001.4", "法律状态公告日": "2023.12.01", "法律状态": "专利权的转移",
         "描述信息": "专利权的转移IPC(主分类):B23K26/21;变更事项:专利权人;登记生效日:20231116;"},
        {"申请号": "202029000001.4", "法律状态公告日": "2023.12.01", "法律状态": "授权吗"},
        {"申请号": "202029000001.4", "法律状态公告日": "2999.12.01", "法律状态": "授权"},
    ]  # fmt: skip
    batch = await pull_rows(filled, tmp_path, rows)
    assert (batch.counts.accepted, batch.counts.rejected) == (1, 2)
    assert {"LEGAL_EVENT_FORMAT"} < set(batch.codes)
    [row] = await filled.fetch(
        "test.rows", "select code, effective_on::text, source_record_id from patents.legal_event"
    )
    assert tuple(row.values()) == ("TR01", "2023-11-16", None)


async def pull_rows(database: Database, folder: Path, rows: list[Any]) -> BatchReport:
    (folder / "events.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    config = source(
        code="prs",
        feed="LEGAL_EVENT",
        path=str(folder / "events.json"),
        precedence="REGISTRY",
        refused_limit=1.0,
    )
    report = await pull_source(database, config, OPTIONS)
    return report.batches[0]


async def test_an_event_may_come_before_its_patent(database: Database, tmp_path: Path) -> None:
    record = ("P1", ORIGINAL % "202029000001.4", "20231201", "CF01", "未缴年费专利权终止")
    batch = await pull(database, tmp_path, "a.xml", package(record))
    assert batch.counts.accepted == 1
    assert await told(database) == [(LASER, "CF01", False)]


@needs_shared
async def test_the_synthetic_package(database: Database, tmp_path: Path) -> None:
    content = (SHARED / "data/synthetic/legal_events_prs.xml").read_text(encoding="utf-8")
    batch = await pull(database, tmp_path, "a.xml", content)
    assert (batch.counts.read, batch.counts.rejected) == (14, 0)
    codes = Counter(code for _, code, _ in await told(database))
    assert codes.total() == content.count("<business:PRSRecord ") == 14
    for code, count in codes.items():
        assert content.count(f"<business:PRSCode>{code}<") == count
    exclusive = [each for each in await told(database) if each[2]]
    assert len(exclusive) == content.count("许可种类:独占许可")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "XML"),
        (b"not xml", "XML"),
        (b"<a/>", "a"),
        (b"<PRS><PRSRecord>", "XML"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><PRS>&b;</PRS>", "DOCTYPE"),
        (b"<!doctype a><PRS/>", "syntax error"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><PRS>&b;</PRS>".encode("utf-16"), "DOCTYPE"),
        ("<!DOCTYPE a><PRS/>".encode("utf-16-le"), "DOCTYPE"),
        ("<?xml version='1.0'?><!-- a --><!DOCTYPE a><PRS/>".encode("utf-16-be"), "DOCTYPE"),
        (b"<?xml version='1.0' encoding='GBK'?><!DOCTYPE a><PRS/>", "DOCTYPE"),
        (b"\xef\xbb\xbf<!DOCTYPE a [<!ENTITY % b SYSTEM 'c'>%b;]><PRS/>", "DOCTYPE"),
        (b"<?xml version='1.0' encoding='utf-7'?><PRS/>", "XML"),
        (b"<?xml version='1.0' encoding='no-such'?><PRS/>", "XML"),
        (b"<?xml version='1.0' encoding='EUC-JP'?><PRS/>", "XML"),
        (b"<PRS>" + (b"<" + b"a" * 100 + b">") * 90_000, "8 MiB"),
        (b"<PRS><PRSRecord a='" + b"x" * 9_000_000, "8 MiB"),
    ],
)
def test_what_is_no_package_is_refused(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes(content)
    with path.open("rb") as file, pytest.raises(FileRefused) as refusal:
        list(read_prs_records(file))
    assert reason in str(refusal.value) or reason in str(refusal.value.finding)


def test_a_doctype_across_two_pieces_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes(b" " * (65536 - 4) + b"<!DOCTYPE a><PRS/>")
    with path.open("rb") as file, pytest.raises(FileRefused):
        list(read_prs_records(file))
