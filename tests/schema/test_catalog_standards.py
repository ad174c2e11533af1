"""Service standards and data foundations: who describes what, and what is checked."""

from __future__ import annotations

from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.identity import ANONYMOUS, Caller
from tests.schema.catalog_world import (
    AGENCY,
    CNIPA,
    FINANCIER,
    NAVIGATION_CODE,
    PUBLISHER,
    REVIEWER,
    SHENZHEN,
    STANDARD,
    TRADER,
    add_catalog,
    ask,
)

DRAFT_ONE = """mutation ($input: StandardInput!) { draftServiceStandard(input: $input) {
  standard { code version status issuedBy { code } requirements { text check parameter } }
  errors { code path } } }"""


CHANGE = """mutation ($code: ID!, $version: String!, $to: StandardStatus!) {
  changeStandardStatus(code: $code, version: $version, to: $to) {
    standard { status effectiveFrom } errors { code path } } }"""


@pytest.fixture
async def catalog(database: Database) -> Database:
    await add_catalog(database)
    return database


def standard_input(**changed: Any) -> dict[str, Any]:
    return {
        "code": "SS-SVC-001",
        "version": "1.0",
        "title": "服务评价规范",
        "serviceKind": "SERVICE_EVALUATION",
        "basis": ["国知办函运字〔2022〕1002号"],
        "requirements": [
            {"text": "写明简介", "mandatory": True, "check": "FIELD_PRESENT",
             "parameter": "summary"},
            {"text": "十日内响应", "mandatory": False, "check": "MAX_RESPONSE_DAYS",
             "parameter": "10"},
        ],
        **changed,
    }  # fmt: skip


async def test_a_standard_from_draft_to_replacement(catalog: Database) -> None:
    platform = ask(catalog, REVIEWER)
    payload, codes = await platform.mutate(DRAFT_ONE, input=standard_input())
    assert codes == []
    assert payload["standard"] == {
        "code": "SS-SVC-001",
        "version": "1.0",
        "status": "DRAFT",
        "issuedBy": {"code": NAVIGATION_CODE},
        "requirements": [
            {"text": "写明简介", "check": "FIELD_PRESENT", "parameter": "summary"},
            {"text": "十日内响应", "check": "MAX_RESPONSE_DAYS", "parameter": "10"},
        ],
    }
    # drafting again rewrites the draft
    again = standard_input(
        requirements=[{"text": "附证明", "mandatory": True, "check": "EVIDENCE_ATTACHED"}]
    )
    payload, codes = await platform.mutate(DRAFT_ONE, input=again)
    assert codes == []
    assert [each["text"] for each in payload["standard"]["requirements"]] == ["附证明"]
    one = {"code": "SS-SVC-001", "version": "1.0"}
    for to, effective in (("CONSULTATION", None), ("IN_FORCE", "2024-06-15")):
        payload, codes = await platform.mutate(CHANGE, **one, to=to)
        assert codes == []
        assert payload["standard"] == {"status": to, "effectiveFrom": effective}
    assert (await platform.mutate(DRAFT_ONE, input=again))[1] == ["STANDARD_EXISTS"]

    assert (await platform.mutate(DRAFT_ONE, input=standard_input(version="2.0")))[1] == []
    for to in ("CONSULTATION", "IN_FORCE"):
        assert (await platform.mutate(CHANGE, code="SS-SVC-001", version="2.0", to=to))[1] == []
    data = await platform.data(
        """{ serviceStandards(kind: SERVICE_EVALUATION) { code version status
             replacedBy { version } } }"""
    )
    assert data["serviceStandards"][:2] == [
        {"code": "SS-SVC-001", "version": "2.0", "status": "IN_FORCE", "replacedBy": None},
        {
            "code": "SS-SVC-001",
            "version": "1.0",
            "status": "SUPERSEDED",
            "replacedBy": {"version": "2.0"},
        },
    ]
    events = await catalog.fetch(
        "test.events",
        "select key, payload from hub.event where topic <> 'reporting.records_changed' order by id",
    )
    assert [(each["key"], each["payload"]["to"]) for each in events] == [
        ("SS-SVC-001|1.0", "CONSULTATION"),
        ("SS-SVC-001|1.0", "IN_FORCE"),
        ("SS-SVC-001|2.0", "CONSULTATION"),
        ("SS-SVC-001|1.0", "SUPERSEDED"),
        ("SS-SVC-001|2.0", "IN_FORCE"),
    ]


