"""Event streams over WebSocket: sub-protocol `graphql-transport-ws`, client side.

A connection's handshake carries the headers of one caller, so streams share one only when these and
the caller's identity are equal, compared whole; at most `streams_per_connection` do. Protocol:
"GraphQL over WebSocket Protocol" of the graphql-ws project.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Hashable
from contextlib import aclosing

import aiohttp

from federation.execution.transport import SubgraphRequest, SubgraphResponse
from federation.execution.transports.certificates import ClientTls
from federation.execution.transports.stream_options import StreamOptions
from federation.execution.transports.websocket_connection import Connection


class WebSocketEventSource:
    """`EventSource` of one subgraph."""

    def __init__(self, options: StreamOptions) -> None:
        self._options = options
        self._tls = ClientTls(options.url, options.tls)
        self._session: aiohttp.ClientSession | None = None
        self._connections: dict[Hashable, list[Connection]] = {}

    async def subscribe(self, request: SubgraphRequest) -> AsyncGenerator[SubgraphResponse, None]:
        """Yield the events. See `EventSource.subscribe`."""
        key = (tuple(sorted(request.headers.items())), request.identity)
        connection = self._connection(key, request)
        connection.users += 1
        try:
            async with aclosing(connection.events(request)) as events:
                async for event in events:
                    yield event
        finally:
            connection.users -= 1
            if not connection.users:
                self._forget(key, connection)
                await connection.close()

    def _connection(self, key: Hashable, request: SubgraphRequest) -> Connection:
        """Return one with room for another stream."""
        known = self._connections.setdefault(key, [])
        for connection in known:
            if connection.usable:
                return connection
        connection = Connection(
            self._open_session(), self._options, self._tls, request.subgraph, request.headers
        )
        known.append(connection)
        return connection

    def _forget(self, key: Hashable, connection: Connection) -> None:
        known = self._connections.get(key, [])
        if connection in known:
            known.remove(connection)
        if not known:
            self._connections.pop(key, None)

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            # aiohttp's own limit is 100; streams are bounded where they are asked for.
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session

    async def close(self) -> None:
        """Close the connections."""
        for known in tuple(self._connections.values()):
            for connection in tuple(known):
                await connection.close()
        if self._session is not None:
            await self._session.close()
            self._session = None
