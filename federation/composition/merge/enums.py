"""Merging enums. What a value missing somewhere means depends on where the enum is used.

Only in answers: clients may see any value, so all are kept. Only in arguments: every subgraph must
understand a value, so the common ones are kept. In both: the values must be the same everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from federation.composition.merge.context import MergeContext, Source, names, places
from federation.composition.merge.descriptions import merge_description
from federation.composition.merge.directives import merge_directives
from federation.composition.subgraph.state import Element, SubgraphState
from federation.supergraph.model import EnumValue


def merge_enum_values(
    context: MergeContext,
    name: str,
    sources: Sequence[Source],
    *,
    is_input: bool,
    is_output: bool,
) -> dict[str, EnumValue]:
    """Return the values of a merged enum."""
    if not is_input and not is_output:
        context.diagnostics.report(
            "UNUSED_ENUM_TYPE",
            f'The enum "{name}" is used nowhere in the graph. Delete it where nothing needs it.',
            name,
            places(sources),
        )
    merged = {}
    for value in dict.fromkeys(v for _, type_ in sources for v in type_.values):
        having = [(s, t.values[value]) for s, t in sources if value in t.values]
        lacking = [(s, t) for s, t in sources if value not in t.values]
        coordinate = f"{name}.{value}"
        # A hidden value reaches no client, so nobody can be surprised by it.
        hidden = any(element.has("inaccessible") for _, element in having)
        if (
            lacking
            and not hidden
            and not _keep(context, coordinate, having, lacking, is_input, is_output)
        ):
            continue
        merged[value] = EnumValue(
            name=value,
            description=merge_description(context, having, coordinate),
            directives=merge_directives(context, having, coordinate),
            subgraphs=tuple(state.name for state, _ in having),
        )
    if not merged:
        context.diagnostics.report(
            "EMPTY_MERGED_ENUM_TYPE",
            f'The subgraphs {names(sources)} have no value of the enum "{name}" in common, but '
            "it is used for arguments, where each must understand every value. Agree on at least "
            "one value.",
            name,
            places(sources),
        )
    return merged


def _keep(
    context: MergeContext,
    coordinate: str,
    having: list[tuple[SubgraphState, Element]],
    lacking: list[Source],
    is_input: bool,
    is_output: bool,
) -> bool:
    where = [*places(having), *places(lacking)]
    if is_input and is_output:
        context.diagnostics.report(
            "ENUM_VALUE_MISMATCH",
            f'The enum value "{coordinate}" is missing in {names(lacking)}, but the enum is used '
            "both in arguments and in answers, so its values must be the same everywhere. Add "
            f"the value there, or delete it in {names(having)}.",
            coordinate,
            where,
        )
        return True
    if is_input:
        context.diagnostics.report(
            "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM",
            f'The enum value "{coordinate}" is missing in {names(lacking)}, so the graph leaves '
            "it out: an argument must be understood by every subgraph. Add it there, or delete it "
            f"in {names(having)}.",
            coordinate,
            where,
        )
        return False
    context.diagnostics.report(
        "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM",
        f'The enum value "{coordinate}" is missing in {names(lacking)}; the graph has it all the '
        "same. Add it there if that subgraph can answer it.",
        coordinate,
        where,
    )
    return True
