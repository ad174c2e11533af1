"""What a caller proved who it is with: a token, an API key or a certificate, in one shape.

All three end as claims, so that whoever turns claims into an identity need not know the kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from federation.errors import RequestError

Claims = Mapping[str, Any]
Tell = Callable[[], None]
# Starts to watch for the early end of credentials; returns how to stop watching.
Watch = Callable[[Tell], Tell]

# Claims that hold scopes: RFC 9068 §2.2.3, Microsoft's, and what others write.
SCOPE_CLAIMS = ("scope", "scp", "scopes")


class CredentialKind(Enum):
    """The kinds, as messages name them."""

    TOKEN = "token"  # noqa: S105 - a name
    API_KEY = "API key"
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True)
class Validity:
    """Until when credentials hold: `expires_at` in Unix time, None for no end set.

    `watch`: tells of an end that comes sooner, since they were revoked; None where nobody can.
    """

    kind: CredentialKind
    expires_at: float | None = None
    watch: Watch | None = None


@dataclass(frozen=True, slots=True)
class Credential:
    """Credentials that hold.

    `organization`: whom they speak for. `told`: headers for the answer, such as that they end soon.
    """

    claims: Claims
    organization: str | None
    scopes: frozenset[str]
    validity: Validity
    told: tuple[tuple[bytes, bytes], ...] = field(default=())


def scopes_of(claims: Claims) -> frozenset[str]:
    """Return the scopes in the claims, each a text with spaces between or a list of texts.

    >>> sorted(scopes_of({"scope": "a b", "scp": ["c"]}))
    ['a', 'b', 'c']
    """
    found: set[str] = set()
    for name in SCOPE_CLAIMS:
        value = claims.get(name)
        if isinstance(value, str):
            found.update(value.split())
        elif isinstance(value, list | tuple):
            found.update(each for each in value if isinstance(each, str))
    return frozenset(found)


def first_claim(claims: Claims, names: tuple[str, ...]) -> str | None:
    """Return the first of these claims that is a text with something in it."""
    for name in names:
        value = claims.get(name)
        if isinstance(value, str) and value:
            return value
    return None


def unauthenticated(message: str) -> RequestError:
    """Return the refusal of credentials."""
    return RequestError(message, code="UNAUTHENTICATED", http_status=401)
