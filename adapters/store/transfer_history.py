"""Holders that transfers stored earlier give to patents that arrive now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.model import SourceClass
from adapters.precedence import Origin
from adapters.store.parties import Party
from adapters.store.table import Incoming
from resolvers.database.pool import Transaction

_LATEST = """
select record.application_number, record.registered_on, record.source_system, record.confidence,
       record.batch_id, party.role, party.name, party.name_key, party.uscc
from trading.transfer_record as record
join trading.transfer_party as party on party.transfer_id = record.id
where record.application_number = any($1)
  and record.registered_on = (
      select max(other.registered_on) from trading.transfer_record as other
      where other.application_number = record.application_number)
order by record.application_number, record.id, party.role, party.ordinal
"""


async def transfers_of_new_patents(
    transaction: Transaction, numbers: Sequence[str]
) -> list[Incoming]:
    """Return the holders that transfers stored earlier give to patents that have just arrived."""
    if not numbers:
        return []
    records = await transaction.fetch("ingest.latest_transfers", _LATEST, numbers)
    found: dict[str, tuple[list[Party], Origin]] = {}
    for record in records:
        if record["role"] == "TO":
            parties_to, _ = found.setdefault(record["application_number"], ([], _origin_of(record)))
            parties_to.append((record["name"], record["name_key"], record["uscc"]))
    return [
        Incoming((number,), {"holders": tuple(dict.fromkeys(coming))}, origin)
        for number, (coming, origin) in found.items()
    ]


def _origin_of(record: Any) -> Origin:
    batch = record["batch_id"]
    return Origin(
        SourceClass(record["confidence"]),
        record["source_system"],
        str(batch) if batch else None,
        record["registered_on"],
    )
