"""Which HTTP client calls a subgraph."""

from __future__ import annotations

import pytest

from federation.execution.transports import choose
from federation.execution.transports.choose import NegotiatingTransport, http_transport
from federation.execution.transports.http import HttpTransport
from federation.execution.transports.http1.transport import Http1Transport
from federation.execution.transports.options import Http2, HttpOptions
from tests.federation.execution.http1.raw_server import REQUEST, answer, saying
from tests.federation.execution.test_transports import serving

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "request_method")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("url", "http2", "client"),
    [
        ("http://a.example/", Http2.ENABLE, Http1Transport),
        ("http://a.example/", Http2.DISABLE, Http1Transport),
        ("http://a.example/", Http2.ONLY, HttpTransport),
        ("https://a.example/", Http2.ENABLE, NegotiatingTransport),
        ("https://a.example/", Http2.DISABLE, Http1Transport),
        ("https://a.example/", Http2.ONLY, HttpTransport),
    ],
)
async def test_by_the_protocol(url: str, http2: Http2, client: type) -> None:
    transport = http_transport(HttpOptions(url, http2=http2))
    assert type(transport) is client
    await transport.close()


@pytest.mark.parametrize(
    ("environment", "client"),
    [
        ({"HTTP_PROXY": "http://127.0.0.1:1"}, HttpTransport),
        ({"http_proxy": "http://127.0.0.1:1"}, HttpTransport),
        ({"ALL_PROXY": "http://127.0.0.1:1"}, HttpTransport),
        ({"HTTPS_PROXY": "http://127.0.0.1:1"}, Http1Transport),
        ({"HTTP_PROXY": "http://127.0.0.1:1", "NO_PROXY": "a.example"}, Http1Transport),
        ({"HTTP_PROXY": "http://127.0.0.1:1", "NO_PROXY": "*"}, Http1Transport),
        ({"HTTP_PROXY": "http://127.0.0.1:1", "NO_PROXY": "b.example"}, HttpTransport),
    ],
)
async def test_by_the_proxies_of_the_environment(
    environment: dict[str, str], client: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    transport = http_transport(HttpOptions("http://user@a.example/graphql"))
    assert type(transport) is client
    await transport.close()


async def test_a_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    server = saying(answer())
    async with serving(server) as url:
        monkeypatch.setenv("HTTP_PROXY", url)
        transport = http_transport(HttpOptions("http://elsewhere.invalid/x"))
        assert (await transport.send(REQUEST)).data == {"x": 1}
        await transport.close()
    assert server.requests[0].startswith(b"POST http://elsewhere.invalid/x HTTP/1.1\r\n")


def test_without_pyreqwest_what_needs_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "find_spec", lambda _: None)
    with pytest.raises(ValueError, match="http2only needs pyreqwest, which is not installed"):
        http_transport(HttpOptions("https://a.example/", http2=Http2.ONLY))
    assert type(http_transport(HttpOptions("https://a.example/"))) is Http1Transport
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with pytest.raises(ValueError, match=r"a proxy .* needs pyreqwest"):
        http_transport(HttpOptions("http://a.example/"))
