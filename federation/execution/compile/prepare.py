"""Generated: an answer made ready to be placed, before anything of it is written into.

`prepare_<step>(data, walks)` renames members first, since everything else uses the new names,
and then interns: objects that are equal become one object, from the innermost outwards. What
repeats is then gathered, written into and projected once.

Interning costs a key per object and pays only where objects repeat. So objects that hold others
are compared only when at least half of those inside were repeats: an answer without repeats costs
one look at its innermost objects.
"""

from __future__ import annotations

from federation.execution.compile.analysis import Intern, Part, key_path
from federation.execution.compile.source import Source, called, literal
from federation.execution.compile.walk import write_walk
from federation.execution.steps import Step
from federation.plan.nodes import Path, PathKey, RenameKey


def needs_preparing(parts: tuple[Part, ...]) -> bool:
    """Return whether there is anything to prepare in a step's answer."""
    return any(part.rewrites or part.interns for part in parts)


def write_prepare(source: Source, parts: tuple[Part, ...], step: Step) -> None:
    """Write the prepare function of a step whose answer needs it."""
    for part in parts:
        if part.rewrites or part.interns:
            with source.function(f"prepare_{part.name}(roots, walks)", "rename, then intern"):
                for rewrite in part.rewrites:
                    _write_rename(source, rewrite)
                source.line("repeated = walks.repeated")
                _write_interns(source, part.interns)
    with source.function(f"prepare_{parts[0].step}(data, walks)", "before placing"):
        with source.block("if data.__class__ is not dict:"):
            source.line("return")
        for part in parts:
            if not part.rewrites and not part.interns:
                continue
            alias = step.entities[part.position].alias if step.entities else ""
            prepare = called(f"prepare_{part.name}")
            if not alias:
                source.line(f"{prepare}([data], walks)")
                continue
            source.line(f"roots = data.get({literal(alias)})")
            with source.block("if roots.__class__ is list:"):
                source.line(f"{prepare}(roots, walks)")


def _write_rename(source: Source, rewrite: RenameKey) -> None:
    last = rewrite.path[-1]
    assert isinstance(last, PathKey)
    write_walk(source, rewrite.path[:-1], "roots")
    types = "None" if last.types is None else source.types(last.types)
    source.line(f"rename(found, {types}, {literal(last.key)}, {literal(rewrite.to)})")


def _write_interns(source: Source, interns: tuple[Intern, ...]) -> None:
    """Write the way down to all objects first, then the interning on the way up."""
    numbers = {key_path(intern.path): number for number, intern in enumerate(interns)}
    for number, intern in reversed(list(enumerate(interns))):
        start, rest = _nearest(intern.path, numbers)
        write_walk(source, rest[:-1], start, f"holders_{number}")
        if intern.nested:
            write_walk(source, rest[-1:], f"holders_{number}", f"all_{number}")
    for number, intern in enumerate(interns):
        if not intern.nested:
            _write_intern(source, number, intern)
            continue
        keys = key_path(intern.path)
        inner = [numbers[(*keys, name)] for name in intern.nested]
        worth = " or ".join(f"repeats_{one} * 2 >= met_{one} > 0" for one in inner)
        source.line(f"repeats_{number} = met_{number} = 0")
        with source.block(f"if {worth}:"):
            _write_intern(source, number, intern)
        if intern.walk is not None:
            with source.block("else:"):
                source.line(f"walks[{source.number(intern.walk)}] = all_{number}")


def _nearest(path: Path, numbers: dict[tuple[str, ...], int]) -> tuple[str, Path]:
    """Return the list to start walking from, and the way from there to the objects at `path`."""
    for length in range(len(path) - 1, 0, -1):
        if isinstance(path[length], PathKey) and key_path(path[:length]) in numbers:
            return f"all_{numbers[key_path(path[:length])]}", path[length:]
    return "roots", path


def _write_intern(source: Source, number: int, intern: Intern) -> None:
    # Functions of their own: those of many plans and places are alike.
    name = source.define(
        "intern",
        "holders, repeated",
        "equal objects become one",
        lambda: _write_loop(source, intern),
    )
    source.line(f"objects_{number}, repeats_{number} = {name}(holders_{number}, repeated)")
    source.line(f"met_{number} = len(objects_{number}) + repeats_{number}")
    if intern.walk is not None:
        source.line(f"walks[{source.number(intern.walk)}] = objects_{number}")


def _write_loop(source: Source, intern: Intern) -> None:
    """Write what interns the members of holders, and tells what is left and how many are gone."""
    last = intern.path[-1]
    source.line("seen = {}")
    source.line("objects = []")
    source.line("repeats = 0")
    with source.block("for holder in holders:"):
        if not isinstance(last, PathKey):
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
            source.line(f"place = {literal(last.key)}")
            source.line("value = holder.get(place)")
            head = "if value is not None:"
        with source.block(head):
            _write_one(source, intern)
    source.line("return objects, repeats")


def _write_one(source: Source, intern: Intern) -> None:
    """Only objects with just the members asked for take part; all others stay what they are."""
    names = [f"key_{position}" for position in range(len(intern.leaves) + len(intern.nested))]
    with source.block("try:"):
        # Only objects can be read by name, so no test of the class is needed.
        for key, name in zip(names, intern.leaves, strict=False):
            source.line(f"{key} = value[{literal(name)}]")
            with source.block(f"if {key}.__class__ is not str:"):
                source.line(f"{key} = key_of({key})")
        for key, name in zip(names[len(intern.leaves) :], intern.nested, strict=True):
            source.line(f"{key} = value[{literal(name)}]")
            test = f"{key}.__class__ is list"
            source.line(f"{key} = tuple(map(id, {key})) if {test} else id({key})")
    with source.block("except (KeyError, TypeError, RecursionError):"):
        source.line("objects.append(value)")
        source.line("continue")
    with source.block(f"if len(value) != {len(names)}:"):
        source.line("objects.append(value)")
        source.line("continue")
    source.line(f"key = {names[0]}" if len(names) == 1 else f"key = ({', '.join(names)})")
    source.line("first = seen.setdefault(key, value)")
    with source.block("if first is value:"):
        source.line("objects.append(value)")
    with source.block("else:"):
        source.line("repeats += 1")
        source.line("holder[place] = first")
        if intern.target:
            source.line("repeated.add(id(first))")
