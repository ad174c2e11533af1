"""Event streams over one long HTTP answer: SSE or multipart, by what the settings say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Protocol

import aiohttp

from federation.execution.transport import SubgraphRequest, SubgraphResponse
from federation.execution.transports import multipart, sse
from federation.execution.transports.certificates import ClientTls
from federation.execution.transports.reading import (
    read_response,
    timed_out,
    too_large,
    unreachable,
)
from federation.execution.transports.stream_options import (
    StreamOptions,
    StreamProtocol,
    closed,
    malformed_stream,
    silent,
)

_MAX_REFUSAL_BYTES = 1024 * 1024


class EventParser(Protocol):
    """Cuts a body into events."""

    done: bool

    def feed(self, chunk: bytes) -> list[SubgraphResponse]: ...


class HttpEventSource:
    """`EventSource` of one subgraph; one POST for each stream."""

    def __init__(self, options: StreamOptions, protocol: StreamProtocol) -> None:
        self._options = options
        self._protocol = protocol
        self._tls = ClientTls(options.url, options.tls)
        self._session: aiohttp.ClientSession | None = None

    async def subscribe(self, request: SubgraphRequest) -> AsyncGenerator[SubgraphResponse, None]:
        """Yield the events. See `EventSource.subscribe`."""
        response = await self._open(request)
        try:
            content_type = response.headers.get("content-type", "")
            parser = self._parser(content_type, request.subgraph)
            if parser is None or response.status != 200:
                yield await self._refusal(response, request.subgraph)
                return
            while not parser.done:
                chunk = await self._read(response, request.subgraph)
                for event in parser.feed(chunk):
                    yield event
        finally:
            # Not released to the pool: the rest of the body may never come.
            response.close()

    async def _open(self, request: SubgraphRequest) -> aiohttp.ClientResponse:
        if self._session is None:
            # aiohttp's own limit is 100; streams are bounded where they are asked for.
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar()
            )
        accept = sse.ACCEPT if self._protocol is StreamProtocol.SSE else multipart.ACCEPT
        headers = {**request.headers, "content-type": "application/json", "accept": accept}
        try:
            async with asyncio.timeout(self._options.connect_timeout):
                return await self._session.post(
                    self._options.url,
                    data=request.body,
                    headers=headers,
                    timeout=aiohttp.ClientTimeout(total=None),
                    allow_redirects=False,
                    ssl=self._tls.context(),
                )
        except TimeoutError:
            raise timed_out(request.subgraph) from None
        except (aiohttp.ClientError, OSError):
            raise unreachable(request.subgraph) from None

    def _parser(self, content_type: str, subgraph: str) -> EventParser | None:
        """Return the parser for the answer; None when it is no stream of ours."""
        kind = content_type.partition(";")[0].strip().lower()
        limit = self._options.max_event_bytes
        if self._protocol is StreamProtocol.SSE:
            return sse.ServerSentEvents(subgraph, limit) if kind == sse.ACCEPT else None
        if kind != "multipart/mixed":
            return None
        boundary = multipart.boundary_of(content_type)
        if boundary is None:
            raise malformed_stream("names no boundary of its parts", subgraph)
        return multipart.MultipartEvents(subgraph, boundary, limit)

    async def _read(self, response: aiohttp.ClientResponse, subgraph: str) -> bytes:
        interval = self._options.heartbeat_interval
        try:
            async with asyncio.timeout(None if interval is None else 2 * interval):
                chunk = await response.content.readany()
        except TimeoutError:
            raise silent(subgraph) from None
        except (aiohttp.ClientError, OSError):
            raise closed(subgraph, "broke the connection") from None
        if not chunk:
            raise closed(subgraph)
        return chunk

    async def _refusal(self, response: aiohttp.ClientResponse, subgraph: str) -> SubgraphResponse:
        """Return what was answered instead of a stream: errors, or one whole response."""
        body = bytearray()
        try:
            async with asyncio.timeout(self._options.connect_timeout):
                async for chunk in response.content.iter_chunked(64 * 1024):
                    body += chunk
                    if len(body) > _MAX_REFUSAL_BYTES:
                        raise too_large(_MAX_REFUSAL_BYTES, subgraph)
        except TimeoutError:
            raise timed_out(subgraph) from None
        except (aiohttp.ClientError, OSError):
            raise unreachable(subgraph) from None
        return read_response(bytes(body), response.status, subgraph)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None
