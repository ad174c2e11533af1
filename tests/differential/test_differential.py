"""300 random operations over random federations: the engine answers as one server would.

See `generate.py` and `operations.py` for what is random, `subgraph.py` for what subgraphs check,
`compare.py` for what "the same answer" means, `__main__.py` for longer runs.
"""

from __future__ import annotations

from functools import lru_cache

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.differential.compare import check
from tests.differential.federation import Federation
from tests.differential.generate import random_federation
from tests.differential.operations import random_operation

FEDERATIONS = 30


@lru_cache(maxsize=FEDERATIONS)
def _federation(seed: int) -> Federation:
    made = random_federation(seed)
    return Federation(made.subgraphs, seed, made.monolith)


# Seeds say nothing about size, so shrinking them is useless; long runs reduce the operation.
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
    federation = _federation(graph)
    made = random_operation(federation.monolith, operation)
    await check(federation, made.text, made.variables)
