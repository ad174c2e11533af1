"""Overriding a screening: a second person of the platform lowers a BLOCK to a WARN (DOMAIN §2.7).

Only findings marked * may be lowered, and only all of a screening at once: one that cannot be
lowered would block all the same. The listing does not move by it: a failed one is screened again
(RESCREEN), a suspended one resumed, and later runs keep what was lowered while the finding says the
same.
"""

from __future__ import annotations

from uuid import UUID

from resolvers.hub.commands import Command
from resolvers.identity import Subject
from resolvers.refusal import Problems, not_found, refuse
from resolvers.trading.commands import sql
from resolvers.trading.workflows.listing import PLATFORM
from resolvers.workflow import require


async def override_screening(command: Command, screening_id: UUID, reason: str) -> None:
    """Lower the blocking findings of a listing's latest screening, and note who did and why.

    Raises:
        Forbidden: the listing is another platform's.
        Refused: NOT_FOUND, OVERRIDE_BY_CREATOR, NOT_LATEST, NOTHING_TO_OVERRIDE,
            OVERRIDE_NOT_ALLOWED once per finding that cannot be lowered.
    """
    async with command.transaction() as work:
        found = await work.tx.fetchrow("trading.lock_screening", sql.LOCK_SCREENING, screening_id)
        if found is None:
            raise not_found("没有这一次排查", "There is no such screening", "screeningId")
        require(PLATFORM, command.caller, Subject.of(platform=found["platform_code"]))
        work.key = str(screening_id)
        if found["created_by"] == command.caller.subject:
            raise refuse(
                "OVERRIDE_BY_CREATOR",
                "须由创建该挂牌项目以外的人复核",
                "Somebody else than who made the listing is to review it",
                "screeningId",
            )
        latest = await work.tx.fetchrow("trading.latest", sql.LATEST_SCREENING, found["listing_id"])
        if latest is not None and latest["id"] != screening_id:
            raise refuse(
                "NOT_LATEST",
                "只能复核最近一次排查",
                "Only the latest screening can be reviewed",
                "screeningId",
            )
        blocking = await work.tx.fetch("trading.blocking", sql.BLOCKING, screening_id)
        if not blocking:
            raise refuse(
                "NOTHING_TO_OVERRIDE",
                "该次排查没有拦截",
                "The screening does not block",
                "screeningId",
            )
        problems = Problems()
        for each in blocking:
            problems.check(
                each["overridable"],
                "OVERRIDE_NOT_ALLOWED",
                f"{each['rule']} 的拦截不能人工放行",
                f"A block of {each['rule']} cannot be overridden",
                "screeningId",
            )
        problems.raise_if_any()
        await work.tx.execute("trading.lower", sql.LOWER_FINDINGS, screening_id)
        await work.tx.execute(
            "trading.override", sql.INSERT_OVERRIDES, found["listing_id"], screening_id
        )
        await work.tx.execute(
            "trading.review",
            sql.REVIEW_SCREENING,
            screening_id,
            command.caller.subject,
            work.now,
            reason,
        )
