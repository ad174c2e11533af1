"""Calls over TLS and HTTP/2: whom we trust, who we are, and certificates that change."""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from federation.errors import Failure, SubgraphError
from federation.execution.transport import SubgraphRequest
from federation.execution.transports import certificates
from federation.execution.transports.certificates import (
    CertificateError,
    TlsOptions,
    read_pem,
    ssl_context,
)
from federation.execution.transports.choose import NegotiatingTransport, http_transport
from federation.execution.transports.http import HttpTransport
from federation.execution.transports.http1.transport import Http1Transport
from federation.execution.transports.http_events import HttpEventSource
from federation.execution.transports.options import Http2, HttpOptions
from federation.execution.transports.stream_options import StreamOptions, StreamProtocol
from federation.execution.transports.websocket import WebSocketEventSource
from tests.federation.execution.http2_server import Http2Server
from tests.support.certificates import Authority, server_context

BOTH = pytest.mark.parametrize("kind", [HttpTransport, Http1Transport])
REQUEST = SubgraphRequest("a", "{x}", {}, b'{"query":"{x}"}')
BODY = b'{"data":{"x":1}}'


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


class Server:
    """Answers each request; keeps the names of the clients' certificates and the protocols."""

    def __init__(self, hold: float = 0) -> None:
        self.hold = hold
        self.clients: list[str | None] = []
        self.protocols: list[str | None] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tls: ssl.SSLObject = writer.get_extra_info("ssl_object")
        certificate: Any = tls.getpeercert()
        name = dict(pair for part in certificate["subject"] for pair in part) if certificate else {}
        self.protocols.append(tls.selected_alpn_protocol())
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.clients.append(name.get("commonName"))
                length = head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]
                await reader.readexactly(int(length))
                await asyncio.sleep(self.hold)
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(BODY) + BODY)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def serving(server: Any, context: ssl.SSLContext | None) -> AsyncIterator[str]:
    listening = await asyncio.start_server(server, "127.0.0.1", 0, ssl=context)
    scheme = "http" if context is None else "https"
    try:
        yield f"{scheme}://127.0.0.1:{listening.sockets[0].getsockname()[1]}/graphql"
    finally:
        listening.close()


@asynccontextmanager
async def calling(kind: Any, url: str, **options: Any) -> AsyncIterator[Any]:
    transport = kind(HttpOptions(url, **options))
    try:
        yield transport
    finally:
        await transport.close()


async def refused(transport: Any) -> None:
    with pytest.raises(SubgraphError) as caught:
        await transport.send(REQUEST)
    assert caught.value.failure is Failure.NO_ANSWER
    assert caught.value.message == "The subgraph cannot be reached."


@BOTH
async def test_only_known_authorities_are_trusted(
    kind: Any, authority: Authority, tmp_path: Path
) -> None:
    server = Server()
    async with serving(server, server_context(authority.issue(), tmp_path)) as url:
        async with calling(kind, url) as transport:
            await refused(transport)
        other = TlsOptions(certificate_authorities=Authority("other").pem.decode())
        async with calling(kind, url, tls=other) as transport:
            await refused(transport)
        assert server.clients == []
        for source in (authority.pem.decode(), str(tmp_path / "ca.pem")):
            (tmp_path / "ca.pem").write_bytes(authority.pem)
            tls = TlsOptions(certificate_authorities=source)
            async with calling(kind, url, tls=tls) as transport:
                assert (await transport.send(REQUEST)).data == {"x": 1}


@BOTH
async def test_a_certificate_for_another_host_is_refused(
    kind: Any, authority: Authority, tmp_path: Path
) -> None:
    async with serving(Server(), server_context(authority.issue(), tmp_path)) as url:
        tls = TlsOptions(certificate_authorities=authority.pem.decode())
        async with calling(kind, url.replace("127.0.0.1", "localhost"), tls=tls) as transport:
            await refused(transport)


@BOTH
async def test_who_we_are(kind: Any, authority: Authority, tmp_path: Path) -> None:
    server = Server()
    context = server_context(authority.issue(), tmp_path, clients=authority)
    trust = authority.pem.decode()
    async with serving(server, context) as url:
        async with calling(kind, url, tls=TlsOptions(certificate_authorities=trust)) as transport:
            with pytest.raises(SubgraphError):
                await transport.send(REQUEST)
        stranger = Authority("other").issue("stranger").write(tmp_path, "stranger")
        tls = TlsOptions(trust, *map(str, stranger))
        async with calling(kind, url, tls=tls) as transport:
            with pytest.raises(SubgraphError):
                await transport.send(REQUEST)
        assert server.clients == []
        hub = authority.issue("hub")
        for chain, key in (
            map(str, hub.write(tmp_path, "hub")),
            (hub.certificate.decode(), hub.key.decode()),
        ):
            async with calling(kind, url, tls=TlsOptions(trust, chain, key)) as transport:
                assert (await transport.send(REQUEST)).data == {"x": 1}
        assert server.clients == ["hub", "hub"]


