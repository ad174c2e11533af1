"""Rule: the part of screening that is decided when a listing is taken in (DOMAIN §2.7).

NOT_IN_FORCE and FROZEN refuse the row; a pledge only warns here, since consent of the pledgee is
not in the feed: the full screening of the trading subgraph decides on it.
"""

from __future__ import annotations

from collections.abc import Iterator

from adapters.findings import Finding
from adapters.model import MappedRow
from adapters.rules.context import RuleContext

_FIELD = "applicationNumber"


def listing_screening(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield SCREEN_BLOCK_…, W_SCREEN_… or W_PATENT_UNKNOWN per patent."""
    for patent in context.patents(row):
        if not patent.known:
            yield row.finding("W_PATENT_UNKNOWN", _FIELD)
        if patent.has_ended(row.values.get("listedFrom", context.today)):
            status = patent.status_on(context.today)
            yield row.finding("SCREEN_BLOCK_NOT_IN_FORCE", _FIELD, status=status)
        elif patent.under_preservation:
            yield row.finding("SCREEN_BLOCK_FROZEN", _FIELD)
        elif patent.legal_status == "PENDING":
            yield row.finding("W_SCREEN_PENDING", _FIELD)
        for pledge in patent.pledges:
            if pledge.is_effective(row.values.get("listedFrom", context.today)):
                record = pledge.registration_number
                yield row.finding("W_SCREEN_PLEDGED", _FIELD, record=record)
