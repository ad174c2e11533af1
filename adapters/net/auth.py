"""How calls are authorised: API key, bearer token, Basic, OAuth2 client credentials.

Secrets are read when the first call needs them and kept in memory only. Each scheme can be asked
for something newer after a refusal (`renew`): a file or variable may have been changed, a token may
have been withdrawn. `hide` takes every secret out of a text a source sent, because a source may
echo what it was given.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, Protocol
from urllib.parse import parse_qsl, quote, quote_plus, urlencode, urlsplit, urlunsplit

import msgspec

from adapters.config.rest import Auth
from adapters.net.client import Answer, Call
from adapters.net.problems import CallFailed, place

Send = Callable[[Call], Awaitable[Answer]]

_SHORTEST_HIDDEN: Final = 4
"""Shorter secrets are no secrets, and hiding them would make texts unreadable."""


class Authorizer(Protocol):
    """One scheme with its secret."""

    async def apply(self, call: Call) -> Call:
        """Return the call with credentials; raises SourceProblem when there are none."""
        ...

    def renew(self, used: Call) -> bool:
        """Forget what `used` was refused with; return whether another try may go better."""
        ...

    def hide(self, text: str) -> str:
        """Return a text without secrets."""
        ...

    def clean(self, url: str) -> str:
        """Return an address the source gave without credentials in it."""
        ...


class Open:
    """No authorisation."""

    async def apply(self, call: Call) -> Call:
        return call

    def renew(self, used: Call) -> bool:
        return False

    def hide(self, text: str) -> str:
        return text

    def clean(self, url: str) -> str:
        return url


class Keyed:
    """A secret that is sent as it is: API key, bearer token, Basic."""

    def __init__(self, auth: Auth, folder: str) -> None:
        self._auth, self._folder = auth, folder
        self._secret: str | None = None
        self._hidden: set[str] = set()

    async def apply(self, call: Call) -> Call:
        if self._secret is None:
            self._secret = self._auth.secret.reveal(self._folder)
            self._hidden |= {self._secret, self._value(self._secret)}
        value = self._value(self._secret)
        if self._auth.kind == "api_key" and self._auth.query is not None:
            return replace(call, url=with_query(call.url, {self._auth.query: value}))
        scheme = {"bearer": "Bearer ", "basic": "Basic "}.get(self._auth.kind, "")
        return with_header(call, self._auth.header or "Authorization", f"{scheme}{value}")

    def _value(self, secret: str) -> str:
        return basic_value(self._auth.user or "", secret) if self._auth.kind == "basic" else secret

    def renew(self, used: Call) -> bool:
        refused = self._secret
        self._secret = None
        return self._auth.secret.reveal(self._folder) != refused

    def hide(self, text: str) -> str:
        return hide(text, self._hidden)

    def clean(self, url: str) -> str:
        return url if self._auth.query is None else without_query(url, self._auth.query)


class ClientCredentials:
    """OAuth2 client credentials: a token is used until shortly before it expires or is refused."""

    def __init__(self, auth: Auth, folder: str, send: Send) -> None:
        assert auth.token_url is not None
        assert auth.client_id is not None
        self._auth, self._folder, self._send = auth, folder, send
        self._url, self._client = auth.token_url, auth.client_id
        self._token: str | None = None
        self._until = 0.0
        self._lock = asyncio.Lock()
        self._hidden: set[str] = set()

    async def apply(self, call: Call) -> Call:
        async with self._lock:  # calls that come meanwhile wait for the same token
            if self._token is None or asyncio.get_running_loop().time() >= self._until:
                await self._fetch()
        return with_header(call, "Authorization", f"Bearer {self._token}")

    def renew(self, used: Call) -> bool:
        # Another call may have fetched a new token since this one was refused.
        if used.headers.get("Authorization") == f"Bearer {self._token}":
            self._token = None
        return True

    async def _fetch(self) -> None:
        secret = self._auth.secret.reveal(self._folder)
        self._hidden |= {secret, basic_value(quote_plus(self._client), quote_plus(secret))}
        form = {"grant_type": "client_credentials"}
        if self._auth.scope is not None:
            form["scope"] = self._auth.scope
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        if self._auth.client_auth == "body":
            form |= {"client_id": self._client, "client_secret": secret}
        else:
            value = basic_value(quote_plus(self._client), quote_plus(secret))
            headers["Authorization"] = f"Basic {value}"
        answer = await self._send(Call("POST", self._url, headers, urlencode(form).encode()))
        self._keep(answer)

    def _keep(self, answer: Answer) -> None:
        token = _read_token(answer.body) if answer.status == 200 else None
        if token is None:
            raise CallFailed("SOURCE_AUTH", place=place(self._url), status=answer.status)
        self._token = token.access_token
        self._hidden.add(token.access_token)
        lives = token.expires_in
        # Without a stated life it is used until the source refuses it.
        margin = min(30.0, lives * 0.1) if lives is not None else 0.0
        now = asyncio.get_running_loop().time()
        self._until = float("inf") if lives is None else now + max(0.0, lives - margin)

    def hide(self, text: str) -> str:
        return hide(text, self._hidden)

    def clean(self, url: str) -> str:
        return url


class _Token(msgspec.Struct):
    """An access token (RFC 6749 §5.1). Some servers write the seconds as text."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105
    expires_in: float | None = None


