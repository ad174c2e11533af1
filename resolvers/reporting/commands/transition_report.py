"""Send a report on, or back: SUBMIT, RETURN, CONFIRM, ACCEPT, LOCK, REOPEN (DOMAIN §2.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from resolvers.hub.commands import Command, Work
from resolvers.hub.history import Change, record_change
from resolvers.identity import Subject
from resolvers.peers import Peers
from resolvers.refusal import Problem, not_found, refuse, version_conflict
from resolvers.reporting import sql
from resolvers.reporting.centers import CenterFacts, ask_center
from resolvers.reporting.commands.report_checks import (
    check_and_note,
    derived_figures,
    publish_change,
    refuse_frozen,
)
from resolvers.reporting.derivation import Derived
from resolvers.reporting.report_rows import ReportRow, report_row, reported_value
from resolvers.reporting.totals import refresh_totals
from resolvers.reporting.workflows.report import COUNTED, REPORT

LONGEST_COMMENT: Final = 1_000


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of the report. `problems`: why a submission did not pass the checks."""

    report_id: UUID
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Submission:
    """What is asked of other subgraphs before a report is submitted."""

    center: CenterFacts
    derived: Derived


async def transition_report(
    command: Command,
    peers: Peers,
    report_id: UUID,
    expected_version: int,
    action: str,
    comment: str | None,
    today: date,
) -> Moved:
    """Make one transition.

    A submission with errors leads to VALIDATION_FAILED: the state and the issues are kept, and the
    errors are told as problems of the payload, too.

    Raises:
        Forbidden: the action is not open to the caller for this report.
        Refused: NOT_FOUND, VERSION_CONFLICT, TRANSITION_NOT_ALLOWED, PERIOD_NOT_OVER,
            DATA_FROZEN, COMMENT_TOO_LONG.
        PeerUnavailable: the records to compare with cannot be had now; nothing was changed.
    """
    comment = checked_comment(comment)
    seen = await _read(command, report_id)
    REPORT.check(seen.status, action, command.caller, subject_of(seen), comment)
    submission = await _prepare(command, peers, seen) if action == "SUBMIT" else None
    async with command.transaction() as work:
        report = await _lock(work, report_id, expected_version)
        transition = REPORT.check(
            report.status, action, command.caller, subject_of(report), comment
        )
        if action != "LOCK":
            await refuse_frozen(work, report.center_code, report.period)
        target = transition.targets[0]
        problems: tuple[Problem, ...] = ()
        if submission is not None:
            if report.period.ends >= today:
                raise refuse(
                    "PERIOD_NOT_OVER", "期间尚未结束，不能提交", "The period is not over yet"
                )
            target, problems = await _submit(work, report, submission)
        await _move(work, report, action, target, comment, today)
        work.key = str(report_id)
    return Moved(report_id, problems)


def subject_of(report: ReportRow) -> Subject:
    """Return who stands in which relation to the report."""
    return Subject.of(center=report.center_code, office=report.jurisdiction_code)


def checked_comment(comment: str | None) -> str | None:
    """Return the comment without outer space, None when empty; raises `Refused`."""
    if comment is None:
        return None
    if len(comment) > LONGEST_COMMENT or "\x00" in comment:
        raise refuse(
            "COMMENT_TOO_LONG",
            f"说明最多 {LONGEST_COMMENT} 个字符，不含控制符",
            f"A comment has at most {LONGEST_COMMENT} characters, none of them NUL",
            "comment",
        )
    return comment.strip() or None


async def _read(command: Command, report_id: UUID) -> ReportRow:
    record = await command.database.fetchrow("reporting.reports", sql.REPORTS, [report_id])
    if record is None:
        raise not_found("没有这份报送", "There is no such report", "id")
    return report_row(record)


async def _lock(work: Work, report_id: UUID, expected_version: int) -> ReportRow:
    record = await work.tx.fetchrow("reporting.report_lock", sql.REPORT_LOCK, report_id)
    assert record is not None  # read before, and reports are never deleted
    report = report_row(record)
    if report.version != expected_version:
        raise version_conflict(report.version)
    return report


async def _prepare(command: Command, peers: Peers, report: ReportRow) -> _Submission:
    center = await ask_center(peers, report.center_code)
    if center is None:
        raise refuse("CENTER_UNKNOWN", "没有这个平台（中心）", "There is no such centre")
    records = await command.database.fetch(
        "reporting.values_of_reports", sql.VALUES_OF_REPORTS, [report.id]
    )
    indicators = [reported_value(record).indicator for record in records]
    derived = await derived_figures(
        peers, report.center_code, report.period, indicators, tolerant=False
    )
    return _Submission(center, derived)


async def _submit(
    work: Work, report: ReportRow, submission: _Submission
) -> tuple[str, tuple[Problem, ...]]:
    """Check the values; return the state this leads to, and the errors."""
    issues = await check_and_note(work, report, submission.center.profile, submission.derived)
    problems = tuple(
        Problem(each.code, each.zh, each.en, ("values", each.indicator) if each.indicator else ())
        for each in issues
        if each.severity == "ERROR"
    )
    return ("VALIDATION_FAILED" if problems else "SUBMITTED"), problems


async def _move(
    work: Work, report: ReportRow, action: str, target: str, comment: str | None, today: date
) -> None:
    sent = target == "SUBMITTED"
    await work.tx.execute(
        "reporting.move_report",
        sql.MOVE_REPORT,
        report.id,
        target,
        work.now,
        work.now if sent else None,
        today if sent else None,
    )
    change = Change(REPORT.name, str(report.id), report.status, target, action, comment)
    await record_change(work, "reporting", change)
    if (report.status in COUNTED) != (target in COUNTED):
        industries = await work.tx.fetchval(
            "reporting.report_industries",
            "select industry_codes from reporting.business_report where id = $1",
            report.id,
        )
        await refresh_totals(work.tx, report.period, report.region_code, industries, work.now)
    await publish_change(work, report, target)
