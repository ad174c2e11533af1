"""Generated: from a subgraph's answer into the data.

`place_<step>_<n>(targets, entities, walks)` writes each entity into the objects it belongs to
and returns whether all of them were objects or null; `place_<step>_0(data, answer, walks)` does
the same for a root fetch. Members nobody asked for are not taken over.
"""

from __future__ import annotations

from federation.execution.compile.analysis import Analysis, Intern, Part, key_path
from federation.execution.compile.source import Source
from federation.execution.compile.walk import write_walk
from federation.execution.steps import Step
from federation.plan.nodes import PathKey, RenameKey


def write_place(source: Source, analysis: Analysis, part: Part, step: Step) -> None:
    """Write the place function of one part of a step."""
    taken = set(part.members.fields)
    if step.entities:
        batch = step.entities[part.position]
        if any(variant.typename is not None for variant in batch.representations):
            # Asked under another name (interface object): the object keeps its own.
            taken.discard("__typename")
    contended = sorted(
        key
        for key in taken
        if any((*key_path(base), key) in analysis.contended for base in part.paths)
    )
    plain = sorted(taken - set(contended))
    for number, intern in enumerate(part.interns):
        _write_intern(source, f"intern_{part.name}_{number}", intern)
    if step.entities:
        _write_place_entities(source, part, plain, contended)
    else:
        _write_place_root(source, part, plain, contended)


def _write_place_entities(
    source: Source, part: Part, plain: list[str], contended: list[str]
) -> None:
    with source.function(
        f"place_{part.name}(targets, entities, walks)", "entities into their objects"
    ):
        _write_before(source, part, "entities")
        source.line("regular = True")
        with source.block("for objects, entity in zip(targets, entities):"):
            with source.block("if entity.__class__ is not dict:"):
                with source.block("if entity is not None:"):
                    source.line("regular = False")
                source.line("continue")
            _write_filter(source, plain, "entity")
            with source.block("for item in objects:"):
                source.line("item.update(plain)")
                for key in contended:
                    with source.block(f"if {key!r} in entity:"):
                        source.line(f"merge_member(item, {key!r}, entity[{key!r}])")
        source.line("return regular")


def _write_place_root(source: Source, part: Part, plain: list[str], contended: list[str]) -> None:
    with source.function(f"place_{part.name}(data, answer, walks)", "an answer into the root"):
        _write_before(source, part, "[answer]")
        _write_filter(source, plain, "answer")
        source.line("data.update(plain)")
        for key in contended:
            with source.block(f"if {key!r} in answer:"):
                source.line(f"merge_member(data, {key!r}, answer[{key!r}])")
        source.line("return True")


def _write_filter(source: Source, plain: list[str], answer: str) -> None:
    names = source.names(plain)
    source.line(
        f"plain = {answer} if {answer}.keys() == {names} else"
        f" {{key: {answer}[key] for key in {answer} if key in {names}}}"
    )


def _write_before(source: Source, part: Part, roots: str) -> None:
    """Rewrites first, since everything else uses the new names; then interning."""
    for rewrite in part.rewrites:
        _write_rename(source, rewrite, roots)
    for number in range(len(part.interns)):
        source.line(f"intern_{part.name}_{number}({roots}, walks)")


def _write_rename(source: Source, rewrite: RenameKey, roots: str) -> None:
    last = rewrite.path[-1]
    assert isinstance(last, PathKey)
    write_walk(source, rewrite.path[:-1], roots)
    types = "None" if last.types is None else repr(tuple(last.types))
    source.line(f"rename(found, {types}, {last.key!r}, {rewrite.to!r})")


def _write_intern(source: Source, name: str, intern: Intern) -> None:
    lists = 0
    while not isinstance(intern.path[-1 - lists], PathKey):
        lists += 1
    last = intern.path[-1 - lists]
    assert isinstance(last, PathKey)
    parents = intern.path[: -1 - lists]
    keys = [f"value[{key!r}]" for key in intern.keys]
    with source.function(f"{name}(roots, walks)", "equal objects become one"):
        write_walk(source, parents if not lists else intern.path[:-1], "roots")
        source.line("seen = {}")
        source.line("objects = []")
        with source.block("for holder in found:"):
            if lists:
                with source.block("if holder.__class__ is not list:"):
                    source.line("continue")
                head = "for place, value in enumerate(holder):"
            else:
                test = "holder.__class__ is not dict"
                if last.types is not None:
                    typename = source.is_one_of('holder.get("__typename")', last.types)
                    test += f" or not ({typename})"
                with source.block(f"if {test}:"):
                    source.line("continue")
                source.line(f"place = {last.key!r}")
                source.line("value = holder.get(place)")
                head = "if value is not None:"
            with source.block(head):
                _write_intern_one(source, keys)
        if intern.walk is not None:
            source.line(f"walks[{intern.walk}] = objects")


def _write_intern_one(source: Source, keys: list[str]) -> None:
    """Only objects with just the members asked for take part; all others stay what they are."""
    with source.block("try:"):
        for number, key in enumerate(keys):
            source.line(f"key_{number} = {key}")
            with source.block(f"if key_{number}.__class__ is not str:"):
                source.line(f"key_{number} = key_of(key_{number})")
        source.line(f"regular = value.__class__ is dict and len(value) == {len(keys)}")
    with source.block("except (KeyError, TypeError, RecursionError):"):
        source.line("regular = False")
    with source.block("if not regular:"):
        source.line("objects.append(value)")
    with source.block("else:"):
        names = ", ".join(f"key_{number}" for number in range(len(keys)))
        source.line(f"key = {names}" if len(keys) == 1 else f"key = ({names})")
        source.line("first = seen.get(key)")
        with source.block("if first is None:"):
            source.line("seen[key] = value")
            source.line("objects.append(value)")
        with source.block("else:"):
            source.line("holder[place] = first")
