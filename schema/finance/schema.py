"""The export of subgraph `finance`."""

from __future__ import annotations

from typing import Any, Final

from resolvers.finance.sight import sees
from resolvers.finance.sql import TOTALS
from resolvers.sight import sight_of
from schema.common import scalars
from schema.common.context import SubgraphContext
from schema.common.entities import Entity, extension, id_text, uuid_key
from schema.common.subgraph import SubgraphSchema
from schema.finance.mutations import Mutation
from schema.finance.queries import Query
from schema.finance.subscriptions import Subscription
from schema.finance.types import (
    FinancingProject,
    InsurancePolicy,
    OperationCenter,
    Organization,
    Patent,
    PledgeRegistration,
    Region,
    ValuationReport,
)


async def _pledge(context: SubgraphContext, number: Any) -> PledgeRegistration | None:
    row = await context.loaders.finance.pledges.load(number)
    return PledgeRegistration.from_row(row) if row else None


async def _valuation(context: SubgraphContext, report: Any) -> ValuationReport | None:
    row = await context.loaders.finance.valuations.load(report)
    return ValuationReport.from_row(row) if row else None


async def _financing(context: SubgraphContext, project: Any) -> FinancingProject | None:
    row = await context.loaders.finance.financing.load(project)
    if row is None or not sees(sight_of(context.caller), row):
        return None
    return FinancingProject.from_row(row)


async def _insurance(context: SubgraphContext, number: Any) -> InsurancePolicy | None:
    row = await context.loaders.finance.insurance.load(number)
    return InsurancePolicy.from_row(row) if row else None


ENTITIES: Final = (
    Entity(PledgeRegistration, "registrationNumber", id_text, _pledge),
    Entity(ValuationReport, "id", uuid_key, _valuation),
    Entity(FinancingProject, "id", uuid_key, _financing),
    Entity(InsurancePolicy, "policyNumber", id_text, _insurance),
    extension(Patent, "applicationNumber", scalars.application_number),
    extension(Organization, "uscc", scalars.uscc),
    extension(OperationCenter, "code", id_text),
    extension(Region, "code", scalars.region_code),
)

SCHEMA: Final = SubgraphSchema(
    Query, ENTITIES, mutation=Mutation, subscription=Subscription, totals=TOTALS
)
