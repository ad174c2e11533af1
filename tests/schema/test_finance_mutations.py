"""Mutations of `finance`: applications, providers, records of valuations and insurance."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.identity import Caller
from tests.schema.finance_world import (
    APPLICANT,
    BANK,
    CNIPA,
    FINANCIAL,
    GUANGDONG,
    OTHER_PLATFORM,
    PLATFORM,
    POLICY,
    PROJECT_APPLIED,
    REGIONAL,
    TRADER,
    add_finance,
)
from tests.schema.fuzz import Fuzz, dump
from tests.schema.world import (
    BATTERY,
    HOLDER,
    LASER,
    OTHER,
    Asker,
    add_patents,
    add_platforms,
    add_reference,
)


@pytest.fixture
async def filled(database: Database) -> Database:
    await add_reference(database)
    await add_patents(database)
    await add_platforms(database)
    await add_finance(database)
    return database


APPLY = """
mutation ($input: FinancingInput!) { applyForFinancing(input: $input) {
  project { id title kind applicant { uscc } patents { applicationNumber } provider { uscc }
            amount { kind amount amountMax currency } status platform { code } appliedOn grantedOn }
  errors { code path } } }
"""
APPLICATION: dict[str, Any] = {
    "title": "  激光焊接专利质押贷款 ",
    "kind": "PLEDGE_LOAN",
    "applicantUscc": HOLDER,
    "applicationNumbers": ["ZL202029000001.4", BATTERY],
    "amount": {"kind": "FIXED", "amount": "1500000"},
    "platformCode": FINANCIAL.lower(),
}


@pytest.mark.parametrize("caller", [REGIONAL, PLATFORM], ids=lambda each: each.subject)
async def test_an_application_is_stored_whole(filled: Database, caller: Caller) -> None:
    payload, codes = await Asker(filled, "finance", caller).mutate(APPLY, input=APPLICATION)
    assert codes == []
    project = payload["project"]
    assert project.pop("id")
    assert project == {
        "title": "激光焊接专利质押贷款",
        "kind": "PLEDGE_LOAN",
        "applicant": {"uscc": HOLDER},
        "patents": [{"applicationNumber": LASER}, {"applicationNumber": BATTERY}],
        "provider": None,
        "amount": {
            "kind": "FIXED",
            "amount": "1500000.00",
            "amountMax": None,
            "currency": "CNY",
        },
        "status": "APPLIED",
        "platform": {"code": FINANCIAL},
        "appliedOn": "2024-06-15",
        "grantedOn": None,
    }
    [row] = await filled.fetch(
        "test.row", "select * from finance.financing_project where title like '激光%'"
    )
    assert (row["submitted_by"], row["jurisdiction_code"]) == (caller.center, "440000")
    [change] = await filled.fetch("test.change", "select * from finance.status_change")
    assert (change["from_status"], change["to_status"], change["key"]) == (
        None,
        "APPLIED",
        str(row["id"]),
    )


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"title": " \u200b "}, [("TEXT_MISSING", ["input", "title"])]),
        ({"title": "长" * 201}, [("TEXT_TOO_LONG", ["input", "title"])]),
        ({"applicationNumbers": []}, [("PATENTS_COUNT", ["input", "applicationNumbers"])]),
        (
            {"applicationNumbers": [LASER, "ZL202029000001.4"]},
            [("PATENTS_COUNT", ["input", "applicationNumbers"])],
        ),
        (
            {"amount": {"kind": "FIXED"}, "title": ""},
            [
                ("TEXT_MISSING", ["input", "title"]),
                ("MONEY_MEMBER_MISSING", ["input", "amount", "amount"]),
            ],
        ),
        ({"amount": {"kind": "FREE"}}, [("AMOUNT_KIND", ["input", "amount"])]),
        (
            {"amount": {"kind": "FIXED", "amount": "0"}},
            [("AMOUNT_KIND", ["input", "amount"])],
        ),
        ({"platformCode": "FF-310000-01"}, [("CENTER_UNKNOWN", ["input", "platformCode"])]),
        ({"platformCode": "FT-110000-01"}, [("CENTER_FUNCTION", ["input", "platformCode"])]),
        ({"platformCode": "FF-610000-01"}, [("CENTER_NOT_WORKING", ["input", "platformCode"])]),
        (
            {
                "applicantUscc": "91350902MA9T00050T",
                "applicationNumbers": [LASER, "CN2021100000016"],
            },
            [
                ("ORGANIZATION_UNKNOWN", ["input", "applicantUscc"]),
                ("PATENT_UNKNOWN", ["input", "applicationNumbers", "1"]),
            ],
        ),
    ],
)
async def test_a_faulty_application_is_refused_with_all_its_faults(
    filled: Database, changes: dict[str, Any], errors: list[tuple[str, list[str]]]
) -> None:
    before = await dump(filled)
    payload, _ = await Asker(filled, "finance", REGIONAL).mutate(
        APPLY, input={**APPLICATION, **changes}
    )
    assert payload["project"] is None
    assert [(error["code"], error["path"]) for error in payload["errors"]] == errors
    assert await dump(filled) == before


@pytest.mark.parametrize(
    "caller",
    [TRADER, OTHER_PLATFORM, APPLICANT, GUANGDONG, CNIPA],
    ids=lambda each: each.subject,
)
async def test_others_may_not_apply(filled: Database, caller: Caller) -> None:
    asker = Asker(filled, "finance", caller)
    assert await asker.mutate(APPLY, input=APPLICATION) == (None, ["FORBIDDEN"])


ADVANCE = """
mutation ($id: ID!, $to: FinancingStatus!, $provider: USCC, $comment: String) {
  advanceFinancing(id: $id, to: $to, providerUscc: $provider, comment: $comment) {
    project { status provider { uscc } grantedOn } errors { code path } } }
