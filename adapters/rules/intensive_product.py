"""Rules: filings of patent-intensive products (DOMAIN §2.5, §4.2; T/PPAC 701).

A product is measured by its own sales of a year, so the revenue must be there; its industry is a
class of GB/T 4754 (小类); its main patents held in that year. A contradiction to the register of
patents only warns: the register prevails, and the row is kept (DOMAIN §3.11).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from adapters.findings import Finding
from adapters.model import MappedRow, SourceClass
from adapters.rules.context import RuleContext
from resolvers.values import Money
from resolvers.values.text import party_name_key

CLASS_LENGTH: Final = 5
"""Of the code of a class: a letter and four digits."""
_ONCE_RECOGNISED: Final = frozenset(("RECOGNISED", "EXPIRED", "REVOKED"))


def product_revenue(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield PRODUCT_REVENUE_MISSING or PRODUCT_REVENUE_FORM."""
    if any(found.field == "revenue" and not found.is_warning for found in row.findings):
        return
    revenue: Money | None = row.values.get("revenue")
    if revenue is None:
        yield row.finding("PRODUCT_REVENUE_MISSING", "revenue")
    elif revenue.kind not in ("FIXED", "FREE") or revenue.currency != "CNY" or revenue.per_year:
        yield row.finding("PRODUCT_REVENUE_FORM", "revenue")


def product_industry(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield PRODUCT_INDUSTRY_CLASS for a code above the classes; one that fell back to its group
    because the lists lack the class was a class as stated."""
    code: str | None = row.values.get("industry")
    fallen_back = any(found.code == "W_INDUSTRY_CLASS_UNKNOWN" for found in row.findings)
    if code is not None and len(code) < CLASS_LENGTH and not fallen_back:
        yield row.finding("PRODUCT_INDUSTRY_CLASS", "industry")


def product_recognition(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield PRODUCT_DATES for a day of recognition, or an end of it, without a recognition."""
    if row.values.get("status", "RECOGNISED") in _ONCE_RECOGNISED:
        return
    for name in ("recognisedOn", "validTo"):
        if name in row.values:
            yield row.finding("PRODUCT_DATES", name)


def product_patents(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield W_PATENT_UNKNOWN, or W_PATENT_NOT_IN_FORCE for a right that was over or frozen before
    the end of the year the figures are of."""
    day = min(date(row.values["year"], 12, 31), context.today)
    for patent in context.patents(row):
        if not patent.known:
            yield row.finding("W_PATENT_UNKNOWN", "patents")
            continue
        since = patent.legal_status_as_of
        if since is not None and since > day:
            continue  # what it is now says nothing about then
        if patent.has_ended(day):
            status = patent.status_on(context.today)
            yield row.finding("W_PATENT_NOT_IN_FORCE", "patents", status=status)
        elif patent.under_preservation:
            yield row.finding("W_PATENT_NOT_IN_FORCE", "patents", status="保全")
        elif patent.legal_status == "PENDING":
            yield row.finding("W_PATENT_NOT_IN_FORCE", "patents", status="PENDING")


def product_filed_by_another(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield FILING_OF_ANOTHER when a centre speaks of what another centre handed in; the platform
    that recognises may."""
    if context.source_class.rank < SourceClass.CENTER.rank:
        return
    values, filings = row.values, context.known.filings
    product = (party_name_key(values["name"]), values["filerUscc"], str(values["year"]))
    by = filings.get((values.get("filingNumber", ""),)) or filings.get(product)
    if by is not None and by != context.known.center:
        yield row.finding("FILING_OF_ANOTHER", "filingNumber", center=by)
