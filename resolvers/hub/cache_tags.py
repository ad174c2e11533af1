"""Cache tags of the hub's own data: the tables that an answer was read from.

A trigger on each table tells its name in the transaction that wrote it, whoever writes: mutation,
pull, job or a person with psql. An answer is tagged with the tables that its statements name
(`tags_of`), so what was read from a table is dropped when the table is written, and nobody has to
remember to say so. What reads anything that no trigger watches has no tags and is not to be kept.

The triggers are put on by the program where answers are kept (`watch_tables`), so that a hub
without a cache pays nothing for them. They stay when the cache is turned off; nobody then listens.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, Protocol

import asyncpg

from resolvers.database.listening import listen
from resolvers.database.pool import Connection, Database

log = logging.getLogger("hub.cache")

CHANNEL: Final = "hub_cache"

# Queues, leases and ledgers of the program itself: written all the time, shown to nobody from a
# cache.
_UNWATCHED: Final = ("hub", "queue", "registry")
_LOCK_KEY: Final = 0x68756203
_TABLES: Final = """
select n.nspname as owner, c.relname as name, array_remove(array_agg(t.tgname::text), null) as on_it
from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
left join pg_trigger as t
  on t.tgrelid = c.oid and t.tgname like 'hub\\_cache\\_%' and t.tgenabled = 'O'
where c.relkind = 'r' and not c.relispartition and n.nspname !~ '^(pg_|information_schema$|public$)'
group by n.nspname, c.relname order by n.nspname, c.relname
"""
_FUNCTIONS: Final = """
select n.nspname || '.' || p.proname as name
from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
where p.provolatile = 'i' and n.nspname !~ '^(pg_|information_schema$|public$)'
"""
_EVENTS: Final = {
    "insert": "referencing new table as changed",
    "update": "referencing new table as changed",
    "delete": "referencing old table as changed",
    "truncate": "",
}
_ALL_EVENTS: Final = frozenset(f"hub_cache_{event}" for event in _EVENTS)

_NAME: Final = re.compile(r"\b([a-z_][a-z0-9_]*)\.([a-z_][a-z0-9_]*)", re.IGNORECASE)
# Answers that another moment or another running transaction would give differently.
_VOLATILE: Final = re.compile(
    r"\bpg_|\b(now|random|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|nextval"
    r"|txid_\w+|current_setting)\s*\(|\b(current_date|current_time|current_timestamp|localtime"
    r"|localtimestamp|current_user|session_user)\b|\bfor\s+(update|share|no\s+key|key\s+share)\b"
    r"|\b(insert\s+into|update|delete\s+from|truncate)\s",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class WatchedTables:
    """What triggers watch. `schemas`: whose names are tables or functions of the hub; `tables`:
    with their schemas; `functions`: those that depend on nothing but their arguments.
    """

    schemas: frozenset[str]
    tables: frozenset[str]
    functions: frozenset[str]
    # Each text is looked at once; texts are those of the program, with a few forms for filters.
    _known: dict[str, frozenset[str] | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def tags_of(self, statements: Iterable[str]) -> frozenset[str] | None:
        """Return the tables that some statements read; None when they may depend on more.

        >>> watched = WatchedTables(frozenset({"a"}), frozenset({"a.t"}), frozenset({"a.f"}))
        >>> watched.tags_of(["select t.x, a.f(t.y) from a.t as t"])
        frozenset({'a.t'})
        >>> watched.tags_of(["select now() from a.t"]), watched.tags_of(["select x from a.u"])
        (None, None)
        """
        tags: set[str] = set()
        for statement in statements:
            found = self._tables_in(statement)
            if found is None:
                return None
            tags |= found
        return frozenset(tags)

    def _tables_in(self, statement: str) -> frozenset[str] | None:
        if statement not in self._known:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[statement] = _find_tables(self, statement)
        return self._known[statement]


_MOST_KNOWN: Final = 5_000


def _find_tables(watched: WatchedTables, statement: str) -> frozenset[str] | None:
    if _VOLATILE.search(statement):
        return None
    names = {
        f"{owner}.{name}".lower()
        for owner, name in _NAME.findall(statement)
        if owner.lower() in watched.schemas
    }
    tables = names & watched.tables
    # Without any table the statement reads something that is named in a way unknown here.
    return frozenset(tables) if tables and names <= tables | watched.functions else None


async def watch_tables(database: Database) -> WatchedTables:
    """Put triggers on all tables that have none yet; return what is watched.

    A table that is locked for long stays unwatched until the next start.
    """
    async with database.session() as connection:
        await connection.execute("select pg_advisory_lock($1)", _LOCK_KEY)
        await connection.execute("set lock_timeout = '5s'")
        for record in await connection.fetch(_TABLES):
            if record["owner"] not in _UNWATCHED and set(record["on_it"]) != _ALL_EVENTS:
                await _watch(connection, record["owner"], record["name"])
        records = await connection.fetch(_TABLES)
        functions = await connection.fetch(_FUNCTIONS)
    return WatchedTables(
        frozenset(record["owner"] for record in records),
        frozenset(
            f"{record['owner']}.{record['name']}"
            for record in records
            if set(record["on_it"]) == _ALL_EVENTS
        ),
        frozenset(record["name"] for record in functions),
    )


async def _watch(connection: Connection, owner: str, name: str) -> None:
    statements = [
        f'create or replace trigger hub_cache_{event} after {event} on "{owner}"."{name}"'
        f" {rows} for each statement execute function hub.tell_written()"
        for event, rows in _EVENTS.items()
    ]
    try:
        async with connection.transaction():
            for statement in statements:
                await connection.execute(statement)
    except asyncpg.LockNotAvailableError:
        log.warning("%s.%s is in use; answers read from it are not kept", owner, name)


class Drops(Protocol):
    """What is told: a cache."""

    async def drop_tags(self, tags: Collection[str]) -> object:
        """Forget what has one of the tags."""
        ...

    async def suspend(self, *, drop: bool = True) -> object:
        """Keep nothing and find nothing; `drop`: and forget everything."""
        ...

    async def resume(self) -> object:
        """Keep answers again."""
        ...


class CacheTagListener:
    """Hears which tables are written, on one connection, and drops what was read from them.

    While it cannot hear, the cache is suspended.
    """

    def __init__(self, database: Database, cache: Drops) -> None:
        self._database = database
        self._cache = cache
        self._heard: asyncio.Queue[str] = asyncio.Queue()
        self.listening = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[CacheTagListener]:
        """Listen around the block; the cache is suspended before and after it.

        What replicas share is forgotten before, since nobody may have listened, and not after:
        others go on, or forget it when they start.
        """
        await self._cache.suspend()
        listening = listen(self._database, CHANNEL, self)
        tasks = [asyncio.create_task(listening), asyncio.create_task(self._drop())]
        try:
            async with asyncio.timeout(10):
                await self.listening.wait()
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._cache.suspend(drop=False)

    def heard(self, payload: str) -> None:
        """See `Hearer.heard`."""
        self._heard.put_nowait(payload)

    async def began(self) -> None:
        """See `Hearer.began`."""
        await self._cache.resume()
        self.listening.set()

    async def ended(self) -> None:
        """See `Hearer.ended`."""
        self.listening.clear()
        await self._cache.suspend()

    async def _drop(self) -> None:
        """Drop what was heard, everything that waits at once."""
        while True:
            tags = {await self._heard.get()}
            while not self._heard.empty():
                tags.add(self._heard.get_nowait())
            await self._cache.drop_tags(tags)
