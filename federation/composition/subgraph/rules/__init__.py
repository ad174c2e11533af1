"""Rules about one subgraph alone, in the order their findings are told.

A rule reads the state and reports; it changes nothing. They run on upgraded subgraphs, so that
what Federation 1 allowed is not refused here.
"""

from __future__ import annotations

from collections.abc import Callable

from federation.composition.result import Diagnostics
from federation.composition.subgraph.rules.auth import auth_rule
from federation.composition.subgraph.rules.cache_tag import cache_tag_rule
from federation.composition.subgraph.rules.context import context_rule
from federation.composition.subgraph.rules.cost import cost_rule
from federation.composition.subgraph.rules.external import external_rule
from federation.composition.subgraph.rules.from_context import from_context_rule
from federation.composition.subgraph.rules.interface_key import interface_key_rule
from federation.composition.subgraph.rules.interface_object import interface_object_rule
from federation.composition.subgraph.rules.key import key_rule
from federation.composition.subgraph.rules.list_size import list_size_rule
from federation.composition.subgraph.rules.provides import provides_rule
from federation.composition.subgraph.rules.requires import requires_rule
from federation.composition.subgraph.rules.shareable import shareable_rule
from federation.composition.subgraph.rules.tag import tag_rule
from federation.composition.subgraph.state import SubgraphState

SubgraphRule = Callable[[SubgraphState, Diagnostics], None]

RULES: tuple[SubgraphRule, ...] = (
    key_rule,
    requires_rule,
    provides_rule,
    external_rule,
    shareable_rule,
    interface_key_rule,
    interface_object_rule,
    context_rule,
    from_context_rule,
    auth_rule,
    cost_rule,
    list_size_rule,
    tag_rule,
    cache_tag_rule,
)
