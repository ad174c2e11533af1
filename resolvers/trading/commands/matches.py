"""Matches: either side answers a proposal."""

from __future__ import annotations

from uuid import UUID

from resolvers.hub.commands import Command
from resolvers.hub.history import Change, record_change
from resolvers.identity import Subject
from resolvers.refusal import not_found
from resolvers.trading.commands import sql
from resolvers.trading.workflows.match import MATCHES


async def answer_match(
    command: Command, match_id: UUID, accepted: bool, comment: str | None
) -> None:
    """Accept or refuse a match.

    Raises:
        Forbidden: neither listing nor demand is the caller's.
        Refused: NOT_FOUND, TRANSITION_NOT_ALLOWED.
    """
    action = "ACCEPT" if accepted else "REFUSE"
    async with command.transaction() as work:
        record = await work.tx.fetchrow("trading.lock_match", sql.LOCK_MATCH, match_id)
        if record is None:
            raise not_found("没有这一匹配", "There is no such match", "id")
        key = work.key = str(match_id)
        subject = Subject.of(platform=record["platform_code"], publisher=record["center_code"])
        found = MATCHES.check(record["status"], action, command.caller, subject, comment)
        target = found.targets[0]
        await work.tx.execute("trading.answer", sql.SET_MATCH_STATUS, match_id, target)
        change = Change(MATCHES.name, key, record["status"], target, action, comment)
        await record_change(work, "trading", change)
