"""What a new legal event of a patent does in trading (DOMAIN §2.5).

Listings on offer are screened again (a block suspends them); a transfer while an open licence is in
force is noted; the end of a patent ends its statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from resolvers.hub.commands import Work
from resolvers.hub.events import Event
from resolvers.hub.worker import JobContext
from resolvers.refusal import Refused
from resolvers.trading.commands import sql
from resolvers.trading.commands.open_licences import close_statement
from resolvers.trading.commands.screening import Gathered, gather, run
from resolvers.trading.records import listing_row
from resolvers.trading.workflows.listing import ON_OFFER

TOPIC: Final = "patents.legal_event_recorded"
RESCREENING: Final = frozenset({"CF01", "CX01", "AV01", "IW01", "TR01", "PE01", "PP01", "EE01"})
ENDING: Final = frozenset({"CF01", "CX01", "AV01", "AV02", "IW01"})
NOT_WITHDRAWN: Final = "W_OPEN_LICENCE_NOT_WITHDRAWN"


@dataclass(frozen=True, slots=True)
class Due:
    """A listing that is to be screened again, with what other subgraphs say of it."""

    listing_id: UUID
    gathered: Gathered


def rescreens(payload: Any) -> bool:
    """Whether the event has listings screened again: a licence only when it excludes others."""
    code = payload["code"]
    return code in RESCREENING and (code != "EE01" or bool(payload.get("exclusive")))


async def prepare(context: JobContext, event: Event) -> tuple[Due, ...]:
    """Gather the facts of the listings on offer with the patent."""
    if not rescreens(event.payload):
        return ()
    records = await context.database.fetch(
        "trading.offered", sql.OFFERED_WITH, event.payload["applicationNumber"], list(ON_OFFER)
    )
    rows = [listing_row(record) for record in records]
    return tuple([Due(row.id, await gather(context.database, context.peers, row)) for row in rows])


async def handle(context: JobContext, work: Work, event: Event, due: tuple[Due, ...]) -> None:
    """Screen again, note what should have been withdrawn, end what the patent's end ends."""
    number, code = event.payload["applicationNumber"], event.payload["code"]
    for each in due:
        try:
            async with work.tx.savepoint():
                await run(work, each.listing_id, each.gathered, context.today, code)
        except Refused as refusal:
            # The listing ended or was revised meanwhile; a revised one is screened when submitted.
            if set(refusal.codes) - {"LISTING_ENDED", "LISTING_CHANGED", "NOT_FOUND"}:
                raise
    statement = await work.tx.fetchrow("trading.in_force", sql.STATEMENT_IN_FORCE, number)
    if statement is not None and code == "TR01":
        await _warn(work, event, statement["statement_number"])
    if statement is not None and code in ENDING:
        reason = f"专利权终止（{code}）\nThe patent has ended: {code}"
        await close_statement(
            work, statement["statement_number"], "IN_FORCE", "EXPIRE", reason, context.today
        )
    work.key = number


async def _warn(work: Work, event: Event, statement_number: str) -> None:
    """Note that the patent was transferred while its statement was in force, and tell of it."""
    number = event.payload["applicationNumber"]
    noted = await work.tx.fetchval(
        "trading.note_warning",
        sql.NOTE_WARNING,
        number,
        statement_number,
        NOT_WITHDRAWN,
        event.key,
        work.now,
    )
    if noted is not None:
        await work.publish(
            "trading.warning_raised",
            statement_number,
            {"code": NOT_WITHDRAWN, "applicationNumber": number},
        )
