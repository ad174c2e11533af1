"""All that is built from one supergraph version: built aside, swapped whole.

A request takes the live snapshot once and finishes on it, whatever is swapped in meanwhile. A
snapshot that was replaced closes its transports when its last request is done.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field

from federation.execution.transport import EventSource, SubgraphTransport
from federation.registry.schema import Schema
from federation.registry.views import Views


@dataclass(eq=False, slots=True)
class Snapshot:
    """A schema, as different callers see it, with the ways to its subgraphs.

    `streams`: how event streams of subgraphs are opened; `ways`: from where and how, to be compared
    with those of another snapshot. `on_retired`: who wants to be told when
    another snapshot has taken its place; long streams do, each holding it as a request does.
    """

    views: Views
    transports: Mapping[str, SubgraphTransport]
    streams: Mapping[str, EventSource] = field(default_factory=dict)
    ways: Mapping[str, Hashable] = field(default_factory=dict)
    on_retired: set[Callable[[], None]] = field(default_factory=set)
    requests: int = 0
    retired: bool = False
    _closed: bool = field(default=False, repr=False)

    @property
    def schema(self) -> Schema:
        """The whole schema, not restricted for anybody."""
        return self.views.whole.schema

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
