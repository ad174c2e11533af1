"""Subgraphs over HTTP with pyreqwest: pooled connections, HTTP/1.1 and HTTP/2, TLS.

Authorities given in the settings are trusted besides those of the system; the client cannot be
told to trust nobody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import ConnectError, PyreqwestError, RequestTimeoutError
from pyreqwest.http import Url
from pyreqwest.request import StreamRequest
from pyreqwest.response import Response

from federation.execution.deadlines import milliseconds, seconds_left
from federation.execution.transport import SubgraphRequest, SubgraphResponse
from federation.execution.transports.certificates import (
    CertificateError,
    Reloaded,
    TlsOptions,
    read_pem,
    ssl_context,
)
from federation.execution.transports.compression import compressed
from federation.execution.transports.files import form
from federation.execution.transports.options import Compression, Http2, HttpOptions
from federation.execution.transports.reading import (
    REQUEST_HEADERS,
    cut_off,
    read_response,
    seconds_to_wait,
    timed_out,
    too_large,
    unreachable,
)

# A dead HTTP/2 connection carries many calls; it is found out within half a minute.
_PING_INTERVAL = timedelta(seconds=20)
_PING_TIMEOUT = timedelta(seconds=10)


@dataclass(slots=True)
class _Reply:
    """`body` is None when it is too large."""

    status: int
    headers: Sequence[tuple[str, str]]
    retry_after: float | None
    body: bytes | None


@dataclass(slots=True, eq=False)
class _Connections:
    """A client, and how many calls use it. Replaced, it closes after the last of them."""

    client: Client
    calls: int = 0
    replaced: bool = False

    async def close_if_idle(self) -> None:
        if self.replaced and not self.calls:
            await self.client.close()


class HttpTransport:
    """`SubgraphTransport` of one subgraph; keeps its connections until `close`.

    Raises `CertificateError`, or another `ValueError` for an unusable url.
    """

    def __init__(self, options: HttpOptions) -> None:
        self._options = options
        self._url = Url(options.url)
        self._connections = Reloaded(options.tls, self._connect)

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """Return the subgraph's response. Raises `SubgraphError` when none came back."""
        replaced = self._connections.look()
        if replaced is not None:
            replaced.replaced = True
            await replaced.close_if_idle()
        connections = self._connections.current
        connections.calls += 1
        try:
            reply = await self._exchange(self._build(connections.client, request))
        except RequestTimeoutError:
            raise timed_out(request.subgraph) from None
        except ConnectError:
            raise unreachable(request.subgraph) from None
        except PyreqwestError:
            raise cut_off(request.subgraph) from None
        finally:
            connections.calls -= 1
            if connections.replaced:
                await connections.close_if_idle()
        if reply.body is None:
            raise too_large(self._options.max_response_bytes, request.subgraph)
        return read_response(
            reply.body,
            reply.status,
            request.subgraph,
            request.whole,
            known=request.known,
            extensions=request.extensions,
            headers=reply.headers,
            retry_after=reply.retry_after,
        )

    def _build(self, client: Client, request: SubgraphRequest) -> StreamRequest:
        options = self._options
        left = seconds_left(request, options.timeout)
        # Ours last: a rule for the client's headers never replaces what the transport says.
        headers: dict[str, str] = {**request.headers, **REQUEST_HEADERS}
        if options.deadline_header is not None:
            headers[options.deadline_header] = milliseconds(left)
        builder = client.post(self._url)
        if request.files is not None:
            sent = form(request)
            builder = builder.body_stream(sent.stream())
            headers |= sent.headers()
        else:
            body = request.body
            if options.compression is not Compression.IDENTITY:
                body = compressed(body, options.compression, headers)
            builder = builder.body_bytes(body)
        builder = builder.headers(headers)
        # The client's own time-out stands unless less is left.
        if left < options.timeout:
            builder = builder.timeout(timedelta(seconds=left))
        return builder.build_streamed()

    async def _exchange(self, request: StreamRequest) -> _Reply:
        limit = self._options.max_response_bytes
        async with request as response:
            retry_after = None
            if response.status >= 400:
                values = _values(response, "retry-after")
                retry_after = seconds_to_wait(values[0]) if values else None
            reply = _Reply(response.status, self._kept(response), retry_after, None)
            length = response.get_header("content-length")
            if length is not None and length.isdigit():
                if int(length) <= limit:
                    # Announced and small enough: read whole, cheaper than by chunk.
                    reply.body = bytes(await response.bytes())
                return reply
            body = bytearray()
            while (chunk := await response.body_reader.read_chunk()) is not None:
                body += chunk
                if len(body) > limit:
                    return reply
            reply.body = bytes(body)
            return reply

    def _kept(self, response: Response) -> Sequence[tuple[str, str]]:
        names = self._options.keep_headers
        if names is None:
            names = tuple(dict.fromkeys(response.headers.keys()))
        elif not names:
            return ()
        return tuple((name, value) for name in names for value in _values(response, name))

    def _connect(self, tls: TlsOptions) -> _Connections:
        return _Connections(_build_client(self._options, tls))

    async def close(self) -> None:
        """Close the connections."""
        await self._connections.current.client.close()


def _values(response: Response, name: str) -> Sequence[str]:
    """Return the values of a header; none when one is not ASCII, which the client cannot read."""
    try:
        return response.get_header_all(name)
    except ValueError:
        return ()


def _build_client(options: HttpOptions, tls: TlsOptions) -> Client:
    builder = (
        ClientBuilder()
        .timeout(timedelta(seconds=options.timeout))
        .connect_timeout(timedelta(seconds=options.connect_timeout))
        .pool_idle_timeout(timedelta(seconds=options.idle_timeout))
        .pool_max_idle_per_host(options.max_connections)
        .max_connections(options.max_connections)
        # A redirect would carry the caller's headers to a place nobody configured.
        .follow_redirects(False)
        .gzip(options.compressed_answers)
        .brotli(options.compressed_answers)
        .zstd(options.compressed_answers)
        .deflate(options.compressed_answers)
        .tcp_nodelay(True)
    )
    if options.http2 is not Http2.DISABLE:
        builder = (
            builder.http2(True)
            .http2_adaptive_window(True)
            .http2_keep_alive_interval(_PING_INTERVAL)
            .http2_keep_alive_timeout(_PING_TIMEOUT)
        )
    if options.http2 is Http2.ONLY:
        builder = builder.http2_prior_knowledge()
    if tls.is_plain:
        return builder.build()
    # Python's TLS looks first: it says what is wrong with a certificate.
    ssl_context(tls)
    try:
        if tls.certificate_authorities is not None:
            builder = builder.add_root_certificate_pem(read_pem(tls.certificate_authorities))
        if tls.certificate_chain is not None and tls.key is not None:
            builder = builder.identity_pem(
                read_pem(tls.key) + b"\n" + read_pem(tls.certificate_chain)
            )
        return builder.build()
    except (PyreqwestError, ValueError):
        raise CertificateError(
            "a certificate or key is not one that the HTTP client takes; write the key as PKCS #8"
        ) from None
