"""Who asks: a caller with one role (DOMAIN §2.4), and permits that say what a role may do.

A subgraph never looks at tokens: the gateway finds out who the caller is and passes a signed
statement on (`schema/identity.py`); this module is what the statement says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """DOMAIN §2.4. SERVICE is one of the hub's own subgraphs or its worker, never a person."""

    PUBLIC = "PUBLIC"
    FRONTEND = "FRONTEND"
    REGIONAL_CENTER = "REGIONAL_CENTER"
    INDUSTRY_CENTER = "INDUSTRY_CENTER"
    FUNCTIONAL_PLATFORM = "FUNCTIONAL_PLATFORM"
    THIRD_PARTY_INSTITUTION = "THIRD_PARTY_INSTITUTION"
    PROVINCIAL_OFFICE = "PROVINCIAL_OFFICE"
    CNIPA_ADMIN = "CNIPA_ADMIN"
    HUB_OPERATOR = "HUB_OPERATOR"
    SERVICE = "SERVICE"


CENTER_ROLES: Final = (Role.REGIONAL_CENTER, Role.INDUSTRY_CENTER, Role.FUNCTIONAL_PLATFORM)
"""Roles of people who belong to a platform or centre."""

_FUNCTION_OF_PREFIX: Final = {
    "FT": "TRADING_SERVICE",
    "FF": "FINANCIAL_SERVICE",
    "FS": "FEATURED_SERVICE",
    "FU": "SUPPORT_TOOL",
}


@dataclass(frozen=True, slots=True)
class Caller:
    """One caller. `center`, `jurisdiction` and `uscc` are what it may act for, by its role:

    a centre's code, a provincial office's jurisdiction, a third-party institution's credit code.
    """

    subject: str = "anonymous"
    role: Role = Role.PUBLIC
    center: str | None = None
    jurisdiction: str | None = None
    uscc: str | None = None
    scopes: frozenset[str] = frozenset()

    @property
    def is_authenticated(self) -> bool:
        return self.role is not Role.PUBLIC

    @property
    def function(self) -> str | None:
        """The function of the caller's platform; its code tells it (DOMAIN §2.3)."""
        if self.role is not Role.FUNCTIONAL_PLATFORM or self.center is None:
            return None
        return _FUNCTION_OF_PREFIX.get(self.center[:2])

    @property
    def acts_for(self) -> str | None:
        """The identifier that says which objects are the caller's own."""
        if self.role in CENTER_ROLES:
            return self.center
        if self.role is Role.PROVINCIAL_OFFICE:
            return self.jurisdiction
        return self.uscc if self.role is Role.THIRD_PARTY_INSTITUTION else None


ANONYMOUS: Final = Caller()


def service(name: str) -> Caller:
    """Return the caller that a part of the hub is when it asks another."""
    return Caller(f"service:{name}", Role.SERVICE)


@dataclass(frozen=True, slots=True)
class Subject:
    """Who stands in which relation to an object: relation → identifiers.

    >>> Subject.of(publisher="IC-440300-01", jurisdiction="440300").relations["publisher"]
    frozenset({'IC-440300-01'})
    """

    relations: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, **relations: str | Iterable[str] | None) -> Subject:
        """Return a subject; None is nobody, a text one identifier."""
        return cls(
            {
                name: frozenset((found,) if isinstance(found, str) else found or ())
                for name, found in relations.items()
            }
        )


@dataclass(frozen=True, slots=True)
class Permit:
    """`role` may act on objects to which it stands in `relation`; without one, on any.

    `function` narrows FUNCTIONAL_PLATFORM to platforms of that function.
    """

    role: Role
    relation: str | None = None
    function: str | None = None

    def fits(self, caller: Caller) -> bool:
        """Whether the caller has the role and function, whatever the object is."""
        return caller.role is self.role and (
            self.function is None or caller.function == self.function
        )

    def grants(self, caller: Caller, subject: Subject) -> bool:
        """Whether the caller may act on this object."""
        if not self.fits(caller):
            return False
        if self.relation is None:
            return True
        return caller.acts_for in subject.relations.get(self.relation, frozenset())


def may(permits: Iterable[Permit], caller: Caller, subject: Subject) -> bool:
    """Whether one of the permits lets the caller act on the object."""
    return any(permit.grants(caller, subject) for permit in permits)


def centers(relation: str | None = None) -> tuple[Permit, ...]:
    """Return permits for people of every kind of centre, for objects in that relation to it."""
    return tuple(Permit(role, relation) for role in CENTER_ROLES)
