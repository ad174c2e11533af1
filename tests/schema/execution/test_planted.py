"""Over a graph of bad outcomes, plans and graphql-core alone give the same answer.

Where nothing is asynchronous, byte for byte. Else the data are the same, and what is null is null
for an error; but resolvers that fail beside each other may be told of in another order, and where
several of them take the same object along, which of them is told is a matter of which was first.
"""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError, parse, specified_rules, validate

from tests.schema.execution.answers import assert_same
from tests.schema.execution.operations import VARIABLES, Operations
from tests.schema.execution.planted import Planted, schema

QUERIES = int(os.environ.get("HUB_PLANTED", "25"))
"""Per test; a longer run: HUB_PLANTED=3000."""

ARGUMENTS = {
    "scaled": ("", "(by: 3)", "(by: $by)", "(colour: RED)", "(by: 1, colour: BLUE)"),
    "told": ("", '(words: ["a"])', "(options: {loud: true})", '(options: {words: ["x"]})'),
    "roots": ("", "(count: 3)", "(count: $by)"),
    "maybeRead": ("", "(again: true)"),
}
WAITING = {"roots", "later", "maybeLater", "read", "maybeRead", "readNodes", "nodes"}
PLAIN = schema(compiled=False)
COMPILED = schema(compiled=True)

# What graphql-core has made for a sibling of a failed field it cancels before it has begun.
pytestmark = [
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """Collect what was cancelled while its warnings are ignored."""
    yield
    gc.collect()


@pytest.mark.parametrize("badness", [0.0, 0.03, 0.15, 0.5])
async def test_synchronous_answers_are_equal_byte_for_byte(badness: float) -> None:
    met = 0
    for seed in range(QUERIES):
        query = _query(seed, without=WAITING)
        plain = await _answer(PLAIN, query, Planted(seed, badness, promising=False))
        compiled = await _answer(COMPILED, query, Planted(seed, badness, promising=False))
        assert json.dumps(compiled) == json.dumps(plain), (seed, query)
        met += len(plain["errors"])
    assert (met > 0) == (badness > 0)


@pytest.mark.parametrize("badness", [0.0, 0.03, 0.15, 0.5])
async def test_asynchronous_answers_are_equal(badness: float) -> None:
    met = 0
    for seed in range(QUERIES):
        query = _query(seed)
        plain = await _answer(PLAIN, query, Planted(seed, badness))
        compiled = await _answer(COMPILED, query, Planted(seed, badness))
        assert_same(compiled, plain)
        met += len(plain["errors"])
    assert (met > 0) == (badness > 0)


def test_the_operations_are_valid() -> None:
    for seed in range(QUERIES):
        assert validate(PLAIN._schema, parse(_query(seed)), specified_rules) == []


def _query(seed: int, without: set[str] | None = None) -> str:
    return Operations(PLAIN._schema, seed, ARGUMENTS, without=without or ()).query()


async def _answer(executed: strawberry.Schema, query: str, planted: Planted) -> dict[str, Any]:
    found = await executed.execute(query, variable_values=dict(VARIABLES), context_value=planted)
    return {"data": found.data, "errors": [_told(error) for error in found.errors or ()]}


def _told(error: GraphQLError) -> dict[str, Any]:
    return {**error.formatted, "cause": repr(error.original_error)}
