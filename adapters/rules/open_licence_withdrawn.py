"""Rule: an open licence is withdrawn before the patent is transferred (DOMAIN §2.5)."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.findings import Finding
from adapters.model import MappedRow
from adapters.rules.context import RuleContext


def open_licence_withdrawn(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield W_OPEN_LICENCE_NOT_WITHDRAWN for a transfer within the term of a live statement."""
    day = row.values.get("registeredOn")
    if day is None:
        return
    for patent in context.patents(row):
        for statement in patent.statements:
            if statement.term_from <= day <= statement.term_to:
                yield row.finding(
                    "W_OPEN_LICENCE_NOT_WITHDRAWN",
                    "applicationNumber",
                    record=statement.statement_number,
                )
