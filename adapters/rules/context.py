"""What a rule may read beside the row, and the shape of a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from adapters.facts import PatentFacts
from adapters.findings import Finding
from adapters.known import NOTHING_KNOWN, Known
from adapters.model import MappedRow, SourceClass
from resolvers.values import ApplicationNumber


@dataclass(frozen=True, slots=True)
class RuleContext:
    """`facts` holds the patents that the rows of the present chunk name, `known` the centres,
    organisations and reports."""

    feed: str
    source_class: SourceClass
    today: date
    facts: Mapping[str, PatentFacts]
    known: Known = NOTHING_KNOWN

    def patents(self, row: MappedRow) -> tuple[PatentFacts, ...]:
        """Return the facts of the patents a row names."""
        return tuple(
            self.facts.get(number, PatentFacts(number)) for number in application_numbers(row)
        )

    def gazetted(self, code: str) -> str:
        """Return the code for a bar the office itself has decided upon.

        What platforms send in is refused; what the registry has already announced is only warned
        of, since the hub does not overrule the office (DOMAIN §2.7).
        """
        return f"W_{code}" if self.source_class is SourceClass.REGISTRY else code


Rule = Callable[[MappedRow, RuleContext], Iterable[Finding]]


def application_numbers(row: MappedRow) -> tuple[str, ...]:
    """Return the canonical numbers a row names, none when they could not be read."""
    value = row.values.get("applicationNumber") or row.values.get("patents")
    if isinstance(value, ApplicationNumber):
        return (value.canonical,)
    return tuple(number.canonical for number in value) if value else ()
