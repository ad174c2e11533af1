"""Verified claims of a token, or a marked identity for development → who the caller is.

The gateway verifies tokens (`federation/server/authentication.py`); here their claims say role and
what the caller acts for. Claims that contradict themselves (a centre's role without a centre) are
refused, never guessed.

`Authorization: Dev <ROLE> [code] [scope …]` is believed only where `development` is on (`hub serve
--dev`), and refused with a clear message everywhere else. A word with a colon is a scope.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from resolvers.identity import ANONYMOUS, CENTER_ROLES, Caller, Role
from resolvers.values import is_jurisdiction, parse_center_code, parse_uscc

LONGEST: Final = 8_192

ROLE_CLAIM: Final = "hub_role"
CENTER_CLAIM: Final = "hub_center"
JURISDICTION_CLAIM: Final = "hub_jurisdiction"
USCC_CLAIM: Final = "hub_uscc"


class CredentialsRefused(Exception):
    """The credentials do not hold; `message` may be shown and tells what to do."""

    code = "UNAUTHENTICATED"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def caller_of_claims(claims: Mapping[str, Any]) -> Caller:
    """Return the caller a verified token describes; without a role it is the public.

    Raises:
        CredentialsRefused: the claims do not say who it is.
    """
    subject, role = claims.get("sub"), claims.get(ROLE_CLAIM, Role.PUBLIC.value)
    if not isinstance(subject, str) or not subject:
        raise CredentialsRefused("the token has no subject (sub)")
    scope = claims.get("scope", "")
    return checked_caller(
        subject,
        role,
        center=claims.get(CENTER_CLAIM),
        jurisdiction=claims.get(JURISDICTION_CLAIM),
        uscc=claims.get(USCC_CLAIM),
        scopes=scope.split() if isinstance(scope, str) else [str(each) for each in scope],
    )


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
        raise CredentialsRefused("authorization must be: Bearer <token>")
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
    member = _own_member(role)
    return checked_caller(
        f"development:{role.lower()}{':' + own if own else ''}",
        role,
        **({member: own} if member else {}),
        scopes=scopes,
    )


def _own_member(role: str) -> str | None:
    if role in (each.value for each in CENTER_ROLES):
        return "center"
    return {"PROVINCIAL_OFFICE": "jurisdiction", "THIRD_PARTY_INSTITUTION": "uscc"}.get(role)


def checked_caller(
    subject: str,
    role: object,
    *,
    center: object = None,
    jurisdiction: object = None,
    uscc: object = None,
    scopes: Iterable[str] = (),
) -> Caller:
    """Return the caller whom credentials describe.

    Raises:
        CredentialsRefused: no such role, or it lacks what it acts for; SERVICE, which is the hub's.
    """
    known = {each.value for each in Role} - {Role.SERVICE.value}
    if not isinstance(role, str) or role not in known:
        raise CredentialsRefused(f"no such role; there are {', '.join(sorted(known))}")
    own = {"center": center, "jurisdiction": jurisdiction, "uscc": uscc}
    member = _own_member(role)
    if member is None:
        return Caller(subject, Role(role), scopes=frozenset(scopes))
    text = own[member]
    if not isinstance(text, str):
        raise CredentialsRefused(f"the role {role} needs the code it acts for")
    canonical = _canonical(member, role, text)
    return Caller(
        subject,
        Role(role),
        center=canonical if member == "center" else None,
        jurisdiction=canonical if member == "jurisdiction" else None,
        uscc=canonical if member == "uscc" else None,
        scopes=frozenset(scopes),
    )


_LETTERS: Final[Mapping[str, tuple[str, ...]]] = {
    "REGIONAL_CENTER": ("RC",),
    "INDUSTRY_CENTER": ("IC",),
    "FUNCTIONAL_PLATFORM": ("FT", "FF", "FS", "FU"),
}


def _canonical(member: str, role: str, text: str) -> str:
    if member == "center":
        code = parse_center_code(text).canonical
        if code is None or code[:2] not in _LETTERS[role]:
            raise CredentialsRefused(f"{text!r} is no code of a centre of the role {role}")
        return code
    if member == "uscc":
        found = parse_uscc(text).canonical
        if found is None:
            raise CredentialsRefused(f"{text!r} is no unified social credit code")
        return found
    if not is_jurisdiction(text.upper()):
        raise CredentialsRefused(f"{text!r} is no code of a jurisdiction")
    return text.upper()
