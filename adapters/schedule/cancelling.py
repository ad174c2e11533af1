"""Taking a job out of the queue, also one that a worker is running."""

from __future__ import annotations

from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.domain.types import JobId

from adapters.schedule.tables import queue_queries
from resolvers.database.direct import open_direct
from resolvers.database.pool import Database


async def cancel_job(database: Database, job_id: int) -> None:
    """Take a job out; the worker that runs it is told and rolls the batch in hand back.

    Raises:
        DatabaseError: the database cannot be reached.
    """
    async with open_direct(database, "zhitong-hub-jobs") as connection:
        await queue_queries(AsyncpgDriver(connection)).mark_job_as_cancelled([JobId(job_id)])
