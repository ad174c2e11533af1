"""100 operations that we did not think of: `hypothesis-graphql` writes them from the API schema.

Our own generator (`operations.py`) knows what is difficult for a planner; a blind spot of its
author would be a blind spot of the test. This one knows nothing but the schema. The federations
are others than in `test_differential.py`.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from graphql import NameNode, ObjectFieldNode, ValueNode
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import from_schema, nodes

from tests.differential.compare import check
from tests.differential.federation import Federation
from tests.differential.generate import random_federation

FEDERATIONS = range(5000, 5020)


def _member(name: str, value: ValueNode) -> ObjectFieldNode:
    return ObjectFieldNode(name=NameNode(value=name), value=value)


# A custom scalar may be any literal.
_JSON = st.recursive(
    st.sampled_from(
        [nodes.Null, nodes.Boolean(True), nodes.Int(-7), nodes.String('知 "x"'), nodes.Enum("RED")]
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2).map(nodes.List),
        st.dictionaries(st.sampled_from(["k", "l"]), inner, max_size=2).map(
            lambda found: nodes.Object([_member(name, value) for name, value in found.items()])
        ),
    ),
    max_leaves=4,
)


@cache
def _federation(seed: int) -> Federation:
    made = random_federation(seed)
    return Federation(made.subgraphs, seed, made.monolith)


@cache
def _operations(seed: int) -> st.SearchStrategy[tuple[int, Any]]:
    monolith = _federation(seed).monolith
    return st.tuples(st.just(seed), from_schema(monolith, custom_scalars={"JSON": _JSON}))


@settings(
    max_examples=int(os.environ.get("HUB_DIFFERENTIAL", "100")),
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(made=st.sampled_from(FEDERATIONS).flatmap(_operations))
async def test_the_answer_is_the_monoliths(made: tuple[int, str]) -> None:
    seed, operation = made
    await check(_federation(seed), operation, {})
