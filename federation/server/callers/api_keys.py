"""API keys of organisations, as the engine sees them: where a key is, and what it proves.

Which keys there are is known to who keeps them, behind `ApiKeys`. A key comes as `x-api-key` or as
`authorization: ApiKey …`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from federation.errors import RequestError
from federation.server.callers.credentials import (
    Credential,
    CredentialKind,
    Tell,
    Validity,
    unauthenticated,
)
from federation.server.wire.request import HttpRequest

logger = logging.getLogger("federation.server")

HEADER = b"x-api-key"
SCHEME = "apikey"
ENDS = b"x-api-key-expires"


class KnownKey(Protocol):
    """A key that holds now. Times in Unix time.

    `ends_soon`: the key was replaced by another, or its end is near: its holder is told.
    """

    @property
    def claims(self) -> Mapping[str, Any]: ...
    @property
    def organization(self) -> str: ...
    @property
    def scopes(self) -> frozenset[str]: ...
    @property
    def expires_at(self) -> float | None: ...
    @property
    def ends_soon(self) -> bool: ...
    def watch(self, tell: Tell) -> Tell:
        """Tell when the key is revoked. Returns how to stop watching."""
        ...


class ApiKeys(Protocol):
    """Who keeps the keys."""

    async def identify(self, key: str) -> KnownKey | None:
        """Return the key when it holds; None for all others, whatever is wrong with them.

        Raises anything when it cannot say, and soon: a request waits for it.
        """
        ...


def key_of(http: HttpRequest) -> str | None:
    """Return the API key a request shows, if it shows one."""
    value = http.header(HEADER)
    if value is not None:
        return value.decode("latin-1").strip()
    value = http.header(b"authorization")
    if value is None:
        return None
    scheme, _, key = value.decode("latin-1").strip().partition(" ")
    return key.strip() if scheme.lower() == SCHEME else None


async def key_credential(keys: ApiKeys, text: str) -> Credential:
    """Return what a key proves. Raises `RequestError`: 401, or 503 when nobody can say."""
    try:
        key = await keys.identify(text)
    except Exception as error:
        # By its type: whatever else it says might have the key in it.
        logger.error("API keys cannot be looked up: %s", type(error).__name__)
        raise RequestError(
            "API keys cannot be checked just now; try again shortly",
            code="AUTHENTICATION_UNAVAILABLE",
            http_status=503,
        ) from None
    if key is None:
        raise unauthenticated(
            "the API key is unknown, expired or revoked; ask your organisation for a new one"
        )
    told: tuple[tuple[bytes, bytes], ...] = ()
    if key.ends_soon and key.expires_at is not None:
        end = datetime.fromtimestamp(key.expires_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        told = ((ENDS, end.encode()),)
    validity = Validity(CredentialKind.API_KEY, key.expires_at, key.watch)
    return Credential(key.claims, key.organization, key.scopes, validity, told)
