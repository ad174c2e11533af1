"""The export of subgraph `reference`."""

from __future__ import annotations

from typing import Any, Final

from schema.common import scalars
from schema.common.context import SubgraphContext
from schema.common.entities import Entity, id_text
from schema.common.subgraph import SubgraphSchema
from schema.reference.queries import Query
from schema.reference.types import (
    Industry,
    IpcClass,
    Jurisdiction,
    Office,
    Organization,
    Region,
)


async def _region(context: SubgraphContext, code: Any) -> Region | None:
    row = await context.loaders.reference.regions.load((code, context.today.year))
    return Region.from_row(row) if row else None


async def _jurisdiction(context: SubgraphContext, code: Any) -> Jurisdiction | None:
    row = await context.loaders.reference.jurisdictions.load(code)
    return Jurisdiction.from_row(row) if row else None


async def _industry(context: SubgraphContext, code: Any) -> Industry | None:
    row = await context.loaders.reference.industries.load(code)
    return Industry.from_row(row) if row else None


async def _ipc_class(context: SubgraphContext, symbol: Any) -> IpcClass | None:
    row = await context.loaders.reference.ipc_classes.load(symbol)
    return IpcClass.from_row(row) if row else None


async def _office(context: SubgraphContext, code: Any) -> Office | None:
    row = await context.loaders.reference.offices.load(code)
    return Office.from_row(row) if row else None


async def _organization(context: SubgraphContext, uscc: Any) -> Organization | None:
    row = await context.loaders.reference.organizations.load(uscc)
    return Organization.from_row(row) if row else None


ENTITIES: Final = (
    Entity(Region, "code", scalars.region_code, _region),
    Entity(Jurisdiction, "code", id_text, _jurisdiction),
    Entity(Industry, "code", scalars.industry_code, _industry),
    Entity(IpcClass, "symbol", scalars.ipc_symbol, _ipc_class),
    Entity(Office, "code", scalars.office_code, _office),
    Entity(Organization, "uscc", scalars.uscc, _organization),
)

SCHEMA: Final = SubgraphSchema(Query, ENTITIES)
