"""Subgraphs over HTTP with aiohttp, where pyreqwest has no wheel. Twice the cost per call."""

from __future__ import annotations

import aiohttp

from federation.execution.deadlines import milliseconds, seconds_left
from federation.execution.transport import SubgraphRequest, SubgraphResponse
from federation.execution.transports.options import HttpOptions
from federation.execution.transports.reading import (
    REQUEST_HEADERS,
    read_response,
    timed_out,
    too_large,
    unreachable,
)

_CHUNK = 64 * 1024


class AiohttpTransport:
    """`SubgraphTransport` of one subgraph; keeps its connections until `close`."""

    def __init__(self, options: HttpOptions) -> None:
        self._options = options
        self._session: aiohttp.ClientSession | None = None

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """Return the subgraph's response. Raises `SubgraphError` when none came back."""
        timeout = seconds_left(request, self._options.timeout)
        headers = {**request.headers, **REQUEST_HEADERS}
        if self._options.deadline_header is not None:
            headers[self._options.deadline_header] = milliseconds(timeout)
        if self._session is None:
            self._session = self._open()
        try:
            async with self._session.post(
                self._options.url,
                data=request.body,
                headers=headers,
                timeout=aiohttp.ClientTimeout(
                    total=timeout, sock_connect=self._options.connect_timeout
                ),
                allow_redirects=False,
            ) as response:
                body = await self._read(response)
        except TimeoutError:
            raise timed_out(request.subgraph) from None
        except aiohttp.ClientError:
            raise unreachable(request.subgraph) from None
        if body is None:
            raise too_large(self._options.max_response_bytes, request.subgraph)
        return read_response(
            body, response.status, request.subgraph, request.whole, extensions=request.extensions
        )

    def _open(self) -> aiohttp.ClientSession:
        """Sessions belong to a running loop, so the first call opens it."""
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._options.max_connections,
                keepalive_timeout=self._options.idle_timeout,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=True,
        )

    async def _read(self, response: aiohttp.ClientResponse) -> bytes | None:
        """Return the body, or None when it is too large."""
        limit = self._options.max_response_bytes
        if response.content_length is not None and response.content_length > limit:
            return None
        body = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK):
            body += chunk
            if len(body) > limit:
                return None
        return bytes(body)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None
