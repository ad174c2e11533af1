"""Rover's view of graphs: variants, their subgraphs, launches.

Rover tells "no such graph" from null, and "nothing was ever published" from a variant that is not
in the list, so errors of the registry become null here where it looks for that.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from federation.composition.result import Diagnostic
from federation.composition.subgraph.federation_spec import NEWEST
from federation.registry.errors import RegistryError
from federation.registry.model import GraphRef, Launch, SubgraphStatus, Variant
from federation.server.registry_api.checking import Workflow
from federation.server.registry_api.context import Context
from federation.server.registry_api.documents import DocumentList
from federation.server.registry_api.errors import BuildError, build_errors

_Found = TypeVar("_Found")

# The registry's "not there, or not for this token to know".
_UNKNOWN = frozenset({"E010", "INVALID_GRAPH_REF"})


async def or_none(found: Awaitable[_Found], codes: frozenset[str] = _UNKNOWN) -> _Found | None:
    """Return what is found, None when the registry refuses with one of the codes."""
    try:
        return await found
    except RegistryError as error:
        if error.code in codes:
            return None
        raise


class Query:
    """`Query` but for `hub`."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @property
    def frontend_url_root(self) -> str:
        return self._context.base_url

    async def graph(self, id: str) -> Graph | None:
        refs = await or_none(self._context.registry.variants(self._context.caller, id))
        return None if not refs else Graph(self._context, id, refs)

    async def variant(self, ref: str) -> GraphVariant | InvalidRefFormat | None:
        try:
            parsed = GraphRef.parse(ref)
        except RegistryError as error:
            return InvalidRefFormat(error.message)
        return await find_variant(self._context, parsed)

    @property
    def me(self) -> Service:
        return Service(self._context)


class InvalidRefFormat:
    typename = "InvalidRefFormat"

    def __init__(self, message: str) -> None:
        self.message = message


class Service:
    """The caller's token; `title` is its name."""

    typename = "Service"

    def __init__(self, context: Context) -> None:
        caller = context.caller
        self.id = caller.token_id or caller.name
        self.title = caller.name
        self.as_actor = {"actor_id": self.id, "type": "GRAPH"}


class Graph:
    """`Graph`. `refs`: the variants the caller may know."""

    def __init__(self, context: Context, graph: str, refs: Sequence[GraphRef]) -> None:
        self._context = context
        self._refs = refs
        self.id = graph

    async def variants(self) -> list[GraphVariant]:
        found = [await find_variant(self._context, ref) for ref in self._refs]
        # A variant whose last subgraph was deleted is to be published to as if it were new.
        return [variant for variant in found if variant is not None and variant.subgraphs]

    async def variant(self, name: str) -> GraphVariant | None:
        return await find_variant(self._context, _ref(self.id, name))

    async def check_workflow(self, id: str) -> Workflow | None:
        found = self._context.registry.check(self._context.caller, self.id, id)
        result = await or_none(found, _UNKNOWN | {"UNKNOWN_CHECK"})
        return None if result is None else Workflow(self._context, result)

    def persisted_query_list(self, id: str) -> DocumentList | None:
        return DocumentList(self.id) if id == self.id else None


def _ref(graph: str, variant: str) -> GraphRef | None:
    try:
        return GraphRef.parse(f"{graph}@{variant}")
    except RegistryError:
        return None


async def find_variant(context: Context, ref: GraphRef | None) -> GraphVariant | None:
    """Return a variant, None when the caller knows none of this name."""
    if ref is None:
        return None
    variant = await or_none(context.registry.variant(context.caller, ref))
    return None if variant is None else GraphVariant(context, variant)


class GraphVariant:
    """`GraphVariant`."""

    typename = "GraphVariant"
    source_variant = None

    def __init__(self, context: Context, variant: Variant) -> None:
        self._context = context
        self._variant = variant
        self.id = str(variant.ref)
        self.name = variant.ref.variant
        self.subgraphs = [Subgraph(status) for status in variant.subgraphs if status.latest]

    def subgraph(self, name: str) -> Subgraph | None:
        return next((subgraph for subgraph in self.subgraphs if subgraph.name == name), None)

    async def latest_launch(self) -> LaunchView | FailedLaunch | None:
        if self._variant.live_launch_id is None:
            problems = [p for status in self._variant.subgraphs for p in status.problems]
            return FailedLaunch(self._variant.ref, problems) if self._variant.subgraphs else None
        live = await self._context.registry.supergraph(self._context.caller, self._variant.ref)
        return LaunchView(live.launch, live.sdl)

    latest_approved_launch = latest_launch

    async def launch(self, id: str) -> LaunchView | None:
        found = self._context.registry.supergraph(self._context.caller, self._variant.ref, id)
        launch = await or_none(found, _UNKNOWN | {"UNKNOWN_LAUNCH", "E027"})
        return None if launch is None else LaunchView(launch.launch, launch.sdl)

    @property
    def persisted_query_list(self) -> DocumentList:
        return DocumentList(self._variant.ref.graph)


class Subgraph:
    """`GraphVariantSubgraph`: the revision published last."""

    def __init__(self, status: SubgraphStatus) -> None:
        version = status.version
        self.name = version.name
        self.url = version.url
        self.updated_at: datetime = version.published_at
        self.active_partial_schema = {"sdl": version.sdl}


class CompositionBuildInput:
    """`version` as tools read it, a semantic version."""

    typename = "CompositionBuildInput"
    version = f"{NEWEST[0]}.{NEWEST[1]}.0"


class LaunchView:
    """`Launch`: a supergraph that is or was live. `sdl`: None where nobody asks for the build."""

    status = "LAUNCH_COMPLETED"
    build_input = CompositionBuildInput()
    downstream_launches: tuple[Any, ...] = ()

    def __init__(self, launch: Launch, sdl: str | None = None) -> None:
        self.id = launch.id
        self.graph_id = launch.ref.graph
        self.graph_variant = launch.ref.variant
        self.build = None if sdl is None else {"result": BuildSuccess(sdl)}


class FailedLaunch:
    """`Launch` of a variant that has subgraphs, which do not compose yet."""

    id = "none"
    status = "LAUNCH_FAILED"
    build_input = CompositionBuildInput()
    downstream_launches: tuple[Any, ...] = ()

    def __init__(self, ref: GraphRef, problems: Sequence[Diagnostic]) -> None:
        self.graph_id = ref.graph
        self.graph_variant = ref.variant
        self.build = {"result": BuildFailure(build_errors(problems))}


class BuildSuccess:
    typename = "BuildSuccess"

    def __init__(self, sdl: str) -> None:
        self.core_schema = {"core_document": sdl}


class BuildFailure:
    typename = "BuildFailure"

    def __init__(self, errors: list[BuildError]) -> None:
        self.error_messages = errors
