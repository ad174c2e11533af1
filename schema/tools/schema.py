"""The export of subgraph `tools`."""

from __future__ import annotations

from typing import Any, Final

from resolvers.sight import sight_of
from resolvers.tools.sight import sees_credit, sees_product, sees_residency
from resolvers.tools.sql import TOTALS
from schema.common import scalars
from schema.common.context import SubgraphContext
from schema.common.entities import Entity, extension, id_text, uuid_key
from schema.common.subgraph import SubgraphSchema
from schema.tools.mutations import Mutation
from schema.tools.queries import Query
from schema.tools.types import (
    CreditEvaluation,
    Industry,
    IpcClass,
    ManagementAssessment,
    NavigationReport,
    OperationCenter,
    Organization,
    Patent,
    PatentIntensiveProduct,
    Region,
    Residency,
    ServiceGrading,
)


async def _product(context: SubgraphContext, number: Any) -> PatentIntensiveProduct | None:
    row = await context.loaders.tools.products.load(number)
    if row is None or not sees_product(sight_of(context.caller), row):
        return None
    return PatentIntensiveProduct.from_row(row)


async def _navigation(context: SubgraphContext, number: Any) -> NavigationReport | None:
    row = await context.loaders.tools.navigation.load(number)
    return NavigationReport.from_row(row) if row else None


async def _assessment(context: SubgraphContext, key: Any) -> ManagementAssessment | None:
    row = await context.loaders.tools.assessments.load(key)
    return ManagementAssessment.from_row(row) if row else None


async def _grading(context: SubgraphContext, key: Any) -> ServiceGrading | None:
    row = await context.loaders.tools.gradings.load(key)
    return ServiceGrading.from_row(row) if row else None


async def _credit(context: SubgraphContext, key: Any) -> CreditEvaluation | None:
    row = await context.loaders.tools.credit.load(key)
    if row is None or not sees_credit(sight_of(context.caller), row):
        return None
    return CreditEvaluation.from_row(row)


async def _residency(context: SubgraphContext, key: Any) -> Residency | None:
    row = await context.loaders.tools.residencies.load(key)
    if row is None or not sees_residency(sight_of(context.caller), row):
        return None
    return Residency.from_row(row)


ENTITIES: Final = (
    Entity(PatentIntensiveProduct, "filingNumber", id_text, _product),
    Entity(NavigationReport, "reportNumber", id_text, _navigation),
    Entity(ManagementAssessment, "id", uuid_key, _assessment),
    Entity(ServiceGrading, "id", uuid_key, _grading),
    Entity(CreditEvaluation, "id", uuid_key, _credit),
    Entity(Residency, "id", uuid_key, _residency),
    extension(Patent, "applicationNumber", scalars.application_number),
    extension(Organization, "uscc", scalars.uscc),
    extension(OperationCenter, "code", id_text),
    extension(Industry, "code", scalars.industry_code),
    extension(Region, "code", scalars.region_code),
    extension(IpcClass, "symbol", scalars.ipc_symbol),
)

SCHEMA: Final = SubgraphSchema(Query, ENTITIES, mutation=Mutation, totals=TOTALS)
