"""Open the yearly evaluation: one PLANNED evaluation per recognised centre (DOMAIN F4, C10)."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from resolvers.hub.commands import Command, Work
from resolvers.hub.history import Change, record_change
from resolvers.peers import Peers
from resolvers.refusal import refuse
from resolvers.reporting import sql
from resolvers.reporting.centers import CenterFacts, ask_all_centers, keep_centers
from resolvers.reporting.rules.scoring import CRITERIA
from resolvers.reporting.workflows.evaluation import EVALUATION

FIRST_YEAR: Final = 2022
"""The notice is of November 2022."""
EVALUATED: Final = "RECOGNISED"


async def open_evaluation_year(command: Command, peers: Peers, year: int, today: date) -> None:
    """Make the evaluations that are missing; asked again, centres recognised since are added.

    Raises:
        Refused: YEAR_OUT_OF_RANGE.
        PeerUnavailable: `platforms` did not answer.
    """
    if not FIRST_YEAR <= year <= today.year:
        raise refuse(
            "YEAR_OUT_OF_RANGE",
            f"年度应在 {FIRST_YEAR} 与 {today.year} 之间",
            f"The year is from {FIRST_YEAR} to {today.year}",
            "year",
        )
    centers = await ask_all_centers(peers)
    async with command.transaction() as work:
        await keep_centers(work.tx, centers, work.now)
        for center in centers:
            if center.status == EVALUATED:
                await _open(work, center, year)
        work.key = str(year)


async def _open(work: Work, center: CenterFacts, year: int) -> None:
    made: UUID | None = await work.tx.fetchval(
        "reporting.new_evaluation",
        sql.NEW_EVALUATION,
        center.code,
        year,
        center.kind,
        center.function,
        center.jurisdiction,
        work.now,
    )
    if made is None:
        return
    await work.tx.executemany(
        "reporting.new_score",
        sql.NEW_SCORE,
        [(made, n, each.code, each.weight) for n, each in enumerate(CRITERIA)],
    )
    change = Change(EVALUATION.name, str(made), None, "PLANNED", None)
    await record_change(work, "reporting", change)
