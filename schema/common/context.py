"""What resolvers may reach through `info.context`: one object per request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TypeAlias

import strawberry

from resolvers.database.pool import Database
from resolvers.grants import GrantUse
from resolvers.hub.commands import Command
from resolvers.hub.events import EventBus
from resolvers.identity import ANONYMOUS, Caller
from resolvers.loaders import Loaders
from resolvers.peers import Peers
from resolvers.reference.cached_lists import CachedLists
from resolvers.reporting.ingest_port import IngestPort
from schema.common.provenance import ReadRows


class NotWritable(Exception):
    """This server was given something to read from only."""


@dataclass(slots=True)
class SubgraphContext:
    """The loaders of one request, the day (in China) that "today" means in it, the reference lists
    identifiers are checked against, who asks, and which operation was asked for by name.

    `asks` is who asks; resolvers read it as `caller`, which notes that they did: an answer that
    does not depend on the caller may be kept for everybody.

    `database`, `events` and `peers` are None where a server only reads (some tests). `grants` finds
    out what conditional data the caller's centre was granted.
    """

    loaders: Loaders
    today: date
    lists: CachedLists
    operation_name: str | None = None
    asks: Caller = ANONYMOUS
    subgraph: str = ""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    request_id: str | None = None
    trace_id: str | None = None
    database: Database | None = None
    events: EventBus | None = None
    peers: Peers | None = None
    grants: GrantUse = field(default_factory=GrantUse)
    # the adapters, where this server may take files in
    ingest: IngestPort | None = None
    # the rows shown, where the request or a live source wants them told of
    read: ReadRows | None = None
    # made anew for each event of a subscription, whose loaders must not remember
    renew: Callable[[SubgraphContext], None] = lambda context: None
    looked_at_caller: bool = False

    @property
    def caller(self) -> Caller:
        """Who asks."""
        self.looked_at_caller = True
        return self.asks

    def command(self, name: str) -> Command:
        """Return the command of a mutation.

        Raises:
            NotWritable: the server has no database to write to.
        """
        if self.database is None:
            raise NotWritable(f"{self.subgraph}.{name}")
        return Command(
            self.database,
            self.caller,
            self.subgraph,
            name,
            self.now,
            self.request_id,
            self.trace_id,
        )

    async def refresh_list(self, feed: str, center: str | None) -> None:
        """Have the live sources of a centre pulled before a list of it is read, if it has any."""
        if self.loaders.live is not None:
            await self.loaders.live.refresh_list(feed, center)

    def ask(self) -> Peers:
        """Return the other subgraphs.

        Raises:
            NotWritable: the server knows none.
        """
        if self.peers is None:
            raise NotWritable(f"{self.subgraph} has no peers")
        return self.peers


Info: TypeAlias = strawberry.Info[SubgraphContext, None]
