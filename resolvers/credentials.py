"""What credentials say of a caller → the caller: roles, and the codes of what it acts for.

Credentials that contradict themselves (a centre's role without a centre) are refused, never
guessed. Tokens, API keys and certificates all end here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from resolvers.identity import CENTER_ROLES, Caller, Role
from resolvers.values import is_jurisdiction, parse_center_code, parse_uscc

ROLE_CLAIM: Final = "hub_role"
CENTER_CLAIM: Final = "hub_center"
JURISDICTION_CLAIM: Final = "hub_jurisdiction"
USCC_CLAIM: Final = "hub_uscc"
# The code, whatever the role makes of it; the others win.
ORGANIZATION_CLAIM: Final = "organization"


class CredentialsRefused(Exception):
    """The credentials do not hold; `message` may be shown and tells what to do."""

    code = "UNAUTHENTICATED"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def caller_of_claims(claims: Mapping[str, Any]) -> Caller:
    """Return the caller that verified claims describe; without a role it is the public.

    Raises:
        CredentialsRefused: the claims do not say who it is.
    """
    subject, role = claims.get("sub"), claims.get(ROLE_CLAIM, Role.PUBLIC.value)
    if not isinstance(subject, str) or not subject:
        raise CredentialsRefused("the token has no subject (sub)")
    organization = claims.get(ORGANIZATION_CLAIM)
    return checked_caller(
        subject,
        role,
        center=claims.get(CENTER_CLAIM, organization),
        jurisdiction=claims.get(JURISDICTION_CLAIM, organization),
        uscc=claims.get(USCC_CLAIM, organization),
        scopes=_scopes(claims),
    )


def _scopes(claims: Mapping[str, Any]) -> set[str]:
    """Return the scopes: in each of these claims a text with spaces between, or a list."""
    found: set[str] = set()
    for value in (claims.get("scope"), claims.get("scp"), claims.get("scopes")):
        if isinstance(value, str):
            found.update(value.split())
        elif isinstance(value, list | tuple):
            found.update(each for each in value if isinstance(each, str))
    return found


def own_member(role: str) -> str | None:
    """Return what of a `Caller` says what the role acts for."""
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
    member = own_member(role)
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
