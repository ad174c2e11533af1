"""The caller's identity between gateway and subgraphs: a signed statement in one header.

A JWS (RFC 7515) with HS256 under a key that gateway and subgraphs share. Where gateway and
subgraphs are one process the key is made anew at each start; split, `identity.key` of hub.yaml (or
`HUB_IDENTITY_KEY`) is the same on both sides. A subgraph believes nothing else: a missing header is
the anonymous public, a header that does not verify is refused.

Statements hold for two minutes and are made anew once a minute, so that equal callers have equal
headers and may share work in flight.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from resolvers.identity import ANONYMOUS, Caller, Role
from schema.common.errors import CodedError

HEADER: Final = "x-hub-identity"
ISSUER: Final = "zhitong-hub"
SHORTEST_KEY: Final = 32
MINUTE: Final = 60
VALID_SECONDS: Final = 120
SKEW_SECONDS: Final = 30
LONGEST: Final = 4_096
CACHED: Final = 1_000


class IdentityKeyTooShort(ValueError):
    """The key can be guessed."""

    code = "IDENTITY_KEY_TOO_SHORT"
    message = f"identity.key needs at least {SHORTEST_KEY} characters"

    def __str__(self) -> str:
        return self.message


class IdentityKey:
    """Signs and verifies callers under one key.

    Raises:
        IdentityKeyTooShort: the key has fewer than 32 characters.
    """

    def __init__(self, key: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        if len(key) < SHORTEST_KEY:
            raise IdentityKeyTooShort
        self._secret = key.encode()
        self._key = OctKey.import_key(key)
        self._clock = clock
        self._signed: OrderedDict[tuple[Caller, int], str] = OrderedDict()
        self._verified: OrderedDict[str, tuple[Caller, int]] = OrderedDict()

    @classmethod
    def of(cls, secret: str | None) -> IdentityKey:
        """Return the key of a text, or one of this process only for none."""
        return cls.random() if secret is None else cls(secret)

    @classmethod
    def random(cls) -> IdentityKey:
        """Return a key of this process only."""
        return cls(secrets.token_urlsafe(48))

    def derive(self, purpose: str) -> bytes:
        """Return a key for another purpose, the same wherever this key is the same."""
        return hmac.digest(self._secret, f"zhitong-hub {purpose}".encode(), "sha256")

    def headers(self, caller: Caller) -> dict[str, str]:
        """Return the header that states the caller; none for the anonymous public."""
        return {} if caller == ANONYMOUS else {HEADER: self.sign(caller)}

    def sign(self, caller: Caller) -> str:
        """Return the statement, the same text for the same caller within a minute."""
        minute = int(self._clock().timestamp()) // MINUTE
        known = self._signed.get((caller, minute))
        if known is None:
            known = jws.serialize_compact(
                {"alg": "HS256"}, json.dumps(_claims(caller, minute * MINUTE)), self._key
            )
            _keep(self._signed, (caller, minute), known)
        return known

    def verify(self, text: str | None) -> Caller:
        """Return the caller a header states; the public for none.

        Raises:
            CodedError: UNAUTHENTICATED for a statement that is forged, out of date or malformed.
        """
        if text is None:
            return ANONYMOUS
        now = int(self._clock().timestamp())
        known = self._verified.get(text)
        if known is None:
            known = self._read(text)
            _keep(self._verified, text, known)
        caller, issued_at = known
        if not issued_at - SKEW_SECONDS <= now <= issued_at + VALID_SECONDS:
            raise _invalid()
        return caller

    def _read(self, text: str) -> tuple[Caller, int]:
        if len(text) > LONGEST:
            raise _invalid()
        try:
            claims = json.loads(jws.deserialize_compact(text, self._key, ["HS256"]).payload)
            return _caller(claims), int(claims["iat"])
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise _invalid() from error


def _claims(caller: Caller, issued_at: int) -> dict[str, Any]:
    given = {
        "iss": ISSUER,
        "iat": issued_at,
        "sub": caller.subject,
        "role": caller.role.value,
        "center": caller.center,
        "jurisdiction": caller.jurisdiction,
        "uscc": caller.uscc,
        "scope": " ".join(sorted(caller.scopes)),
    }
    return {name: value for name, value in given.items() if value}


def _caller(claims: dict[str, Any]) -> Caller:
    if claims["iss"] != ISSUER:
        raise ValueError("another issuer")
    return Caller(
        claims["sub"],
        Role(claims["role"]),
        claims.get("center"),
        claims.get("jurisdiction"),
        claims.get("uscc"),
        frozenset(claims.get("scope", "").split()),
    )


def _keep(cache: OrderedDict[Any, Any], key: object, value: object) -> None:
    cache[key] = value
    if len(cache) > CACHED:
        cache.popitem(last=False)


def _invalid() -> CodedError:
    return CodedError(
        "UNAUTHENTICATED", "身份声明无效或已过期", "The statement of identity is invalid or expired"
    )
