"""Code shared between plans is the code that Python makes of each plan's whole source."""

from __future__ import annotations

import dis
import random
from types import CodeType, FunctionType
from typing import Any

import pytest

from federation.execution.compile.program import build_program, write_source
from federation.execution.compile.source import Function, Source, called, literal
from federation.execution.compile.templates import TEMPLATES, Templates
from federation.execution.executor import compile_plan
from federation.registry.schema import build_schema
from tests.benchmarks.large_graph import large_graph
from tests.benchmarks.plan_graphs import composed, operation
from tests.federation.execution.test_source import EVIL, plan_with

OPERATIONS = 12


def read(code: CodeType) -> list[tuple[str, Any]]:
    """Return what the code does, inner code in the place where it is loaded."""
    found: list[tuple[str, Any]] = []
    for instruction in dis.get_instructions(code):
        value: Any = instruction.argrepr
        if isinstance(instruction.argval, CodeType):
            value = read(instruction.argval)
        elif instruction.opname in ("LOAD_CONST", "KW_NAMES"):
            value = instruction.argval
        found.append((instruction.opname, value))
    return found


def compare(plan: Any) -> int:
    """Compare all functions of a plan with those of its source as a whole; return how many."""
    compiled = compile_plan(plan)
    steps, analysis = compiled.steps, compiled.program.analysis
    whole = compile(write_source(steps, plan.shape, analysis).text(), "whole", "exec", optimize=2)
    expected = {code.co_name: code for code in whole.co_consts if isinstance(code, CodeType)}
    names = build_program(steps, plan.shape).project.__globals__
    shared = {
        name: value
        for name, value in names.items()
        if isinstance(value, FunctionType) and value.__code__.co_filename == "<query plan>"
    }
    assert expected.keys() <= shared.keys()
    for name, code in expected.items():
        assert read(shared[name].__code__) == read(code), name
    return len(expected)


def test_shared_code_is_what_python_makes_of_the_whole() -> None:
    schema = build_schema(composed(large_graph(8, seed=3)))
    compared = 0
    for number in range(OPERATIONS):
        text = operation(schema.api_schema, 60, random.Random(number))
        compared += compare(schema.planner.plan(text))
    assert compared > 20 * OPERATIONS


@pytest.mark.parametrize("evil", EVIL)
def test_also_with_texts_that_look_like_code(evil: str) -> None:
    assert compare(plan_with(evil)) > 3


def test_functions_that_differ_in_texts_and_names_are_compiled_once() -> None:
    templates = Templates()
    names: dict[str, Any] = {"up": str.upper, "down": str.lower}

    def function(name: str, callee: str, text: str) -> Function:
        source = Source()
        with source.function(f"{name}(item)", "for the test"):
            source.line(f"return {called(callee)}(item[{literal(text)}] + {literal(text)})")
        return source.functions[0]

    templates.bind([function("a", "up", "x"), function("b", "down", "A\\\n")], names)
    assert templates.compiled == len(templates) == 1
    assert names["a"]({"x": "y"}) == "YX"
    assert names["b"]({"A\\\n": "Z"}) == "za\\\n"


def test_what_was_not_used_for_longest_leaves_first() -> None:
    texts = [f"    return {number}" for number in range(3)]
    templates = Templates(most=2 * len(texts[0]))
    functions = [Function("f", "", "", (text,)) for text in texts]
    for function in (*functions[:2], functions[0], functions[2], functions[0]):
        templates.bind([function], {})
    assert (templates.compiled, len(templates)) == (3, 2)
    templates.bind([functions[1]], {})
    assert templates.compiled == 4


def test_a_function_that_is_too_long_to_keep_is_made_nevertheless() -> None:
    templates = Templates(most=5)
    names: dict[str, Any] = {}
    templates.bind([Function("f", "", "", ("    return 1",))], names)
    assert (names["f"](), len(templates)) == (1, 0)


def test_other_plans_need_little_new_code() -> None:
    schema = build_schema(composed(large_graph(8, seed=4)))
    TEMPLATES.clear()
    made = []
    for number in range(30):
        before = TEMPLATES.compiled
        compile_plan(schema.planner.plan(operation(schema.api_schema, 60, random.Random(number))))
        made.append(TEMPLATES.compiled - before)
    assert sum(made[-10:]) < sum(made[:10]) / 2
