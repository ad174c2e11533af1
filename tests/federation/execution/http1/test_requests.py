"""What our HTTP/1.1 client sends."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from federation.execution.transports.http1.address import read_address
from tests.federation.execution.http1.raw_server import REQUEST, answer, calling, saying


def lines_of(request: bytes) -> list[bytes]:
    return request.partition(b"\r\n\r\n")[0].split(b"\r\n")


async def test_a_request_is_one_head_and_the_body() -> None:
    server = saying(answer())
    async with calling(server) as transport:
        for headers in ({}, {"x-a": "1"}, {"x-a": "1"}, {}):
            assert (await transport.send(replace(REQUEST, headers=headers))).data == {"x": 1}
    assert server.connections == 1
    plain, with_own, again, last = map(lines_of, server.requests)
    assert plain[0] == b"POST /graphql HTTP/1.1"
    assert plain == last
    assert with_own == again
    assert set(with_own) - set(plain) == {b"x-a: 1"}
    assert b"content-length: 15" in plain
    assert b"accept-encoding: zstd,gzip,deflate,br" in plain
    assert len(plain) == len({line.partition(b":")[0] for line in plain})


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("", b"/"),
        ("/a b?q=\u00e4&x=%2f#part", b"/a%20b?q=%C3%A4&x=%2f"),
        ("?a=b", b"/?a=b"),
        ("/\u8868", b"/%E8%A1%A8"),
    ],
)
async def test_the_url_becomes_the_request_line(path: str, target: bytes) -> None:
    server = saying(answer())
    async with calling(server, path=path) as transport:
        await transport.send(REQUEST)
    assert lines_of(server.requests[0])[0] == b"POST " + target + b" HTTP/1.1"


async def test_ipv6_and_the_user_in_the_url() -> None:
    server = saying(answer())
    async with calling(server, "::1", user="us%40er:p%3Aw@") as transport:
        await transport.send(REQUEST)
        await transport.send(replace(REQUEST, headers={"Authorization": "mine", "Host": "b"}))
    first, second = map(lines_of, server.requests)
    assert b"authorization: Basic " + base64.b64encode(b"us@er:p:w") in first
    (host,) = (line for line in first if line.startswith(b"host: "))
    assert host.startswith(b"host: [::1]:")
    assert b"authorization: mine" in second
    assert b"host: b" in second
    assert len(second) == len(first)


@pytest.mark.parametrize(
    ("url", "authority", "port"),
    [
        ("http://A.example/", "a.example", 80),
        ("https://a.example:443/", "a.example", 443),
        ("https://a.example:80/", "a.example:80", 80),
        ("http://m\u00fcnchen.example/", "xn--mnchen-3ya.example", 80),
    ],
)
def test_the_authority(url: str, authority: str, port: int) -> None:
    address = read_address(url)
    assert (address.authority, address.port) == (authority, port)


@pytest.mark.parametrize(
    "url",
    ["http://", "http://[::1/", "http://a b/", "http://x:99999/", "ftp://a/", "http://a\\b/",
     "http://[zz]/", "http://:80/"],
)  # fmt: skip
def test_urls_that_cannot_be_called(url: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_address(url)


@pytest.mark.parametrize(
    ("name", "value"),
    [("x-a", "1\r\nx-b: 2"), ("x-a", "1\n2"), ("x-a", "\0"), ("x-a", "\x7f"), ("x a", "1"),
     ("", "1"), ("x-\u00e4", "1"), ("x-a\r\n", "1"), ("x:a", "1")],
)  # fmt: skip
async def test_headers_that_would_break_the_request_are_not_sent(name: str, value: str) -> None:
    server = saying(answer())
    async with calling(server) as transport:
        with pytest.raises(ValueError, match="header") as caught:
            await transport.send(replace(REQUEST, headers={name: value}))
        assert "x-b" not in str(caught.value)
        assert (await transport.send(REQUEST)).data == {"x": 1}
    assert len(server.requests) == 1


async def test_values_beyond_ascii_are_utf_8_and_framing_is_ours() -> None:
    server = saying(answer())
    headers = {
        "x-a": "\u4e2d\u00e4\t.",
        "Content-Length": "7",
        "Transfer-Encoding": "chunked",
        "connection": "close",
        "expect": "100-continue",
        "Content-Type": "text/x",
        "user-agent": "me",
        "accept-encoding": "br",
    }
    async with calling(server) as transport:
        for _ in range(2):
            await transport.send(replace(REQUEST, headers=headers))
    assert server.connections == 1
    lines = lines_of(server.requests[0])
    assert "x-a: \u4e2d\u00e4\t.".encode() in lines
    assert {b"user-agent: me", b"accept-encoding: br", b"content-length: 15"} < set(lines)
    assert b"content-type: application/json" in lines
    text = b"\n".join(lines).lower()
    for gone in (b"transfer-encoding", b"connection", b"expect", b"text/x", b": 7"):
        assert gone not in text


async def test_without_compressed_answers_none_is_asked_for_and_none_unpacked() -> None:
    server = saying(answer(b'{"data":{"x":1}}', "content-encoding: gzip"))
    async with calling(server, compressed_answers=False) as transport:
        assert (await transport.send(REQUEST)).data == {"x": 1}
    assert b"accept-encoding" not in server.requests[0]


async def test_many_callers_do_not_fill_the_memory() -> None:
    server = saying(answer())
    async with calling(server) as transport:
        for number in range(600):
            await transport.send(replace(REQUEST, headers={"authorization": f"t{number}"}))
        assert len(transport._heads._kept) <= 256
    assert b"authorization: t599" in lines_of(server.requests[-1])
