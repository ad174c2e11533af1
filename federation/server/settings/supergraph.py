"""`supergraph`: where it listens, how documents are planned."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from msgspec import Meta

from federation.config.duration import Duration
from federation.server.settings.base import Positive, Section


class QueryPlanning(Section, frozen=True):
    """`timeout`: wall time a document may take to be prepared. `cache_bytes`: all documents.

    `warmed_up_queries`: before another supergraph goes live, so many of the documents used last are
    prepared on it, for `warm_up_timeout` at most.

    `max_queued`: documents that may wait to be prepared; who comes then is asked to come again.
    """

    timeout: Duration = 10.0
    cache_bytes: Positive = 128 * 1024 * 1024
    max_queued: Positive = 64
    warmed_up_queries: Annotated[int, Meta(ge=0, le=100_000)] = 100
    warm_up_timeout: Duration = 10.0


class IntrospectionAccess(Section, frozen=True):
    """Who may read the schema: callers who are logged in and, where `scopes` are given, have all
    scopes of one of the lists. What they read is their own view of the graph.
    """

    scopes: tuple[tuple[Annotated[str, Meta(min_length=1)], ...], ...] = ()


class SupergraphSection(Section, frozen=True):
    """`listen` is host:port; `path` is where GraphQL is answered. `introspection`: whether clients
    may read the schema, or which of them, such as `{ scopes: [[schema:read]] }`.

    `workers`: processes that share the port; `auto` is as many as there are cores. Limits of the
    whole (connections to subgraphs and to the database, operations at work) are divided among them.
    """

    listen: str = "127.0.0.1:4000"
    path: Annotated[str, Meta(pattern=r"^/[^\s?#]*$")] = "/graphql"
    introspection: bool | IntrospectionAccess = False
    query_planning: QueryPlanning = QueryPlanning()
    workers: Annotated[int, Meta(ge=1, le=256)] | Literal["auto"] = 1

    def __post_init__(self) -> None:
        if not re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]\s]+):\d{1,5}", self.listen):
            raise ValueError("'listen' must be host:port, such as 127.0.0.1:4000")

    def address(self) -> tuple[str, int]:
        """Return host and port of `listen`."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)
