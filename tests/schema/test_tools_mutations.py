"""Mutations of `tools`: filings, credit with its effect on residencies, and what platforms note."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.identity import Caller
from tests.schema.fuzz import Fuzz, dump
from tests.schema.tools_asking import GRADE, GRADING, NAVIGATE, REPORT
from tests.schema.tools_world import (
    AGENCY,
    APPLICANT,
    ASSESSOR,
    CNIPA,
    CREDIT_DRAFT,
    CREDIT_NOW,
    CREDIT_OLD,
    FILER,
    GRADER,
    GRADING_TOOL,
    INDUSTRIAL,
    INSTITUTION,
    NAVIGATOR,
    OTHER_TRADER,
    RECOGNISED,
    RECOGNISER,
    REGIONAL,
    RESIDENT,
    STRANGER,
    TRADER,
    add_tools,
)
from tests.schema.world import (
    BATTERY,
    CENTER,
    COOLER,
    HOLDER,
    LASER,
    OLD,
    OTHER,
    Asker,
    add_patents,
    add_platforms,
    add_reference,
    add_trading,
)


@pytest.fixture
async def filled(database: Database) -> Database:
    await add_reference(database)
    await add_patents(database)
    await add_trading(database)
    await add_platforms(database)
    await add_tools(database)
    return database


FILE = """
mutation ($input: IntensiveProductInput!) { fileIntensiveProduct(input: $input) {
  product { filingNumber name filer { uscc } filerIsHolder industry { code } year revenueCny
            revenueShare status filedOn patents { applicationNumber } }
  errors { code path } } }
"""


PRODUCT: dict[str, Any] = {
    "name": " 激光焊接机 ",
    "filerUscc": HOLDER,
    "filerIsHolder": True,
    "industryCode": "C3841",
    "applicationNumbers": ["ZL202029000001.4", COOLER],
    "year": 2023,
    "revenueCny": "483700000.5",
    "revenueShare": 0.35,
}


@pytest.mark.parametrize("caller", [FILER, REGIONAL, INDUSTRIAL], ids=lambda each: each.subject)
async def test_a_filing_is_drafted_with_a_number_of_the_hub(
    filled: Database, caller: Caller
) -> None:
    payload, codes = await Asker(filled, "tools", caller).mutate(FILE, input=PRODUCT)
    assert codes == []
    product = payload["product"]
    number = product.pop("filingNumber")
    assert number.startswith("PIP2024")
    assert len(number) == 13
    assert product == {
        "name": "激光焊接机",
        "filer": {"uscc": HOLDER},
        "filerIsHolder": True,
        "industry": {"code": "C3841"},
        "year": 2023,
        "revenueCny": "483700000.5",
        "revenueShare": 0.35,
        "status": "DRAFT",
        "filedOn": "2024-06-15",
        "patents": [{"applicationNumber": LASER}, {"applicationNumber": COOLER}],
    }
    [row] = await filled.fetch(
        "test.row", "select * from tools.intensive_product where filing_number = $1", number
    )
    # the office where the filer is: Shenzhen's
    assert (row["submitted_by"], row["jurisdiction_code"]) == (caller.center, "440300")
    _, codes = await Asker(filled, "tools", caller).mutate(FILE, input=PRODUCT)
    assert codes == ["FILING_EXISTS"]


# LASER and COOLER are HOLDER's; LASER is licensed to OTHER until today (X2); OLD is OTHER's.
@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"name": ""}, [("TEXT_MISSING", ["input", "name"])]),
        (
            {"year": 2025, "revenueCny": "-1", "revenueShare": 1.5},
            [
                ("YEAR", ["input", "year"]),
                ("REVENUE", ["input", "revenueCny"]),
                ("REVENUE_SHARE", ["input", "revenueShare"]),
            ],
        ),
        ({"revenueCny": "1.001"}, [("REVENUE", ["input", "revenueCny"])]),
        ({"applicationNumbers": []}, [("PATENTS_COUNT", ["input", "applicationNumbers"])]),
        ({"industryCode": "C39"}, [("INDUSTRY_UNKNOWN", ["input", "industryCode"])]),
        (
            {"applicationNumbers": [LASER, "CN2021100000016"]},
            [("PATENT_UNKNOWN", ["input", "applicationNumbers", "1"])],
        ),
        (
            {"applicationNumbers": [LASER, OLD]},
            [("FILER_NOT_HOLDER", ["input", "applicationNumbers", "1"])],
        ),
        ({"filerIsHolder": False}, [("FILER_IS_HOLDER", ["input", "filerIsHolder"])]),
        (
            {"filerUscc": OTHER, "filerIsHolder": False, "applicationNumbers": [LASER, COOLER]},
            [("FILER_NOT_LICENSED", ["input", "applicationNumbers", "1"])],
        ),
        ({"filerUscc": OTHER, "filerIsHolder": False, "applicationNumbers": [LASER, OLD]}, []),
        ({"filerUscc": OTHER, "filerIsHolder": True, "applicationNumbers": [OLD]}, []),
        (
            {"filerUscc": "91350902MA9T00050T"},
            [
                ("ORGANIZATION_UNKNOWN", ["input", "filerUscc"]),
                ("FILER_NOT_HOLDER", ["input", "applicationNumbers", "0"]),
                ("FILER_NOT_HOLDER", ["input", "applicationNumbers", "1"]),
            ],
        ),
    ],
)
async def test_what_a_filing_must_be(
    filled: Database, changes: dict[str, Any], errors: list[tuple[str, list[str]]]
) -> None:
    before = await dump(filled)
    payload, _ = await Asker(filled, "tools", REGIONAL).mutate(FILE, input={**PRODUCT, **changes})
    assert [(error["code"], error["path"]) for error in payload["errors"]] == errors
    assert (payload["product"] is None) is bool(errors)
    assert (await dump(filled) == before) is bool(errors)


@pytest.mark.parametrize(
    "caller", [STRANGER, RECOGNISER, TRADER, CNIPA], ids=lambda each: each.subject
)
async def test_others_may_not_file(filled: Database, caller: Caller) -> None:
    asker = Asker(filled, "tools", caller)
    assert await asker.mutate(FILE, input=PRODUCT) == (None, ["FORBIDDEN"])


ADVANCE = """
mutation ($id: ID!, $to: ProductFilingStatus!, $comment: String) {
  advanceIntensiveProduct(filingNumber: $id, to: $to, comment: $comment) {
    product { status filedOn recognisedOn validTo } errors { code } } }
