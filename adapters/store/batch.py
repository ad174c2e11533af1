"""What the store needs to know about the batch whose rows it writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from adapters.feed import Feed
from adapters.mapping import record_date
from adapters.model import RowResult, SourceClass
from adapters.precedence import Origin


@dataclass(frozen=True, slots=True)
class BatchContext:
    """One batch being loaded. `center`: whose source it came from."""

    feed: Feed
    batch_id: str
    source_system: str
    confidence: SourceClass
    received_at: datetime
    today: date
    center: str
    _origins: dict[date | None, Origin] = field(default_factory=dict, repr=False, compare=False)

    def origin(self, row: RowResult) -> Origin:
        """Return who says the values of a row, and as of when: one object for the rows of a day."""
        day = record_date(self.feed, row.mapped.values)
        found = self._origins.get(day)
        if found is None:
            found = Origin(self.confidence, self.source_system, self.batch_id, day)
            self._origins[day] = found
        return found


@dataclass(slots=True)
class Stored:
    """What storing a chunk did. `touched`: GraphQL type → keys of its records that are new or
    different now, as their entity representations have them."""

    changed: int = 0
    conflicts: int = 0
    touched: dict[str, list[str]] = field(default_factory=dict)
