"""Calls over HTTP with pyreqwest: bounded in time and bytes, TLS always verified, no cookies.

An answer is read piece by piece and given up as soon as it is larger than allowed, so neither an
endless body nor a small one that unpacks into a huge one costs memory. A redirect is followed
within the origin only: anywhere else it would carry the source's credentials to a place nobody
configured.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import (
    ConnectError,
    DetailedPyreqwestError,
    PyreqwestError,
    RequestTimeoutError,
)
from pyreqwest.request import StreamRequest
from pyreqwest.response import Response

from adapters.errors import SourceProblem
from adapters.files.limits import size_text
from adapters.net.problems import CallFailed, origin, place

CONNECT_SECONDS: Final = 10.0
MOST_REDIRECTS: Final = 5
_KEEPS_METHOD: Final = (307, 308)
_REDIRECTS: Final = (301, 302, 303, *_KEEPS_METHOD)
_CERTIFICATE: Final = re.compile(
    rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL
)
_MOST_CA_BYTES: Final = 1024 * 1024
_REASONS: Final = {
    "refused": "拒绝连接 / connection refused",
    "dns": "域名无法解析 / the name cannot be resolved",
    "end of file before": "应答不完整 / the answer broke off",
}


@dataclass(frozen=True, slots=True, repr=False)
class Call:
    """A call as it goes out, credentials included; therefore it has no `repr`."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """Status, headers (names in lower case; several of one name joined by commas) and body."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class ClientOptions:
    """`timeout`: seconds for a whole call, body included. `ca_file`: certificates in PEM trusted
    beside those of the system."""

    timeout: float
    max_bytes: int
    ca_file: Path | None = None


class HttpClient:
    """Keeps connections until `close`."""

    def __init__(self, options: ClientOptions) -> None:
        self._options = options
        self._client = _build(options)

    async def send(self, call: Call) -> Answer:
        """Return the answer, whatever its status.

        Raises:
            CallFailed: `SOURCE_UNREACHABLE`, `SOURCE_TIMEOUT`, `SOURCE_TLS`, `SOURCE_TOO_LARGE`,
                `SOURCE_ORIGIN`, `SOURCE_CALL`.
        """
        url = call.url
        for _ in range(MOST_REDIRECTS + 1):
            answer = await self._send_once(call, url)
            target = answer.headers.get("location")
            if answer.status not in _REDIRECTS or target is None:
                return answer
            if call.method != "GET" and answer.status not in _KEEPS_METHOD:
                return answer
            url = same_origin(url, target)
        raise CallFailed("SOURCE_ORIGIN", place=place(call.url), target=place(url))

    async def _send_once(self, call: Call, url: str) -> Answer:
        # Raised behind the handlers, so that no failure drags an exception along whose text has
        # the whole address.
        request: StreamRequest | None = None
        if urlsplit(url).scheme.lower() in ("http", "https"):
            with contextlib.suppress(PyreqwestError, ValueError):
                builder = self._client.request(call.method, url).headers(dict(call.headers))
                if call.body is not None:
                    builder = builder.body_bytes(call.body)
                request = builder.build_streamed()
        if request is None:
            raise CallFailed("SOURCE_CALL", place=place(url))
        try:
            async with request as response:
                body = await self._read(response)
                status, headers = response.status, _headers(response)
        except PyreqwestError as error:
            failure = self._failure(error, url)
        else:
            if body is not None:
                return Answer(status, url, headers, body)
            limit = size_text(self._options.max_bytes)
            failure = CallFailed("SOURCE_TOO_LARGE", place=place(url), limit=limit)
        raise failure

    async def _read(self, response: Response) -> bytes | None:
        """Return the body, or None as soon as it is too large."""
        limit = self._options.max_bytes
        parts: list[bytes] = []
        size = 0
        while (chunk := await response.body_reader.read_chunk()) is not None:
            size += len(chunk)
            if size > limit:
                return None
            parts.append(bytes(chunk))
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _failure(self, error: PyreqwestError, url: str) -> CallFailed:
        where = place(url)
        if isinstance(error, RequestTimeoutError):
            seconds = f"{self._options.timeout:g}"
            return CallFailed("SOURCE_TIMEOUT", passing=True, place=where, seconds=seconds)
        causes = _causes(error)
        if isinstance(error, ConnectError) and ("certificate" in causes or "tls" in causes):
            return CallFailed("SOURCE_TLS", place=where)
        known = (reason for word, reason in _REASONS.items() if word in causes)
        reason = next(known, "连接中断 / the connection broke")
        return CallFailed("SOURCE_UNREACHABLE", passing=True, place=where, reason=reason)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


def _causes(error: PyreqwestError) -> str:
    """Return what lies behind an error, without the first cause, which has the address."""
    causes = (
        error.details.get("causes") if isinstance(error, DetailedPyreqwestError) else None
    ) or []
    return " ".join(cause["message"] for cause in causes[1:]).lower()


def same_origin(url: str, target: str) -> str:
    """Return the address a source leads to from `url`.

    Raises:
        CallFailed: `SOURCE_ORIGIN`, it is not of the same scheme, host and port.
    """
    try:
        joined = urljoin(url, target)
        leads_away = origin(joined) != origin(url) or urlsplit(joined).username is not None
    except ValueError:
        joined, leads_away = "", True
    if leads_away:
        shown = place(joined) if joined else "?"
        raise CallFailed("SOURCE_ORIGIN", place=place(url), target=shown)
    return joined


def _headers(response: Response) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in response.headers.items():
        name = name.lower()
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _build(options: ClientOptions) -> Client:
    builder = (
        ClientBuilder()
        .timeout(timedelta(seconds=options.timeout))
        .connect_timeout(timedelta(seconds=min(options.timeout, CONNECT_SECONDS)))
        .follow_redirects(False)
        .referer(False)
        .default_cookie_store(False)
        .gzip(True)
        .brotli(True)
        .zstd(True)
        .deflate(True)
        .tcp_nodelay(True)
        .user_agent("zhitong-hub")
    )
    for certificate in _certificates(options.ca_file):
        builder = builder.add_root_certificate_pem(certificate)
    return builder.build()


def _certificates(path: Path | None) -> list[bytes]:
    """Return the certificates of a file; raises SourceProblem `SOURCE_CA`."""
    if path is None:
        return []
    try:
        raw = path.read_bytes() if path.stat().st_size <= _MOST_CA_BYTES else b""
    except OSError:
        raw = b""
    found = _CERTIFICATE.findall(raw)
    if not found:
        raise SourceProblem("SOURCE_CA", path=path.name)
    return found
