"""The export of subgraph `reporting`."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from resolvers.reporting.topic_totals import TOTALS
from schema.common import scalars
from schema.common.context import SubgraphContext
from schema.common.entities import Entity, extension, id_text, uuid_key
from schema.common.subgraph import SubgraphSchema
from schema.reporting.access import find_batch, find_report, sees_evaluation
from schema.reporting.centers import Industry, Jurisdiction, OperationCenter, Region
from schema.reporting.data_sources import DataSource, find_source, source_code
from schema.reporting.evaluations import PerformanceEvaluation
from schema.reporting.ingest import IngestBatch
from schema.reporting.mutations import Mutation
from schema.reporting.queries import Query
from schema.reporting.reports import BusinessReport, Indicator
from schema.reporting.subscriptions import Subscription


async def _batch(context: SubgraphContext, batch_id: Any) -> IngestBatch | None:
    row = await find_batch(context, batch_id)
    return IngestBatch.from_row(row) if row else None


async def _report(context: SubgraphContext, report_id: Any) -> BusinessReport | None:
    row = await find_report(context, report_id)
    return BusinessReport.from_row(row, context.today) if row else None


async def _indicator(context: SubgraphContext, code: Any) -> Indicator | None:
    row = await context.loaders.reporting.reports.indicators.load(code)
    return Indicator.from_row(row) if row else None


async def _evaluation(context: SubgraphContext, evaluation_id: Any) -> PerformanceEvaluation | None:
    row = await context.loaders.reporting.evaluations.evaluations.load(evaluation_id)
    if row is None or not sees_evaluation(context, row):
        return None
    return PerformanceEvaluation.from_row(row)


ENTITIES: Final = (
    Entity(DataSource, "code", source_code, find_source, loads_only=False),
    Entity(IngestBatch, "id", uuid_key, _batch, loads_only=False),
    Entity(BusinessReport, "id", uuid_key, _report, loads_only=False),
    Entity(Indicator, "code", id_text, _indicator),
    Entity(PerformanceEvaluation, "id", uuid_key, _evaluation),
    dataclasses.replace(extension(OperationCenter, "code", id_text), take=OperationCenter.take),
    extension(Region, "code", scalars.region_code),
    extension(Industry, "code", scalars.industry_code),
    extension(Jurisdiction, "code", id_text),
)

SCHEMA: Final = SubgraphSchema(
    Query, ENTITIES, mutation=Mutation, subscription=Subscription, totals=TOTALS
)
