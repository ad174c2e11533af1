"""What support tools note: navigation reports, assessments, gradings."""

from __future__ import annotations

from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.identity import Caller
from tests.schema.fuzz import dump
from tests.schema.tools_asking import GRADE, GRADING, NAVIGATE, REPORT
from tests.schema.tools_world import (
    AGENCY,
    ASSESSOR,
    CNIPA,
    GRADER,
    NAVIGATOR,
    RECOGNISER,
    REGIONAL,
    TRADER,
    add_tools,
)
from tests.schema.world import (
    HOLDER,
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


async def test_a_report_is_noted_and_its_counters_renewed(filled: Database) -> None:
    asker = Asker(filled, "tools", NAVIGATOR)
    payload, codes = await asker.mutate(NAVIGATE, input=REPORT)
    assert codes == []
    assert payload["report"] == {
        "reportNumber": "DH-7",
        "title": "电池导航",
        "ipcClasses": [{"symbol": "H01M"}, {"symbol": "H01M10/60"}],
        "applications": [{"by": "示例甲", "effect": "立项"}],
        "usage": {"views": 0, "downloadRequests": 0, "comments": 0},
    }
    later = {**REPORT, "views": 12, "downloadRequests": 3, "applications": [], "ipcSymbols": []}
    payload, codes = await asker.mutate(NAVIGATE, input=later)
    assert codes == []
    assert payload["report"]["usage"] == {"views": 12, "downloadRequests": 3, "comments": 0}
    assert (payload["report"]["applications"], payload["report"]["ipcClasses"]) == ([], [])


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"completedOn": "2024-06-16"}, ["DATE"]),
        ({"views": -1, "comments": -2}, ["COUNTER", "COUNTER"]),
        ({"industryCode": "C39", "regionCode": "990000"}, ["INDUSTRY_UNKNOWN", "REGION_UNKNOWN"]),
        ({"completedByUscc": "91350902MA9T00050T"}, ["ORGANIZATION_UNKNOWN"]),
        ({"applications": [{"by": "", "effect": "长" * 4_001}]}, ["TEXT_MISSING", "TEXT_TOO_LONG"]),
        ({"ipcSymbols": [f"H01M{n}/00" for n in range(1, 52)]}, ["CLASSES_COUNT"]),
    ],
)
async def test_a_faulty_report_is_refused(
    filled: Database, changes: dict[str, Any], codes: list[str]
) -> None:
    before = await dump(filled)
    asker = Asker(filled, "tools", NAVIGATOR)
    assert (await asker.mutate(NAVIGATE, input={**REPORT, **changes}))[1] == codes
    assert await dump(filled) == before


async def test_a_report_belongs_to_its_platform(filled: Database) -> None:
    await filled.execute(
        "test.move", "update tools.navigation_report set platform_code = 'FU-310000-09'"
    )
    asker = Asker(filled, "tools", NAVIGATOR)
    given = {**REPORT, "reportNumber": "DH1"}
    assert (await asker.mutate(NAVIGATE, input=given))[1] == ["REPORT_OF_ANOTHER"]


ASSESS = """mutation ($input: ManagementAssessmentInput!) {
  recordManagementAssessment(input: $input) {
    assessment { standard level score assessedOn organization { uscc } } errors { code } } }"""


ASSESSMENT: dict[str, Any] = {
    "organizationUscc": OTHER,
    "standard": "GB/T 29490-2023",
    "level": 4,
    "score": 88.5,
    "assessedOn": "2024-06-01",
    "assessorUscc": AGENCY,
}


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"level": 0, "score": 100.5}, ["LEVEL", "SCORE"]),
        ({"level": 6}, ["LEVEL"]),
        ({"assessedOn": "2024-06-16"}, ["DATE"]),
        ({"standard": ""}, ["TEXT_MISSING"]),
        ({"assessorUscc": "91350902MA9T00050T"}, ["ORGANIZATION_UNKNOWN"]),
        (
            {"organizationUscc": HOLDER, "standard": "ISO 56005", "assessedOn": "2024-01-10"},
            ["ASSESSMENT_EXISTS"],
        ),
    ],
)
async def test_assessments(filled: Database, changes: dict[str, Any], codes: list[str]) -> None:
    payload, found = await Asker(filled, "tools", ASSESSOR).mutate(
        ASSESS, input={**ASSESSMENT, **changes}
    )
    assert found == codes
    if not codes:
        assert payload["assessment"] == {
            "standard": "GB/T 29490-2023",
            "level": 4,
            "score": 88.5,
            "assessedOn": "2024-06-01",
            "organization": {"uscc": OTHER},
        }


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"score": None}, []),
        ({"score": -1, "year": 2025}, ["SCORE", "YEAR"]),
        ({"year": 2023}, ["GRADING_EXISTS"]),
        ({"institutionUscc": "91350902MA9T00050T"}, ["ORGANIZATION_UNKNOWN"]),
    ],
)
async def test_gradings(filled: Database, changes: dict[str, Any], codes: list[str]) -> None:
    payload, found = await Asker(filled, "tools", GRADER).mutate(
        GRADE, input={**GRADING, **changes}
    )
    assert found == codes
    assert (payload["grading"] is None) is bool(codes)


@pytest.mark.parametrize(
    ("query", "given", "owner"),
    [(NAVIGATE, REPORT, NAVIGATOR), (ASSESS, ASSESSMENT, ASSESSOR), (GRADE, GRADING, GRADER)],
    ids=["navigation", "assessment", "grading"],
)
async def test_each_tool_notes_its_own(
    filled: Database, query: str, given: dict[str, Any], owner: Caller
) -> None:
    for caller in (NAVIGATOR, ASSESSOR, GRADER, RECOGNISER, TRADER, REGIONAL, CNIPA):
        if caller is not owner:
            asker = Asker(filled, "tools", caller)
            assert await asker.mutate(query, input=given) == (None, ["FORBIDDEN"]), caller
    # a platform that lost its recognition notes nothing
    await filled.execute(
        "test.revoke",
        "update platforms.operation_center set status = 'NOT_RECOGNISED' where code = $1",
        owner.center,
    )
    asker = Asker(filled, "tools", owner)
    assert await asker.mutate(query, input=given) == (None, ["FORBIDDEN"])
