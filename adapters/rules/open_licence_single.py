"""Rule: at most one open-licence statement of a patent is in force at a time (DOMAIN §2.5)."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.findings import Finding
from adapters.model import MappedRow
from adapters.rules.context import RuleContext


def open_licence_single(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield OL_BLOCKED_IN_FORCE when another statement holds on a day this one would.

    A statement whose term is over by today is history and stands beside any other.
    """
    start, end = row.values.get("termFrom"), row.values.get("termTo")
    if start is None or end is None or end < context.today:
        return
    for patent in context.patents(row):
        for statement in patent.statements:
            is_other = statement.statement_number != row.values.get("statementNumber")
            overlaps = statement.term_from <= end and statement.term_to >= start
            if is_other and overlaps and statement.term_to >= context.today:
                record = statement.statement_number
                yield row.finding("OL_BLOCKED_IN_FORCE", "applicationNumber", record=record)
