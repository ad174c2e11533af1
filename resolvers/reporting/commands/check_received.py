"""Check a report whose values a feed brought, as saving it in the hub does.

The adapters cannot ask other subgraphs while they store; so the worker compares the values with the
hub's records afterwards. A report that was submitted meanwhile was checked with that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from resolvers.hub.changes import note_change
from resolvers.hub.commands import Work
from resolvers.hub.events import Event
from resolvers.hub.worker import JobContext
from resolvers.reporting import sql
from resolvers.reporting.centers import CenterFacts, ask_center
from resolvers.reporting.commands.report_checks import (
    check_and_note,
    derived_figures,
    publish_change,
)
from resolvers.reporting.derivation import Derived
from resolvers.reporting.report_rows import report_row, reported_value
from resolvers.reporting.workflows.report import EDITABLE


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is asked of other subgraphs before the report is locked."""

    center: CenterFacts
    derived: Derived


async def gather_received(context: JobContext, event: Event) -> Gathered | None:
    """Return what to compare the report with; None when there is nothing to check any more.

    Raises:
        PeerUnavailable: `platforms` does not answer.
    """
    record = await context.database.fetchrow("reporting.reports", sql.REPORTS, [UUID(event.key)])
    if record is None or record["status"] not in EDITABLE:
        return None
    report = report_row(record)
    center = await ask_center(context.peers, report.center_code)
    if center is None:
        return None
    values = await context.database.fetch(
        "reporting.values_of_reports", sql.VALUES_OF_REPORTS, [report.id]
    )
    indicators = [reported_value(value).indicator for value in values]
    derived = await derived_figures(
        context.peers, report.center_code, report.period, indicators, tolerant=True
    )
    return Gathered(center, derived)


async def check_received(context: JobContext, work: Work, event: Event, facts: Any) -> None:
    """Note derived figures and issues of the report, and tell that it changed."""
    if facts is None:
        return
    record = await work.tx.fetchrow("reporting.report_lock", sql.REPORT_LOCK, UUID(event.key))
    if record is None or record["status"] not in EDITABLE:
        return
    report = report_row(record)
    await check_and_note(work, report, facts.center.profile, facts.derived)
    await note_change(work.tx, "BusinessReport", event.key)
    await publish_change(work, report, report.status)