async def test_a_version_superseded_before_its_successor_came_is_linked_later(
    catalog: Database,
) -> None:
    platform = ask(catalog, REVIEWER)
    assert (await platform.mutate(CHANGE, code=STANDARD, version="1.0", to="SUPERSEDED"))[1] == []
    assert (await platform.mutate(CHANGE, code=STANDARD, version="2.0", to="IN_FORCE"))[1] == []
    data = await platform.data(
        '{ serviceStandard(code: "SS-NAV-001", version: "1.0") { status replacedBy { version } } }'
    )
    assert data["serviceStandard"] == {"status": "SUPERSEDED", "replacedBy": {"version": "2.0"}}


@pytest.mark.parametrize(
    ("caller", "changed", "codes"),
    [
        (CNIPA, {}, []),
        (FINANCIER, {}, ["KIND_NOT_OF_FUNCTION"]),
        (FINANCIER, {"serviceKind": "INSURANCE"}, []),
        (REVIEWER, {"code": STANDARD, "version": "3.0"}, ["KIND_MISMATCH"]),
        (
            CNIPA,
            {"code": STANDARD, "version": "3.0", "serviceKind": "PATENT_NAVIGATION"},
            ["STANDARD_OF_ANOTHER_ISSUER"],
        ),
        (CNIPA, {"code": "SS-1"}, ["STANDARD_CODE"]),
        (CNIPA, {"code": "SS-ABC-0001"}, ["STANDARD_CODE"]),
        (CNIPA, {"version": "1"}, ["STANDARD_VERSION"]),
        (CNIPA, {"requirements": []}, ["REQUIREMENTS_COUNT"]),
        (CNIPA, {"title": ""}, ["TEXT_MISSING"]),
        (CNIPA, {"basis": [""]}, ["TEXT_MISSING"]),
        (CNIPA, {"basis": ["x"] * 21}, ["LIST_COUNT"]),
    ],
)
async def test_who_drafts_what(
    catalog: Database, caller: Caller, changed: dict[str, Any], codes: list[str]
) -> None:
    _, found = await ask(catalog, caller).mutate(DRAFT_ONE, input=standard_input(**changed))
    assert found == codes


@pytest.mark.parametrize(
    ("check", "parameter", "code"),
    [
        ("DATA_FOUNDATION_USED", "DF-TRANSFER", None),
        ("DATA_FOUNDATION_USED", "DF-NONE", "FOUNDATION_UNKNOWN"),
        ("FIELD_PRESENT", "nothing", "PARAMETER_INVALID"),
        ("MAX_RESPONSE_DAYS", None, "PARAMETER_MISSING"),
        ("MANUAL", "x", "PARAMETER_EXTRA"),
    ],
)
async def test_parameters_are_checked(
    catalog: Database, check: str, parameter: str | None, code: str | None
) -> None:
    requirement = {"text": "要求", "mandatory": True, "check": check, "parameter": parameter}
    payload, _ = await ask(catalog, CNIPA).mutate(
        DRAFT_ONE, input=standard_input(requirements=[requirement])
    )
    place = ["input", "requirements", "0", "parameter"]
    assert payload["errors"] == ([{"code": code, "path": place}] if code else [])


@pytest.mark.parametrize("caller", [PUBLISHER, SHENZHEN, AGENCY, ANONYMOUS])
async def test_nobody_else_drafts_standards(catalog: Database, caller: Caller) -> None:
    _, codes = await ask(catalog, caller).mutate(DRAFT_ONE, input=standard_input())
    assert codes == ["FORBIDDEN" if caller.is_authenticated else "UNAUTHENTICATED"]