@BOTH
async def test_certificates_are_read_again_without_restart(
    kind: Any,
    authority: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(certificates, "_INTERVAL", 0.0)
    server = Server(hold=0.1)
    context = server_context(authority.issue(), tmp_path, clients=authority)
    chain, key = authority.issue("first").write(tmp_path, "hub")
    tls = TlsOptions(authority.pem.decode(), str(chain), str(key))
    async with serving(server, context) as url, calling(kind, url, tls=tls) as transport:
        await transport.send(REQUEST)
        under_way = asyncio.ensure_future(transport.send(REQUEST))
        await asyncio.sleep(0.05)
        second = authority.issue("second")
        # Half of the pair is there: the certificate does not fit the key, the last ones stay.
        replace(chain, second.certificate)
        with caplog.at_level(logging.WARNING):
            assert (await transport.send(REQUEST)).data == {"x": 1}
            assert (await transport.send(REQUEST)).data == {"x": 1}
        assert [record.message for record in caplog.records] == [
            f"changed certificates are not used: {chain}, {key} cannot be used together:"
            " KEY_VALUES_MISMATCH; the last ones stay"
        ]
        replace(key, second.key)
        assert (await transport.send(REQUEST)).data == {"x": 1}
        assert (await under_way).data == {"x": 1}
    assert server.clients == ["first"] * 4 + ["second"]


async def test_the_call_under_way_finishes_on_the_old_connection(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificates, "_INTERVAL", 0.0)
    server = Server(hold=0.3)
    context = server_context(authority.issue(), tmp_path, clients=authority)
    chain, key = authority.issue("first").write(tmp_path, "hub")
    tls = TlsOptions(authority.pem.decode(), str(chain), str(key))
    async with serving(server, context) as url, calling(HttpTransport, url, tls=tls) as transport:
        old = asyncio.ensure_future(transport.send(REQUEST))
        await asyncio.sleep(0.1)
        second = authority.issue("second")
        replace(key, second.key)
        replace(chain, second.certificate)
        new = asyncio.ensure_future(transport.send(REQUEST))
        for answer in await asyncio.gather(old, new):
            assert answer.data == {"x": 1}
    assert server.clients == ["first", "second"]


def replace(path: Path, content: bytes) -> None:
    """Replace a file as certificate managers do: another file under its name."""
    fresh = path.with_suffix(".new")
    fresh.write_bytes(content)
    os.replace(fresh, path)


@pytest.mark.parametrize(
    ("sources", "problem"),
    [
        (("/absent/ca.pem", None, None), "cannot read /absent/ca.pem: No such file"),
        (("{folder}/text.pem", None, None), "text.pem is not a PEM file"),
        (("-----BEGIN CERTIFICATE-----\nbut no end", None, None), "the certificates in the sett"),
        ((None, "{folder}/hub.pem", "{folder}/other.key"), "KEY_VALUES_MISMATCH"),
        ((None, "{folder}/hub.pem", "{folder}/locked.key"), "cannot be used together"),
        ((None, "{folder}/hub.pem", "{folder}/hub.pem"), "cannot be used together"),
    ],
)
def test_what_cannot_be_used(
    sources: tuple[str | None, ...], problem: str, authority: Authority, tmp_path: Path
) -> None:
    from cryptography.hazmat.primitives import serialization

    hub = authority.issue("hub")
    hub.write(tmp_path, "hub")
    authority.issue("other").write(tmp_path, "other")
    (tmp_path / "text.pem").write_text("hello")
    locked = serialization.load_pem_private_key(hub.key, None).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    (tmp_path / "locked.key").write_bytes(locked)
    tls = TlsOptions(*(one and one.format(folder=tmp_path) for one in sources))
    for attempt in (
        lambda: ssl_context(tls),
        lambda: HttpTransport(HttpOptions("https://127.0.0.1:1/", tls=tls)),
        lambda: Http1Transport(HttpOptions("https://127.0.0.1:1/", tls=tls)),
    ):
        with pytest.raises(CertificateError, match=problem):
            attempt()


def test_keys_are_in_no_text(authority: Authority) -> None:
    issued = authority.issue()
    tls = TlsOptions(None, issued.certificate.decode(), issued.key.decode())
    assert "PRIVATE" not in repr(tls)
    assert "PRIVATE" not in repr(HttpOptions("https://a.example/", tls=tls))
    assert read_pem(issued.key.decode()) == issued.key


AGREED = pytest.mark.parametrize(
    ("http2", "protocol"), [(Http2.ENABLE, "h2"), (Http2.ONLY, "h2"), (Http2.DISABLE, "http/1.1")]
)


async def agreed(
    kind: Any, http2: Http2, protocol: str, calls: int, authority: Authority, tmp_path: Path
) -> list[str | None]:
    """Return the protocol of each connection over which a server of both was asked."""
    context = server_context(authority.issue(), tmp_path, alpn=("h2", "http/1.1"))
    tls = TlsOptions(certificate_authorities=authority.pem.decode())
    server: Any = Server() if protocol == "http/1.1" else Http2Server(BODY)
    async with (
        serving(server, context) as url,
        calling(kind, url, tls=tls, http2=http2) as transport,
    ):
        for _ in range(calls):
            assert (await transport.send(REQUEST)).data == {"x": 1}
    protocols: list[str | None] = server.protocols
    return protocols


@AGREED
async def test_the_protocol_is_agreed_upon(
    http2: Http2, protocol: str, authority: Authority, tmp_path: Path
) -> None:
    assert await agreed(HttpTransport, http2, protocol, 1, authority, tmp_path) == [protocol]


@BOTH
async def test_a_server_without_http2_is_asked_over_http1(
    kind: Any, authority: Authority, tmp_path: Path
) -> None:
    context = server_context(authority.issue(), tmp_path, alpn=("http/1.1",))
    tls = TlsOptions(certificate_authorities=authority.pem.decode())
    server = Server()
    async with serving(server, context) as url, calling(kind, url, tls=tls) as transport:
        assert (await transport.send(REQUEST)).data == {"x": 1}
    assert server.protocols in (["http/1.1"], [None])


async def test_http2_without_tls_and_many_calls_on_one_connection() -> None:
    server = Http2Server(BODY, hold=0.1)
    async with (
        serving(server, None) as url,
        calling(HttpTransport, url, http2=Http2.ONLY) as transport,
    ):
        await transport.send(REQUEST)
        answers = await asyncio.gather(*(transport.send(REQUEST) for _ in range(20)))
    assert all(answer.data == {"x": 1} for answer in answers)
    assert server.connections == 1
    assert server.bodies == [REQUEST.body] * 21


@AGREED
async def test_the_client_is_chosen_with_the_protocol(
    http2: Http2, protocol: str, authority: Authority, tmp_path: Path
) -> None:
    protocols = await agreed(http_transport, http2, protocol, 3, authority, tmp_path)
    assert set(protocols) == {protocol}


async def test_a_subgraph_that_is_offered_http2_and_does_not_take_it(
    authority: Authority, tmp_path: Path
) -> None:
    context = server_context(authority.issue(), tmp_path, alpn=("http/1.1",))
    tls = TlsOptions(certificate_authorities=authority.pem.decode())
    server = Server()
    async with serving(server, context) as url, calling(http_transport, url, tls=tls) as transport:
        assert isinstance(transport, NegotiatingTransport)
        for _ in range(3):
            assert (await transport.send(REQUEST)).data == {"x": 1}
    assert server.protocols == ["http/1.1"]


async def test_streams_have_the_same_certificates(authority: Authority, tmp_path: Path) -> None:
    """The handshake is what is looked at here; both streams then are refused as no streams."""
    server = Server()
    context = server_context(authority.issue(), tmp_path, clients=authority)
    hub = authority.issue("hub")
    right = TlsOptions(authority.pem.decode(), hub.certificate.decode(), hub.key.decode())
    async with serving(server, context) as url:
        for tls, seen in ((TlsOptions(authority.pem.decode()), []), (right, ["hub"])):
            source = HttpEventSource(StreamOptions(url, tls=tls), StreamProtocol.SSE)
            events = source.subscribe(REQUEST)
            try:
                await anext(events)
            except SubgraphError:
                assert seen == []
            await events.aclose()
            await source.close()
            assert server.clients == seen
    peers: list[Any] = []

    async def handshake(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        peers.append(writer.get_extra_info("peercert"))
        writer.close()

    async with serving(handshake, context) as url:
        socket = WebSocketEventSource(StreamOptions(url.replace("https", "wss"), tls=right))
        with pytest.raises(SubgraphError):
            await anext(socket.subscribe(REQUEST))
        await socket.close()
    assert dict(pair for part in peers[0]["subject"] for pair in part) == {"commonName": "hub"}
