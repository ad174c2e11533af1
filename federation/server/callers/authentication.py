"""JSON Web Tokens → claims: signature, issuer, audience, times, and for whom the issuer may speak.

RFC 7519 §4.1, RFC 8725. A request without a token is anonymous. A token that does not hold is
refused with 401: answering it as anonymous would hide from the client that its login has run out.
"""

from __future__ import annotations

import time
from base64 import urlsafe_b64decode
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

import orjson

from federation.server.callers.credentials import (
    Claims,
    Credential,
    CredentialKind,
    Validity,
    first_claim,
    scopes_of,
    unauthenticated,
)
from federation.server.callers.key_sets import KeySets
from federation.server.callers.token_sources import TokenPlaces
from federation.server.settings.authentication import AuthenticationSection, KeySetSource
from federation.server.wire.request import HttpRequest

__all__ = ["Authenticator", "Claims", "unauthenticated"]

LONGEST = 8_192
LEEWAY_SECONDS = 30
# A verification takes some 60 µs, a look-up one; a token is the same for many requests.
_CACHED = 1_000


@dataclass(frozen=True, slots=True)
class _Verified:
    """A token that held, with the keys of `generation`, from `begins` on."""

    credential: Credential
    generation: int
    begins: float


class Authenticator:
    """Verifies the token of a request against the key sets of the settings."""

    def __init__(
        self, settings: AuthenticationSection, clock: Callable[[], float] = time.time
    ) -> None:
        self._settings = settings.router.jwt
        self._sources = self._settings.jwks
        self._places = TokenPlaces(self._settings)
        self._clock = clock
        self._verified: OrderedDict[str, _Verified] = OrderedDict()
        self.key_sets = KeySets(self._sources)

    @property
    def enabled(self) -> bool:
        return bool(self._sources)

    @property
    def ignores_other_schemes(self) -> bool:
        """Whether a header with a scheme that nobody here knows counts as no credentials."""
        return not self._sources or self._settings.ignore_other_prefixes

    def scheme(self, http: HttpRequest) -> str | None:
        """Return the scheme of the header that tokens come in."""
        return self._places.scheme(http)

    def token(self, http: HttpRequest) -> str | None:
        """Return what the request has where a token belongs, None when there is nothing."""
        return self._places.token(http) if self._sources else None

    def knows(self, token: str) -> bool:
        """Whether the token held before and is in time, so that to check it costs nothing."""
        known = self._verified.get(token)
        return known is not None and self._in_time(known)

    async def credential(self, token: str) -> Credential | None:
        """Return what a token proves; None when it proves nothing and that shall not matter.

        Raises `RequestError` (401, UNAUTHENTICATED) for a token that does not hold.
        """
        known = self._verified.get(token)
        if known is not None and known.generation == self.key_sets.generation:
            if self._in_time(known):
                return known.credential
        elif len(token) <= LONGEST:
            found = await self._verify(token)
            if found is not None:
                return found
        if self._settings.on_error == "Continue":
            return None
        raise unauthenticated(
            "the token is invalid, out of date, or of an issuer not trusted here; log in again"
        )

    async def _verify(self, token: str) -> Credential | None:
        head, body = _unverified(token, 0), _unverified(token, 1)
        key_id = head.get("kid")
        for at, source in enumerate(self._sources):
            # By what the token says of itself, only to ask no key set in vain.
            if source.issuers and body.get("iss") not in source.issuers:
                continue
            if isinstance(key_id, str) and not self.key_sets.has_key(at, key_id):
                await self.key_sets.refresh(at)
                if not self.key_sets.has_key(at, key_id):
                    continue
            verified = self._of(token, source, at)
            if verified is not None:
                self._verified[token] = verified
                self._verified.move_to_end(token)
                if len(self._verified) > _CACHED:
                    self._verified.popitem(last=False)
                return verified.credential if self._in_time(verified) else None
        return None

    def _of(self, token: str, source: KeySetSource, at: int) -> _Verified | None:
        """Return the token verified with the keys of one source, but for its times."""
        # Imported here: most servers have no issuers, and it brings all of cryptography.
        from joserfc import jwt
        from joserfc.errors import JoseError

        keys = self.key_sets.current[at]
        try:
            claims = jwt.decode(token, keys, algorithms=list(source.algorithms)).claims
        except (JoseError, ValueError, KeyError, TypeError):
            return None
        expires, begins = _time(claims.get("exp")), _time(claims.get("nbf", 0))
        if expires is None or begins is None or not self._may_say(claims, source):
            return None
        credential = Credential(
            claims=claims,
            organization=first_claim(claims, self._settings.organization_claims),
            scopes=scopes_of(claims),
            validity=Validity(CredentialKind.TOKEN, expires + LEEWAY_SECONDS),
        )
        return _Verified(credential, self.key_sets.generation, begins - LEEWAY_SECONDS)

    def _may_say(self, claims: Claims, source: KeySetSource) -> bool:
        """Whether issuer and audience are as they must be, and the issuer may say this of anyone.

        What is not a text where a name belongs is refused: whoever reads the claims later might
        read it otherwise than is done here.
        """
        if source.issuers and claims.get("iss") not in source.issuers:
            return False
        audience = claims.get("aud", ())
        audiences = audience if isinstance(audience, list) else [audience]
        if source.audiences and not any(each in source.audiences for each in audiences):
            return False
        settings = self._settings
        if source.organizations:
            named = [claims[name] for name in settings.organization_claims if name in claims]
            if not named or any(each not in source.organizations for each in named):
                return False
        if source.organizations or source.roles:
            claimed = [claims[name] for name in settings.role_claims if name in claims]
            return all(each in source.roles for each in claimed)
        return True

    def _in_time(self, verified: _Verified) -> bool:
        expires = verified.credential.validity.expires_at
        assert expires is not None
        return verified.begins <= self._clock() < expires


def _time(value: object) -> float | None:
    """Return a time of a claim (RFC 7519 §2, NumericDate); None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return value


def _unverified(token: str, part: int) -> Mapping[str, Any]:
    """Return what a part of a token says, without believing it; nothing, when it says nothing."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        text = parts[part].encode("ascii")
        found = orjson.loads(urlsafe_b64decode(text + b"=" * (-len(text) % 4)))
    except (ValueError, UnicodeEncodeError):
        return {}
    return found if isinstance(found, dict) else {}
