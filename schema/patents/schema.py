"""The export of subgraph `patents`."""

from __future__ import annotations

from typing import Any, Final

from resolvers.patents.topic_totals import TOTALS
from schema.common import scalars
from schema.common.context import SubgraphContext
from schema.common.entities import Entity, extension, uuid_key
from schema.common.subgraph import SubgraphSchema
from schema.patents.queries import Query
from schema.patents.subscriptions import Subscription
from schema.patents.types import IpcClass, LegalEvent, Organization, Patent


async def _patent(context: SubgraphContext, application_number: Any) -> Patent | None:
    row = await context.loaders.patents.patents.load(application_number)
    return Patent.from_row(row) if row else None


async def _legal_event(context: SubgraphContext, event_id: Any) -> LegalEvent | None:
    row = await context.loaders.patents.legal_events.load(event_id)
    return LegalEvent.from_row(row) if row else None


ENTITIES: Final = (
    Entity(Patent, "applicationNumber", scalars.application_number, _patent),
    Entity(LegalEvent, "id", uuid_key, _legal_event),
    extension(IpcClass, "symbol", scalars.ipc_symbol),
    extension(Organization, "uscc", scalars.uscc),
)

SCHEMA: Final = SubgraphSchema(Query, ENTITIES, subscription=Subscription, totals=TOTALS)
