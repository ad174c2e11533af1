"""What is executed without a task waits for loaders only: read from the source, since a wait for
something else would work all the same, until it is cancelled."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from importlib import import_module
from types import FunctionType
from typing import Any

import pytest
from graphql import GraphQLObjectType

from schema import SUBGRAPHS
from schema.execution.resolvers import resolver_of, strawberry_field

LOADERS = "info.context.loaders."
SUSPENDING = (ast.AsyncFor, ast.AsyncWith, ast.Yield, ast.YieldFrom)


def stepped() -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, schema in SUBGRAPHS.items():
        for type_ in schema._schema.type_map.values():
            if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
                for field_name, field in type_.fields.items():
                    made_from = strawberry_field(field)
                    resolver = resolver_of(made_from, schema.config) if made_from else None
                    if resolver is not None and resolver.stepped:
                        yield f"{name} {type_.name}.{field_name}", resolver.call


def others_of(method: Callable[..., Any], loaders: str) -> list[str]:
    """Return what a method waits for beside `load` and `load_many` of loaders."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(method)))
    local = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith(loaders)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, SUSPENDING)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Await):
            text = ast.unparse(node.value)
            called = node.value.func if isinstance(node.value, ast.Call) else None
            loads = isinstance(called, ast.Attribute) and called.attr in ("load", "load_many")
            if not loads or not (text.startswith(loaders) or text.split(".")[0] in local):
                found.append(text)
    return found


def test_fields_without_a_task_wait_for_loaders_only() -> None:
    marked = list(stepped())
    assert len(marked) > 100
    assert {name: others_of(method, LOADERS) for name, method in marked} == {
        name: [] for name, _ in marked
    }


def test_a_wait_for_something_else_is_found() -> None:
    async def method(info: Any) -> None:
        await info.context.loaders.patents.load(1)
        await info.context.peers.ask("patents", "{ a }")

    assert others_of(method, LOADERS) == ["info.context.peers.ask('patents', '{ a }')"]


@pytest.mark.parametrize("subgraph", sorted(SUBGRAPHS))
def test_entities_without_a_task_wait_for_loaders_only(subgraph: str) -> None:
    for entity in import_module(f"schema.{subgraph}.schema").ENTITIES:
        if entity.loads_only:
            assert isinstance(entity.load, FunctionType)
            assert others_of(entity.load, "context.loaders.") == [], entity.name
