"""Each pass of normalisation earns its place: without it some golden plan is another one.

A stage needs what the one before it makes, so "without" means: with the least that can stand for
the pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import DocumentNode, parse

import federation.operation.normalize as normalize_module
import federation.planning.planner as planner_module
from federation.errors import RequestError
from federation.operation.fingerprint import fingerprint
from federation.operation.model import Fragment, Selection
from federation.operation.passes.inline_fragments import InlineFragments
from federation.operation.passes.split_deferred import SplitOperation
from federation.plan.printer import print_plan
from tests.federation.planning import golden_topics
from tests.federation.planning.golden_topics import CASES, plan_text, planner


def _first_operation(document: DocumentNode, _: str | None) -> Any:
    return next(d for d in document.definitions if d.kind == "operation_definition")


class _LeftOut(InlineFragments):
    """What is in fragments is not selected."""

    def _fragment(self, *_: Any) -> Iterator[Selection]:
        yield from ()


def _unmerged(selections: tuple[Selection, ...]) -> tuple[Selection, ...]:
    return selections


STAND_INS: dict[str, Callable[..., Any]] = {
    "select_operation": _first_operation,
    "InlineFragments": _LeftOut,
    "merge_selections": _unmerged,
    "order_mutation": lambda _: (),
}


@pytest.mark.parametrize("name", STAND_INS)
def test_pass_changes_a_plan(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = {case: plan_text(case) for case in CASES}
    monkeypatch.setattr(normalize_module, name, STAND_INS[name])
    assert {case: _text_or_refusal(case) for case in CASES} != expected


def _text_or_refusal(case: Path) -> str:
    try:
        return plan_text(case)
    except RequestError as error:
        return error.code


def test_lifting_changes_a_plan() -> None:
    plans = planner(golden_topics.FOLDER / "interface_object")
    normal = plans.normalize(
        (golden_topics.FOLDER / "interface_object/arguments_of_two_types.graphql").read_text()
    )
    lifted = plans.normalizer.lift(normal)
    assert print_plan(plans.plan(lifted)) != print_plan(plans.plan(normal))
    assert set(lifted.lifted.values()) == {1, 2}


def _unsplit(document: DocumentNode, *_: Any) -> SplitOperation:
    return SplitOperation(document, ())


@pytest.mark.parametrize(
    ("module", "name", "stand_in"),
    [
        (golden_topics, "split_deferred", _unsplit),
        (planner_module, "subtract_selections", lambda wanted, _: wanted),
    ],
)
def test_pass_changes_a_deferred_plan(
    module: Any, name: str, stand_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    deferred = [case for case in CASES if "@defer" in case.read_text(encoding="utf-8")]
    expected = [plan_text(case) for case in deferred]
    monkeypatch.setattr(module, name, stand_in)
    assert [plan_text(case) for case in deferred] != expected


def test_all_passes_are_here() -> None:
    folder = Path(normalize_module.__file__).parent / "passes"
    names = {file.stem for file in folder.glob("*.py")} - {"__init__"}
    tested = {
        "lift_literals",
        "split_deferred",
        "subtract_selections",
        "withhold_fields",
        *STAND_INS,
    }
    tested.add("inline_fragments")
    assert names == tested - {"InlineFragments"}


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("mutation { a: set b: set a: set }", []),
        (
            "mutation ($x: Boolean!) { ... @include(if: $x) { a: set } b: set a: set }",
            ["a @include(if: $x)", "b", "a @skip(if: $x)"],
        ),
        ("mutation ($x: Boolean!) { a: set @include(if: $x) __typename a: set b: set }", []),
        ("mutation ($x: Boolean!) { a: set @include(if: $x) b: set a: set @include(if: $x) }", []),
        (
            "mutation ($x: Boolean!, $y: Boolean!) "
            "{ a: set @include(if: $x) @skip(if: $y) b: set a: set }",
            ["a @include(if: $x) @skip(if: $y)", "b", "a @skip(if: $x)", "a @include(if: $y)"],
        ),
    ],
)
def test_order_of_a_mutation(text: str, order: list[str]) -> None:
    operation = planner(golden_topics.FOLDER / "mutations").normalizer.normalize(
        parse(text.replace("set", "count"))
    )
    found = [
        key + "".join(f" @{'include' if wanted else 'skip'}(if: ${n})" for n, wanted in literals)
        for key, conditions in operation.order
        for literals in conditions or ((),)
    ]
    assert found == order


def test_order_is_part_of_the_operation() -> None:
    """Equal operations share one plan; these select the same, but run in another order."""
    normalizer = planner(golden_topics.FOLDER / "mutations").normalizer
    head = "mutation ($x: Boolean!)"
    texts = ["a: count @include(if: $x) b: count a: count", "a: count b: count"]
    one, two = (normalizer.normalize(parse(f"{head} {{ {text} }}")) for text in texts)
    assert one.selections == two.selections
    assert one != two
    assert fingerprint(one) != fingerprint(two)
    assert normalizer.lift(one).order == one.order


def test_order_under_too_many_variables_is_refused() -> None:
    names = [f"v{i}" for i in range(20)]
    head = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(
        f"a: count @include(if: ${one}) @skip(if: ${two}) b{one}: count"
        for one, two in zip(names[::2], names[1::2], strict=True)
    )
    with pytest.raises(RequestError) as error:
        planner(golden_topics.FOLDER / "mutations").normalize(
            f"mutation ({head}) {{ {fields} a: count }}"
        )
    assert error.value.code == "REQUEST_LIMIT_EXCEEDED"


def test_a_fragment_on_the_object_itself_is_no_condition() -> None:
    plans = planner(golden_topics.FOLDER / "abstract")
    operation = plans.normalize("{ feed { ... on Patent { ... on Item { id } } } }")
    (feed,) = operation.selections
    (fragment,) = feed.selections
    assert isinstance(fragment, Fragment)
    assert not any(isinstance(inner, Fragment) for inner in fragment.selections)
