"""Golden plans, executed: text is not proof.

Each topic's subgraphs answer from made-up data, check what they are sent (`subgraph.py`), and the
answer has to be that of one server with the topic's API schema. Twice: with data where nothing
fails, and with nulls and failing resolvers.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
    TypeNode,
    parse,
)

from tests.differential.compare import check
from tests.differential.federation import Federation
from tests.differential.world import Chances
from tests.federation.planning.golden_topics import CASES


def _is_plain(text: str) -> bool:
    operations = [d for d in parse(text).definitions if isinstance(d, OperationDefinitionNode)]
    return (
        len(operations) == 1
        and operations[0].operation is not OperationType.SUBSCRIPTION
        and "@defer" not in text
    )


# Subscriptions need a stream of events, and deferred parts have an order; tests of the server have
# both. Where a document has several operations there is nothing to execute but one of them.
_EXECUTABLE = [case for case in CASES if _is_plain(case.read_text(encoding="utf-8"))]

# What still differs: (case, seed) → what is wrong.
OPEN: dict[tuple[str, int], str] = {}


@lru_cache(maxsize=256)
def _text(case: Path) -> str:
    return case.read_text(encoding="utf-8")


@lru_cache(maxsize=64)
def _federation(topic: Path, seed: int) -> Federation:
    files = sorted((topic / "subgraphs").glob("*.graphql"))
    subgraphs = {file.stem: file.read_text(encoding="utf-8") for file in files}
    chances = Chances(null=0.15, error=0.1) if seed % 2 else Chances(null=0, error=0)
    return Federation(subgraphs, seed, chances=chances)


def _variables(operation: str, answer: bool) -> dict[str, Any]:
    """Return a value for each variable: `answer` for Booleans, something simple for others."""
    (node,) = (d for d in parse(operation).definitions if isinstance(d, OperationDefinitionNode))
    return {
        definition.variable.name.value: _value(definition.type, answer)
        for definition in node.variable_definitions or ()
    }


def _value(kind: TypeNode, answer: bool) -> Any:
    if isinstance(kind, NonNullTypeNode):
        return _value(kind.type, answer)
    name = getattr(getattr(kind, "name", None), "value", None)
    simple = {"Boolean": answer, "Int": 1, "Float": 0.5, "String": "a", "ID": "1"}
    return [] if name is None else simple[name]


def _runs() -> list[Any]:
    """Every case with four sets of data; once per truth value where it has variables."""
    runs = []
    for case in _EXECUTABLE:
        name = f"{case.parent.name}/{case.stem}"
        for seed in range(4):
            marks = []
            if (name, seed) in OPEN:
                marks = [pytest.mark.xfail(strict=True, reason=OPEN[name, seed])]
            for answer in (True, False) if _variables(_text(case), True) else (True,):
                runs.append(
                    pytest.param(case, seed, answer, id=f"{name}-{seed}-{answer}", marks=marks)
                )
    return runs


@pytest.mark.parametrize(("case", "seed", "answer"), _runs())
async def test_golden_plan_answers_as_one_server(case: Path, seed: int, answer: bool) -> None:
    operation = _text(case)
    await check(_federation(case.parent, seed), operation, _variables(operation, answer))
