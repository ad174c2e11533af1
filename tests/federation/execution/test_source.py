"""The generated source: readable, the same every time, and nothing of the client's is executed."""

from __future__ import annotations

import ast

import pytest

from federation.execution.executor import compile_plan
from federation.plan.nodes import (
    Fetch,
    OperationKind,
    PathKey,
    PathList,
    QueryPlan,
    RenameKey,
    Representation,
    RequiredField,
    SelectedField,
    SelectedFragment,
    Sequence,
)
from federation.plan.shape import FieldShape, LeafShape, ListShape, ObjectShape, ResponseShape
from tests.federation.execution.plans import answering, run

EVIL = [
    "'); raise SystemExit #", '"""', "\\", "\n    import os", "{0}",
    "}{", "é中文", "__class__", "'\"",
]  # fmt: skip


def plan_with(evil: str) -> QueryPlan:
    """A plan where every text that a client or subgraph can choose is `evil`."""
    where = (PathKey(evil), PathList())
    leaf = (SelectedField(evil, evil), SelectedField("__typename", "__typename"))
    first = Fetch(
        0, evil, evil, operation_name=evil, selections=(SelectedField(evil, evil, leaf),),
        output_rewrites=(RenameKey((PathKey(evil), PathList(), PathKey(evil, (evil,))), evil),),
    )  # fmt: skip
    second = Fetch(
        1, evil, evil, variables=(evil,), path=where,
        representations=(
            Representation((evil,), (RequiredField(evil, evil, nullable=False),), evil),
            Representation((evil, "T"), (RequiredField(evil, evil, (RequiredField(evil, evil),)),)),
        ),
        selections=(SelectedFragment((evil,), leaf),), depends_on=(0,),
    )  # fmt: skip
    item = ObjectShape(
        (evil, "T"),
        (
            FieldShape(evil, evil, LeafShape(evil), True, (evil,), (((evil, True),),), evil, evil),
            FieldShape("e", evil, LeafShape("E", (evil,)), True),
        ),
    )
    fields = (FieldShape(evil, evil, ListShape(item, True), True),)
    shape = ResponseShape(ObjectShape((evil,), fields, evil))
    return QueryPlan(OperationKind.QUERY, Sequence((first, second)), shape)


@pytest.mark.parametrize("evil", EVIL)
async def test_texts_of_others_are_only_ever_literals(evil: str) -> None:
    plan = compile_plan(plan_with(evil))
    tree = ast.parse(plan.source)
    allowed = (ast.FunctionDef, ast.Assign)
    assert all(isinstance(statement, allowed) for statement in tree.body)
    assert not any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(tree))
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert attributes <= {
        "get", "keys", "values", "append", "update", "items", "setdefault", "__class__",
            "repeated", "add",
    }  # fmt: skip
    answer = await run(
        plan,
        {evil: answering({evil: [{"__typename": evil, evil: "v"}]}, {"_entities": [{evil: "w"}]})},
        {evil: True},
    )
    assert answer.data == {evil: [{evil: "w", "e": None}]}


def test_the_same_plan_gives_the_same_source() -> None:
    assert compile_plan(plan_with("a")).source == compile_plan(plan_with("a")).source


def test_the_programs_names_are_few() -> None:
    plan = compile_plan(plan_with("a"))
    names = plan.program.project.__globals__["__builtins__"]
    assert "open" not in names
    assert "__import__" not in names


async def test_deep_paths_do_not_make_deep_code() -> None:
    depth = 60
    shape: ObjectShape = ObjectShape(("T",), (FieldShape("id", "id", LeafShape("ID"), True),), "T")
    selection: tuple[SelectedField, ...] = (SelectedField("id", "id"),)
    data: object = {"id": "1"}
    path: tuple[PathKey | PathList, ...] = ()
    for _ in range(depth):
        shape = ObjectShape(("T",), (FieldShape("n", "n", ListShape(shape, True), True),), "T")
        selection = (SelectedField("n", "n", selection),)
        data = {"n": [data]}
        path = (PathKey("n"), PathList(), *path)
    first = Fetch(0, "a", "…", selections=selection)
    second = Fetch(
        1, "b", "…", path=path,
        representations=(Representation(("T",), (RequiredField("id", "id"),)),),
        selections=(SelectedField("id", "id"),), depends_on=(0,),
    )  # fmt: skip
    plan = compile_plan(
        QueryPlan(OperationKind.QUERY, Sequence((first, second)), ResponseShape(shape))
    )
    answer = await run(plan, {"a": answering(data), "b": answering({"_entities": [{"id": "2"}]})})
    assert answer.body.count(b'"n"') == depth
    assert b'"id":"2"' in answer.body
