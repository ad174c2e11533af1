"""What tools leaves to the worker: terms that end, grades that take effect, figures by industry."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from resolvers.database.pool import Database
from resolvers.hub.commands import Work
from resolvers.hub.history import Change, record_change
from resolvers.hub.worker import JobContext, Jobs, Timer
from resolvers.tools import sql
from resolvers.tools.commands.residency import suspend_graded_d
from resolvers.tools.workflows.credit import CREDIT
from resolvers.tools.workflows.products import PRODUCTS

TERMS_SECONDS: Final = 600.0
STATISTICS_SECONDS: Final = 300.0
AT_ONCE: Final = 500
"""Rows in one transaction, so that nobody waits long for a locked one."""


async def end_terms(context: JobContext) -> None:
    """Expire what is past its last day, and suspend residencies whose grade D has begun."""
    for name, statement, action in (
        (CREDIT.name, sql.EXPIRE_CREDIT, "EXPIRE"),
        (PRODUCTS.name, sql.EXPIRE_PRODUCTS, "EXPIRED"),
    ):
        while await _expire(context, name, statement, action) == AT_ONCE:
            pass
    suspended = AT_ONCE
    while suspended == AT_ONCE:
        async with _working(context, "suspendByGrade") as work:
            suspended = await suspend_graded_d(work, context.today, AT_ONCE)


async def _expire(context: JobContext, workflow: str, statement: str, action: str) -> int:
    async with _working(context, f"{workflow}Terms") as work:
        records = await work.tx.fetch(f"tools.expire_{workflow}", statement, context.today, AT_ONCE)
        for record in records:
            await _note(work, workflow, record["key"], record["before"], action)
    return len(records)


@asynccontextmanager
async def _working(context: JobContext, name: str) -> AsyncIterator[Work]:
    """Give a transaction to write in. The history tells what was done; the audit is of people."""
    async with context.database.transaction() as tx:
        yield Work(tx, context.command("tools", name))


async def _note(work: Work, workflow: str, key: str, before: str, action: str) -> None:
    await record_change(work, "tools", Change(workflow, key, before, "EXPIRED", action))


async def refresh_statistics(context: JobContext) -> None:
    """Count recognised products by industry anew."""
    await count_products(context.database)


async def count_products(database: Database) -> None:
    """Make the figures anew; readers see the old ones till then."""
    async with database.transaction() as tx:
        await tx.execute("tools.clear_statistics", sql.CLEAR_STATISTICS)
        await tx.execute("tools.count_products", sql.COUNT_PRODUCTS)


JOBS: Final = Jobs(
    timers=(
        Timer("tools.terms", TERMS_SECONDS, end_terms),
        Timer("tools.statistics", STATISTICS_SECONDS, refresh_statistics),
    )
)
