"""Subgraphs over HTTP with aiohttp, where pyreqwest has no wheel. Twice the cost per call.

HTTP/1.1 only: a subgraph that must be called over HTTP/2 is refused when the server starts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import aiohttp

from federation.execution.deadlines import milliseconds, seconds_left
from federation.execution.transport import SubgraphRequest, SubgraphResponse
from federation.execution.transports.certificates import ClientTls
from federation.execution.transports.compression import compressed
from federation.execution.transports.files import form
from federation.execution.transports.options import Http2, HttpOptions
from federation.execution.transports.reading import (
    REQUEST_HEADERS,
    cut_off,
    read_response,
    seconds_to_wait,
    timed_out,
    too_large,
    unreachable,
)

_CHUNK = 64 * 1024


class AiohttpTransport:
    """`SubgraphTransport` of one subgraph; keeps its connections until `close`.

    Raises `CertificateError`, or another `ValueError` for what this client cannot do.
    """

    def __init__(self, options: HttpOptions) -> None:
        if options.http2 is Http2.ONLY:
            raise ValueError(
                "experimental_http2: http2only needs pyreqwest, which is not installed here;"
                " this platform's HTTP client speaks HTTP/1.1 only"
            )
        self._options = options
        self._tls = ClientTls(options.url, options.tls)
        self._session: aiohttp.ClientSession | None = None

    def _body(
        self, request: SubgraphRequest, headers: dict[str, str]
    ) -> bytes | AsyncIterator[bytes]:
        if request.files is None:
            return compressed(request.body, self._options.compression, headers)
        sent = form(request)
        headers |= sent.headers()
        return sent.stream()

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """Return the subgraph's response. Raises `SubgraphError` when none came back."""
        options = self._options
        timeout = seconds_left(request, options.timeout)
        headers = {**request.headers, **REQUEST_HEADERS}
        if options.deadline_header is not None:
            headers[options.deadline_header] = milliseconds(timeout)
        if not options.compressed_answers:
            headers["accept-encoding"] = "identity"
        if self._session is None:
            self._session = self._open()
        answered = False
        try:
            async with self._session.post(
                options.url,
                data=self._body(request, headers),
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=timeout, sock_connect=options.connect_timeout),
                allow_redirects=False,
                ssl=self._tls.context(),
            ) as response:
                answered = True
                body = await self._read(response)
        except TimeoutError:
            raise timed_out(request.subgraph) from None
        except (aiohttp.ClientConnectionError, OSError):
            error = cut_off if answered else unreachable
            raise error(request.subgraph) from None
        except aiohttp.ClientError:
            raise cut_off(request.subgraph) from None
        if body is None:
            raise too_large(options.max_response_bytes, request.subgraph)
        retry_after = None
        if response.status >= 400:
            retry_after = seconds_to_wait(response.headers.get("retry-after"))
        return read_response(
            body,
            response.status,
            request.subgraph,
            request.whole,
            extensions=request.extensions,
            headers=self._kept(response),
            retry_after=retry_after,
        )

    def _kept(self, response: aiohttp.ClientResponse) -> Sequence[tuple[str, str]]:
        names = self._options.keep_headers
        headers = response.headers
        if names is None:
            names = tuple(dict.fromkeys(name.lower() for name in headers))
        # As with the other client: a header that is not ASCII is left out.
        return tuple(
            (name, value)
            for name in names
            if all(value.isascii() for value in headers.getall(name, ()))
            for value in headers.getall(name, ())
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
