"""What both filing and announcing a statement ask: no bar, and no other statement of the patent."""

from __future__ import annotations

from datetime import date

from resolvers.hub.commands import Work
from resolvers.refusal import Problems
from resolvers.trading.commands import sql
from resolvers.trading.open_licence_facts import bars_of
from resolvers.trading.own_facts import load_own_facts
from resolvers.trading.rules.open_licence_bars import MEANINGS
from resolvers.trading.rules.screening.facts import PatentFacts


async def check_bars(
    work: Work, patent: PatentFacts, problems: Problems, today: date, *path: str
) -> None:
    """Note each bar to an open licence of a known patent, under its code."""
    number = patent.application_number
    own = await load_own_facts(work.tx, [number], today)
    has_obstacle = await work.tx.fetchval("trading.has_obstacle", sql.HAS_OBSTACLE, number)
    for code in bars_of(patent, own[number], has_obstacle):
        problems.add(code, *MEANINGS[code], *path)


async def note_other(
    work: Work, application_number: str, problems: Problems, but: str | None, *path: str
) -> None:
    """Note OL_BLOCKED_IN_FORCE when another statement of the patent is filed or in force."""
    for each in await work.tx.fetch(
        "trading.statements_of_patent", sql.STATEMENTS_OF_PATENT, application_number
    ):
        other = each["statement_number"]
        problems.check(
            other == but,
            "OL_BLOCKED_IN_FORCE",
            f"该专利已有待公告或有效的开放许可声明 {other}",
            f"The statement {other} of the patent is filed or in force already",
            *path,
        )
