"""The export of subgraph `trading`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from resolvers.trading.sight import sight_of
from resolvers.trading.sql import TOTALS
from schema.common import scalars
from schema.common.context import SubgraphContext
from schema.common.entities import Entity, extension, id_text, uuid_key
from schema.common.subgraph import SubgraphSchema
from schema.trading.centers import OperationCenter
from schema.trading.codes import Industry, Region
from schema.trading.deals import Deal
from schema.trading.demands import Demand, SupplyDemandMatch
from schema.trading.licences import LicenceRecord
from schema.trading.listings import Listing, ListingScreening
from schema.trading.mutations import Mutation
from schema.trading.organizations import Organization
from schema.trading.patents import Patent
from schema.trading.queries import Query
from schema.trading.statements import OpenLicenceStatement
from schema.trading.subscriptions import Subscription
from schema.trading.transfers import TransferRecord


async def _listing(context: SubgraphContext, listing_id: Any) -> Listing | None:
    row = await context.loaders.trading.listings.load(sight_of(context.caller), listing_id)
    return Listing.from_row(row) if row else None


async def _screening(context: SubgraphContext, screening_id: Any) -> ListingScreening | None:
    row = await context.loaders.trading.screenings.load(screening_id)
    if row is None:
        return None
    sight = sight_of(context.caller)
    listing = await context.loaders.trading.listings.load(sight, row.listing_id)
    return ListingScreening.from_row(row) if listing and sight.inside(listing) else None


async def _match(context: SubgraphContext, match_id: Any) -> SupplyDemandMatch | None:
    row = await context.loaders.trading.matches.load(match_id)
    return SupplyDemandMatch.from_row(row) if row else None


async def _statement(context: SubgraphContext, number: Any) -> OpenLicenceStatement | None:
    row = await context.loaders.trading.open_licences.load(number)
    if row is None or not sight_of(context.caller).of_statement(row):
        return None
    return OpenLicenceStatement.from_row(row)


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
    Entity(ListingScreening, "id", uuid_key, _screening),
    Entity(SupplyDemandMatch, "id", uuid_key, _match),
    Entity(OpenLicenceStatement, "statementNumber", id_text, _statement),
    Entity(LicenceRecord, "recordNumber", id_text, _licence),
    Entity(TransferRecord, "id", uuid_key, _transfer),
    Entity(Demand, "id", uuid_key, _demand),
    Entity(Deal, "id", uuid_key, _deal),
    replace(extension(Patent, "applicationNumber", scalars.application_number), take=Patent.take),
    extension(Organization, "uscc", scalars.uscc),
    extension(OperationCenter, "code", id_text),
    extension(Region, "code", scalars.region_code),
    extension(Industry, "code", scalars.industry_code),
)

SCHEMA: Final = SubgraphSchema(
    Query, ENTITIES, mutation=Mutation, subscription=Subscription, totals=TOTALS
)
