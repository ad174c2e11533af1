"""What `reporting` leaves to the worker: knowing the centres, checking reports that feeds brought,
and making the dashboards."""

from __future__ import annotations

from typing import Any, Final

from resolvers.hub.changes import trim_changes
from resolvers.hub.commands import Work
from resolvers.hub.events import Event
from resolvers.hub.worker import JobContext, Jobs, Reaction, Timer
from resolvers.reporting.centers import CenterFacts, ask_all_centers, ask_center, keep_centers
from resolvers.reporting.commands.check_received import check_received, gather_received
from resolvers.reporting.dashboard.refresh import refresh_often, refresh_rarely


async def sync_centers(context: JobContext) -> None:
    """Note what `platforms` says of all centres."""
    centers = await ask_all_centers(context.peers)
    await keep_centers(context.database, centers, context.now)


async def _ask_changed(context: JobContext, event: Event) -> CenterFacts | None:
    return await ask_center(context.peers, event.key)


async def _keep_changed(context: JobContext, work: Work, event: Event, facts: Any) -> None:
    if facts is not None:
        await keep_centers(work.tx, [facts], work.now)


async def _trim_changes(context: JobContext) -> None:
    await trim_changes(context.database, context.now)


JOBS: Final = Jobs(
    reactions=(
        Reaction(
            "reporting.center_changed",
            ("platforms.center_status_changed",),
            _keep_changed,
            _ask_changed,
        ),
        Reaction(
            "reporting.report_received",
            ("reporting.report_received",),
            check_received,
            gather_received,
        ),
    ),
    timers=(
        Timer("reporting.sync_centers", 60.0, sync_centers),
        Timer("reporting.refresh_dashboards", 30.0, refresh_often),
        Timer("reporting.refresh_rare_tiles", 3600.0, refresh_rarely),
        Timer("reporting.trim_changes", 86_400.0, _trim_changes),
    ),
)
