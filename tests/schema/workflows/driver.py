"""How a test drives one workflow; each subgraph's drivers stand in the module of its name here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from resolvers.database.pool import Database
from resolvers.identity import Caller, Permit, Role
from resolvers.workflow import Workflow
from tests.schema.world import Asker


@dataclass(frozen=True, slots=True)
class Placed:
    """An object put into a state: its id as the API has it, its version where it has one, and, for
    each relation of the workflow's permits, the identifier of who stands in it."""

    id: str
    version: int = 1
    relations: dict[str, str] = field(default_factory=dict)


class Driver(Protocol):
    """Places objects of one workflow and asks for its transitions through the API."""

    workflow: Workflow
    subgraph: str

    async def place(self, database: Database, state: str) -> Placed:
        """Put a new object into `state` by SQL, with every condition of its transitions met."""
        ...

    async def act(self, asker: Asker, placed: Placed, action: str) -> Sequence[str]:
        """Ask for `action` with everything it needs; return the error codes, none when done.

        Codes of top-level errors and of the payload's `errors` alike.
        """
        ...

    async def state(self, database: Database, placed: Placed) -> str:
        """Return the object's present state, from its table."""
        ...


def caller_for(permit: Permit, placed: Placed) -> Caller:
    """Return a caller that the permit lets act on the object."""
    own = placed.relations[permit.relation] if permit.relation else None
    return make_caller(permit.role, own or default_own(permit), permit)


def stranger_for(permit: Permit) -> Caller:
    """Return a caller of the same role that acts for somebody else."""
    other = {
        Role.PROVINCIAL_OFFICE: "650000",
        Role.THIRD_PARTY_INSTITUTION: "91650100MA9T09999X",
    }.get(permit.role, _center(permit, "650000-09"))
    return make_caller(permit.role, other, permit)


def default_own(permit: Permit) -> str:
    if permit.role is Role.PROVINCIAL_OFFICE:
        return "440000"
    return _center(permit, "440000-09")


def _center(permit: Permit, rest: str) -> str:
    letters = {
        "TRADING_SERVICE": "FT",
        "FINANCIAL_SERVICE": "FF",
        "FEATURED_SERVICE": "FS",
        "SUPPORT_TOOL": "FU",
    }
    if permit.role is Role.FUNCTIONAL_PLATFORM:
        return f"{letters[permit.function or 'TRADING_SERVICE']}-{rest}"
    return f"{'RC' if permit.role is Role.REGIONAL_CENTER else 'IC'}-{rest}"


def make_caller(role: Role, own: str | None, permit: Permit | None = None) -> Caller:
    """Return a caller of that role acting for `own`."""
    return Caller(
        subject=f"test:{role.value.lower()}:{own}",
        role=role,
        center=own
        if role in (Role.REGIONAL_CENTER, Role.INDUSTRY_CENTER, Role.FUNCTIONAL_PLATFORM)
        else None,
        jurisdiction=own if role is Role.PROVINCIAL_OFFICE else None,
        uscc=own if role is Role.THIRD_PARTY_INSTITUTION else None,
    )
