"""Calls: bounded in time and bytes, within one origin, certificates verified, no secret told."""

from __future__ import annotations

import asyncio
import gzip
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse

from adapters.errors import SourceProblem
from adapters.net.client import Answer, Call, ClientOptions, HttpClient
from adapters.net.problems import CallFailed
from tests.adapters.net.server import Center, answer, serving

MIB = 1024 * 1024


async def get(
    url: str,
    *,
    seconds: float = 5,
    max_bytes: int = MIB,
    ca_file: Path | None = None,
    method: str = "GET",
) -> Answer:
    client = HttpClient(ClientOptions(seconds, max_bytes, ca_file))
    try:
        headers = {"authorization": "Bearer hunter2"}
        return await client.send(Call(method, url, headers, b"{}" if method == "POST" else None))
    finally:
        await client.close()


async def refused(url: str, **options: object) -> CallFailed:
    with pytest.raises(CallFailed) as caught:
        await get(url, **options)  # type: ignore[arg-type]
    shown = f"{caught.value!r} {caught.value} {caught.value.__context__!r}"
    assert "hunter2" not in shown
    assert "key=" not in shown
    return caught.value


async def test_answer_with_headers() -> None:
    def twice(request: Request) -> Response:
        response = answer([1])
        response.headers.append("link", '</a>; rel="prev"')
        response.headers.append("link", '</b>; rel="next"')
        return response

    async with serving(Center(a=twice)) as url:
        got = await get(f"{url}/a")
    assert (got.status, got.body) == (200, b"[1]")
    assert got.headers["link"] == '</a>; rel="prev", </b>; rel="next"'


async def test_endless_body_is_cut() -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            await asyncio.sleep(0)  # once nobody listens, sending never waits
            sent += 65536
            yield b"x" * 65536

    async with serving(Center(a=lambda _: StreamingResponse(endless()))) as url:
        problem = await refused(f"{url}/a?key=1", max_bytes=MIB)
    assert problem.code == "SOURCE_TOO_LARGE"
    assert "1 MiB" in problem.finding.message
    assert not problem.passing
    assert sent < 64 * MIB


async def test_small_body_that_unpacks_into_a_large_one_is_cut() -> None:
    bomb = gzip.compress(b"0" * (50 * MIB))
    assert len(bomb) < MIB
    packed = Response(bomb, headers={"content-encoding": "gzip"})
    async with serving(Center(a=lambda _: packed)) as url:
        assert (await refused(f"{url}/a", max_bytes=MIB)).code == "SOURCE_TOO_LARGE"
        assert len((await get(f"{url}/a", max_bytes=51 * MIB)).body) == 50 * MIB


async def test_slow_body_is_cut() -> None:
    async def drop_by_drop() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(0.05)

    async with serving(Center(a=lambda _: StreamingResponse(drop_by_drop()))) as url:
        began = time.monotonic()
        problem = await refused(f"{url}/a?key=1", seconds=0.4)
    assert problem.code == "SOURCE_TIMEOUT"
    assert problem.passing
    assert time.monotonic() - began < 2


async def test_nobody_there() -> None:
    problem = await refused("http://127.0.0.1:9/a?key=1")
    assert (problem.code, problem.passing) == ("SOURCE_UNREACHABLE", True)
    assert problem.finding.message.startswith("无法连接来源 http://127.0.0.1:9/a：拒绝连接")


async def test_answer_that_breaks_off() -> None:
    async def closes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n[1")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(closes, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        problem = await refused(f"http://127.0.0.1:{port}/a")
    assert (problem.code, problem.passing) == ("SOURCE_UNREACHABLE", True)


async def test_redirect_within_the_origin_is_followed() -> None:
    center = Center(a=lambda _: RedirectResponse("/b"), b=lambda _: answer([2]))
    async with serving(center) as url:
        got = await get(f"{url}/a")
    assert (got.body, got.url) == (b"[2]", f"{url}/b")
    assert center.asked[1].headers["authorization"] == "Bearer hunter2"


async def test_redirect_to_another_origin_is_not_followed() -> None:
    other = Center(b=lambda _: answer([2]))
    async with serving(other) as elsewhere:
        center = Center(a=lambda _: RedirectResponse(f"{elsewhere}/b?key=1"))
        async with serving(center) as url:
            problem = await refused(f"{url}/a")
    assert problem.code == "SOURCE_ORIGIN"
    assert f"{elsewhere}/b；" in problem.finding.message
    assert not other.asked


@pytest.mark.parametrize(
    "target", ["https://127.0.0.1/a", "file:///etc/passwd", "//evil.invalid/a"]
)
async def test_redirect_to_another_scheme_or_host(target: str) -> None:
    moved = Response(status_code=302, headers={"location": target})
    async with serving(Center(a=lambda _: moved)) as url:
        assert (await refused(f"{url}/a")).code == "SOURCE_ORIGIN"


async def test_redirects_in_a_circle_end() -> None:
    center = Center(a=lambda _: RedirectResponse("/a"))
    async with serving(center) as url:
        assert (await refused(f"{url}/a")).code == "SOURCE_ORIGIN"
    assert len(center.asked) == 6


async def test_post_is_not_turned_into_get() -> None:
    center = Center(
        a=lambda _: RedirectResponse("/b", 302), c=lambda _: RedirectResponse("/b", 307)
    )
    center.handlers["/b"] = lambda request: PlainTextResponse(request.method)
    async with serving(center) as url:
        assert (await get(f"{url}/a", method="POST")).status == 302
        assert (await get(f"{url}/c", method="POST")).body == b"POST"


async def test_cookies_are_not_kept() -> None:
    def sets(request: Request) -> Response:
        response = RedirectResponse("/b")
        response.set_cookie("session", "1")
        return response

    center = Center(a=sets, b=lambda _: answer([]))
    async with serving(center) as url:
        await get(f"{url}/a")
    assert "cookie" not in center.asked[1].headers


async def test_secret_with_a_line_break_is_not_sent_and_not_told() -> None:
    client = HttpClient(ClientOptions(1, MIB))
    call = Call("GET", "http://127.0.0.1:9/", {"authorization": "hunter2\nx"})
    with pytest.raises(CallFailed) as caught:
        await client.send(call)
    await client.close()
    assert caught.value.code == "SOURCE_CALL"
    assert "hunter2" not in f"{caught.value!r}{caught.value}{call!r}"


def test_only_http() -> None:
    with pytest.raises(CallFailed, match="SOURCE_CALL"):
        asyncio.run(_send("ftp://127.0.0.1/a"))


async def _send(url: str) -> None:
    await get(url)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that no authority has signed, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    made, key = folder / "own.pem", folder / "own.key"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-keyout", key, "-out", made, "-days", "30", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
            *("-addext", "basicConstraints=critical,CA:FALSE"),
        ],
        check=True,
        capture_output=True,
    )
    return made, key


async def test_certificates_are_verified(certificate: tuple[Path, Path]) -> None:
    made, key = certificate
    async with serving(Center(a=lambda _: answer([1])), certificate=made, key=key) as url:
        problem = await refused(f"{url}/a?key=1")
        assert (problem.code, problem.passing) == ("SOURCE_TLS", False)
        assert (await get(f"{url}/a", ca_file=made)).body == b"[1]"


@pytest.mark.parametrize("text", ["", "-----BEGIN CERTIFICATE-----\nbut no end"])
def test_file_without_certificates(text: str, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text(text)
    for name in ("ca.pem", "absent.pem"):
        with pytest.raises(SourceProblem, match="SOURCE_CA"):
            HttpClient(ClientOptions(1, MIB, tmp_path / name))
