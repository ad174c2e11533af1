"""The eight journeys of DOMAIN §7 through the whole hub, each as the one who makes it.

The operations are those of the specification's `queries/`; the numbers of fetches may not exceed
what `query_plans.json` lists.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.conftest import Hub

FOLDER = Path(__file__).parent / "journeys"
LISTED = {each["operation"]: each for each in json.loads((FOLDER / "query_plans.json").read_text())}
PLATFORM = "FUNCTIONAL_PLATFORM FT-110000-01"
CENTER = "INDUSTRY_CENTER IC-440300-01"
REGIONAL = "REGIONAL_CENTER RC-320000-01"
OFFICE = "PROVINCIAL_OFFICE 440300"


def text(number: int) -> str:
    [path] = FOLDER.glob(f"j{number}_*.graphql")
    return path.read_text(encoding="utf-8")


def fetches(answer: Any) -> int:
    """Return how many fetches the answer's plan has."""

    def walk(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            yield str(node.get("kind"))
            for value in node.values():
                yield from walk(value)
        elif isinstance(node, list):
            for value in node:
                yield from walk(value)

    return sum(kind == "Fetch" for kind in walk(answer["extensions"]))


async def run(
    hub: Hub, number: int, operation: str, who: str, **variables: object
) -> dict[str, Any]:
    """Return the data of one operation, which must have no errors and few enough fetches."""
    answer = await hub.query(text(number), who=who, operation=operation, **variables)
    assert "errors" not in answer, answer["errors"]
    count = fetches(answer)
    assert 0 < count <= LISTED[operation]["fetches"]
    data: dict[str, Any] = answer["data"]
    return data


def empty_paths(value: Any, path: str = "") -> Iterator[str]:
    """Yield the places that show nothing: nulls and empty lists."""
    if value is None or value == []:
        yield path
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from empty_paths(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for inner in value[:1]:
            yield from empty_paths(inner, path)


async def codes_of(hub: Hub, query: str, who: str, **variables: object) -> list[str]:
    """Return all error codes of an operation, top-level ones and those of its only payload."""
    answer = await hub.query(query, who=who, **variables)
    found = [error["extensions"]["code"] for error in answer.get("errors", ())]
    for payload in (answer.get("data") or {}).values():
        if isinstance(payload, dict):
            found += [error["code"] for error in payload.get("errors", ())]
    return found


pytestmark = pytest.mark.usefixtures("worked")


@pytest.fixture(scope="module")
async def worked(hub: Hub) -> None:
    """The worker has run: statistics, dashboards and matches are there."""
    await hub.settle()


# What the subjects of the demo have nothing of: `[]` of barriers is good news, a fixed fee has no
# rate, a pledged patent no open licence, a sum of all functions no function.
MAY_BE_EMPTY = {
    *("patent.legalStatusAsOf", "patent.openLicence", "patent.tradability.barriers"),
    *("dashboard.changeRate", "layoutStatus.function", "operationCenters.latestReport"),
    *("openLicences.nodes.fee.rate", "openLicences.nodes.fee.royaltyBase"),
    *("openLicences.nodes.patent.intensiveProducts",),
    *("openLicences.nodes.licensors.organization.credit", "serviceStandards.issuedBy"),
    *("organization.hostedCenters", "organization.providedProducts"),
    *("organization.serviceGradings", "organization.advancedTechProjects"),
    *("recognitionCases.rectification", "recognitionCases.allowedTransitions"),
    *("businessReports.center.supervisionActions", "businessReports.issues"),
}


def full(data: Any) -> Any:
    """Return the data, in which nothing is empty but what may be."""
    assert set(empty_paths(data)) <= MAY_BE_EMPTY, set(empty_paths(data)) - MAY_BE_EMPTY
    return data


async def test_j1_panorama_of_a_patent(hub: Hub) -> None:
    """The financial platform of the pledge sees its amount; others read the rest."""
    number = "CN2017190000267"
    data = full(await run(hub, 1, "PatentPanorama", "CNIPA_ADMIN", no=number))
    patent = data["patent"]
    assert patent["displayNumber"] == "201719000026.7"
    amounts = {pledge["securedAmount"]["amount"] for pledge in patent["pledges"]}
    assert "12005000.00" in amounts
    assert "PLEDGED_WITHOUT_CONSENT" in patent["openLicenceEligibility"]["barriers"]
    answer = await hub.query(text(1), who=REGIONAL, no=number)
    codes = {e["extensions"]["code"] for e in answer["errors"]}
    assert codes == {"GRANT_REQUIRED", "FORBIDDEN"}  # secured amounts; values of valuations
    assert answer["data"]["patent"]["pledges"][0]["securedAmount"] is None
    assert answer["data"]["patent"]["title"] == patent["title"]


async def test_j2_overview_of_an_area(hub: Hub) -> None:
    data = full(await run(hub, 2, "AreaOverview", REGIONAL, region="320000", year=2023))
    region = data["region"]
    assert region["name"] == "江苏省"
    assert [point["period"] for point in region["indicatorTrend"]] == [
        f"2023-Q{quarter}" for quarter in range(1, 5)
    ]
    assert region["pledgeCount"] == 1


async def test_j3_publish_a_product(hub: Hub) -> None:
    """A recognised centre drafts and submits; the platform of the standard approves."""
    who = "REGIONAL_CENTER RC-320000-01"
    data = full(await run(hub, 3, "StandardsFor", who, kind="PATENT_NAVIGATION"))
    standard = data["serviceStandards"][0]
    evidence = [r["id"] for r in standard["requirements"] if r["check"] == "EVIDENCE_ATTACHED"]
    given = {
        "title": "江苏集成电路产业专利导航",
        "summary": "面向集成电路企业的专利导航与预警",
        "kind": "PATENT_NAVIGATION",
        "publisherCode": "RC-320000-01",
        "providerUscc": None,
        "standardCode": standard["code"],
        "standardVersion": standard["version"],
        "dataFoundationCodes": [data["dataFoundations"][0]["code"]],
        "regionCodes": ["320000"],
        "industryCodes": ["C3973"],
        "price": {"kind": "NEGOTIABLE"},
        "responseDays": 10,
        "evidence": [
            {"requirementId": each, "title": "业绩证明", "reference": "附件1"} for each in evidence
        ],
    }
    created = (await run(hub, 3, "CreateProduct", who, input=given))["createServiceProduct"]
    assert created["errors"] == []
    product = created["product"]
    assert (product["status"], "SUBMIT" in product["allowedActions"]) == ("DRAFT", True)
    submitted = await run(hub, 3, "SubmitProduct", who, id=product["id"], v=product["version"])
    result = submitted["transitionServiceProduct"]
    assert (result["errors"], result["product"]["status"]) == ([], "UNDER_REVIEW")
    assert result["product"]["publisher"]["jurisdiction"]["leadOffice"]
    again = await hub.query(
        text(3), who=who, operation="SubmitProduct", id=product["id"], v=product["version"]
    )
    codes = [e["code"] for e in again["data"]["transitionServiceProduct"]["errors"]]
    assert codes in (["VERSION_CONFLICT"], ["TRANSITION_NOT_ALLOWED"])


async def test_j4_national_board(hub: Hub) -> None:
    data = full(await run(hub, 4, "NationalBoard", "FRONTEND"))
    tiles = {tile["code"]: tile["value"] for tile in data["dashboard"]}
    assert float(tiles["CENTERS"]) >= 8
    planned = {row["kind"]: row["planned"] for row in data["layoutStatus"]}
    assert planned == {"FUNCTIONAL": 15, "INDUSTRY": 50}
    scores = [center["activityScore"] for center in data["operationCenters"]]
    assert all(0 <= score <= 100 for score in scores)
    assert max(scores) > 0
    reports = [center["latestReport"] for center in data["operationCenters"]]
    assert reports == [None] * len(reports)  # reports are for those concerned
    as_admin = await run(hub, 4, "NationalBoard", "CNIPA_ADMIN")
    assert any(center["latestReport"] for center in as_admin["operationCenters"])


async def test_j5_cheap_open_licences(hub: Hub) -> None:
    data = full(await run(hub, 5, "OpenLicences", CENTER, ipc="G06N", max="500000"))
    [found] = data["openLicences"]["nodes"]
    assert (found["statementNumber"], found["fee"]["amount"]) == ("KF2026310115", "120000.00")
    data = await run(hub, 5, "OpenLicences", CENTER, ipc="G06N", max="119999")
    assert data["openLicences"]["totalCount"] == 0


async def test_j6_screen_a_listing(hub: Hub) -> None:
    query = "{ listings(first: 50) { nodes { id number status } } }"
    listings = (await hub.query(query, who=PLATFORM))["data"]["listings"]["nodes"]
    waiting = next(each for each in listings if each["status"] == "SCREENING")
    data = await run(hub, 6, "Screen", PLATFORM, id=waiting["id"])
    screening = data["screenListing"]["screening"]
    assert data["screenListing"]["errors"] == []
    rules = {finding["rule"] for finding in screening["findings"]}
    assert len(rules) == 14
    expected = "SCREEN_FAILED" if screening["outcome"] == "BLOCK" else "LISTED"
    assert screening["listing"]["status"] == expected
    worst = max((f["outcome"] for f in screening["findings"]), key=["PASS", "WARN", "BLOCK"].index)
    assert screening["outcome"] == worst
    stranger = "FUNCTIONAL_PLATFORM FT-310000-01"
    assert await codes_of(hub, text(6), stranger, id=waiting["id"]) in (
        ["FORBIDDEN"],
        ["NOT_FOUND"],
    )


async def test_j7_provincial_desk_and_rectification(hub: Hub) -> None:
    desk = full(await run(hub, 7, "ProvincialDesk", "PROVINCIAL_OFFICE 310000", jur="310000"))
    assert {each["center"]["code"][3:5] for each in desk["recognitionCases"]} == {"31"}
    ready = next(e for e in desk["recognitionCases"] if e["stage"] == "UNDER_EVALUATION")
    query, case = text(7), ready["id"]
    refused = await hub.query(query, who="PROVINCIAL_OFFICE 310000", operation="Advance", case=case)
    assert [e["extensions"]["code"] for e in refused["errors"]] == ["FORBIDDEN"]
    data = await run(hub, 7, "Advance", "CNIPA_ADMIN", case=case)
    advanced = data["advanceRecognition"]
    assert (advanced["errors"], advanced["case"]["stage"]) == ([], "RECTIFICATION")
    starts, ends = (advanced["case"]["rectification"][k] for k in ("startsOn", "endsOn"))
    assert int(ends[:4]) == int(starts[:4]) + 1
    assert await codes_of(
        hub,
        'mutation ($case: ID!) { advanceRecognition(caseId: $case, action: REFUSE, comment: "x",'
        ' decision: { reason: "x" }) { errors { code } } }',
        "CNIPA_ADMIN",
        case=case,
    ) == ["TRANSITION_NOT_ALLOWED"]


async def test_j8_profile_of_an_organisation(hub: Hub) -> None:
    data = full(await run(hub, 8, "Institution", "CNIPA_ADMIN", uscc="1211010899000013XP"))
    assert data["organization"]["credit"]["grade"] in "ABCD"
    assert data["organization"]["patentCount"] > 0


ADVANCE = """
mutation ($case: ID!, $action: RecognitionAction!, $decision: DecisionInput) {
  advanceRecognition(caseId: $case, action: $action, comment: "按程序办理", decision: $decision)
    { case { stage } errors { code message } } }
"""
EVIDENCE = """
mutation ($case: ID!, $evidence: EvidenceInput!) {
  recordEvaluationEvidence(caseId: $case, evidence: $evidence) { errors { code message } } }
"""
CLOSE_ITEM = """
mutation ($case: ID!, $item: ID!) {
  closeRectificationItem(caseId: $case, itemId: $item, evidence: "整改报告") { errors { code } } }
"""
PRODUCTS = """
{ operationCenter(code: "FS-610100-01") { status serviceProducts { number status } } }
"""


async def test_after_rectification_a_centre_gets_its_products_back(hub: Hub) -> None:
    """DOMAIN §7: a centre in rectification has lost its published products; once recognised again
    it has them back, by the worker, since platforms and catalogue share no tables."""

    async def products() -> tuple[str, set[str]]:
        center = (await hub.query(PRODUCTS, who="CNIPA_ADMIN"))["data"]["operationCenter"]
        return center["status"], {each["status"] for each in center["serviceProducts"]}

    async def do(query: str, who: str, **variables: object) -> None:
        assert await codes_of(hub, query, who, **variables) == []

    assert await products() == ("IN_RECTIFICATION", {"SUSPENDED"})
    cases = "{ recognitionCases(stage: RECTIFICATION) { id center { code officialName }" + (
        " rectification { items { id done } } } }"
    )
    found = (await hub.query(cases, who="CNIPA_ADMIN"))["data"]["recognitionCases"]
    case = next(each for each in found if each["center"]["code"] == "FS-610100-01")
    for item in case["rectification"]["items"]:
        if not item["done"]:
            platform = "FUNCTIONAL_PLATFORM FS-610100-01"
            await do(CLOSE_ITEM, platform, case=case["id"], item=item["id"])
    admin = {"who": "CNIPA_ADMIN", "case": case["id"]}
    await do(ADVANCE, action="START_RE_EVALUATION", **admin)
    for method in ("MATERIAL_CHECK", "FUNCTION_TEST", "SITE_VISIT"):
        evidence = {"method": method, "result": "PASS", "note": "合格", "on": "2026-01-01"}
        await do(EVIDENCE, evidence=evidence, **admin)
    decision = {
        "officialName": "国家知识产权运营（西安）特色服务平台",
        "documentNumber": "国知办函运字〔2022〕1002号",
        "reason": "整改到位",
    }
    await do(ADVANCE, action="RECOGNISE", decision=decision, **admin)
    await hub.settle()
    assert await products() == ("RECOGNISED", {"PUBLISHED"})
