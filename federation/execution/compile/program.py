"""All of a plan's generated code, made once.

The source is a pure function of the plan: same plan, same text. It sees nothing but the few
names of `runtime` listed here; no text of a client or a subgraph is executed (see `templates`).
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from federation.execution import runtime
from federation.execution.compile.analysis import Analysis, Part, analyse
from federation.execution.compile.gather import write_gather
from federation.execution.compile.place import write_place
from federation.execution.compile.prepare import needs_preparing, write_prepare
from federation.execution.compile.project import write_project
from federation.execution.compile.source import Source
from federation.execution.compile.templates import TEMPLATES
from federation.execution.compile.walk import write_shared_walks
from federation.execution.json_codec import Fragment, encode
from federation.execution.runtime import Walks
from federation.execution.steps import Step
from federation.plan.shape import ResponseShape

Representations = tuple[list[dict[str, Any]], list[list[dict[str, Any]]]]
Gather = Callable[[dict[str, Any], Walks], Representations]
Place = Callable[[Any, Any], bool]
Prepare = Callable[[Any, Walks], None]

_NAMES: Mapping[str, Any] = {
    "Fragment": Fragment,
    "KeyError": KeyError,
    "RecursionError": RecursionError,
    "TypeError": TypeError,
    "Irregular": runtime.Irregular,
    "MISSING": runtime.MISSING,
    "copy_tree": runtime.copy_tree,
    "encode": encode,
    "items_of": runtime.items_of,
    "key_of": runtime.key_of,
    "leaf_boolean": runtime.leaf_boolean,
    "leaf_enum": runtime.leaf_enum,
    "leaf_float": runtime.leaf_float,
    "leaf_id": runtime.leaf_id,
    "leaf_int": runtime.leaf_int,
    "leaf_string": runtime.leaf_string,
    "listed": runtime.listed,
    "listed_of_types": runtime.listed_of_types,
    "members": runtime.members,
    "members_of_types": runtime.members_of_types,
    "merge_member": runtime.merge_member,
    "placing": runtime.placing,
    "placing_root": runtime.placing_root,
    "rename": runtime.rename,
}
_BUILTINS = (
    "bool",
    "dict",
    "enumerate",
    "float",
    "frozenset",
    "id",
    "int",
    "len",
    "list",
    "map",
    "str",
    "tuple",
    "zip",
)


_GLOBALS: Mapping[str, Any] = {
    **_NAMES,
    "__builtins__": {name: getattr(builtins, name) for name in _BUILTINS},
}


@dataclass(frozen=True, slots=True)
class Program:
    """`gathers[step]` is empty for a root fetch, whose one place function takes the root.

    `prepares[step]` is called with the step's answer before it is placed; None where nothing is
    to be prepared. `characters`: of the source, without what differs from plan to plan.
    """

    analysis: Analysis
    gathers: tuple[tuple[Gather, ...], ...]
    prepares: tuple[Prepare | None, ...]
    places: tuple[tuple[Place, ...], ...]
    begin: Callable[[Mapping[str, Any], set[int]], tuple[Any, ...]]
    project: Callable[[dict[str, Any], tuple[Any, ...]], Any]
    characters: int


def build_program(steps: tuple[Step, ...], shape: ResponseShape) -> Program:
    """Return the compiled code of a plan's steps and response shape."""
    analysis = analyse(steps)
    source = write_source(steps, shape, analysis)
    names: dict[str, Any] = {**_GLOBALS, **source.constants}
    characters = TEMPLATES.bind(source.functions, names)
    for made in source.made:
        maker = names[made.maker]
        arguments = [names[name] for name in made.arguments]
        names[made.name] = maker(*arguments) if arguments else maker

    def functions(kind: str, parts: tuple[Part, ...]) -> tuple[Any, ...]:
        return tuple(names[f"{kind}_{part.name}"] for part in parts)

    return Program(
        analysis=analysis,
        gathers=tuple(
            functions("gather", parts) if step.entities else ()
            for step, parts in zip(steps, analysis.parts, strict=True)
        ),
        prepares=tuple(names.get(f"prepare_{index}") for index in range(len(steps))),
        places=tuple(functions("place", parts) for parts in analysis.parts),
        begin=names["begin"],
        project=names["project"],
        characters=characters,
    )


def write_source(steps: tuple[Step, ...], shape: ResponseShape, analysis: Analysis) -> Source:
    """Return the source of a plan."""
    source = Source()
    write_shared_walks(source, analysis)
    for step, parts in zip(steps, analysis.parts, strict=True):
        for part in parts:
            if step.entities:
                write_gather(source, analysis, part, step.entities[part.position])
            write_place(source, analysis, part, step)
        if needs_preparing(parts):
            write_prepare(source, parts, step)
    write_project(source, shape, analysis.spliced)
    return source
