"""References from the objects of trading to patents, organisations, centres and each other.

The types referred to list the objects that refer to them, so their modules import those; the way
back is by name, through the schema that executes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, cast

import strawberry
from strawberry import field

from resolvers.trading.rows import MatchRow, OpenLicenceRow
from resolvers.value_rows import PartyRow
from schema.common import descriptions
from schema.common.context import Info
from schema.common.fields import computed
from schema.common.scalars import USCC, ApplicationNumber

if TYPE_CHECKING:
    from schema.trading.centers import OperationCenter
    from schema.trading.demands import SupplyDemandMatch
    from schema.trading.organizations import Organization
    from schema.trading.patents import Patent
    from schema.trading.statements import OpenLicenceStatement

LazyPatent = Annotated["Patent", strawberry.lazy("schema.trading.patents")]
LazyOrganization = Annotated["Organization", strawberry.lazy("schema.trading.organizations")]
LazyCenter = Annotated["OperationCenter", strawberry.lazy("schema.trading.centers")]
LazyMatch = Annotated["SupplyDemandMatch", strawberry.lazy("schema.trading.demands")]
LazyStatement = Annotated["OpenLicenceStatement", strawberry.lazy("schema.trading.statements")]


@strawberry.federation.type(shareable=True, description=descriptions.PARTY)
class Party:
    row: strawberry.Private[PartyRow]
    name: str = field(description=descriptions.PARTY_NAME)

    @classmethod
    def from_row(cls, row: PartyRow) -> Party:
        return cls(row=row, name=row.name)

    @computed(description=descriptions.PARTY_ORGANIZATION)
    def organization(self, info: Info) -> LazyOrganization | None:
        return organization_of(info, self.row.uscc)


def parties_of(rows: Iterable[PartyRow]) -> list[Party]:
    """Return the parties as named in the source."""
    return [Party.from_row(row) for row in rows]


def patent_of(info: Info, number: str) -> LazyPatent:
    """Return the reference to a patent."""
    return cast("Patent", _type(info, "Patent")(application_number=ApplicationNumber(number)))


def patents_of(info: Info, numbers: Iterable[str]) -> list[LazyPatent]:
    """Return the references to patents."""
    return [patent_of(info, number) for number in numbers]


def organization_of(info: Info, uscc: str | None) -> LazyOrganization | None:
    """Return the reference to an organisation, or None."""
    if uscc is None:
        return None
    return cast("Organization", _type(info, "Organization")(uscc=USCC(uscc)))


def center_of(info: Info, code: str) -> LazyCenter:
    """Return the reference to a centre."""
    return cast("OperationCenter", _type(info, "OperationCenter")(code=strawberry.ID(code)))


def match_of(info: Info, row: MatchRow) -> LazyMatch:
    """Return a match."""
    return cast("SupplyDemandMatch", _type(info, "SupplyDemandMatch").from_row(row))


def statement_of(info: Info, row: OpenLicenceRow) -> LazyStatement:
    """Return an open-licence statement."""
    return cast("OpenLicenceStatement", _type(info, "OpenLicenceStatement").from_row(row))


def _type(info: Info, name: str) -> Any:
    definition: Any = info.schema.get_type_by_name(name)
    return definition.origin