def _read_token(body: bytes) -> _Token | None:
    try:
        token = msgspec.convert(msgspec.json.decode(body), _Token, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    usable = token.access_token and token.token_type.lower() == "bearer"
    return token if usable else None


def build_authorizer(auth: Auth | None, folder: str, send: Send) -> Authorizer:
    """Return the scheme of a source; `send` is how tokens are asked for."""
    if auth is None:
        return Open()
    if auth.kind == "oauth2":
        return ClientCredentials(auth, folder, send)
    return Keyed(auth, folder)


def basic_value(user: str, password: str) -> str:
    """Return what follows `Basic` in a header (RFC 7617, in UTF-8)."""
    return base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


def with_header(call: Call, name: str, value: str) -> Call:
    """Return the call with a header in place of any of that name."""
    others = {own: text for own, text in call.headers.items() if own.lower() != name.lower()}
    return replace(call, headers={**others, name: value})


def with_query(url: str, params: dict[str, str]) -> str:
    """Return an address with parameters, in place of those of the same names.

    >>> with_query("http://a.cn/list?page=1&kind=发明", {"page": "2"})
    'http://a.cn/list?kind=%E5%8F%91%E6%98%8E&page=2'
    """
    parts = urlsplit(url)
    kept = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name not in params
    ]
    query = urlencode([*kept, *params.items()], quote_via=quote)
    return urlunsplit(parts._replace(query=query))


def without_query(url: str, name: str) -> str:
    """Return an address without one parameter; the others stay as they are written.

    >>> without_query("http://a.cn/list?key=abc&next=a%2Bb", "key")
    'http://a.cn/list?next=a%2Bb'
    """
    parts = urlsplit(url)
    kept = [part for part in parts.query.split("&") if part and parse_qsl(part, True)[0][0] != name]
    return urlunsplit(parts._replace(query="&".join(kept)))


def hide(text: str, secrets: set[str]) -> str:
    """Return a text in which no secret stands, in none of its spellings.

    >>> hide("wrong key: a+b/cd", {"a+b/cd"})
    'wrong key: ***'
    """
    spellings = {
        spelling
        for secret in secrets
        for spelling in (secret, quote(secret, safe=""), quote_plus(secret))
        if len(spelling) >= _SHORTEST_HIDDEN
    }
    for spelling in sorted(spellings, key=len, reverse=True):
        text = text.replace(spelling, "***")
    return text
