"""Rules: navigation reports (DOMAIN §4.2)."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.findings import Finding
from adapters.model import MappedRow, SourceClass
from adapters.rules.context import RuleContext
from resolvers.values.text import party_name_key


def navigation_maker(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield W_PARTY_UNRESOLVED for a maker that is no organisation the hub knows: reports name
    organisations only, so the name is not kept."""
    name = row.values.get("completedBy")
    stated = "completedByUscc" in row.values
    if name is not None and not stated and party_name_key(name) not in context.known.names:
        yield row.finding("W_PARTY_UNRESOLVED", "completedBy")


def navigation_of_another(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield REPORT_OF_ANOTHER for a number another platform has, except from the registry."""
    by = context.known.navigation.get(row.values["reportNumber"])
    registry = context.source_class is SourceClass.REGISTRY
    if by is not None and by != row.values["platform"] and not registry:
        yield row.finding("REPORT_OF_ANOTHER", "reportNumber", center=by)
