"""Rule: the year of the application number is the year of the filing date (DOMAIN §3.1).

Only a warning: a divisional application has a new number and keeps the parent's filing date.
"""

from __future__ import annotations

from collections.abc import Iterator

from adapters.findings import Finding, from_issue
from adapters.model import MappedRow
from adapters.rules.context import RuleContext
from resolvers.values import ApplicationNumber
from resolvers.values.application_numbers import YEAR_FILING


def filing_year(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield W_APPNO_YEAR_FILING."""
    number, filed = row.values.get("applicationNumber"), row.values.get("filingDate")
    if not isinstance(number, ApplicationNumber) or filed is None:
        return
    if number.filing_year is not None and number.filing_year != filed.year:
        yield from_issue(
            YEAR_FILING,
            field="filingDate",
            column=row.columns.get("filingDate"),
            value=filed,
            row=row.record.row,
        )
