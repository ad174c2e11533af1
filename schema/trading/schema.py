"""The export of subgraph `trading`."""

from __future__ import annotations

from typing import Any, Final

from schema.common import scalars
from schema.common.context import SubgraphContext
from schema.common.entities import Entity, extension, id_text, uuid_key
from schema.common.subgraph import SubgraphSchema
from schema.trading.codes import Industry, Region
from schema.trading.queries import Query
from schema.trading.types import (
    Deal,
    Demand,
    LicenceRecord,
    Listing,
    OpenLicenceStatement,
    OperationCenter,
    Organization,
    Patent,
    TransferRecord,
)


async def _listing(context: SubgraphContext, listing_id: Any) -> Listing | None:
    row = await context.loaders.trading.listings.load(listing_id)
    return Listing.from_row(row) if row else None


async def _statement(context: SubgraphContext, number: Any) -> OpenLicenceStatement | None:
    row = await context.loaders.trading.open_licences.load(number)
    return OpenLicenceStatement.from_row(row) if row else None


async def _licence(context: SubgraphContext, number: Any) -> LicenceRecord | None:
    row = await context.loaders.trading.licences.load(number)
    return LicenceRecord.from_row(row, context.today) if row else None


async def _transfer(context: SubgraphContext, transfer_id: Any) -> TransferRecord | None:
    row = await context.loaders.trading.transfers.load(transfer_id)
    return TransferRecord.from_row(row) if row else None


async def _demand(context: SubgraphContext, demand_id: Any) -> Demand | None:
    row = await context.loaders.trading.demands.load(demand_id)
    return Demand.from_row(row) if row else None


async def _deal(context: SubgraphContext, deal_id: Any) -> Deal | None:
    row = await context.loaders.trading.deals.load(deal_id)
    return Deal.from_row(row) if row else None


ENTITIES: Final = (
    Entity(Listing, "id", uuid_key, _listing),
    Entity(OpenLicenceStatement, "statementNumber", id_text, _statement),
    Entity(LicenceRecord, "recordNumber", id_text, _licence),
    Entity(TransferRecord, "id", uuid_key, _transfer),
    Entity(Demand, "id", uuid_key, _demand),
    Entity(Deal, "id", uuid_key, _deal),
    extension(Patent, "applicationNumber", scalars.application_number),
    extension(Organization, "uscc", scalars.uscc),
    extension(OperationCenter, "code", id_text),
    extension(Region, "code", scalars.region_code),
    extension(Industry, "code", scalars.industry_code),
)

SCHEMA: Final = SubgraphSchema(Query, ENTITIES)
