"""All that is built from one supergraph version: built aside, swapped whole.

A request takes the live snapshot once and finishes on it, whatever is swapped in meanwhile. A
snapshot that was replaced closes its transports when its last request is done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLDeferDirective, GraphQLSchema

from federation.execution.transport import EventSource, SubgraphTransport
from federation.operation.normalize import Normalizer
from federation.planning.planner import Planner
from federation.registry.document_cache import DocumentCache
from federation.registry.plan_cache import PlanCache
from federation.supergraph.api_schema import build_api_schema
from federation.supergraph.model import Supergraph
from federation.supergraph.reader import read_supergraph

PLAN_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Schema:
    """What can be built anywhere, also in a thread: it holds no connection."""

    version: str
    sdl: str
    supergraph: Supergraph
    api_schema: GraphQLSchema
    normalizer: Normalizer
    planner: Planner
    plans: PlanCache[Any]


def build_schema(sdl: str, plan_bytes: int = PLAN_BYTES) -> Schema:
    """Return the schema for a supergraph SDL. Raises `SupergraphError`.

    `version` is a hash of the text, so equal texts are known as equal. `plan_bytes` bounds what
    is kept of compiled plans.
    """
    supergraph = read_supergraph(sdl)
    planner = Planner(supergraph)
    return Schema(
        version=hashlib.sha256(sdl.encode()).hexdigest()[:16],
        sdl=sdl,
        supergraph=supergraph,
        api_schema=_with_defer(build_api_schema(supergraph)),
        normalizer=planner.normalizer,
        planner=planner,
        plans=PlanCache(plan_bytes),
    )


def _with_defer(schema: GraphQLSchema) -> GraphQLSchema:
    """Return the API schema with the directive that the server, not a subgraph, gives meaning."""
    if schema.get_directive("defer") is not None:
        return schema
    kwargs = schema.to_kwargs()
    kwargs["directives"] = (*schema.directives, GraphQLDeferDirective)
    return GraphQLSchema(**kwargs)


@dataclass(eq=False, slots=True)
class Snapshot:
    """A schema with the ways to its subgraphs and what is known of its clients' documents.

    `streams`: how event streams of subgraphs are opened. `on_retired`: who wants to be told when
    another snapshot has taken its place; long streams do, each holding it as a request does.
    """

    schema: Schema
    transports: Mapping[str, SubgraphTransport]
    documents: DocumentCache[Any]
    streams: Mapping[str, EventSource] = field(default_factory=dict)
    on_retired: set[Callable[[], None]] = field(default_factory=set)
    requests: int = 0
    retired: bool = False
    _closed: bool = field(default=False, repr=False)

    async def retire(self) -> None:
        """Take it out of service; its transports close with its last request."""
        self.retired = True
        told, self.on_retired = self.on_retired, set()
        for tell in told:
            tell()
        await self.close_if_idle()

    async def close_if_idle(self) -> None:
        if self.retired and not self.requests and not self._closed:
            self._closed = True
            for transport in self.transports.values():
                await transport.close()
            for source in self.streams.values():
                await source.close()


class LiveSnapshot:
    """The snapshot that new requests take; None until the first is loaded."""

    def __init__(self) -> None:
        self._current: Snapshot | None = None

    @property
    def current(self) -> Snapshot | None:
        return self._current

    async def swap(self, snapshot: Snapshot | None) -> None:
        """Put `snapshot` in place of the live one, in one step."""
        replaced, self._current = self._current, snapshot
        if replaced is not None:
            await replaced.retire()
