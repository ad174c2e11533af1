"""Values that lost against a source of higher precedence, kept for people to look at."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import orjson

from adapters.precedence import Conflict
from adapters.store.table import Key, plain_json
from resolvers.database.pool import Transaction

_INSERT = """
insert into reporting.conflict (
    entity_type, entity_key, field, winning_value, winning_source, winning_confidence,
    losing_value, losing_source, losing_confidence, losing_record_date, losing_batch_id,
    conflict_key)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
on conflict (conflict_key) do nothing
"""


async def write_conflicts(
    transaction: Transaction, entity: str, conflicts: Sequence[tuple[Key, Conflict]]
) -> int:
    """Note conflicts; one that is known already is not noted twice. Return how many there were."""
    if conflicts:
        await transaction.executemany(
            "ingest.conflicts", _INSERT, [_row(entity, key, found) for key, found in conflicts]
        )
    return len(conflicts)


def _row(entity: str, key: Key, found: Conflict) -> tuple[object, ...]:
    entity_key = "|".join(str(plain_json(part)) for part in key)
    losing = plain_json(found.losing_value)
    identity = orjson.dumps([entity, entity_key, found.field, found.losing.source_system, losing])
    return (
        entity,
        entity_key,
        found.field,
        plain_json(found.winning_value),
        found.winning.source_system,
        found.winning.confidence.value,
        losing,
        found.losing.source_system,
        found.losing.confidence.value,
        found.losing.record_date,
        found.losing.batch_id,
        hashlib.blake2b(identity, digest_size=16).hexdigest(),
    )
