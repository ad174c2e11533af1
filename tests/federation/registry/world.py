"""A small graph of three subgraphs and short ways to publish, check and look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from federation.registry.access import Caller, system_caller
from federation.registry.checks.result import CheckResult
from federation.registry.model import (
    GraphRef,
    Publication,
    Role,
    SubgraphProposal,
    SubgraphState,
)
from federation.registry.service import Registry
from federation.registry.settings import RegistrySettings
from federation.registry.store import Store
from federation.registry.usage import OperationUsage

REF = GraphRef("hub")
LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",'
    ' import: ["@key", "@shareable", "@external", "@requires", "@tag"])\n'
)


def sdl(text: str) -> str:
    return LINK + text


PATENTS = sdl(
    """
    type Query { patent(number: ID!): Patent patents(first: Int = 10): [Patent!]! }
    type Patent @key(fields: "number") { number: ID! title: String! status: Status! }
    enum Status { IN_FORCE LAPSED }
    """
)
PATENTS_WITHOUT_TITLE = PATENTS.replace("title: String! ", "")
TRADING = sdl(
    """
    type Query { listings(filter: ListingFilter): [Listing!]! }
    type Listing @key(fields: "id") { id: ID! price: Float patent: Patent! }
    type Patent @key(fields: "number") { number: ID! }
    input ListingFilter { text: String maxPrice: Float }
    """
)
# Another type for a field of Patent than `patents` has: does not compose with it.
BROKEN = sdl(
    """
    type Query { loans: [Loan!]! }
    type Loan { id: ID! }
    type Patent @key(fields: "number") { number: ID! title: Int! }
    """
)
FINANCE = sdl("type Query { loans: [Loan!]! }\n type Loan { id: ID! }")


@dataclass
class Clock:
    """A clock that tests move; starts at a fixed moment."""

    at: datetime = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, **time: float) -> None:
        self.at += timedelta(**time)


def caller(name: str, *roles: Role, **scope: Any) -> Caller:
    return Caller(name, frozenset(roles), **{"graph": "hub", **scope})


PUBLISHER = caller("centre-a", Role.PUBLISHER, subgraphs=frozenset({"patents", "trading"}))
APPROVER = caller("reviewer", Role.APPROVER)
SYSTEM = system_caller()


@dataclass
class World:
    store: Store
    clock: Clock = field(default_factory=Clock)
    settings: RegistrySettings = field(default_factory=RegistrySettings)

    def __post_init__(self) -> None:
        self.registry = self.another()

    def another(self, settings: RegistrySettings | None = None) -> Registry:
        """Another process's registry over the same storage."""
        return Registry(self.store, settings or self.settings, now=self.clock)

    def use(self, settings: RegistrySettings) -> None:
        self.settings = settings
        self.registry = self.another()

    async def publish(
        self, name: str, text: str, by: Caller = SYSTEM, ref: GraphRef = REF, **options: Any
    ) -> Publication:
        url = options.pop("url", f"http://{name}.example/graphql")
        check = options.pop("check", False)
        proposal = SubgraphProposal(name, text, url, **options)
        return await self.registry.publish(by, ref, proposal, check=check)

    async def publish_all(self, **texts: str) -> None:
        for name, text in texts.items():
            publication = await self.publish(name, text)
            assert publication.launch is not None, publication.errors

    async def check(self, by: Caller = SYSTEM, **texts: str) -> CheckResult:
        proposals = [SubgraphProposal(name, text) for name, text in texts.items()]
        return await self.registry.run_check(by, REF, proposals)

    async def states(self, ref: GraphRef = REF) -> dict[str, tuple[SubgraphState, int | None]]:
        """State and number of the live revision, by subgraph."""
        variant = await self.registry.variant(SYSTEM, ref)
        return {s.name: (s.state, s.live.number if s.live else None) for s in variant.subgraphs}

    async def live(self, ref: GraphRef = REF) -> dict[str, int]:
        """What the live supergraph is made of: number of the revision by subgraph."""
        found = await self.registry.supergraph(SYSTEM, ref)
        return {member.name: member.number for member in found.launch.members}

    async def asked(
        self,
        text: str,
        *,
        count: int = 10,
        client: str = "dashboard",
        coordinates: Sequence[str] = (),
        ago: timedelta = timedelta(hours=2),
    ) -> None:
        """Record that a client asked an operation."""
        usage = OperationUsage(
            signature=f"sig:{text}",
            name="Op",
            kind="query",
            text=text,
            client_name=client,
            client_version="1",
            coordinates=frozenset(coordinates),
            count=count,
            errors=0,
            hour=self.clock() - ago,
        )
        await self.registry.record_usage(REF, [usage])

    async def audit(self) -> list[tuple[str, str, str]]:
        entries = await self.registry.audit(SYSTEM, "hub")
        return [(entry.by, entry.action, entry.subject) for entry in reversed(entries)]
