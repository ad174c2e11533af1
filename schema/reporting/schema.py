"""The export of subgraph `reporting`."""

from __future__ import annotations

from typing import Any, Final

from schema.common.context import SubgraphContext
from schema.common.entities import Entity, extension, id_text, uuid_key
from schema.common.subgraph import SubgraphSchema
from schema.reporting.queries import Query
from schema.reporting.types import IngestBatch, OperationCenter


async def _batch(context: SubgraphContext, batch_id: Any) -> IngestBatch | None:
    row = await context.loaders.reporting.batches.load(batch_id)
    return IngestBatch.from_row(row) if row else None


ENTITIES: Final = (
    Entity(IngestBatch, "id", uuid_key, _batch),
    extension(OperationCenter, "code", id_text),
)

SCHEMA: Final = SubgraphSchema(Query, ENTITIES)
