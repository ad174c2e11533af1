"""Rule: a licence, transfer or pledge concerns a patent that is known and in force.

The register prevails over platform data (DOMAIN §3.11), so the row is kept and the contradiction is
a warning. A right that ended after the record's date is no contradiction.
"""

from __future__ import annotations

from collections.abc import Iterator

from adapters.findings import Finding
from adapters.model import MappedRow
from adapters.rules.context import RuleContext

_DATES = {"LICENCE": "recordedOn", "TRANSFER": "registeredOn", "PLEDGE": "registeredOn"}


def patent_in_force(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield W_PATENT_NOT_IN_FORCE or W_PATENT_UNKNOWN."""
    day = row.values.get(_DATES[context.feed])
    for patent in context.patents(row):
        if not patent.known:
            yield row.finding("W_PATENT_UNKNOWN", "applicationNumber")
            continue
        ended_later = (
            day is not None
            and patent.legal_status_as_of is not None
            and patent.legal_status_as_of > day
        )
        if patent.has_ended(day or context.today) and not ended_later:
            status = patent.status_on(context.today)
            yield row.finding("W_PATENT_NOT_IN_FORCE", "applicationNumber", status=status)
        elif patent.under_preservation and not ended_later:
            yield row.finding("W_PATENT_NOT_IN_FORCE", "applicationNumber", status="保全")
