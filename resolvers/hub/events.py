"""What happened, heard live: one LISTEN connection per process feeds all subscriptions.

A notification carries the id of the transaction that wrote the events; the bus reads that
transaction's events for the topics somebody here waits for. There is no replay (DOMAIN §2.10): who
reconnects reads the query of the same data first. A listener that does not keep up is ended with
`SlowListener`, so that one stalled client costs a bounded queue and nothing else.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import asyncpg

from resolvers.database.errors import DatabaseError
from resolvers.database.listening import listen
from resolvers.database.pool import Database, Queries

log = logging.getLogger("hub.events")

CHANNEL: Final = "hub_event"
QUEUE_SIZE: Final = 1_000
_WRITE: Final = """
insert into hub.event (topic, key, payload)
select $1, key, payload from unnest($2::text[], $3::jsonb[]) as given (key, payload)
"""
# Told once per transaction: equal notifications of one transaction are one.
_NOTIFY: Final = "select pg_notify('hub_event', pg_current_xact_id()::text)"
READ: Final = """
select id, topic, key, payload, at from hub.event where xid = $1::text::xid8 and topic = any($2)
order by id
"""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to the object `key`. `payload`: what listeners filter by."""

    id: int
    topic: str
    key: str
    payload: Mapping[str, Any]
    at: datetime


async def publish(
    queries: Queries, topic: str, keys: Sequence[str], payloads: Sequence[Mapping[str, Any]]
) -> None:
    """Tell subscriptions and reactions of some objects, once the transaction commits.

    `keys` and `payloads` are in step; with no keys nothing is told.
    """
    if keys:
        await queries.execute("hub.events", _WRITE, topic, list(keys), list(map(dict, payloads)))
        await queries.execute("hub.notify", _NOTIFY)


class SlowListener(Exception):
    """The listener fell too far behind; it should read the query and subscribe again."""

    code = "SUBSCRIPTION_TOO_SLOW"


class EventBus:
    """Events of the database, for listeners of this process. Start it with `running()`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queues: dict[str, set[_Queue]] = {}
        self._heard: asyncio.Queue[str] = asyncio.Queue()
        self._listening = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[EventBus]:
        """Listen around the block; all listeners end with it."""
        listening = listen(self._database, CHANNEL, self)
        tasks = [asyncio.create_task(listening), asyncio.create_task(self._deliver())]
        try:
            async with asyncio.timeout(10):
                await self._listening.wait()
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for queues in self._queues.values():
                for queue in queues:
                    queue.end()

    @asynccontextmanager
    async def subscribe(self, *topics: str) -> AsyncIterator[AsyncIterator[Event]]:
        """Give the events of these topics from now on.

        The iterator ends with the bus, and raises `SlowListener` when 1,000 events wait.
        """
        queue = _Queue()
        for topic in topics:
            self._queues.setdefault(topic, set()).add(queue)
        try:
            yield queue
        finally:
            queue.end()
            for topic in topics:
                self._queues[topic].discard(queue)
                if not self._queues[topic]:
                    del self._queues[topic]

    def heard(self, payload: str) -> None:
        """See `Hearer.heard`; a payload is the id of a transaction."""
        if self._queues:
            self._heard.put_nowait(payload)

    async def began(self) -> None:
        """See `Hearer.began`."""
        self._listening.set()

    async def ended(self) -> None:
        """See `Hearer.ended`."""
        self._listening.clear()

    async def _deliver(self) -> None:
        while True:
            transaction = await self._heard.get()
            try:
                await self._deliver_transaction(transaction)
            except (DatabaseError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                log.warning("events of a transaction were lost to listeners: %s", error)

    async def _deliver_transaction(self, transaction: str) -> None:
        topics = list(self._queues)
        if not topics:
            return
        for record in await self._database.fetch("hub.events", READ, transaction, topics):
            event = Event(
                record["id"], record["topic"], record["key"], record["payload"], record["at"]
            )
            for queue in list(self._queues.get(event.topic, ())):
                queue.put(event)


class _Queue:
    """What waits for one listener, bounded."""

    def __init__(self) -> None:
        self._waiting: deque[Event] = deque()
        self._changed = asyncio.Event()
        self._ended = False
        self._overflowed = False

    def put(self, event: Event) -> None:
        if len(self._waiting) < QUEUE_SIZE:
            self._waiting.append(event)
        else:
            self._overflowed = True
        self._changed.set()

    def end(self) -> None:
        self._ended = True
        self._changed.set()

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        while not self._waiting:
            if self._overflowed:
                raise SlowListener
            if self._ended:
                raise StopAsyncIteration
            self._changed.clear()
            await self._changed.wait()
        return self._waiting.popleft()
