"""Rules: the organisation a code names is known and called so (DOMAIN §2.3).

Warnings only: the code identifies, and feeds arrive in any order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from adapters.findings import Finding
from adapters.model import MappedRow
from adapters.rules.context import RuleContext
from resolvers.values.text import party_name_key

_NAMED: Final[Mapping[str, tuple[str, str]]] = {
    "INTENSIVE_PRODUCT": ("filerUscc", "filer"),
    "NAVIGATION": ("completedByUscc", "completedBy"),
    "THIRD_PARTY": ("uscc", "name"),
    "DEMAND": ("demanderUscc", "demander"),
}
"""Feed → its fields with the code and the name."""


def organization_name(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield W_ORGANIZATION_NAME when the code's organisation has another name, and never had it."""
    code, name = _NAMED[context.feed]
    known = context.known.organizations.get(row.values.get(code, ""))
    stated = row.values.get(name)
    if known is not None and stated and party_name_key(stated) not in known.name_keys:
        yield row.finding("W_ORGANIZATION_NAME", name, registered=known.name)


def organization_known(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield W_ORGANIZATION_UNKNOWN for a code the hub has no organisation of."""
    code, _ = _NAMED[context.feed]
    stated = row.values.get(code)
    if stated is not None and stated not in context.known.organizations:
        yield row.finding("W_ORGANIZATION_UNKNOWN", code)
