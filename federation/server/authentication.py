"""JSON Web Tokens → claims: signature, issuer, audience and times (RFC 7519 §4.1, RFC 8725).

A request without a token is anonymous. A token that does not hold is refused with 401: answering it
as anonymous would hide from the client that its login has run out.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError

from federation.errors import RequestError
from federation.server.key_sets import KeySets
from federation.server.request import HttpRequest
from federation.server.settings.authentication import AuthenticationSection, KeySetSource

Claims = Mapping[str, Any]

LONGEST = 8_192
LEEWAY_SECONDS = 30
# A verification takes some 60 µs, a look-up one; a token is the same for many requests.
_CACHED = 1_000


class Authenticator:
    """Verifies the token of a request against the key sets of the settings."""

    def __init__(
        self, settings: AuthenticationSection, clock: Callable[[], float] = time.time
    ) -> None:
        jwt_settings = settings.router.jwt
        self.key_sets = KeySets(jwt_settings.jwks)
        self._sources = jwt_settings.jwks
        self._header = jwt_settings.header_name.lower().encode("latin-1")
        self._prefix = jwt_settings.header_value_prefix.lower()
        self._clock = clock
        # By token, source and generation: a token of a key that was withdrawn is verified anew.
        self._verified: OrderedDict[tuple[str, int, int], Claims] = OrderedDict()

    @property
    def enabled(self) -> bool:
        return bool(self._sources)

    def claims(self, http: HttpRequest) -> Claims | None:
        """Return the claims of the request's token, or None when it has none.

        Raises `RequestError` (401, UNAUTHENTICATED) for a token that does not hold.
        """
        value = http.header(self._header)
        if value is None or not self._sources:
            return None
        scheme, _, token = value.decode("latin-1").strip().partition(" ")
        if scheme.lower() != self._prefix:
            return None
        token = token.strip()
        if len(token) <= LONGEST:
            for at, source in enumerate(self._sources):
                claims = self._of(token, source, at)
                if claims is not None:
                    return claims
        raise unauthenticated(
            "the token is invalid, out of date, or of an issuer not trusted here; log in again"
        )

    def _of(self, token: str, source: KeySetSource, at: int) -> Claims | None:
        key = (token, at, self.key_sets.generation)
        keys = self.key_sets.current[at]
        claims = self._verified.get(key)
        if claims is None:
            try:
                claims = jwt.decode(token, keys, algorithms=list(source.algorithms)).claims
            except (JoseError, ValueError, KeyError, TypeError):
                return None
            self._verified[key] = claims
            if len(self._verified) > _CACHED:
                self._verified.popitem(last=False)
        return claims if self._holds(claims, source) else None

    def _holds(self, claims: Claims, source: KeySetSource) -> bool:
        """Whether issuer, audience and times are as they must be; `exp` is required."""
        expires, begins = claims.get("exp"), claims.get("nbf", 0)
        if not isinstance(expires, int | float) or not isinstance(begins, int | float):
            return False
        if not begins - LEEWAY_SECONDS <= self._clock() < expires + LEEWAY_SECONDS:
            return False
        if source.issuers and claims.get("iss") not in source.issuers:
            return False
        audience = claims.get("aud", ())
        audiences = {audience} if isinstance(audience, str) else set(audience)
        return not source.audiences or bool(audiences & set(source.audiences))


def unauthenticated(message: str) -> RequestError:
    """Return the refusal of credentials."""
    return RequestError(message, code="UNAUTHENTICATED", http_status=401)
