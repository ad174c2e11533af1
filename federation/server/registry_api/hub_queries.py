"""`hub` of `Query`: what this registry knows. The model's records are answered as they are."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from federation.registry.checks.result import CheckResult
from federation.registry.model import (
    Approval,
    AuditEntry,
    ChangeSet,
    GraphRef,
    Launch,
    Publication,
    SubgraphVersion,
    Token,
    Variant,
)
from federation.registry.usage import StoredDocument
from federation.server.registry_api.context import Context
from federation.server.registry_api.inputs import invalid
from federation.server.registry_api.resolving import Table

MOST = 1000


class HubQuery:
    """`HubQuery`."""

    def __init__(self, context: Context) -> None:
        self._registry = context.registry
        self._caller = context.caller

    async def variant(self, ref: str) -> Variant:
        return await self._registry.variant(self._caller, GraphRef.parse(ref))

    async def subgraph(self, ref: str, name: str, revision: int | None = None) -> SubgraphVersion:
        return await self._registry.subgraph(self._caller, GraphRef.parse(ref), name, revision)

    async def subgraph_history(
        self, ref: str, name: str, first: int = 50, before: int | None = None
    ) -> Sequence[SubgraphVersion]:
        return await self._registry.subgraph_history(
            self._caller, GraphRef.parse(ref), name, limit=page(first), before=before
        )

    async def launch(self, ref: str, launch: str | None = None) -> Launch:
        found = await self._registry.supergraph(
            self._caller, GraphRef.parse(ref), launch_of(launch)
        )
        return found.launch

    async def history(
        self, ref: str, first: int = 50, before: int | None = None
    ) -> Sequence[Launch]:
        return await self._registry.history(
            self._caller, GraphRef.parse(ref), limit=page(first), before=before
        )

    async def check(self, graph: str, id: str) -> CheckResult:
        return await self._registry.check(self._caller, graph, id)

    async def approvals(self, ref: str) -> Sequence[Approval]:
        return await self._registry.approvals(self._caller, GraphRef.parse(ref))

    async def change_set(self, ref: str, id: str) -> ChangeSet:
        return await self._registry.change_set(self._caller, GraphRef.parse(ref), id)

    async def change_sets(
        self, ref: str, open_only: bool = False, first: int = 50
    ) -> Sequence[ChangeSet]:
        return await self._registry.change_sets(
            self._caller, GraphRef.parse(ref), open_only=open_only, limit=page(first)
        )

    async def tokens(self, graph: str | None = None) -> Sequence[Token]:
        return await self._registry.tokens(self._caller, graph)

    async def audit(
        self, graph: str, first: int = 100, before: int | None = None
    ) -> Sequence[AuditEntry]:
        return await self._registry.audit(self._caller, graph, limit=page(first), before=before)

    async def documents(
        self, graph: str, client_name: str | None = None
    ) -> Sequence[StoredDocument]:
        return await self._registry.documents(self._caller, graph, client_name)


def page(first: int) -> int:
    """Return how many to list. Raises INVALID_INPUT."""
    if not 1 <= first <= MOST:
        raise invalid(f"`first` must be between 1 and {MOST}")
    return first


def launch_of(given: str | None) -> str | int | None:
    """Return a launch's number where digits are given, else its id."""
    if given is None:
        return None
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else given


async def _launch_sdl(launch: Launch, context: Context) -> str:
    found = await context.registry.supergraph(context.caller, launch.ref, launch.id)
    return found.sdl


def _revision(publication: Publication, context: Context) -> SubgraphVersion | None:
    return publication.version


def _details(entry: AuditEntry, context: Context) -> str:
    return orjson.dumps(entry.details, option=orjson.OPT_SORT_KEYS).decode()


def _document_type(document: StoredDocument, context: Context) -> str:
    return document.kind.upper()


# Fields whose names are not those of the model.
HUB_FIELDS: Table = {
    "HubLaunch.sdl": _launch_sdl,
    "HubPublication.revision": _revision,
    "HubAuditEntry.details": _details,
    "HubDocument.type": _document_type,
}
