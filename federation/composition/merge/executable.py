"""Merging executable directives: those clients write in operations.

A client's operation may reach every subgraph, so a directive is kept only where all define it, at
the places all allow. Arguments merge like those of a field.
"""

from __future__ import annotations

from graphql import DirectiveDefinitionNode, print_ast

from federation.composition.merge.context import MergeContext, names
from federation.composition.merge.types import common_input_type
from federation.composition.result import Place
from federation.composition.subgraph.state import SubgraphState
from federation.language import type_ref, without_location
from federation.supergraph.model import DirectiveDef, InputValue
from federation.supergraph.specs import EXECUTABLE_LOCATIONS, FEATURE_OF_DIRECTIVE

# What servers print for their own use; GraphQL defines them for every schema.
_STANDARD = frozenset({"skip", "include", "deprecated", "specifiedBy", "oneOf", "defer", "stream"})

_Found = list[tuple[SubgraphState, DirectiveDefinitionNode]]


def merge_executable(context: MergeContext) -> dict[str, DirectiveDef]:
    """Return the executable directives of the graph by name."""
    found: dict[str, _Found] = {}
    for state in context.states:
        for name, node in state.directive_definitions.items():
            executable = any(location.value in EXECUTABLE_LOCATIONS for location in node.locations)
            if executable and name not in _STANDARD and f"@{name}" not in context.composed:
                found.setdefault(name, []).append((state, node))
    merged = {}
    for name, sources in sorted(found.items()):
        if name in FEATURE_OF_DIRECTIVE:
            context.diagnostics.report(
                "DIRECTIVE_COMPOSITION_ERROR",
                f"@{name} is an executable directive in a subgraph, but in the graph that name is "
                "federation's own. Rename the directive.",
                f"@{name}",
                [(state.name, node) for state, node in sources],
            )
            continue
        definition = _merge(context, name, sources)
        if definition is not None:
            merged[name] = definition
    return merged


def _merge(context: MergeContext, name: str, sources: _Found) -> DirectiveDef | None:
    where: list[Place] = [(state.name, node) for state, node in sources]
    if len(sources) < len(context.states):
        defining = {state.name for state, _ in sources}
        lacking = names((s, s) for s in context.states if s.name not in defining)
        context.diagnostics.report(
            "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE",
            f"The executable directive @{name} is not defined in {lacking}, so the graph leaves it "
            "out: operations reach every subgraph. Define it there, if clients need it.",
            f"@{name}",
            where,
        )
        return None
    first = sources[0][1]
    sets = [
        [x.value for x in node.locations if x.value in EXECUTABLE_LOCATIONS] for _, node in sources
    ]
    common = tuple(x for x in sets[0] if all(x in others for others in sets))
    if not common:
        context.diagnostics.report(
            "NO_EXECUTABLE_DIRECTIVE_LOCATIONS_INTERSECTION",
            f"The subgraphs allow @{name} at no common place, so the graph leaves it out. Define "
            "it for the same places everywhere.",
            f"@{name}",
            where,
        )
        return None
    if any(set(found) != set(common) for found in sets):
        context.diagnostics.report(
            "INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS",
            f"The subgraphs allow @{name} at different places; the graph allows the common ones: "
            f"{', '.join(common)}. Define it for the same places everywhere.",
            f"@{name}",
            where,
        )
    repeatable = all(node.repeatable for _, node in sources)
    if repeatable != any(node.repeatable for _, node in sources):
        context.diagnostics.report(
            "INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE",
            f"@{name} is repeatable in some subgraphs only, so it is not in the graph. Define it "
            "the same way everywhere.",
            f"@{name}",
            where,
        )
    description = first.description.value if first.description else None
    arguments = _arguments(context, name, sources, where)
    return DirectiveDef(name, arguments, common, repeatable, description)


def _arguments(
    context: MergeContext, name: str, sources: _Found, where: list[Place]
) -> tuple[InputValue, ...]:
    merged = []
    tables = [{a.name.value: a for a in node.arguments or ()} for _, node in sources]
    for key in dict.fromkeys(key for table in tables for key in table):
        nodes = [table[key] for table in tables if key in table]
        if len(nodes) < len(tables):
            context.diagnostics.report(
                "INCONSISTENT_ARGUMENT_PRESENCE",
                f'The argument "{key}" of @{name} is missing in some subgraphs, so the graph '
                "leaves it out.",
                f"@{name}({key}:)",
                where,
            )
            continue
        ref = common_input_type(context, [type_ref(node.type) for node in nodes])
        defaults = {print_ast(node.default_value) if node.default_value else "" for node in nodes}
        if ref is None or len(defaults) > 1:
            context.diagnostics.report(
                "FIELD_ARGUMENT_TYPE_MISMATCH"
                if ref is None
                else "FIELD_ARGUMENT_DEFAULT_MISMATCH",
                f'The argument "{key}" of @{name} is declared differently in the subgraphs. '
                "Declare it the same way everywhere.",
                f"@{name}({key}:)",
                where,
            )
            continue
        default = nodes[0].default_value
        merged.append(InputValue(key, ref, default and without_location(default)))
    return tuple(merged)
