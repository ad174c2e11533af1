"""Rover's mutations of a graph: publish, delete, lint, start a check, publish documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from federation.registry.access import knows_graph
from federation.registry.errors import RegistryError
from federation.registry.model import GraphRef, Publication, SubgraphProposal
from federation.server.registry_api.checking import (
    CheckRefused,
    CheckStarted,
    lint_result,
    submit_check,
)
from federation.server.registry_api.context import Context
from federation.server.registry_api.documents import DocumentListMutation
from federation.server.registry_api.errors import build_errors
from federation.server.registry_api.graphs import LaunchView, find_variant
from federation.server.registry_api.inputs import invalid, read_git_context


class Mutation:
    """`Mutation` but for `hub`."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def graph(self, id: str) -> GraphMutation | None:
        return GraphMutation(self._context, id) if knows_graph(self._context.caller, id) else None


class GraphMutation:
    """`GraphMutation`."""

    def __init__(self, context: Context, graph: str) -> None:
        self._context = context
        self._graph = graph

    async def publish_subgraph(
        self,
        graph_variant: str,
        name: str,
        revision: str,
        active_partial_schema: Mapping[str, Any],
        url: str | None = None,
        git_context: Mapping[str, Any] | None = None,
        downstream_launch_initiation: str | None = None,
    ) -> SubgraphPublication:
        """Publish. Rover has asked about strange URLs already, and sends "" for none."""
        proposal = SubgraphProposal(
            name=name,
            sdl=_sdl(active_partial_schema),
            url=url or None,
            no_url=url == "",
            allow_invalid_url=True,
            label=revision,
            git=read_git_context(git_context),
        )
        ref = GraphRef.parse(f"{self._graph}@{graph_variant}")
        found = await self._context.registry.publish(self._context.caller, ref, proposal)
        return SubgraphPublication(await _current_hash(self._context, found), found)

    async def remove_implementing_service_and_trigger_composition(
        self, graph_variant: str, name: str, dry_run: bool = False
    ) -> dict[str, Any]:
        ref = GraphRef.parse(f"{self._graph}@{graph_variant}")
        found = await self._context.registry.delete(
            self._context.caller, ref, name, dry_run=dry_run
        )
        return {"errors": build_errors(found.errors), "updated_gateway": found.launch is not None}

    async def lint_schema(self, sdl: str, base_sdl: str | None = None) -> dict[str, Any]:
        registry = self._context.registry
        return lint_result(await registry.lint(self._context.caller, self._graph, sdl, base_sdl))

    async def variant(self, name: str) -> VariantMutation | None:
        ref = GraphRef.parse(f"{self._graph}@{name}")
        known = await find_variant(self._context, ref)
        return None if known is None else VariantMutation(self._context, ref)

    def persisted_query_list(self, id: str) -> DocumentListMutation | None:
        return DocumentListMutation(self._context, self._graph) if id == self._graph else None


def _sdl(given: Mapping[str, Any]) -> str:
    sdl = given.get("sdl")
    if not isinstance(sdl, str):
        raise invalid("send the schema as activePartialSchema.sdl; hashes are not looked up")
    return sdl


async def _current_hash(context: Context, publication: Publication) -> str | None:
    """Return the hash of the API schema that is live after a publication."""
    if publication.launch is not None:
        return publication.launch.api_schema_hash
    try:
        live = await context.registry.supergraph(context.caller, publication.ref)
    except RegistryError as error:
        if error.code == "E027":
            return None
        raise
    return live.launch.api_schema_hash


class SubgraphPublication:
    """`SubgraphPublication`. `schema_hash`: of the API schema that is live now."""

    launch_url = None

    def __init__(self, schema_hash: str | None, publication: Publication) -> None:
        launch = publication.launch
        self.composition_config = None if schema_hash is None else {"schema_hash": schema_hash}
        self.errors: Sequence[Any] = build_errors(publication.errors)
        self.updated_gateway = launch is not None
        self.was_created = publication.created
        self.was_updated = publication.updated
        self.launch = None if launch is None else LaunchView(launch)
        self.launch_cli_copy = (
            None if launch is None else f"Launch {launch.number} of {publication.ref} is live."
        )


class VariantMutation:
    """`GraphVariantMutation`."""

    def __init__(self, context: Context, ref: GraphRef) -> None:
        self._context = context
        self._ref = ref

    async def submit_subgraph_check_async(
        self, input: Mapping[str, Any]
    ) -> CheckStarted | CheckRefused:
        return await submit_check(self._context, self._ref, input)
