"""Rule: nobody sells, licenses or pledges to themselves (DOMAIN §4.2).

Compared as names are matched everywhere: NFKC, no space, half-width brackets. One common party
among several (a co-owner that stays) is no fault; the same set on both sides is.
"""

from __future__ import annotations

from collections.abc import Iterator

from adapters.findings import Finding
from adapters.model import MappedRow
from adapters.rules.context import RuleContext
from resolvers.values.text import party_name_key

_SIDES = {
    "LICENCE": ("licensors", "licensees"),
    "TRANSFER": ("from", "to"),
    "PLEDGE": ("pledgors", "pledgees"),
}


def parties_differ(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield PARTY_SAME_BOTH_SIDES."""
    first, second = _SIDES[context.feed]
    givers = {party_name_key(name) for name in row.values.get(first, ())}
    takers = {party_name_key(name) for name in row.values.get(second, ())}
    if givers and givers == takers:
        yield row.finding("PARTY_SAME_BOTH_SIDES", second)