SAVE = """mutation ($input: DataFoundationInput!) { saveDataFoundation(input: $input) {
  dataFoundation { code name provider { code } openness recordCount fields { name sensitivity } }
  errors { code path } } }"""


def foundation_input(**changed: Any) -> dict[str, Any]:
    return {
        "code": "DF-INSURANCE",
        "name": "专利保险数据",
        "description": "保单的险种、期限和保额",
        "topic": "PLEDGE",
        "openness": "CONDITIONAL",
        "licenceTerms": "须经授权",
        "updateCycle": "MONTHLY",
        "fields": [
            {"name": "cover", "nameZh": "保额", "type": "Money", "required": True,
             "sensitivity": "COMMERCIAL"},
        ],
        **changed,
    }  # fmt: skip


async def test_a_platform_describes_its_data(catalog: Database) -> None:
    payload, codes = await ask(catalog, FINANCIER).mutate(SAVE, input=foundation_input())
    assert codes == []
    assert payload["dataFoundation"] == {
        "code": "DF-INSURANCE",
        "name": "专利保险数据",
        "provider": {"code": "FF-440400-01"},
        "openness": "CONDITIONAL",
        "recordCount": 0,
        "fields": [{"name": "cover", "sensitivity": "COMMERCIAL"}],
    }
    other = {"name": "kind", "nameZh": "险种", "type": "InsuranceKind", "required": True,
             "sensitivity": "PUBLIC"}  # fmt: skip
    changed = foundation_input(name="专利保险", openness="OPEN", fields=[other])
    for caller in (FINANCIER, CNIPA):  # CNIPA changes what others provide, who keep providing it
        payload, codes = await ask(catalog, caller).mutate(SAVE, input=changed)
        assert codes == []
        assert payload["dataFoundation"]["provider"] == {"code": "FF-440400-01"}
        assert payload["dataFoundation"]["fields"] == [{"name": "kind", "sensitivity": "PUBLIC"}]


@pytest.mark.parametrize(
    ("caller", "changed", "codes"),
    [
        (CNIPA, {"topic": "STATISTICS"}, []),
        (FINANCIER, {"topic": "TRANSFER"}, ["TOPIC_NOT_OF_FUNCTION"]),
        (TRADER, {"code": "DF-TRANSFER", "topic": "TRANSFER"}, []),
        (TRADER, {"code": "DF-TRANSFER", "topic": "LICENCE"}, ["TOPIC_FIXED"]),
        (TRADER, {"code": "DF-DEMAND", "topic": "DEMAND"}, ["FORBIDDEN"]),  # the hub's own
        (PUBLISHER, {}, ["FORBIDDEN"]),
        (ANONYMOUS, {}, ["UNAUTHENTICATED"]),
        (FINANCIER, {"code": "INSURANCE"}, ["FOUNDATION_CODE"]),
        (FINANCIER, {"fields": []}, ["LIST_COUNT"]),
        (FINANCIER, {"coverageFrom": "2024-02-01", "coverageTo": "2024-01-01"}, ["DATE_ORDER"]),
    ],
)
async def test_who_describes_what(
    catalog: Database, caller: Caller, changed: dict[str, Any], codes: list[str]
) -> None:
    _, found = await ask(catalog, caller).mutate(SAVE, input=foundation_input(**changed))
    assert found == codes


@pytest.mark.parametrize(
    ("name", "twice", "code"), [("Cover", 1, "FIELD_NAME"), ("cover", 2, "LIST_REPEATED")]
)
async def test_bad_fields_are_refused(catalog: Database, name: str, twice: int, code: str) -> None:
    each = {"name": name, "nameZh": "保额", "type": "Money", "required": True,
            "sensitivity": "PUBLIC"}  # fmt: skip
    _, codes = await ask(catalog, FINANCIER).mutate(
        SAVE, input=foundation_input(fields=[each] * twice)
    )
    assert codes == [code]
