"""Subgraphs over HTTP with pyreqwest: pooled connections, HTTP/1.1, and HTTP/2 over TLS."""

from __future__ import annotations

from datetime import timedelta

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import PyreqwestError, RequestTimeoutError
from pyreqwest.http import Url
from pyreqwest.request import StreamRequest

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


class HttpTransport:
    """`SubgraphTransport` of one subgraph; keeps its connections until `close`."""

    def __init__(self, options: HttpOptions) -> None:
        self._options = options
        self._url = Url(options.url)
        self._client = _build_client(options)

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """Return the subgraph's response. Raises `SubgraphError` when none came back."""
        builder = self._client.post(self._url).body_bytes(request.body)
        own = request.headers
        builder = builder.headers({**own, **REQUEST_HEADERS} if own else REQUEST_HEADERS)
        left = seconds_left(request, self._options.timeout)
        # The client's own time-out stands unless less is left.
        if left < self._options.timeout:
            builder = builder.timeout(timedelta(seconds=left))
        if self._options.deadline_header is not None:
            builder = builder.header(self._options.deadline_header, milliseconds(left))
        built = builder.build_streamed()
        try:
            status, body = await self._exchange(built)
        except RequestTimeoutError:
            raise timed_out(request.subgraph) from None
        except PyreqwestError:
            raise unreachable(request.subgraph) from None
        if body is None:
            raise too_large(self._options.max_response_bytes, request.subgraph)
        return read_response(
            body, status, request.subgraph, request.whole, extensions=request.extensions
        )

    async def _exchange(self, request: StreamRequest) -> tuple[int, bytes | None]:
        """Return status and body, or no body when it is too large."""
        limit = self._options.max_response_bytes
        async with request as response:
            length = response.get_header("content-length")
            if length is not None and length.isdigit():
                if int(length) > limit:
                    return response.status, None
                # Announced and small enough: the client reads it whole, cheaper than by chunk.
                return response.status, bytes(await response.bytes())
            body = bytearray()
            while (chunk := await response.body_reader.read_chunk()) is not None:
                body += chunk
                if len(body) > limit:
                    return response.status, None
            return response.status, bytes(body)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


def _build_client(options: HttpOptions) -> Client:
    return (
        ClientBuilder()
        .timeout(timedelta(seconds=options.timeout))
        .connect_timeout(timedelta(seconds=options.connect_timeout))
        .pool_idle_timeout(timedelta(seconds=options.idle_timeout))
        .pool_max_idle_per_host(options.max_connections)
        .max_connections(options.max_connections)
        # A redirect would carry the caller's headers to a place nobody configured.
        .follow_redirects(False)
        .gzip(options.compression)
        .brotli(options.compression)
        .zstd(options.compression)
        .tcp_nodelay(True)
        .build()
    )
