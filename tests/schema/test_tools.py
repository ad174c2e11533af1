"""Subgraph `tools`: what is read, in how many statements, and who sees what (DOMAIN §2.4, §2.6)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.identity import ANONYMOUS, Caller
from resolvers.tools.jobs import count_products
from tests.schema.tools_world import (
    AGENCY,
    APPLICANT,
    BEIJING,
    CNIPA,
    CREDIT_DRAFT,
    CREDIT_ELSEWHERE,
    CREDIT_LATER,
    CREDIT_NOW,
    CREDIT_OLD,
    CREDIT_OVER,
    DRAFT,
    EXPIRED,
    FILER,
    GUANGDONG,
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
from tests.schema.world import BATTERY, CENTER, HOLDER, LASER, OLD, OTHER, Asker


@pytest.fixture(scope="module")
async def filled(world: Database) -> Database:
    await add_tools(world)
    await count_products(world)
    return world


@pytest.fixture
def tools(filled: Database) -> Asker:
    return Asker(filled, "tools")


async def test_a_product_whole(tools: Asker) -> None:
    data = await tools.data(
        """{ intensiveProduct(filingNumber: "pip2024900001") {
             filingNumber name filer { uscc } filerIsHolder industry { code }
             patents { applicationNumber } year status filedOn recognisedOn validTo } }"""
    )
    assert data["intensiveProduct"] == {
        "filingNumber": RECOGNISED,
        "name": "示例焊机",
        "filer": {"uscc": HOLDER},
        "filerIsHolder": True,
        "industry": {"code": "C3841"},
        "patents": [{"applicationNumber": LASER}],
        "year": 2023,
        "status": "RECOGNISED",
        "filedOn": "2024-02-01",
        "recognisedOn": "2024-05-01",
        "validTo": "2027-04-30",
    }


PRODUCTS = "{ intensiveProducts%s { filingNumber } }"


@pytest.mark.parametrize(
    ("arguments", "numbers"),
    [
        ("", [DRAFT, RECOGNISED, EXPIRED]),
        ("(first: 1)", [DRAFT]),
        ('(industry: "C38")', [DRAFT, RECOGNISED]),
        ('(industry: "C39")', []),
        ("(status: EXPIRED)", [EXPIRED]),
        (f'(filerUscc: "{OTHER}")', [EXPIRED]),
        (f'(filerUscc: "{HOLDER}", status: DRAFT)', [DRAFT]),
    ],
)
async def test_products_are_found(filled: Database, arguments: str, numbers: list[str]) -> None:
    data = await Asker(filled, "tools", CNIPA).data(PRODUCTS % arguments)
    assert [each["filingNumber"] for each in data["intensiveProducts"]] == numbers


@pytest.mark.parametrize(
    ("caller", "sees"),
    [
        (CNIPA, True),
        (RECOGNISER, True),
        (NAVIGATOR, True),  # a support tool platform has the full data of its subgraph
        (REGIONAL, True),  # handed it in
        (GUANGDONG, True),
        (FILER, True),
        (TRADER, False),
        (INDUSTRIAL, False),
        (BEIJING, False),
        (STRANGER, False),
        (ANONYMOUS, False),
    ],
    ids=lambda each: each.subject if isinstance(each, Caller) else str(each),
)
async def test_drafts_and_revenue_are_for_those_concerned(
    filled: Database, caller: Caller, sees: bool
) -> None:
    """On every path: by number, in the list, as an entity, under patent and filer."""
    asker = Asker(filled, "tools", caller)
    data = await asker.data('{ intensiveProduct(filingNumber: "%s") { name } }' % DRAFT)
    assert (data["intensiveProduct"] is not None) is sees
    listed = (await asker.data(PRODUCTS % ""))["intensiveProducts"]
    assert ({"filingNumber": DRAFT} in listed) is sees
    assert {"filingNumber": RECOGNISED} in listed
    found = await asker.entities(
        "... on PatentIntensiveProduct { name } "
        "... on Patent { intensiveProducts { filingNumber } } "
        "... on Organization { intensiveProducts { filingNumber } }",
        {"__typename": "PatentIntensiveProduct", "filingNumber": DRAFT},
        {"__typename": "Patent", "applicationNumber": BATTERY},
        {"__typename": "Organization", "uscc": HOLDER},
    )
    assert (found[0] is not None) is sees
    assert [({"filingNumber": DRAFT} in each["intensiveProducts"]) for each in found[1:]] == [
        sees,
        sees,
    ]
    response = await asker.response(
        '{ intensiveProduct(filingNumber: "%s") { name revenueCny revenueShare } }' % RECOGNISED
    )
    product = response["data"]["intensiveProduct"]
    codes = [error["extensions"]["code"] for error in response.get("errors", ())]
    assert product["name"] == "示例焊机"
    if sees:
        assert (Decimal(product["revenueCny"]), product["revenueShare"]) == (483_700_000, 0.35)
        assert codes == []
    else:
        assert (product["revenueCny"], product["revenueShare"]) == (None, None)
        assert codes == ["FORBIDDEN" if caller.is_authenticated else "UNAUTHENTICATED"] * 2


@pytest.mark.parametrize(
    ("arguments", "numbers"),
    [
        ("", ["DH1", "DH3", "DH2"]),
        ("(kind: REGIONAL_PLANNING)", ["DH2"]),
        ('(industry: "C38")', ["DH1", "DH3"]),
        ('(industry: "C3841")', ["DH1"]),
        ('(region: "440000")', ["DH1", "DH2"]),
        ('(region: "440305")', ["DH1"]),
        ('(ipcPrefix: "H01M")', ["DH1", "DH2"]),
        ('(ipcPrefix: "H01M10/60")', ["DH2"]),
        ('(ipcPrefix: "B60L50/00", region: "440300")', ["DH1"]),
    ],
)
async def test_navigation_is_found(tools: Asker, arguments: str, numbers: list[str]) -> None:
    data = await tools.data("{ navigationReports%s { reportNumber } }" % arguments)
    assert [each["reportNumber"] for each in data["navigationReports"]] == numbers


async def test_a_navigation_report_whole_under_region_industry_and_class(tools: Asker) -> None:
    report = """{ reportNumber title kind commissionedBy completedBy { uscc } industry { code }
      region { code } ipcClasses { symbol } completedOn patentsAnalysed openness
      applications { by on effect } usage { views downloadRequests comments } }"""
    found = await tools.entities(
        f"... on Region {{ navigationReports {report} }} "
        "... on Industry { navigationReports { reportNumber } intensiveProductCount } "
        "... on IpcClass { navigationReports { reportNumber } }",
        {"__typename": "Region", "code": "440300"},
        {"__typename": "Region", "code": "320000"},
        {"__typename": "Industry", "code": "C38"},
        {"__typename": "Industry", "code": "C3841"},
        {"__typename": "Industry", "code": "M"},
        {"__typename": "IpcClass", "symbol": "H01M"},
        {"__typename": "IpcClass", "symbol": "B60L50/00"},
    )
    assert found[0]["navigationReports"][0] == {
        "reportNumber": "DH1",
        "title": "电池产业导航",
        "kind": "INDUSTRY_PLANNING",
        "commissionedBy": "示例委托",
        "completedBy": {"uscc": AGENCY},
        "industry": {"code": "C3841"},
        "region": {"code": "440305"},
        "ipcClasses": [{"symbol": "H01M"}, {"symbol": "B60L50/00"}],
        "completedOn": "2024-03-31",
        "patentsAnalysed": 17837,
        "openness": "CONDITIONAL",
        "applications": [
            {"by": "示例甲", "on": "2024-05-01", "effect": "确定研发方向"},
            {"by": "示例乙", "on": None, "effect": None},
        ],
        "usage": {"views": 120, "downloadRequests": 15, "comments": 3},
    }
    numbers = [[each["reportNumber"] for each in one["navigationReports"]] for one in found]
    assert numbers == [
        ["DH1", "DH2"],
        [],
        ["DH1", "DH3"],
        ["DH1"],
        [],
        ["DH1", "DH2"],
        ["DH1"],
    ]
    # EXPIRED of industry M does not count
    assert [found[i]["intensiveProductCount"] for i in (2, 3, 4)] == [1, 1, 0]
    assert set(tools.statements.values()) == {1}


async def test_an_institution_whole(tools: Asker) -> None:
    selection = """... on Organization {
      credit { id grade score validTo status publishedAt indicators { name weight score source } }
      there: credit(platform: "ft-310000-01") { id }
      none: credit(platform: "FT-440000-01") { id }
      serviceGradings { category grade score year }
      managementAssessments { standard level score assessedOn assessor { uscc } }
      residencies { platform { code } category from to status } }"""
    agency, holder, other = await tools.entities(
        selection,
        *({"__typename": "Organization", "uscc": each} for each in (AGENCY, HOLDER, OTHER)),
    )
    assert agency["credit"] == {
        "id": CREDIT_NOW,
        "grade": "A",
        "score": 92.5,
        "validTo": "2024-12-31",
        "status": "UNDER_APPEAL",
        "publishedAt": "2024-01-02T00:00:00Z",
        "indicators": [
            {"name": "资质", "weight": 0.4, "score": 100, "source": "年检"},
            {"name": "投诉率", "weight": 0.6, "score": 87.5, "source": "平台"},
        ],
    }
    assert (agency["there"], agency["none"]) == ({"id": CREDIT_ELSEWHERE}, None)
    assert agency["serviceGradings"] == [
        {"category": "AGENCY", "grade": "A", "score": 92.5, "year": 2023},
        {"category": "LEGAL", "grade": "C", "score": None, "year": 2022},
    ]
    assert agency["residencies"] == [
        {
            "platform": {"code": CENTER},
            "category": "AGENCY",
            "from": "2023-06-01",
            "to": None,
            "status": "ACTIVE",
        }
    ]
    assert [each["assessedOn"] for each in holder["managementAssessments"]] == [
        "2024-01-10",
        "2023-01-10",
    ]
    # one's term begins tomorrow, the other's ended yesterday
    assert (holder["credit"], other["credit"]) == (None, None)
    assert tools.statements.pop("tools.credit_of_organizations") == 3
    assert set(tools.statements.values()) == {1}


EVALUATIONS = "{ creditEvaluations%s { id } }"
OPEN = [CREDIT_LATER, CREDIT_NOW, CREDIT_ELSEWHERE, CREDIT_OLD, CREDIT_OVER]


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        ("", OPEN),
        (f'(platform: "{CENTER}")', [CREDIT_LATER, CREDIT_NOW, CREDIT_OLD, CREDIT_OVER]),
        ("(grade: A)", [CREDIT_NOW, CREDIT_OVER]),
        ("(status: REVISED)", [CREDIT_ELSEWHERE]),
        ("(status: DRAFT)", []),
        (f'(platform: "{CENTER}", grade: B, status: PUBLISHED)', [CREDIT_OLD]),
    ],
)
async def test_evaluations_are_found(tools: Asker, arguments: str, ids: list[str]) -> None:
    data = await tools.data(EVALUATIONS % arguments)
    assert [each["id"] for each in data["creditEvaluations"]] == ids


@pytest.mark.parametrize(
    ("caller", "draft", "appeal", "application"),
    [
        (CNIPA, True, True, True),
        (TRADER, True, True, True),
        (BEIJING, True, True, True),
        (INSTITUTION, False, True, True),
        (OTHER_TRADER, False, False, False),
        (NAVIGATOR, False, False, False),
        (GUANGDONG, False, False, False),
        (STRANGER, False, False, False),
        (ANONYMOUS, False, False, False),
    ],
    ids=lambda each: each.subject if isinstance(each, Caller) else str(each),
)
async def test_drafts_appeals_and_applications(
    filled: Database, caller: Caller, draft: bool, appeal: bool, application: bool
) -> None:
    asker = Asker(filled, "tools", caller)
    listed = (await asker.data(EVALUATIONS % ""))["creditEvaluations"]
    assert ({"id": CREDIT_DRAFT} in listed) is draft
    found: list[Any] = await asker.entities(
        "... on CreditEvaluation { grade } ... on Residency { status } "
        "... on Organization { residencies { id } credit { id } } "
        "... on OperationCenter { residentInstitutions { id } "
        "  applied: residentInstitutions(status: APPLIED) { id } }",
        {"__typename": "CreditEvaluation", "id": CREDIT_DRAFT},
        {"__typename": "Residency", "id": APPLICANT},
        {"__typename": "Organization", "uscc": AGENCY},
        {"__typename": "OperationCenter", "code": CENTER},
    )
    assert (found[0] is not None, found[1] is not None) == (draft, application)
    both = [{"id": APPLICANT}, {"id": RESIDENT}]
    assert found[2]["residencies"] == (both if application else both[1:])
    assert found[2]["credit"] == {"id": CREDIT_NOW}  # never the draft
    assert found[3]["residentInstitutions"] == (both if application else both[1:])
    assert found[3]["applied"] == (both[:1] if application else [])
    response = await asker.entity_response(
        "... on CreditEvaluation { grade appeal }",
        {"__typename": "CreditEvaluation", "id": CREDIT_NOW},
        {"__typename": "CreditEvaluation", "id": CREDIT_OLD},
    )
    shown = [each["appeal"] for each in response["data"]["_entities"]]
    assert shown == ["得分有误" if appeal else None, None]
    assert len(response.get("errors", ())) == (0 if appeal else 1)


async def test_entities_by_their_keys(tools: Asker) -> None:
    found = await tools.entities(
        "... on NavigationReport { title } ... on Patent { intensiveProducts { name } }",
        {"__typename": "NavigationReport", "reportNumber": "dh2"},
        {"__typename": "NavigationReport", "reportNumber": "DH9"},
        {"__typename": "Patent", "applicationNumber": OLD},
    )
    assert found[0]["title"] == "深圳区域导航"
    assert found[1] is None
    assert found[2]["intensiveProducts"] == [{"name": "示例切割头"}]
