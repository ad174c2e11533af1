"""What composition returns: a supergraph, or diagnostics that say what to mend.

Nothing is thrown for what a subgraph's author wrote. A `Diagnostic` is an error (the subgraphs
are refused) or a hint (they compose, but something is inconsistent).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from graphql import Node

from federation.composition.codes import CODES, Level, Severity
from federation.supergraph.model import Supergraph


@dataclass(frozen=True, slots=True)
class SubgraphSource:
    """A subgraph as its owner gives it: name, routing url (may be empty) and SDL text."""

    name: str
    url: str
    sdl: str


@dataclass(frozen=True, slots=True)
class Location:
    """Line and column (from 1) in the SDL of one subgraph."""

    subgraph: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `coordinate` is the schema element it is about (`Type.field(arg:)`)."""

    code: str
    message: str
    severity: Severity
    subgraphs: tuple[str, ...] = ()
    coordinate: str | None = None
    locations: tuple[Location, ...] = ()

    @property
    def level(self) -> Level | None:
        """Return how much a hint matters; None for errors."""
        return CODES[self.code].level if self.severity is Severity.HINT else None

    def __str__(self) -> str:
        at = dict.fromkeys(self.subgraphs, "")
        for location in self.locations:
            at[location.subgraph] += f" {location.line}:{location.column}"
        where = ", ".join(f"{name}{places}" for name, places in at.items())
        parts = (self.severity.value, self.code, self.coordinate or "-", where)
        message = self.message.replace("\n", "\n       ")
        return f"{'  '.join(part for part in parts if part)}\n       {message}"


@dataclass(frozen=True, slots=True)
class Composed:
    """The subgraphs fit. `hints` never stop anybody."""

    supergraph_sdl: str
    supergraph: Supergraph
    hints: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """The subgraphs do not fit; every error has a code."""

    errors: tuple[Diagnostic, ...]
    hints: tuple[Diagnostic, ...] = ()


# Where a finding is: the subgraph's name and, if there is one, the element's AST node.
Place = tuple[str, Node | None]


@dataclass(slots=True)
class Diagnostics:
    """Collects findings while the stages run; keeps each finding once."""

    errors: dict[Diagnostic, None] = field(default_factory=dict)
    hints: dict[Diagnostic, None] = field(default_factory=dict)

    def rejected(self) -> Rejected:
        """Return what was found as a refusal."""
        return Rejected(tuple(self.errors), tuple(self.hints))

    def include(self, other: Diagnostics) -> None:
        """Add what was found elsewhere, in its order."""
        self.errors.update(other.errors)
        self.hints.update(other.hints)

    def report(
        self,
        code: str,
        message: str,
        coordinate: str | None,
        places: Iterable[Place],
        *,
        severity: Severity | None = None,
    ) -> None:
        """Add a finding; whether it is an error or a hint is a property of its code.

        `severity` is for the codes that are errors but hints where nothing breaks.
        """
        places = tuple(places)
        subgraphs = tuple(dict.fromkeys(name for name, _ in places))
        locations = tuple(dict.fromkeys(_locations(places)))
        self.report_at(code, message, coordinate, subgraphs, locations, severity)

    def report_at(
        self,
        code: str,
        message: str,
        coordinate: str | None,
        subgraphs: tuple[str, ...],
        locations: tuple[Location, ...],
        severity: Severity | None = None,
    ) -> None:
        """Add a finding whose locations are known already."""
        severity = severity or CODES[code].severity
        diagnostic = Diagnostic(code, message, severity, subgraphs, coordinate, locations)
        target = self.errors if severity is Severity.ERROR else self.hints
        target[diagnostic] = None


def _locations(places: Iterable[Place]) -> Iterable[Location]:
    for name, node in places:
        if node is not None and node.loc is not None:
            token = node.loc.start_token
            yield Location(name, token.line, token.column)
