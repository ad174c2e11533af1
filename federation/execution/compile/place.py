"""Generated: from a subgraph's answer into the data.

`place_<step>_<n>(targets, entities)` writes each entity into the objects it belongs to
and returns whether all of them were objects or null; `place_<step>_0(data, answer)` does
the same for a root fetch. Members nobody asked for are not taken over. Where members are only
assigned, which is nearly always, the function is one of `runtime` with their names.
"""

from __future__ import annotations

from federation.execution.compile.analysis import Analysis, Part, key_path
from federation.execution.compile.source import Source, literal
from federation.execution.steps import Step


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
    if part.shares and not contended:
        placing = "placing" if step.entities else "placing_root"
        source.make(f"place_{part.name}", placing, source.names(plain))
    elif step.entities:
        _write_place_entities(source, part, plain, contended, analysis)
    else:
        _write_place_root(source, part, plain, contended, analysis)


def _write_place_entities(
    source: Source, part: Part, plain: list[str], contended: list[str], analysis: Analysis
) -> None:
    with source.function(f"place_{part.name}(targets, entities)", "entities into their objects"):
        source.line("regular = True")
        with source.block("for objects, entity in zip(targets, entities):"):
            with source.block("if entity.__class__ is not dict:"):
                with source.block("if entity is not None:"):
                    source.line("regular = False")
                source.line("continue")
            _write_filter(source, plain, "entity")
            with source.block("for item in objects:"):
                source.line(
                    "item.update(plain)" if part.shares else "item.update(copy_tree(plain))"
                )
                for key in contended:
                    with source.block(f"if {literal(key)} in entity:"):
                        _write_merge(source, analysis, "item", "entity", key)
        source.line("return regular")


def _write_place_root(
    source: Source, part: Part, plain: list[str], contended: list[str], analysis: Analysis
) -> None:
    with source.function(f"place_{part.name}(data, answer)", "an answer into the root"):
        _write_filter(source, plain, "answer")
        source.line("data.update(plain)")
        for key in contended:
            with source.block(f"if {literal(key)} in answer:"):
                _write_merge(source, analysis, "data", "answer", key)
        source.line("return True")


def _write_merge(source: Source, analysis: Analysis, target: str, answer: str, key: str) -> None:
    vague = f", {source.names(sorted(analysis.vague))}" if analysis.vague else ""
    source.line(f"merge_member({target}, {literal(key)}, {answer}[{literal(key)}]{vague})")


def _write_filter(source: Source, plain: list[str], answer: str) -> None:
    names = source.names(plain)
    source.line(
        f"plain = {answer} if {answer}.keys() == {names} else"
        f" {{key: {answer}[key] for key in {answer} if key in {names}}}"
    )
