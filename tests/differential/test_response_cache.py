"""Random operations with the response cache between: they answer as one server would, each time.

Every operation is asked twice over a cache that all operations of a federation share, so later
ones find entities that earlier ones left. What is compared, and with what: `test_differential`.
"""

from __future__ import annotations

from functools import lru_cache

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from federation.execution.caching.caching_transport import CacheRules, CachingTransport
from federation.execution.caching.memory import MemoryStore
from federation.execution.caching.response_cache import ResponseCache
from federation.execution.transport import SubgraphTransport
from federation.plan.nodes import OperationKind
from tests.differential.compare import check
from tests.differential.federation import Federation
from tests.differential.generate import random_federation
from tests.differential.operations import random_operation

FEDERATIONS = 12


@lru_cache(maxsize=FEDERATIONS)
def _federation(seed: int) -> tuple[Federation, ResponseCache]:
    made = random_federation(seed)
    federation = Federation(made.subgraphs, seed, made.monolith)
    cache = ResponseCache(MemoryStore(64 * 1024 * 1024), clock=lambda: 1_000.0)
    made_before: dict[str, CachingTransport] = {}

    def around(name: str, inner: SubgraphTransport) -> SubgraphTransport:
        # One per subgraph, as in the product: what it learns of headers outlives a request.
        transport = made_before.get(name)
        if transport is None:
            rules = CacheRules(name, ttl=60.0)
            transport = made_before[name] = CachingTransport(inner, cache, rules)
        transport._transport = inner
        return transport

    federation.around = around
    return federation, cache


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(graph=st.integers(0, FEDERATIONS - 1), operation=st.integers(0, 2**32))
async def test_the_answer_is_the_monoliths(graph: int, operation: int) -> None:
    federation, _ = _federation(graph)
    made = random_operation(federation.monolith, operation)
    await check(federation, made.text, made.variables)
    again = await check(federation, made.text, made.variables)
    assert again.plan is not None
    if not again.errors and again.plan.kind is OperationKind.QUERY:
        assert not again.calls, "everything was answered a moment ago, without an error"


def test_the_cache_was_used() -> None:
    figures = [each for seed in range(3) for each in _federation(seed)[1].figures.values()]
    assert sum(each.hits for each in figures) > 100
