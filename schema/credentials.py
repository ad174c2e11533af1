"""A marked identity for development → who the caller is; claims are for `resolvers.credentials`.

The gateway verifies tokens and finds API keys (`federation/server/callers/`); what they say of the
caller is read in `resolvers.credentials`.

`Authorization: Dev <ROLE> [code] [scope …]` is believed only where `development` is on (`hub serve
--dev`), and refused with a clear message everywhere else. A word with a colon is a scope.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from resolvers.credentials import (
    CredentialsRefused,
    caller_of_claims,
    checked_caller,
    own_member,
)
from resolvers.identity import ANONYMOUS, Caller

__all__ = ["CredentialsRefused", "caller_of_claims", "caller_of_header", "checked_caller"]

LONGEST: Final = 8_192


def caller_of(
    claims: Mapping[str, Any] | None, authorization: bytes | None, *, development: bool
) -> Caller:
    """Return the caller by verified claims where there are any, else by the header.

    Raises:
        CredentialsRefused: they make no caller.
    """
    if claims is not None:
        return caller_of_claims(claims)
    shown = None if authorization is None else authorization.decode("latin-1")
    return caller_of_header(shown, development=development)


def caller_of_header(authorization: str | None, *, development: bool) -> Caller:
    """Return the caller of a request without verified claims: the public, or one for development.

    Raises:
        CredentialsRefused: the header holds something else.
    """
    if authorization is None or not authorization.strip():
        return ANONYMOUS
    if len(authorization) > LONGEST:
        raise CredentialsRefused("the header authorization is too long")
    scheme, *words = authorization.split()
    if scheme.lower() == "bearer":
        raise CredentialsRefused(
            "this hub trusts no issuer of tokens; name one in authentication.router.jwt.jwks"
        )
    if scheme.lower() != "dev":
        raise CredentialsRefused("authorization must be: Bearer <token>, or ApiKey <key>")
    if not development:
        raise CredentialsRefused(
            "development identities work only with `hub serve --dev`; send a Bearer token"
        )
    scopes = [word for word in words if ":" in word]
    words = [word for word in words if ":" not in word]
    if not 1 <= len(words) <= 2:
        raise CredentialsRefused(
            "write: Dev <ROLE> [code] [scope …], as in Dev PROVINCIAL_OFFICE 440000 contact:read"
        )
    role, own = words[0].upper(), words[1] if len(words) == 2 else None
    member = own_member(role)
    return checked_caller(
        f"development:{role.lower()}{':' + own if own else ''}",
        role,
        **({member: own} if member else {}),
        scopes=scopes,
    )
