"""Secrets of tokens: made, digested, compared; and whether a token is still valid.

A secret has 256 random bits, so a plain SHA-256 of it cannot be guessed back; no slow hash is
needed, which would let anybody burn the registry's time. The text before the random part has the
form that tools know as graph keys, and tells people what leaked when one turns up somewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import datetime

from federation.registry.access import Caller
from federation.registry.errors import RegistryError
from federation.registry.model import Token

# Longer ones are never digested: nobody made them here.
MOST_CHARACTERS = 300


def new_secret(name: str, graph: str | None) -> str:
    """Return a new secret: `service:<graph>:…` for one graph, `user:<name>:…` for all.

    Secrets travel in headers, which are ASCII: of the name only what fits is taken.
    """
    label = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:64] or "token"
    scope = f"service:{graph}" if graph is not None else f"user:{label}"
    return f"{scope}:{secrets.token_urlsafe(32)}"


def digest_of(secret: str) -> bytes:
    """Return what is stored in place of the secret. Raises E013 for what cannot be one."""
    if not 0 < len(secret) <= MOST_CHARACTERS:
        raise invalid_token()
    try:
        return hashlib.sha256(secret.encode()).digest()
    except UnicodeEncodeError:
        raise invalid_token() from None


def caller_of(found: tuple[Token, bytes] | None, digest: bytes, now: datetime) -> Caller:
    """Return whose token it is. Raises E013; one answer for all reasons tells strangers nothing."""
    if found is None or not hmac.compare_digest(found[1], digest) or not is_valid(found[0], now):
        raise invalid_token()
    token = found[0]
    return Caller(token.name, token.roles, token.graph, token.subgraphs, token.variants, token.id)


def is_valid(token: Token, now: datetime) -> bool:
    """Whether the token is neither revoked nor expired."""
    return token.revoked_at is None and (token.expires_at is None or now < token.expires_at)


def invalid_token() -> RegistryError:
    """Return the error for a token that is unknown, expired or revoked."""
    return RegistryError(
        "E013", "the token is unknown, expired or revoked; ask an administrator for a new one"
    )
