"""Random federations in which the values that `@requires` needs fail, too.

One server has no such failures to compare with: it computes a field without asking anybody. What
must hold instead:

- no subgraph is asked for a field whose required value failed, and none is sent a null that is
  not true (the mock subgraphs check every representation against the data);
- whatever the engine answers is what the monolith answers, or null;
- each null that the monolith has a value for is explained by an error: above it, at it, or below.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import GraphQLError, SelectionSetNode

from tests.differential.compare import Difference
from tests.differential.federation import Federation, Reply
from tests.differential.generate import random_federation
from tests.differential.operations import random_operation
from tests.differential.subgraph import MockSubgraph
from tests.differential.world import Chances, items

FEDERATIONS = 30
EACH = 15
CODE = "REQUIRED_VALUE_UNAVAILABLE"
Path = tuple[Any, ...]


def _with_failing_requirements(seed: int) -> Federation:
    made = random_federation(seed)
    federation = Federation(made.subgraphs, seed, made.monolith, chances=Chances(error=0.12))
    world = federation.world
    select = world.select

    def may_fail(name: str, field: str, kind: Any) -> bool:
        return not world._strict(name, field)

    def select_known(*args: Any) -> Any:
        try:
            return select(*args)
        except GraphQLError as error:
            raise AssertionError(f"asked for although a required value failed: {error}") from None

    world._may_fail = may_fail  # type: ignore[method-assign]
    world.select = select_known  # type: ignore[method-assign]
    for subgraph in federation.subgraphs.values():
        subgraph._context_values = _known_values(subgraph, select)  # type: ignore[method-assign]
    return federation


def _known_values(subgraph: MockSubgraph, select: Any) -> Any:
    """Return what finds the values a context may have: those of objects where they do not fail."""

    def find(name: str, selected: SelectionSetNode) -> list[Any]:
        found = []
        for item in items(subgraph.world.concrete(subgraph.subgraph, name)):
            with contextlib.suppress(GraphQLError):
                value = select(item, selected, subgraph.subgraph, name)
                while isinstance(value, dict):
                    (value,) = value.values()
                found.append(value)
        return found

    return find


def _check(expected: Reply, found: Reply) -> None:
    nulls = list(_more_nulls(expected.data, found.data, ()))
    paths = [tuple(error.get("path", ())) for error in found.errors]
    for null in nulls:
        if not any(p[: len(null)] == null or null[: len(p)] == p for p in paths):
            raise Difference(f"nothing explains the null at {null}: {found.errors}")


def _more_nulls(expected: Any, found: Any, path: Path) -> Iterator[Path]:
    """Yield the nulls of `found` that are values of `expected`. Raises for anything else."""
    if found is None:
        if expected is not None:
            yield path
    elif isinstance(expected, dict) and isinstance(found, dict):
        assert expected.keys() == found.keys(), path
        for key, value in expected.items():
            yield from _more_nulls(value, found[key], (*path, key))
    elif isinstance(expected, list) and isinstance(found, list):
        assert len(expected) == len(found), path
        for index, value in enumerate(expected):
            yield from _more_nulls(value, found[index], (*path, index))
    elif json.dumps(expected) != json.dumps(found):
        raise Difference(f"at {path}: {found!r} instead of {expected!r}")


async def test_nothing_is_computed_from_what_failed() -> None:
    lost = computed = 0
    for seed in range(FEDERATIONS):
        federation = _with_failing_requirements(seed)
        for number in range(EACH):
            made = random_operation(federation.monolith, seed * EACH + number)
            where = f"federation {seed}, operation {number}: {made.text}"
            found = await federation.answer(made.text, made.variables)
            expected = federation.expected(made.text, made.variables)
            try:
                _check(expected, found)
            except AssertionError as error:
                raise AssertionError(f"{error}\n{where}") from None
            lost += sum(error["extensions"]["code"] == CODE for error in found.errors)
            computed += bool(found.errors) and _sends_requirements(federation, found)
    assert lost > 5
    # Elsewhere in the same answers values were known and asked with.
    assert computed > 20


def _sends_requirements(federation: Federation, found: Reply) -> bool:
    """Whether a representation has a member that is no key."""
    keys = {field for _, field in federation.world.keys} | {"__typename"}
    return any(
        not keys.issuperset(representation)
        for _, body in found.calls
        for value in body.get("variables", {}).values()
        if isinstance(value, list)
        for representation in value
        if isinstance(representation, Mapping) and "__typename" in representation
    )