"""


async def test_the_way_of_a_filing(filled: Database) -> None:
    payload, _ = await Asker(filled, "tools", REGIONAL).mutate(FILE, input=PRODUCT)
    number = payload["product"]["filingNumber"]
    steps: list[tuple[Caller, str, str | None, list[str]]] = [
        (RECOGNISER, "UNDER_REVIEW", None, ["TRANSITION_NOT_ALLOWED"]),
        (RECOGNISER, "FILED", None, ["FORBIDDEN"]),
        (INDUSTRIAL, "FILED", None, ["FORBIDDEN"]),
        (FILER, "FILED", None, []),  # the filer itself, though a centre drafted it
        (NAVIGATOR, "UNDER_REVIEW", None, ["FORBIDDEN"]),  # another tool's platform
        (RECOGNISER, "UNDER_REVIEW", None, []),
        (RECOGNISER, "RECOGNISED", None, ["TRANSITION_NOT_ALLOWED"]),
        (RECOGNISER, "PUBLIC_NOTICE", None, []),
        (RECOGNISER, "NOT_RECOGNISED", "  ", ["COMMENT_REQUIRED"]),
        (RECOGNISER, "RECOGNISED", None, []),
        (RECOGNISER, "EXPIRED", None, ["FORBIDDEN"]),  # only time does that
        (CNIPA, "REVOKED", "材料不实", []),
    ]
    for caller, to, comment, codes in steps:
        asker = Asker(filled, "tools", caller)
        payload, found = await asker.mutate(ADVANCE, id=number, to=to, comment=comment)
        assert found == codes, (caller.subject, to)
    assert payload["product"] == {
        "status": "REVOKED",
        "filedOn": "2024-06-15",
        "recognisedOn": "2024-06-15",
        "validTo": "2027-06-14",
    }
    # it came to nothing: the product may be filed again
    _, codes = await Asker(filled, "tools", REGIONAL).mutate(FILE, input=PRODUCT)
    assert codes == []
    _, codes = await Asker(filled, "tools", CNIPA).mutate(ADVANCE, id="PIP9", to="REVOKED")
    assert codes == ["NOT_FOUND"]


EVALUATE = """
mutation ($input: CreditInput!) { evaluateCredit(input: $input) {
  evaluation { id grade score status indicators { name weight score } } errors { code path } } }
