"""Feed OPERATION_CENTER: rules per row, what a pull stores, names over time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.sync import pull_source
from resolvers.database.pool import Database
from resolvers.platforms.commands.centers import SET_STATUS
from tests.adapters.harness import OPTIONS, demo_source, outcomes, source, write
from tests.adapters.test_rules import codes

CENTER = {
    "code": "FT-110000-01",
    "kind": "FUNCTIONAL",
    "function": "TRADING_SERVICE",
    "officialName": "国家知识产权运营（北京）交易服务平台",
    "hostUscc": "91110108MA9T0027XH",
    "regionCode": "110000",
    "serviceRegionCodes": "000000",
    "status": "RECOGNISED",
    "recognisedOn": "2022-12-30",
}
INDUSTRY = {
    "code": "IC-310000-01",
    "kind": "产业中心",
    "function": "",
    "officialName": "国家级产业知识产权运营中心",
}
TOOL = {"code": "FU-110000-01", "function": "支撑工具", "officialName": "示例平台"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        (INDUSTRY, []),
        (INDUSTRY | {"industryCodes": "C27；C3841"}, []),
        (INDUSTRY | {"industryCodes": "C27；ZZ"}, ["INDUSTRY_FORMAT"]),
        ({"code": "FT-110000-1"}, ["PLATFORM_CODE"]),
        ({"code": "FT-999999-01"}, ["PLATFORM_CODE"]),
        ({"code": ""}, ["FIELD_REQUIRED"]),
        ({"code": "FF-110000-01"}, ["PLATFORM_CODE_KIND"]),
        ({"kind": "INDUSTRY"}, ["PLATFORM_CODE_KIND", "NAME_PATTERN"]),
        ({"function": ""}, ["PLATFORM_CODE_KIND"]),
        # what could not be read is told once
        ({"function": "交易会"}, ["CENTER_FUNCTION_UNKNOWN"]),
        ({"kind": "大型"}, ["CENTER_KIND_UNKNOWN"]),
        ({"status": "很好"}, ["CENTER_STATUS_UNKNOWN"]),
        ({"supportTool": "专利导航"}, ["CENTER_SUPPORT_TOOL"]),
        (TOOL, ["NAME_NEEDS_DECISION_DOCUMENT"]),
        (TOOL | {"recognitionDocument": "示例1号", "supportTool": "专利导航"}, []),
        ({"officialName": "国家知识产权运营(北京)交易服务平台"}, ["W_NAME_NORMALISED"]),
        ({"officialName": "国家知识产权运营（北京）金融服务平台"}, ["NAME_FUNCTION_MISMATCH"]),
        ({"officialName": "国家知识产权运营（火星）交易服务平台"}, ["NAME_PLACE_UNKNOWN"]),
        ({"officialName": "北京交易中心"}, ["NAME_PATTERN"]),
        ({"officialName": "北京交易中心", "namingScheme": "NOTICE_2023_156"}, []),
        ({"officialName": "北京交易中心", "status": "试点", "recognisedOn": ""}, []),
        (
            {"officialName": "北京交易上海分平台", "status": "试点", "recognisedOn": ""},
            ["NAME_BRANCH_FORBIDDEN"],
        ),
        ({"status": "试点"}, ["CENTER_DATES"]),
        ({"recognisedOn": "2026-01-02"}, ["DATE_FUTURE"]),
        ({"hostUscc": "91110108MA9T0027XX"}, ["USCC_CHECK"]),
        ({"hostUscc": ""}, ["FIELD_REQUIRED"]),
        ({"regionCode": "999999"}, ["REGION_UNKNOWN"]),
        ({"serviceRegionCodes": "310000;99"}, ["REGION_UNKNOWN"]),
        ({"regionCode": "810000"}, ["CENTER_JURISDICTION"]),
        ({"regionCode": "659001", "jurisdiction": "XPCC00"}, []),
        ({"jurisdiction": "440305"}, ["CENTER_JURISDICTION"]),
    ],
)
def test_rows(change: dict[str, str], expected: list[str]) -> None:
    assert codes("OPERATION_CENTER", CENTER | change) == expected


async def test_the_demo(database: Database) -> None:
    """Eight centres; the three that tell themselves apart by a qualifier are warned of."""
    config = demo_source("registry-centers")
    report = await pull_source(database, config, OPTIONS)
    (batch,) = report.batches
    counts = batch.counts
    assert (counts.read, counts.accepted, counts.warned, counts.rejected) == (8, 8, 3, 0)
    assert batch.codes == {"W_NAME_QUALIFIER": 3}
    assert {key: found[2] for key, found in (await outcomes(database, config.code)).items()} == {
        6: "RC-320000-01",
        7: "IC-340100-01",
        8: "IC-310000-01",
    }
    rows = await database.fetch(
        "test.centers",
        "select code, circle, name_scheme, named_on::text, jurisdiction_code, "
        "array(select region_code from platforms.center_service_region as r "
        "      where r.code = c.code order by ordinal) as regions, "
        "array(select industry_code from platforms.center_industry as i "
        "      where i.code = c.code order by ordinal) as industries "
        "from platforms.operation_center as c order by code",
    )
    found = {row["code"]: tuple(row.values())[1:] for row in rows}
    named, day = "NOTICE_2022_1002", "2022-12-30"
    assert found == {
        "FF-440400-01": ("CORE", named, day, "440000", ["000000"], []),
        "FS-310000-01": ("CORE", named, day, "310000", ["000000"], []),
        "FS-610100-01": ("CORE", named, None, "610000", ["000000"], []),
        "FT-110000-01": ("CORE", named, day, "110000", ["000000"], []),
        "FU-110000-01": ("CORE", "CASE_BY_CASE", day, "110000", ["000000"], []),
        "IC-310000-01": ("RADIATING", named, None, "310000", ["310000"], ["C27"]),
        "IC-340100-01": ("RADIATING", named, day, "340000", ["340000"], ["C3612", "C3841"]),
        "RC-320000-01": (
            *("RADIATING", named, day, "320000"),
            *(["310000", "320000", "330000", "340000"], []),
        ),
    }
    document = "select title from platforms.policy_document where number = '国知函〔示例〕1号'"
    assert await database.fetchval("test.document", document) is not None


async def pull(
    database: Database, folder: Path, name: str, precedence: str = "CENTER", **changes: Any
) -> dict[str, int]:
    """Pull one centre from a file of its own and return what was noticed."""
    row = CENTER | {"recognisedOn": None} | changes
    write(folder, name, json.dumps([row], ensure_ascii=False))
    place = str(folder / name)
    config = source(code="centers", feed="OPERATION_CENTER", path=place, precedence=precedence)
    report = await pull_source(database, config, OPTIONS)
    assert not report.failed, report
    (batch,) = report.batches
    return {"changed": batch.counts.changed, "conflicts": batch.counts.conflicts}


async def names(database: Database) -> list[tuple[Any, ...]]:
    rows = await database.fetch(
        "test.names",
        "select name, scheme, valid_from::text, valid_to::text from ("
        "  select ordinal, name, scheme, valid_from, valid_to from platforms.center_name "
        "  union all select 99, name, name_scheme, named_on, null "
        "  from platforms.operation_center) as every order by ordinal",
    )
    return [tuple(row.values()) for row in rows]


async def test_a_new_name_keeps_the_former_one(database: Database, tmp_path: Path) -> None:
    await pull(database, tmp_path, "a.json", officialName="北京交易中心", status="PILOT")
    assert await names(database) == [("北京交易中心", "PILOT_NAME", None, None)]

    changed = await pull(
        database, tmp_path, "b.json", recognisedOn="2022-12-30", serviceRegionCodes="11；12"
    )
    assert changed == {"changed": 1, "conflicts": 0}
    official = CENTER["officialName"]
    assert await names(database) == [
        ("北京交易中心", "PILOT_NAME", None, "2022-12-30"),
        (official, "NOTICE_2022_1002", "2022-12-30", None),
    ]

    again = await pull(
        database,
        tmp_path,
        "c.json",
        officialName=official.replace("（", "(").replace("）", ")"),
        recognisedOn="2022-12-30",
        asOf="2023-05-01",
        serviceRegionCodes="120000；110000",
    )
    assert again == {"changed": 1, "conflicts": 0}  # the order of the regions, not the name

    await pull(
        database,
        tmp_path,
        "d.json",
        officialName="全国知识产权运营服务平台（示例）",
        namingScheme="NOTICE_2023_156",
        asOf="2023-11-01",
        status="IN_RECTIFICATION",
    )
    assert [name[1:] for name in await names(database)] == [
        ("PILOT_NAME", None, "2022-12-30"),
        ("NOTICE_2022_1002", "2022-12-30", "2023-11-01"),
        ("NOTICE_2023_156", "2023-11-01", None),
    ]
    row = await database.fetchrow(
        "test.center", "select status, recognised_on::text from platforms.operation_center"
    )
    assert row is not None
    # a date a source leaves out is not emptied
    assert tuple(row.values()) == ("IN_RECTIFICATION", "2022-12-30")


async def test_a_registered_document_is_never_changed(database: Database, tmp_path: Path) -> None:
    await pull(
        database,
        tmp_path,
        "a.json",
        recognitionDocument="国知办函运字〔2022〕1002号",
        recognitionDocumentTitle="另一名称",
        recognitionDocumentIssuer="另一机关",
    )
    titles = await database.fetch(
        "test.titles", "select title from platforms.policy_document where title like '另一%'"
    )
    assert titles == []


async def test_the_register_prevails_and_the_loser_is_kept(
    database: Database, tmp_path: Path
) -> None:
    await pull_source(database, demo_source("registry-centers"), OPTIONS)
    row = CENTER | {"hostUscc": "91440305MA9T00018E", "functionalPositioning": "跨境交易"}
    write(tmp_path, "own.json", json.dumps([row], ensure_ascii=False))
    config = source(
        code="own", feed="OPERATION_CENTER", path=str(tmp_path / "own.json"), precedence="CENTER"
    )
    (batch,) = (await pull_source(database, config, OPTIONS)).batches
    assert (batch.counts.changed, batch.counts.conflicts) == (1, 1)
    center = await database.fetchrow(
        "test.center",
        "select host_uscc, functional_positioning, field_provenance -> 'functional_positioning' "
        "->> 'confidence' as confidence from platforms.operation_center where code = $1",
        CENTER["code"],
    )
    assert center is not None
    assert tuple(center.values()) == (CENTER["hostUscc"], "跨境交易", "CENTER")
    conflict = await database.fetchrow(
        "test.conflict",
        "select entity_type, entity_key, field, losing_value from reporting.conflict",
    )
    assert conflict is not None
    assert tuple(conflict.values()) == (
        *("OperationCenter", CENTER["code"], "host"),
        "91440305MA9T00018E",
    )


async def test_a_status_that_changes_is_told_and_kept(database: Database, tmp_path: Path) -> None:
    """Others react to it (a centre that leaves RECOGNISED loses its products)."""
    await pull(database, tmp_path, "a.json", officialName="北京交易中心", status="PILOT")
    await pull(database, tmp_path, "b.json", status="RECOGNISED", recognisedOn="2022-12-30")
    # the name changes, not the status
    await pull(database, tmp_path, "c.json", asOf="2023-05-01", serviceRegionCodes="11；12")
    await pull(database, tmp_path, "d.json", asOf="2023-11-01", status="IN_RECTIFICATION")
    expected = [
        (None, "PILOT"),
        ("PILOT", "RECOGNISED"),
        ("RECOGNISED", "IN_RECTIFICATION"),
    ]
    events = await database.fetch(
        "test.events",
        "select key, payload from hub.event where topic like 'platforms.%' order by id",
    )
    assert [tuple(event.values()) for event in events] == [
        ("FT-110000-01", {"from": before, "to": after, "kind": "FUNCTIONAL"})
        for before, after in expected
    ]
    kept = await database.fetch(
        "test.kept", "select from_status, to_status, by_subject from platforms.status_change"
    )
    assert [tuple(each.values())[:2] for each in kept] == expected
    assert {each["by_subject"] for each in kept} == {"source:测试来源"}


async def test_an_older_record_does_not_take_a_decision_back(
    database: Database, tmp_path: Path
) -> None:
    """What CNIPA decided in the hub stands until the register says something later."""
    await pull(database, tmp_path, "a.json", status="RECOGNISED", recognisedOn="2022-12-30")
    await database.execute(
        "test.revoked",
        SET_STATUS,
        CENTER["code"],
        "REVOKED",
        {
            "confidence": "REGISTRY",
            "sourceSystem": "hub",
            "batchId": None,
            "recordDate": "2024-06-15",
        },
    )
    status = "select status from platforms.operation_center"
    again = await pull(
        database, tmp_path, "b.json", "REGISTRY", asOf="2024-06-01", status="RECOGNISED"
    )
    assert again["conflicts"] == 0  # an earlier state of what changes with time
    assert await database.fetchval("test.status", status) == "REVOKED"
    await pull(database, tmp_path, "c.json", "REGISTRY", asOf="2024-07-01", status="RECOGNISED")
    assert await database.fetchval("test.status", status) == "RECOGNISED"
