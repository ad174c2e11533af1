"""The worker: reactions to what other subgraphs did, and timers.

A reaction handles the events of its topics one by one in their order, each in a transaction that
also notes how far it has come, so an effect happens exactly once however often the worker is
killed. Two advisory locks, one for all reactions and one for all timers, keep a second worker
waiting until the first is gone.

An event that fails is tried again three times; then it is put aside in `hub.failed_reaction` and
the next ones go on: one bad event must not stop all that follow.
"""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import asyncpg

from resolvers.database.errors import DatabaseError
from resolvers.database.pool import Database
from resolvers.hub.commands import Command, Work
from resolvers.hub.events import Event
from resolvers.identity import service
from resolvers.peers import Peers, PeerUnavailable
from resolvers.values.dates import CHINA_TIME

log = logging.getLogger("hub.worker")

BATCH: Final = 500
TRIES: Final = 3
TICK_SECONDS: Final = 1.0
KEPT_DAYS: Final = 7
FORGET_SECONDS: Final = 3600.0

# Only events of transactions older than every running one: a slower earlier one cannot be missed.
PENDING: Final = """
select e.id, e.xid::text as xid, e.topic, e.key, e.payload, e.at from hub.event as e
where (e.xid, e.id) > ($1::text::xid8, $2::bigint) and e.topic = any($3)
  and e.xid < pg_snapshot_xmin(pg_current_snapshot())
order by e.xid, e.id limit $4
"""
POSITION: Final = "select xid::text, event_id from hub.reaction where name = $1"
ADVANCE: Final = """
insert into hub.reaction (name, xid, event_id) values ($1, $2::text::xid8, $3)
on conflict (name) do update set xid = excluded.xid, event_id = excluded.event_id
"""
PUT_ASIDE: Final = """
insert into hub.failed_reaction (name, event_id, topic, key, payload, error)
values ($1, $2, $3, $4, $5, $6)
"""
LAST_RUNS: Final = "select name, last_run_at from hub.timer"
RAN: Final = """
insert into hub.timer (name, last_run_at) values ($1, $2)
on conflict (name) do update set last_run_at = excluded.last_run_at
"""
OLD_PENDING: Final = """
select exists (
  select from hub.event
  where (xid, id) > ($1::text::xid8, $2::bigint) and topic = any($3) and at < $4)
"""
FORGET: Final = "delete from hub.event where at < $1"


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a job may use. `today` is the day in China."""

    database: Database
    peers: Peers
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(CHINA_TIME).date()

    def command(self, subgraph: str, name: str) -> Command:
        """Return the command a job runs as: the worker is its caller."""
        return Command(self.database, service("worker"), subgraph, name, self.now)


@dataclass(frozen=True, slots=True)
class Reaction:
    """`prepare` gathers facts (it may ask peers), then `handle` writes in a transaction.

    What `prepare` returns is handed to `handle`. Names are `<subgraph>.<what>` and never change:
    the position is kept under them.
    """

    name: str
    topics: tuple[str, ...]
    handle: Callable[[JobContext, Work, Event, Any], Awaitable[None]]
    prepare: Callable[[JobContext, Event], Awaitable[Any]] | None = None


@dataclass(frozen=True, slots=True)
class Timer:
    """`run` is called every `every_seconds` by one worker; it opens its own transactions."""

    name: str
    every_seconds: float
    run: Callable[[JobContext], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Jobs:
    """All that one subgraph leaves to the worker."""

    reactions: tuple[Reaction, ...] = ()
    timers: tuple[Timer, ...] = ()


@dataclass(slots=True)
class Worker:
    """Runs the jobs of all subgraphs until cancelled (`run`), or once (`run_once`, for tests)."""

    database: Database
    peers: Peers
    jobs: Sequence[Jobs]
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    async def run(self) -> None:
        """Go on until cancelled. A database that is away for a while is waited for."""
        await asyncio.gather(self._repeat(self.run_reactions), self._repeat(self.run_timers))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work beside the block, and end with it."""
        task = asyncio.create_task(self.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def run_once(self, *, all_timers: bool = False) -> int:
        """Do everything that is due; return how many events and timers that were.

        `all_timers`: also those whose time has not come.
        """
        done = await self.run_timers(forced=all_timers)
        while handled := await self.run_reactions():
            done += handled
        return done

    async def run_timers(self, *, forced: bool = False) -> int:
        """Run the timers that are due, or all; return how many."""
        ran = 0
        async with self._alone("timers") as alone:
            if alone:
                # One statement for all of them: this is asked every second.
                records = await self.database.fetch("hub.timers", LAST_RUNS)
                last = {record["name"]: record["last_run_at"] for record in records}
                own = Timer("hub.forget_events", FORGET_SECONDS, self._forget)
                for timer in (own, *(timer for jobs in self.jobs for timer in jobs.timers)):
                    ran += await self._run_timer(timer, last.get(timer.name), forced)
        return ran

    async def run_reactions(self) -> int:
        """Handle a batch of events for every reaction; return how many events."""
        handled = 0
        async with self._alone("reactions") as alone:
            if alone:
                for reaction in (each for jobs in self.jobs for each in jobs.reactions):
                    handled += await self._run_reaction(reaction)
        return handled

    async def _repeat(self, work: Callable[[], Awaitable[int]]) -> None:
        while True:
            done = 0
            try:
                done = await work()
            except (DatabaseError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                log.warning("the worker waits: %s", error)
            except PeerUnavailable as error:
                log.warning("the worker waits for %s", error)
            if not done:
                await asyncio.sleep(TICK_SECONDS)

    def _context(self) -> JobContext:
        return JobContext(self.database, self.peers, self.clock())

    async def _run_timer(self, timer: Timer, last: datetime | None, forced: bool) -> int:
        now = self.clock()
        if not forced and last is not None and now - last < timedelta(seconds=timer.every_seconds):
            return 0
        try:
            await timer.run(self._context())
        except PeerUnavailable as error:
            log.warning("timer %s waits for %s", timer.name, error)
            return 0
        except (DatabaseError, asyncpg.InterfaceError, OSError):
            raise
        except Exception as error:
            # It is tried again when it is next due; others go on.
            log.error("timer %s failed", timer.name, exc_info=error)
        await self.database.execute("hub.timer_ran", RAN, timer.name, now)
        return 1

    async def _run_reaction(self, reaction: Reaction) -> int:
        xid, last = await self._position(reaction)
        topics = list(reaction.topics)
        records = await self.database.fetch("hub.pending", PENDING, xid, last, topics, BATCH)
        for record in records:
            event = Event(
                record["id"], record["topic"], record["key"], record["payload"], record["at"]
            )
            await self._handle(reaction, event, record["xid"])
        return len(records)

    async def _handle(self, reaction: Reaction, event: Event, xid: str) -> None:
        for tries_left in reversed(range(TRIES)):
            try:
                await self._try(reaction, event, xid)
                return
            except (PeerUnavailable, DatabaseError, asyncpg.InterfaceError, OSError):
                # The fault is elsewhere: the event waits, with all that follow it.
                raise
            except Exception as error:
                log.error(
                    "%s failed on %s %s", reaction.name, event.topic, event.key, exc_info=error
                )
                if not tries_left:
                    await self._put_aside(reaction, event, xid, error)

    async def _try(self, reaction: Reaction, event: Event, xid: str) -> None:
        context = self._context()
        facts = await reaction.prepare(context, event) if reaction.prepare is not None else None
        subgraph = reaction.name.partition(".")[0]
        async with self.database.transaction() as tx:
            work = Work(tx, context.command(subgraph, reaction.name))
            await reaction.handle(context, work, event, facts)
            await tx.execute("hub.advance", ADVANCE, reaction.name, xid, event.id)

    async def _put_aside(
        self, reaction: Reaction, event: Event, xid: str, error: Exception
    ) -> None:
        async with self.database.transaction() as tx:
            said = f"{type(error).__name__}: {error}"[:1000]
            await tx.execute(
                "hub.put_aside",
                PUT_ASIDE,
                reaction.name,
                event.id,
                event.topic,
                event.key,
                dict(event.payload),
                said,
            )
            await tx.execute("hub.advance", ADVANCE, reaction.name, xid, event.id)

    async def _forget(self, context: JobContext) -> None:
        """Forget events that are a week old, unless a reaction still waits with one of them."""
        cutoff = context.now - timedelta(days=KEPT_DAYS)
        for reaction in (each for jobs in self.jobs for each in jobs.reactions):
            xid, last = await self._position(reaction)
            topics = list(reaction.topics)
            if await self.database.fetchval("hub.late", OLD_PENDING, xid, last, topics, cutoff):
                log.error("%s waits with events of over %s days", reaction.name, KEPT_DAYS)
                return
        await self.database.execute("hub.forget", FORGET, cutoff)

    async def _position(self, reaction: Reaction) -> tuple[str, int]:
        row = await self.database.fetchrow("hub.position", POSITION, reaction.name)
        return (row["xid"], row["event_id"]) if row else ("0", 0)

    @asynccontextmanager
    async def _alone(self, what: str) -> AsyncIterator[bool]:
        """Whether this worker holds the lock of that work; it is held around the block."""
        key = zlib.crc32(f"hub.worker.{what}".encode())
        async with self.database.session() as connection:
            alone = bool(await connection.fetchval("select pg_try_advisory_lock($1)", key))
            try:
                yield alone
            finally:
                if alone:
                    await connection.execute("select pg_advisory_unlock($1)", key)