"""


GOOD = [
    {"name": "资质", "weight": 0.4, "score": 90, "source": "年检"},
    {"name": "投诉率", "weight": 0.6, "score": 80, "source": "平台统计"},
]


BAD = [{"name": "合同履约", "weight": 1, "score": 20, "source": "平台统计"}]


CREDIT: dict[str, Any] = {
    "institutionUscc": AGENCY,
    "platformCode": CENTER,
    "indicators": GOOD,
    "validFrom": "2024-06-01",
    "validTo": "2025-05-31",
}


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({}, []),
        ({"indicators": []}, ["INDICATORS_COUNT", "WEIGHTS_SUM"]),
        ({"indicators": [GOOD[0]]}, ["WEIGHTS_SUM"]),
        (
            {"indicators": [GOOD[0] | {"weight": 0.5}] * 2},
            ["INDICATOR_TWICE"],
        ),
        (
            {"indicators": [GOOD[0] | {"weight": 1.5, "score": 101}, GOOD[1] | {"weight": -0.5}]},
            ["WEIGHT", "SCORE", "WEIGHT"],
        ),
        ({"indicators": [BAD[0] | {"name": " ", "source": ""}]}, ["TEXT_MISSING"] * 2),
        ({"validTo": "2024-05-31"}, ["DATE_ORDER"]),
        ({"institutionUscc": "91350902MA9T00050T"}, ["ORGANIZATION_UNKNOWN"]),
        ({"institutionUscc": OTHER}, ["NOT_RESIDENT"]),
    ],
)
async def test_what_an_evaluation_must_be(
    filled: Database, changes: dict[str, Any], errors: list[str]
) -> None:
    before = await dump(filled)
    payload, codes = await Asker(filled, "tools", TRADER).mutate(
        EVALUATE, input={**CREDIT, **changes}
    )
    assert codes == errors
    assert (await dump(filled) == before) is bool(errors)
    if not errors:
        found = payload["evaluation"]
        # 0.4·90 + 0.6·80 = 84
        assert (found["score"], found["grade"], found["status"]) == (84.0, "B", "DRAFT")
        assert [each["name"] for each in found["indicators"]] == ["资质", "投诉率"]


@pytest.mark.parametrize("caller", [OTHER_TRADER, INSTITUTION, CNIPA], ids=lambda c: c.subject)
async def test_only_the_platform_evaluates(filled: Database, caller: Caller) -> None:
    asker = Asker(filled, "tools", caller)
    assert await asker.mutate(EVALUATE, input=CREDIT) == (None, ["FORBIDDEN"])


PUBLISH = "mutation ($id: ID!) { publishCredit(id: $id) { evaluation { status } errors { code } } }"


APPEAL = """mutation ($id: ID!, $statement: String!) {
  appealCredit(id: $id, statement: $statement) { evaluation { status appeal } errors { code } } }"""


REVISE = """mutation ($id: ID!, $indicators: [CreditIndicatorInput!]!, $comment: String) {
  reviseCredit(id: $id, indicators: $indicators, comment: $comment) {
    evaluation { status grade score indicators { name } } errors { code } } }"""


RESIDENCY = """mutation ($id: ID!, $to: ResidencyStatus!, $comment: String) {
  advanceResidency(id: $id, to: $to, comment: $comment) {
    residency { status from to } errors { code } } }"""


async def residency(database: Database, which: str = RESIDENT) -> str:
    status: str = await database.fetchval(
        "test.residency", "select status from tools.residency where id = $1::text::uuid", which
    )
    return status


async def test_grade_d_suspends_and_an_appeal_may_lift_it(filled: Database) -> None:
    platform, institution = (Asker(filled, "tools", each) for each in (TRADER, INSTITUTION))
    payload, _ = await platform.mutate(EVALUATE, input={**CREDIT, "indicators": BAD})
    evaluation = payload["evaluation"]
    assert (evaluation["grade"], await residency(filled)) == ("D", "ACTIVE")
    _, codes = await platform.mutate(PUBLISH, id=evaluation["id"])
    assert (codes, await residency(filled)) == ([], "SUSPENDED")
    # an application in another category is nobody's residency yet, and is not admitted
    assert await residency(filled, APPLICANT) == "APPLIED"
    for which in (RESIDENT, APPLICANT):
        _, codes = await platform.mutate(RESIDENCY, id=which, to="ACTIVE")
        assert codes == ["CREDIT_GRADE_D"]

    _, codes = await institution.mutate(APPEAL, id=evaluation["id"], statement=" ")
    assert codes == ["TEXT_MISSING"]
    payload, codes = await institution.mutate(APPEAL, id=evaluation["id"], statement="数据有误")
    assert (codes, payload["evaluation"]["appeal"]) == ([], "数据有误")
    given = {"id": evaluation["id"], "indicators": GOOD}
    _, codes = await platform.mutate(REVISE, **given)
    assert codes == ["COMMENT_REQUIRED"]
    _, codes = await platform.mutate(REVISE, id=evaluation["id"], indicators=[GOOD[0]], comment="x")
    assert codes == ["WEIGHTS_SUM"]
    payload, codes = await platform.mutate(REVISE, **given, comment="复核成立")
    assert codes == []
    assert payload["evaluation"] == {
        "status": "REVISED",
        "grade": "B",
        "score": 84.0,
        "indicators": [{"name": "资质"}, {"name": "投诉率"}],
    }
    assert await residency(filled) == "SUSPENDED"  # the platform takes it up again, nobody else
    payload, codes = await platform.mutate(RESIDENCY, id=RESIDENT, to="ACTIVE")
    assert (codes, payload["residency"]["from"]) == ([], "2023-06-01")
    events = await filled.fetch(
        "test.events",
        "select topic, key, payload from hub.event "
        "where topic <> 'reporting.records_changed' order by id",
    )
    assert [(each["topic"], each["payload"].get("grade")) for each in events] == [
        ("tools.credit_published", "D"),
        ("tools.residency_changed", None),
        ("tools.credit_published", "B"),
        ("tools.residency_changed", None),
    ]
    assert events[0]["key"] == AGENCY
    assert events[0]["payload"] == {"platform": CENTER, "grade": "D"}
    changes = await filled.fetch(
        "test.changes",
        "select action, from_status, to_status from tools.status_change where key = $1 order by id",
        RESIDENT,
    )
    assert [tuple(change) for change in changes] == [
        ("SUSPEND_BY_GRADE", "ACTIVE", "SUSPENDED"),
        ("ACTIVE", "SUSPENDED", "ACTIVE"),
    ]


async def test_a_term_that_is_over_is_not_published(filled: Database) -> None:
    asker = Asker(filled, "tools", TRADER)
    given = {**CREDIT, "validFrom": "2023-01-01", "validTo": "2024-06-14"}
    payload, _ = await asker.mutate(EVALUATE, input=given)
    _, codes = await asker.mutate(PUBLISH, id=payload["evaluation"]["id"])
    assert codes == ["TERM_OVER"]


async def test_another_institution_does_not_appeal(filled: Database) -> None:
    for caller in (STRANGER, TRADER):
        asker = Asker(filled, "tools", caller)
        assert await asker.mutate(APPEAL, id=CREDIT_OLD, statement="x") == (None, ["FORBIDDEN"])


APPLY = """mutation ($input: ResidencyInput!) { applyResidency(input: $input) {
  residency { id status from to category } errors { code path } } }"""


async def test_the_way_of_a_residency(filled: Database) -> None:
    institution, platform = (Asker(filled, "tools", each) for each in (INSTITUTION, TRADER))
    given = {"institutionUscc": AGENCY, "platformCode": CENTER, "category": "CONSULTING"}
    payload, codes = await institution.mutate(APPLY, input=given)
    assert codes == []
    found = payload["residency"]
    assert (found["status"], found["from"], found["to"]) == ("APPLIED", "2024-06-15", None)
    assert (await institution.mutate(APPLY, input=given))[1] == ["ALREADY_RESIDENT"]
    steps: list[tuple[Asker, str, str | None, list[str]]] = [
        (institution, "ACTIVE", None, ["FORBIDDEN"]),
        (platform, "SUSPENDED", "x", ["TRANSITION_NOT_ALLOWED"]),
        (platform, "ACTIVE", None, []),
        (platform, "SUSPENDED", None, ["COMMENT_REQUIRED"]),
        (platform, "SUSPENDED", "投诉", []),
        (institution, "LEFT", None, []),
        (platform, "EXPELLED", "x", ["TRANSITION_NOT_ALLOWED"]),
    ]
    for asker, to, comment, codes in steps:
        payload, codes_found = await asker.mutate(RESIDENCY, id=found["id"], to=to, comment=comment)
        assert codes_found == codes, to
        if to == "LEFT":
            assert payload["residency"]["to"] == "2024-06-15"
    # who left may come again; the platform may note it for the institution
    assert (await platform.mutate(APPLY, input=given))[1] == []


@pytest.mark.parametrize(
    ("caller", "changes", "codes"),
    [
        (INSTITUTION, {"platformCode": "FT-990000-01"}, ["CENTER_UNKNOWN"]),
        (INSTITUTION, {"platformCode": "IC-440300-01"}, ["CENTER_FUNCTION"]),
        (STRANGER, {}, ["FORBIDDEN"]),
        (OTHER_TRADER, {}, ["FORBIDDEN"]),
        (REGIONAL, {}, ["FORBIDDEN"]),
        (TRADER, {"institutionUscc": "91350902MA9T00050T"}, ["ORGANIZATION_UNKNOWN"]),
    ],
    ids=lambda each: each.subject if isinstance(each, Caller) else "",
)
async def test_who_may_apply_where(
    filled: Database, caller: Caller, changes: dict[str, Any], codes: list[str]
) -> None:
    given = {"institutionUscc": AGENCY, "platformCode": CENTER, "category": "TRAINING", **changes}
    assert (await Asker(filled, "tools", caller).mutate(APPLY, input=given))[1] == codes


POOLS: dict[str, Any] = {
    "name": ["示例产品", "资质"],
    "filerUscc": [HOLDER],
    "filerIsHolder": [True],
    "industryCode": ["C3841", None],
    "regionCode": ["440305", None],
    "applicationNumbers": [[LASER], [LASER, COOLER], [BATTERY]],
    "year": [2022, 2023, 2024],
    "revenueCny": ["1000.50"],
    "filingNumber": [RECOGNISED],
    "institutionUscc": [AGENCY],
    "organizationUscc": [OTHER],
    "platformCode": [CENTER],
    "indicators": [GOOD, BAD],
    "validFrom": ["2024-06-01"],
    "validTo": ["2025-05-31"],
    "id": [CREDIT_DRAFT, CREDIT_NOW, CREDIT_OLD],
    "statement": ["有异议"],
    "comment": ["说明"],
    "reportNumber": ["DH1", "DH8"],
    "title": ["导航"],
    "completedOn": ["2024-01-01"],
    "assessedOn": ["2024-01-01", "2024-02-02"],
    "standard": ["ISO 56005"],
    "level": [1, 5],
    "score": [50, 99.5],
    "completedByUscc": [AGENCY],
    "ipcSymbols": [["H01M"], []],
    "applications": [[{"by": "示例甲", "on": "2024-01-01"}]],
    "patentsAnalysed": [17],
    "views": [3],
    "downloadRequests": [2],
    "comments": [1],
}


CALLERS = {
    "fileIntensiveProduct": REGIONAL,
    "advanceIntensiveProduct": CNIPA,
    "evaluateCredit": TRADER,
    "publishCredit": TRADER,
    "appealCredit": INSTITUTION,
    "reviseCredit": TRADER,
    "applyResidency": TRADER,
    "advanceResidency": TRADER,
    "recordNavigationReport": NAVIGATOR,
    "recordManagementAssessment": ASSESSOR,
    "recordServiceGrading": GRADER,
}


@pytest.mark.parametrize("name", CALLERS)
async def test_random_calls(filled: Database, name: str) -> None:
    own = {
        "advanceResidency": {"id": [RESIDENT, APPLICANT], "to": ["ACTIVE", "SUSPENDED", "LEFT"]},
        "advanceIntensiveProduct": {"to": ["REVOKED", "FILED"]},
    }
    pools = {**POOLS, **own.get(name, {})}
    fuzz = Fuzz(filled, "tools", pools, seed=3)
    assert set(fuzz.fields) == set(CALLERS)
    outcomes: Counter[str] = await fuzz.run(name, CALLERS[name], 30)
    assert outcomes["DONE"], outcomes
    assert len(outcomes) > 1, outcomes


async def test_the_number_of_a_tool_is_not_guessed_from_the_function(filled: Database) -> None:
    """The kind of tool is what platforms tells, not what a caller's code looks like."""
    await filled.execute(
        "test.change",
        "update platforms.operation_center set support_tool = 'PATENT_NAVIGATION' where code = $1",
        GRADING_TOOL,
    )
    asker = Asker(filled, "tools", GRADER)
    assert await asker.mutate(GRADE, input=GRADING) == (None, ["FORBIDDEN"])
    assert (await asker.mutate(NAVIGATE, input=REPORT))[1] == []
