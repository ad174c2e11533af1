"""The way to one source: rate → authorisation → call → what its status means → another try.

Out: answers the caller can read. Redirects, refused credentials, overload and broken servers are
dealt with here; other statuses are the caller's, because for a look-up 404 is an answer and a
GraphQL server says in a 400 what is wrong.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from adapters.config.rest import Auth
from adapters.config.shared import Bounds
from adapters.net.auth import build_authorizer
from adapters.net.client import Answer, Call, ClientOptions, HttpClient
from adapters.net.problems import CallFailed, place
from adapters.net.rate import RateLimit
from adapters.net.retry import Retry, retry_after

_BROKEN: Final = (500, 502, 503, 504)


class Connection:
    """One source's server. `retry` is given by tests that do not want to wait."""

    def __init__(
        self,
        auth: Auth | None,
        bounds: Bounds,
        folder: str,
        ca_file: str | None = None,
        *,
        retry: Retry | None = None,
    ) -> None:
        trusted = Path(folder, ca_file) if ca_file else None
        options = ClientOptions(bounds.timeout, bounds.max_response_bytes, trusted)
        self._client = HttpClient(options)
        self._rate = RateLimit(bounds.rate)
        self._retry = retry or Retry(bounds.retries)
        self._auth = build_authorizer(auth, folder, self._send)
        self.clean = self._auth.clean

    async def call(self, call: Call, retry: Retry | None = None) -> Answer:
        """Return the answer to a call; `retry`: in place of what the source's bounds allow.

        Raises:
            CallFailed: what `HttpClient.send` raises, `SOURCE_AUTH`, `SOURCE_RATE_LIMITED`, and
                `SOURCE_STATUS` for a server that stays broken.
            SourceProblem: a secret is not there.
        """
        return await (retry or self._retry).run(lambda: self._authorised(call))

    async def _authorised(self, call: Call) -> Answer:
        sent = await self._auth.apply(call)
        answer = await self._send(sent)
        if answer.status == 401 and self._auth.renew(sent):
            answer = await self._send(await self._auth.apply(call))
        if answer.status in (401, 403):
            raise CallFailed("SOURCE_AUTH", place=place(answer.url), status=answer.status)
        return answer

    async def _send(self, call: Call) -> Answer:
        """Return an answer of a server that works."""
        await self._rate.wait()
        answer = await self._client.send(call)
        if answer.status == 429 or answer.status in _BROKEN:
            wait = retry_after(answer.headers.get("retry-after"), datetime.now(UTC))
            raise _overloaded(answer, wait)
        return answer

    def hide(self, text: str) -> str:
        """Return a text the source sent without the secrets it was given."""
        return self._auth.hide(text)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


def _overloaded(answer: Answer, wait: float | None) -> CallFailed:
    where, status = place(answer.url), answer.status
    if status == 429:
        seconds = "?" if wait is None else f"{wait:.0f}"
        return CallFailed(
            "SOURCE_RATE_LIMITED",
            passing=True,
            wait=wait,
            status=status,
            place=where,
            seconds=seconds,
        )
    return bad_status(answer, passing=True, wait=wait)


def bad_status(answer: Answer, *, passing: bool = False, wait: float | None = None) -> CallFailed:
    """Return the problem of an answer whose status says that it is none."""
    return CallFailed(
        "SOURCE_STATUS",
        passing=passing,
        wait=wait,
        status=answer.status,
        place=place(answer.url),
        answered=answer.status,
    )
