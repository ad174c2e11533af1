"""The export of subgraph `catalog`."""

from __future__ import annotations

from typing import Any, Final

from resolvers.catalog.rows import StandardKey
from resolvers.catalog.sight import Sight
from schema.catalog.mutations import Mutation
from schema.catalog.queries import Query
from schema.catalog.subscriptions import Subscription
from schema.catalog.types import (
    DataAccessGrant,
    DataFoundation,
    Industry,
    OperationCenter,
    Organization,
    Region,
    ServiceProduct,
    ServiceStandard,
)
from schema.common import scalars
from schema.common.context import SubgraphContext
from schema.common.entities import Entity, extension, id_text, uuid_key
from schema.common.subgraph import SubgraphSchema


def _standard_key(values: object) -> StandardKey:
    assert isinstance(values, tuple)
    code, version = values
    return id_text(code), id_text(version)


async def _foundation(context: SubgraphContext, code: Any) -> DataFoundation | None:
    row = await context.loaders.catalog.foundations.load(code)
    return DataFoundation.from_row(row) if row else None


async def _grant(context: SubgraphContext, grant_id: Any) -> DataAccessGrant | None:
    row = await context.loaders.catalog.grants.load(grant_id)
    seen = row is not None and Sight.of(context.caller).of_grant(row)
    return DataAccessGrant.from_row(row, context.today) if row and seen else None


async def _standard(context: SubgraphContext, key: Any) -> ServiceStandard | None:
    row = await context.loaders.catalog.standards.load(key)
    seen = row is not None and Sight.of(context.caller).of_standard(row)
    return ServiceStandard.from_row(row) if row and seen else None


async def _product(context: SubgraphContext, product_id: Any) -> ServiceProduct | None:
    row = await context.loaders.catalog.products.load(product_id)
    seen = row is not None and Sight.of(context.caller).of_product(row)
    return ServiceProduct.from_row(row) if row and seen else None


ENTITIES: Final = (
    Entity(DataFoundation, "code", id_text, _foundation),
    Entity(DataAccessGrant, "id", uuid_key, _grant),
    Entity(ServiceStandard, "code version", _standard_key, _standard),
    Entity(ServiceProduct, "id", uuid_key, _product),
    extension(OperationCenter, "code", id_text),
    extension(Organization, "uscc", scalars.uscc),
    extension(Region, "code", scalars.region_code),
    extension(Industry, "code", scalars.industry_code),
)

SCHEMA: Final = SubgraphSchema(Query, ENTITIES, mutation=Mutation, subscription=Subscription)