"""


async def test_the_way_of_a_loan(filled: Database) -> None:
    asker = Asker(filled, "finance", PLATFORM)
    steps: list[tuple[str, str | None, Any, list[str]]] = [
        ("APPROVED", BANK, None, ["TRANSITION_NOT_ALLOWED"]),
        ("APPLIED", None, None, ["TRANSITION_NOT_ALLOWED"]),
        ("UNDER_REVIEW", None, ("UNDER_REVIEW", None, None), []),
        ("APPROVED", None, None, ["PROVIDER_REQUIRED"]),
        ("APPROVED", "91350902MA9T00050T", None, ["ORGANIZATION_UNKNOWN"]),
        ("APPROVED", BANK, ("APPROVED", BANK, None), []),
        ("GRANTED", OTHER, ("GRANTED", OTHER, "2024-06-15"), []),
        ("REPAID", BANK, None, ["PROVIDER_NOT_EXPECTED"]),
        ("DEFAULTED", None, None, ["COMMENT_REQUIRED"]),
        ("REPAID", None, ("REPAID", OTHER, "2024-06-15"), []),
        ("REPAID", None, None, ["TRANSITION_NOT_ALLOWED"]),
    ]
    for to, provider, wanted, codes in steps:
        payload, found = await asker.mutate(ADVANCE, id=PROJECT_APPLIED, to=to, provider=provider)
        assert found == codes, to
        project = payload["project"]
        shown = project and (
            project["status"],
            project["provider"] and project["provider"]["uscc"],
            project["grantedOn"],
        )
        assert shown == wanted, to
    rows = await filled.fetch(
        "test.changes",
        "select from_status, to_status from finance.status_change where key = $1 order by id",
        PROJECT_APPLIED,
    )
    assert [tuple(row) for row in rows] == [
        ("APPLIED", "UNDER_REVIEW"),
        ("UNDER_REVIEW", "APPROVED"),
        ("APPROVED", "GRANTED"),
        ("GRANTED", "REPAID"),
    ]


async def test_an_unknown_project_and_a_long_comment(filled: Database) -> None:
    asker = Asker(filled, "finance", PLATFORM)
    unknown = "01900000-0000-7000-8000-00000000ffff"
    _, codes = await asker.mutate(ADVANCE, id=unknown, to="UNDER_REVIEW")
    assert codes == ["NOT_FOUND"]
    _, codes = await asker.mutate(ADVANCE, id="x", to="UNDER_REVIEW")
    assert codes == ["BAD_IDENTIFIER"]
    long = "长" * 1_001
    _, codes = await asker.mutate(ADVANCE, id=PROJECT_APPLIED, to="UNDER_REVIEW", comment=long)
    assert codes == ["TEXT_TOO_LONG"]


VALUE = """
mutation ($input: ValuationInput!) { recordValuation(input: $input) {
  report { method baseDate purpose standard value { kind amount amountMin amountMax }
           appraiser { name organization { uscc } } patents { applicationNumber } }
  errors { code path } } }
"""
REPORT: dict[str, Any] = {
    "applicationNumbers": [LASER],
    "method": "INCOME",
    "value": {"kind": "RANGE", "amountMin": "1000000", "amountMax": "1200000.5"},
    "baseDate": "2024-06-15",
    "purpose": "TRANSFER",
    "appraiserName": "示例资产评估有限公司",
    "standard": "GB/T 42748-2023",
}


async def test_a_valuation_is_noted(filled: Database) -> None:
    payload, codes = await Asker(filled, "finance", PLATFORM).mutate(VALUE, input=REPORT)
    assert codes == []
    assert payload["report"] == {
        "method": "INCOME",
        "baseDate": "2024-06-15",
        "purpose": "TRANSFER",
        "standard": "GB/T 42748-2023",
        "value": {
            "kind": "RANGE",
            "amount": None,
            "amountMin": "1000000.00",
            "amountMax": "1200000.50",
        },
        "appraiser": {"name": "示例资产评估有限公司", "organization": None},
        "patents": [{"applicationNumber": LASER}],
    }
    holders = await filled.fetchval(
        "test.holders",
        "select holder_usccs from finance.valuation_report where purpose = 'TRANSFER'",
    )
    assert holders == [HOLDER]


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"baseDate": "2024-06-16"}, ["BASE_DATE"]),
        ({"value": {"kind": "NEGOTIABLE"}}, ["VALUE_KIND"]),
        ({"appraiserName": ""}, ["TEXT_MISSING"]),
        ({"appraiserUscc": "91350902MA9T00050T"}, ["ORGANIZATION_UNKNOWN"]),
        ({"applicationNumbers": ["CN2021100000016"]}, ["PATENT_UNKNOWN"]),
    ],
)
async def test_a_faulty_valuation_is_refused(
    filled: Database, changes: dict[str, Any], codes: list[str]
) -> None:
    before = await dump(filled)
    asker = Asker(filled, "finance", PLATFORM)
    _, found = await asker.mutate(VALUE, input={**REPORT, **changes})
    assert found == codes
    assert await dump(filled) == before


INSURE = """
mutation ($input: InsurancePolicyInput!) { recordInsurancePolicy(input: $input) {
  policy { policyNumber kind insured { uscc } insurer { uscc } cover { amount } from to
           patents { applicationNumber } }
  errors { code path } } }
