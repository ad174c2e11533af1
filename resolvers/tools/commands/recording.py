"""What a support tool platform notes of its business: navigation reports, gradings, assessments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from resolvers.hub.commands import Command, Work
from resolvers.identity import Permit, Role
from resolvers.peer_facts import check_organizations
from resolvers.peers import Peers, ask_entities
from resolvers.refusal import Problems, refuse
from resolvers.tools import sql
from resolvers.tools.commands.tool_platforms import require_tool
from resolvers.tools.rows import ApplicationRow

RECORDS: Final = (Permit(Role.FUNCTIONAL_PLATFORM, function="SUPPORT_TOOL"),)
NAVIGATION: Final = "PATENT_NAVIGATION"
ASSESSMENT: Final = "INNOVATION_MANAGEMENT_STANDARD"
GRADING: Final = "SERVICE_GRADING"
MOST_CLASSES: Final = 50
MOST_APPLICATIONS: Final = 200
MOST_COUNTED: Final = 2**31 - 1
HIGHEST_LEVEL: Final = 5
FIRST_YEAR: Final = 2000


@dataclass(frozen=True, slots=True)
class NavigationDraft:
    report_number: str
    title: str
    kind: str
    commissioned_by: str | None
    completed_by_uscc: str | None
    industry_code: str | None
    region_code: str | None
    ipc_symbols: tuple[str, ...]
    completed_on: date
    patents_analysed: int | None
    openness: str
    applications: tuple[ApplicationRow, ...]
    views: int
    download_requests: int
    comments: int


@dataclass(frozen=True, slots=True)
class AssessmentDraft:
    organization_uscc: str
    standard: str
    level: int
    score: float
    assessed_on: date
    assessor_uscc: str | None


@dataclass(frozen=True, slots=True)
class GradingDraft:
    institution_uscc: str
    category: str
    grade: str
    score: float | None
    year: int


async def record_navigation(
    command: Command, peers: Peers, draft: NavigationDraft, problems: Problems, today: date
) -> str:
    """Store a report, or what changed about one of the caller's platform, and return its number.

    Raises:
        Forbidden: the caller's support tool is another.
        Refused: what `problems` holds already, DATE, COUNTER, CLASSES_COUNT, APPLICATIONS_COUNT,
            ORGANIZATION_UNKNOWN, INDUSTRY_UNKNOWN, REGION_UNKNOWN, REPORT_OF_ANOTHER.
        PeerUnavailable: another subgraph does not answer.
    """
    platform = await require_tool(command.caller, peers, NAVIGATION)
    _check_day(problems, draft.completed_on, today, "completedOn")
    counters = {
        "patentsAnalysed": draft.patents_analysed or 0,
        "views": draft.views,
        "downloadRequests": draft.download_requests,
        "comments": draft.comments,
    }
    for name, number in counters.items():
        problems.check(
            0 <= number <= MOST_COUNTED,
            "COUNTER",
            "计数不应为负",
            "A counter is not negative",
            "input",
            name,
        )
    _check_count(problems, draft.ipc_symbols, MOST_CLASSES, "CLASSES_COUNT", "ipcSymbols")
    _check_count(
        problems, draft.applications, MOST_APPLICATIONS, "APPLICATIONS_COUNT", "applications"
    )
    problems.raise_if_any()
    await _check_codes(peers, problems, draft)
    problems.raise_if_any()
    async with command.transaction() as work:
        work.key = draft.report_number
        await _write_navigation(work, draft, platform)
    return draft.report_number


async def _check_codes(peers: Peers, problems: Problems, draft: NavigationDraft) -> None:
    if draft.completed_by_uscc is not None:
        named = (draft.completed_by_uscc, ("input", "completedByUscc"))
        await check_organizations(peers, problems, [named])
    for type_name, code, name, zh in (
        ("Industry", draft.industry_code, "industryCode", "行业代码"),
        ("Region", draft.region_code, "regionCode", "行政区划代码"),
    ):
        if code is None:
            continue
        found: Mapping[str, Any] = await ask_entities(
            peers, "reference", type_name, "code", [code], "code"
        )
        problems.check(
            found[code] is not None,
            f"{type_name.upper()}_UNKNOWN",
            f"没有{zh} {code}",
            f"There is no {type_name.lower()} {code}",
            "input",
            name,
        )


async def _write_navigation(work: Work, draft: NavigationDraft, platform: str) -> None:
    number = draft.report_number
    written = await work.tx.fetchval(
        "tools.write_navigation",
        sql.WRITE_NAVIGATION,
        number,
        draft.title,
        draft.kind,
        draft.commissioned_by,
        draft.completed_by_uscc,
        draft.industry_code,
        draft.region_code,
        draft.completed_on,
        draft.patents_analysed,
        draft.openness,
        draft.views,
        draft.download_requests,
        draft.comments,
        platform,
        work.now,
    )
    if written is None:
        raise refuse(
            "REPORT_OF_ANOTHER",
            f"报告编号 {number} 属于其他平台",
            f"Report {number} is another platform's",
            "input",
            "reportNumber",
        )
    tx, applied = work.tx, draft.applications
    await tx.execute("tools.clear_classes", sql.CLEAR_NAVIGATION_CLASSES, number)
    await tx.execute(
        "tools.add_classes", sql.ADD_NAVIGATION_CLASSES, number, list(draft.ipc_symbols)
    )
    await tx.execute("tools.clear_applications", sql.CLEAR_NAVIGATION_APPLICATIONS, number)
    await tx.execute(
        "tools.add_applications",
        sql.ADD_NAVIGATION_APPLICATIONS,
        number,
        [each.applied_by for each in applied],
        [each.applied_on for each in applied],
        [each.effect for each in applied],
    )


async def record_assessment(
    command: Command, peers: Peers, draft: AssessmentDraft, problems: Problems, today: date
) -> UUID:
    """Store an assessment and return its id.

    Raises:
        Forbidden: the caller's support tool is another.
        Refused: what `problems` holds already, LEVEL, SCORE, DATE, ORGANIZATION_UNKNOWN,
            ASSESSMENT_EXISTS.
        PeerUnavailable: another subgraph does not answer.
    """
    platform = await require_tool(command.caller, peers, ASSESSMENT)
    problems.check(
        1 <= draft.level <= HIGHEST_LEVEL,
        "LEVEL",
        f"等级应为 1–{HIGHEST_LEVEL}",
        f"A level is from 1 to {HIGHEST_LEVEL}",
        "input",
        "level",
    )
    _check_score(problems, draft.score)
    _check_day(problems, draft.assessed_on, today, "assessedOn")
    problems.raise_if_any()
    named = [(draft.organization_uscc, ("input", "organizationUscc"))]
    if draft.assessor_uscc is not None:
        named.append((draft.assessor_uscc, ("input", "assessorUscc")))
    await check_organizations(peers, problems, named)
    problems.raise_if_any()
    async with command.transaction() as work:
        added: UUID | None = await work.tx.fetchval(
            "tools.add_assessment",
            sql.ADD_ASSESSMENT,
            draft.organization_uscc,
            draft.standard,
            draft.level,
            draft.score,
            draft.assessed_on,
            draft.assessor_uscc,
            platform,
        )
        if added is None:
            raise refuse(
                "ASSESSMENT_EXISTS",
                "该组织当日对该标准的测评已登记",
                "The organisation's assessment against the standard on that day is noted already",
                "input",
                "assessedOn",
            )
        work.key = str(added)
    return added


async def record_grading(
    command: Command, peers: Peers, draft: GradingDraft, problems: Problems, today: date
) -> UUID:
    """Store the grading of an institution in a category and year, and return its id.

    Raises:
        Forbidden: the caller's support tool is another.
        Refused: what `problems` holds already, SCORE, YEAR, ORGANIZATION_UNKNOWN, GRADING_EXISTS.
        PeerUnavailable: another subgraph does not answer.
    """
    platform = await require_tool(command.caller, peers, GRADING)
    if draft.score is not None:
        _check_score(problems, draft.score)
    problems.check(
        FIRST_YEAR <= draft.year <= today.year,
        "YEAR",
        f"年度应在 {FIRST_YEAR} 与 {today.year} 之间",
        f"The year is from {FIRST_YEAR} to {today.year}",
        "input",
        "year",
    )
    problems.raise_if_any()
    named = (draft.institution_uscc, ("input", "institutionUscc"))
    await check_organizations(peers, problems, [named])
    problems.raise_if_any()
    async with command.transaction() as work:
        added: UUID | None = await work.tx.fetchval(
            "tools.add_grading",
            sql.ADD_GRADING,
            draft.institution_uscc,
            draft.category,
            draft.grade,
            draft.score,
            draft.year,
            platform,
        )
        if added is None:
            raise refuse(
                "GRADING_EXISTS",
                "该机构该年度该类别已分级",
                "The institution is graded in that category and year already",
                "input",
                "category",
            )
        work.key = str(added)
    return added


def _check_day(problems: Problems, day: date, today: date, name: str) -> None:
    problems.check(
        day <= today, "DATE", "日期不应晚于今天", "The day is not after today", "input", name
    )


def _check_score(problems: Problems, score: float) -> None:
    problems.check(
        0 <= score <= 100,
        "SCORE",
        "得分应在 0 与 100 之间",
        "A score is from 0 to 100",
        "input",
        "score",
    )


def _check_count(
    problems: Problems, items: Sequence[object], most: int, code: str, name: str
) -> None:
    problems.check(
        len(items) <= most, code, f"最多 {most} 项", f"At most {most} of them", "input", name
    )
