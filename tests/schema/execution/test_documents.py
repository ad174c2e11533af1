"""A document is read once; its requests differ in variables, and in what those include."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from strawberry.types import ExecutionResult

from schema import SUBGRAPHS
from schema.execution.documents import MOST_VARIANTS, read_document
from tests.schema.execution.test_subgraphs import PLAIN

CONDITIONAL = """
query Q($a: Boolean!, $b: Boolean = true) {
  _service { t: __typename @include(if: $a) ...S @skip(if: $b) ... @include(if: $b) { again: sdl } }
}
fragment S on _Service { sdl }
"""


async def _both(query: str, operation: str | None = None, **variables: Any) -> list[Any]:
    return [
        _told(await schemas["patents"].execute(query, variables, None, operation_name=operation))
        for schemas in (SUBGRAPHS, PLAIN)
    ]


def _told(result: ExecutionResult) -> tuple[Any, list[Any]]:
    return result.data, [error.formatted for error in result.errors or ()]


async def test_each_request_includes_what_its_variables_say() -> None:
    seen = set()
    # the first outcome again, after plans for the others were made
    for a, b in [*product((True, False), (True, False)), (True, True)]:
        found, expected = await _both(CONDITIONAL, a=a, b=b)
        assert found == expected
        assert found[0] is not None
        seen.add(tuple(found[0]["_service"]))
    assert len(seen) == 4


@pytest.mark.parametrize(
    ("query", "operation", "variables"),
    [
        (CONDITIONAL, "Q", {"a": True}),
        (CONDITIONAL, None, {}),
        (CONDITIONAL, None, {"a": "yes"}),
        (CONDITIONAL, None, {"a": True, "b": None}),
        ("{ nothing }", None, {}),
        ("{ _service { sdl }", None, {}),
        ("query A { _service { __typename } } query B { __typename }", "A", {}),
    ],
)
async def test_what_is_refused_is_refused_in_the_same_words(
    query: str, operation: str | None, variables: dict[str, Any]
) -> None:
    found, expected = await _both(query, operation, **variables)
    assert found == expected


def test_a_request_that_names_another_operation_is_not_for_it() -> None:
    document = read_document(SUBGRAPHS["patents"]._schema, CONDITIONAL)
    assert document is not None
    assert [document.serves(name) for name in (None, "Q", "Other")] == [True, True, False]


def test_only_a_valid_document_of_one_query_has_plans() -> None:
    schema = SUBGRAPHS["trading"]._schema
    assert read_document(schema, "{ __typename }") is not None
    for text in (
        "{ nothing }",
        "{",
        "query A { __typename } query B { __typename }",
        "mutation { __typename }",
        "subscription { __typename }",
    ):
        assert read_document(schema, text) is None


async def test_plans_are_kept_for_a_bounded_number_of_outcomes() -> None:
    names = [f"v{n}" for n in range(6)]
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"{name}: __typename @include(if: ${name})" for name in names)
    document = read_document(SUBGRAPHS["patents"]._schema, f"query ({declared}) {{ {fields} }}")
    assert document is not None
    for outcome in product((True, False), repeat=len(names)):
        given = dict(zip(names, outcome, strict=True))
        result = await document.execute(given, None)
        assert set(result.data or ()) == {name for name in names if given[name]}
    assert len(document.variants) == MOST_VARIANTS
    kept = dict(document.variants)
    await document.execute(dict.fromkeys(names, True), None)
    assert document.variants == kept
