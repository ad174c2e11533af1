"""What can be built of a supergraph anywhere, also in a thread: it holds no connection."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLDeferDirective, GraphQLSchema

from federation.operation.access_rules import AccessRules
from federation.operation.cost_rules import CostRules
from federation.operation.normalize import Normalizer
from federation.operation.validation.validate import DocumentValidator
from federation.planning.planner import Planner
from federation.registry.plan_cache import PlanCache
from federation.supergraph.lazy_api_schema import lazy_api_schema
from federation.supergraph.model import Supergraph
from federation.supergraph.reader import read_supergraph

PLAN_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Schema:
    """One supergraph, ready to plan on. `version` is a hash of its text `sdl`."""

    version: str
    sdl: str
    supergraph: Supergraph
    api_schema: GraphQLSchema
    validator: DocumentValidator
    normalizer: Normalizer
    planner: Planner
    plans: PlanCache[Any]
    access: AccessRules
    costs: CostRules


def build_schema(sdl: str, plan_bytes: int = PLAN_BYTES) -> Schema:
    """Return the schema for a supergraph SDL. Raises `SupergraphError`.

    Equal texts have equal versions. `plan_bytes` bounds what is kept of compiled plans.
    """
    return schema_of(read_supergraph(sdl), sdl, plan_bytes)


def schema_of(supergraph: Supergraph, sdl: str, plan_bytes: int) -> Schema:
    """Return the schema of a supergraph that was read from `sdl`, perhaps restricted since."""
    planner = Planner(supergraph)
    api_schema = lazy_api_schema(supergraph, GraphQLDeferDirective)
    return Schema(
        version=hashlib.sha256(sdl.encode()).hexdigest()[:16],
        sdl=sdl,
        supergraph=supergraph,
        api_schema=api_schema,
        validator=DocumentValidator(api_schema),
        normalizer=planner.normalizer,
        planner=planner,
        plans=PlanCache(plan_bytes),
        access=AccessRules(supergraph),
        costs=CostRules(supergraph),
    )
