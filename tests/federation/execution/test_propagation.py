"""Extensions of subgraphs: joined by name, in the plan's order, within a bound."""

from __future__ import annotations

from typing import Any

import pytest

from federation.execution.propagation import TRUNCATED, Propagation, read_extensions

ONE = Propagation(("p",))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([[1], [2, 1], [3]], [1, 2, 3]),
        ([[{"a": 1, "b": 2}], [{"b": 2, "a": 1}]], [{"a": 1, "b": 2}]),
        ([{"a": 1}, {"a": 2, "b": 3}], {"a": 1, "b": 3}),
        ([{"a": [1]}, {"a": [2], "b": {"c": [1, 4]}}], {"a": [1, 2], "b": {"c": [1, 4]}}),
        (["x", "y"], "x"),
        ([None, 0], 0),
        # Of different kinds the first stays.
        ([[1], {"a": 1}, 5], [1]),
        ([5, [1]], 5),
        # 1 and true are different items, 10**30 is one that orjson cannot write.
        ([[1], [True], [10**30], [10**30]], [1, True, 10**30]),
    ],
)  # fmt: skip
def test_values_are_joined(values: list[Any], expected: Any) -> None:
    assert ONE.merge([{"p": value, "secret": 1} for value in values]) == {"p": expected}


def test_only_named_keys_pass() -> None:
    assert ONE.merge([{"secret": 1}, {}, {"p": None}]) == {}
    assert Propagation(("b", "a")).merge([{"a": 1, "c": 1}, {"b": 2}]) == {"b": 2, "a": 1}


def test_what_was_given_is_not_written_into() -> None:
    first, second = {"p": {"a": [1]}}, {"p": {"a": [2]}}
    ONE.merge([first, second])
    assert (first, second) == ({"p": {"a": [1]}}, {"p": {"a": [2]}})


def test_a_value_is_bounded_and_says_so() -> None:
    small = Propagation(("p", "q"), max_bytes=20)
    found = small.merge([{"p": list(range(100)), "q": [1]}])
    assert found == {"p": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "q": [1], TRUNCATED: ["p"]}
    assert small.merge([{"p": {"a": "x" * 10, "b": "y" * 10}}]) == {
        "p": {"a": "x" * 10},
        TRUNCATED: ["p"],
    }
    assert small.merge([{"p": "x" * 100}]) == {TRUNCATED: ["p"]}


def test_what_is_too_deep_is_left_out() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    assert ONE.merge([{"p": deep}, {"p": [1]}]) == {"p": [1], TRUNCATED: ["p"]}
    for _ in range(100_000):
        deep = {"a": deep}
    assert ONE.merge([{"p": deep}]) == {TRUNCATED: ["p"]}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"data":{"extensions":{"p":1}}}', {}),
        (b'{"data":null,"extensions":{"p":[18446744073709551616]}}', {"p": [2**64]}),
        (b'{"extensions":[1],"data":{}}', {}),
        (b'{"extensions":{"p":1}', {}),
        (b'{"extensions":{"p":\xff}}', {}),
        (b'{"data":{}}', {}),
    ],
)
def test_extensions_are_read_beside_the_bytes(body: bytes, expected: Any) -> None:
    assert read_extensions(body) == expected
