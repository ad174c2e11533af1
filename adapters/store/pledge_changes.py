"""Changes of registered pledges: EFFECTIVE → CHANGED, each change kept (DOMAIN §2.5).

The feed has a pledge as it stands. So a change is what a source of the same class tells anew with
another value; a source of a higher class that says otherwise corrects the record, and one that
fills a gap completes it: neither is a change of the pledge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from adapters.precedence import StoredRow
from adapters.store.batch import BatchContext
from adapters.store.recordals import StoredRecords
from resolvers.database.pool import Transaction

ITEMS: Final[Mapping[str, str]] = {
    "pledgors": "PLEDGORS",
    "pledgees": "PLEDGEES",
    "secured": "SECURED_AMOUNT",
    "debt_term_from": "DEBT_TERM_FROM",
    "debt_term_to": "DEBT_TERM_TO",
    "registered_on": "REGISTERED_ON",
    "consent": "OPEN_LICENCE_CONSENT",
}
"""Field of a pledge → item of a change. A cancellation is an end, not a change."""

_NOTE = """
insert into finance.pledge_change
  (registration_number, ordinal, changed_on, item, before, after, source_system, batch_id)
select $1, coalesce(max(ordinal) + 1, 0), $2, $3, $4, $5, $6, $7::uuid
from finance.pledge_change where registration_number = $1
"""
_MARK = """
update finance.pledge_registration set changed = true
where registration_number = any($1) and not changed
"""


async def note_changes(
    transaction: Transaction, stored: StoredRecords, batch: BatchContext
) -> None:
    """Write the changes a chunk brought, and mark the pledges changed."""
    changes = [
        (key[0], batch.today, item, before, after, batch.source_system, batch.batch_id)
        for key, held in stored.before.items()
        for item, before, after in _changes(held, stored.merged.rows[key])
    ]
    if changes:
        await transaction.executemany("ingest.pledge_changes", _NOTE, changes)
        await transaction.execute(
            "ingest.pledges_changed", _MARK, sorted({change[0] for change in changes})
        )


def _changes(held: StoredRow, now: StoredRow) -> Iterator[tuple[str, str, str]]:
    """Yield item, text before and text after."""
    for name, item in ITEMS.items():
        before, after = _text(name, held.values.get(name)), _text(name, now.values.get(name))
        same_class = held.origin_of(name).confidence is now.origin_of(name).confidence
        if same_class and before is not None and after is not None and before != after:
            yield item, before, after


def _text(name: str, value: Any) -> str | None:
    """Return a value as people read it, or None where nothing was stated."""
    if value is None or value == ():
        return None
    if name in ("pledgors", "pledgees"):
        return "；".join(party[0] for party in value)
    if name == "secured":
        kind, currency, amount, low, high = value[:5]
        if kind == "RANGE":
            return f"{low}–{high} {currency}"
        return None if amount is None else f"{amount} {currency}"
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)
