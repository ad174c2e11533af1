"""Rules: demands (DOMAIN §2.7, §4.4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from adapters.findings import Finding
from adapters.model import MappedRow
from adapters.rules.context import RuleContext

NO_DEAL: Final = "OTHER"
"""Value of the vocabulary for what no kind of deal answers."""


def demander_named(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield DEMANDER_MISSING when neither name nor code says who asks."""
    refused = {found.field for found in row.findings if not found.is_warning}
    if not {"demander", "demanderUscc"} & (row.values.keys() | refused):
        yield row.finding("DEMANDER_MISSING", "demander")


def demander_known(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield ORGANIZATION_UNKNOWN for a code alone that says no name either."""
    code = row.values.get("demanderUscc")
    if "demander" not in row.values and code not in context.known.organizations:
        yield row.finding("ORGANIZATION_UNKNOWN", "demanderUscc")


def demand_kind(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield W_DEMAND_KIND_OTHER for what is no deal in patents: the demand is kept as open."""
    if row.values.get("kind") == NO_DEAL:
        yield row.finding("W_DEMAND_KIND_OTHER", "kind")