"""
INSURANCE: dict[str, Any] = {
    "policyNumber": "bx-2",
    "kind": "OVERSEAS",
    "insuredUscc": HOLDER,
    "insurerUscc": BANK,
    "applicationNumbers": [LASER, BATTERY],
    "cover": {"kind": "FIXED", "amount": "800000"},
    "from": "2024-01-01",
    "to": "2024-12-31",
}


async def test_a_policy_is_noted_once(filled: Database) -> None:
    asker = Asker(filled, "finance", PLATFORM)
    payload, codes = await asker.mutate(INSURE, input=INSURANCE)
    assert codes == []
    assert payload["policy"] == {
        "policyNumber": "BX-2",
        "kind": "OVERSEAS",
        "insured": {"uscc": HOLDER},
        "insurer": {"uscc": BANK},
        "cover": {"amount": "800000.00"},
        "from": "2024-01-01",
        "to": "2024-12-31",
        "patents": [{"applicationNumber": LASER}, {"applicationNumber": BATTERY}],
    }
    _, codes = await asker.mutate(INSURE, input=INSURANCE)
    assert codes == ["POLICY_EXISTS"]
    _, codes = await asker.mutate(INSURE, input={**INSURANCE, "policyNumber": POLICY})
    assert codes == ["POLICY_EXISTS"]


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"to": "2023-12-31"}, ["DATE_ORDER"]),
        ({"cover": {"kind": "RANGE", "amountMin": "1", "amountMax": "2"}}, ["COVER_KIND"]),
        ({"insurerUscc": "91350902MA9T00050T"}, ["ORGANIZATION_UNKNOWN"]),
        ({"policyNumber": "\x00"}, ["BAD_IDENTIFIER"]),
    ],
)
async def test_a_faulty_policy_is_refused(
    filled: Database, changes: dict[str, Any], codes: list[str]
) -> None:
    asker = Asker(filled, "finance", PLATFORM)
    _, found = await asker.mutate(INSURE, input={**INSURANCE, **changes})
    assert found == codes


@pytest.mark.parametrize("query", [VALUE, INSURE])
@pytest.mark.parametrize("caller", [TRADER, REGIONAL, CNIPA], ids=lambda each: each.subject)
async def test_only_financial_platforms_note_things(
    filled: Database, query: str, caller: Caller
) -> None:
    given = REPORT if query is VALUE else INSURANCE
    assert await Asker(filled, "finance", caller).mutate(query, input=given) == (
        None,
        ["FORBIDDEN"],
    )


POOLS: dict[str, Any] = {
    "applicantUscc": [HOLDER, OTHER],
    "providerUscc": [BANK, OTHER],
    "appraiserUscc": [OTHER],
    "insuredUscc": [HOLDER],
    "insurerUscc": [BANK],
    "platformCode": [FINANCIAL],
    "applicationNumbers": [[LASER], [BATTERY, LASER]],
    "id": [PROJECT_APPLIED],
    "amount": ["1", "1000.50"],
    "title": ["示例项目"],
    "appraiserName": ["示例评估"],
    "policyNumber": ["A1", "A2", "A3", POLICY],
    "baseDate": ["2024-01-01"],
    "from": ["2024-01-01"],
    "to": ["2024-12-31", "UNDER_REVIEW", "APPROVED", "GRANTED"],
    "standard": ["GB/T 42748-2023"],
}


@pytest.mark.parametrize(
    "name",
    ["applyForFinancing", "advanceFinancing", "recordValuation", "recordInsurancePolicy"],
)
async def test_random_calls(filled: Database, name: str) -> None:
    pools = {**POOLS}
    if name in ("applyForFinancing", "recordValuation", "recordInsurancePolicy"):
        # of these inputs the member `amount` is money as well as a figure of it
        money = {"kind": "FIXED", "amount": "1000.50"}
        pools |= {"amount": [money, "12"], "value": [money], "cover": [money], "to": ["2024-12-31"]}
    outcomes: Counter[str] = await Fuzz(filled, "finance", pools, seed=7).run(name, PLATFORM, 40)
    assert outcomes["DONE"], outcomes
    assert len(outcomes) > 3, outcomes
