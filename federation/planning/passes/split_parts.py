"""Pass: ask every object only for what is wanted of it.

One call serves all that is wanted at one place, but perhaps not of all objects there:

- they are objects inside objects of different types, and a field is wanted inside one of these;
- the subgraph knows an interface as an object, so it would resolve for objects of every type what
  is wanted of one.

Asked for too much, a subgraph may fail with something that nobody selected: the client would get
an error that is none of its own, or a null where there is a value. So what differs goes into
`_entities` fields of its own, in the same operation. What is the same stays together.

Runs first: here a step gets its path, selection and representations.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import replace

from federation.plan.nodes import CONTEXT_MARK, Path
from federation.planning.fetch_graph import (
    ContextDraft,
    FetchGraph,
    FetchStep,
    Part,
    RepresentationDraft,
    SelectionDraft,
    merge_paths,
    represent,
)


def split_parts(graph: FetchGraph) -> None:
    """Turn each step's parts into what it is asked, by as few fields as can be."""
    for step in list(graph.steps):
        if step.parts:
            first, *others = _joined(_by_type(step.parts))
            contexts = step.contexts
            _assign(step, first, contexts)
            for part in others:
                _add(graph, step, part, contexts)


def _assign(step: FetchStep, part: Part, contexts: dict[str, ContextDraft]) -> None:
    step.path, step.selection, step.representations = (
        part.path,
        part.selection,
        part.representations,
    )
    step.contexts = {name: contexts[name] for name in _context_variables(part.selection)}
    step.parts = []


def _add(graph: FetchGraph, step: FetchStep, part: Part, contexts: dict[str, ContextDraft]) -> None:
    """Ask for one more part in the same operation, or by a call of its own.

    Only plain `_entities` fields go into one operation: those with contexts are repeated by the
    data, and root fields deep inside an answer are no `_entities` at all.
    """
    other = replace(step, representations=[], parts=[], members=[], uses=set(step.uses))
    other.dependencies = dict(step.dependencies)
    _assign(other, part, contexts)
    if step.is_entity and not step.contexts and not other.contexts:
        step.members.append(other)
        return
    graph.steps.insert(graph.steps.index(step) + 1, other)
    for follower in graph.steps:
        if step in follower.dependencies:
            follower.dependencies[other] = None


# Types


def _by_type(parts: Iterable[Part]) -> list[Part]:
    """Return parts in which no object is twice for being of several parts' types."""
    found: list[Part] = []
    groups: dict[tuple[Path, str], list[Part]] = {}
    for part in parts:
        if part.typename is None:
            found.append(part)
        else:
            groups.setdefault((part.path, part.typename), []).append(part)
    for group in groups.values():
        classes: dict[tuple[int, ...], list[str]] = {}
        for name in dict.fromkeys(name for part in group for name in part.types or ()):
            applying = tuple(i for i, part in enumerate(group) if name in (part.types or ()))
            classes.setdefault(applying, []).append(name)
        found += [
            _united([group[index] for index in applying], tuple(types))
            for applying, types in classes.items()
        ]
    return found


def _united(parts: list[Part], types: tuple[str, ...]) -> Part:
    """Return what is asked of objects of these types, which all of `parts` are for."""
    first = parts[0]
    united = Part(first.path, first.typename, types)
    for part in parts:
        united.selection.merge(part.selection)
        for draft in part.representations:
            here = tuple(name for name in draft.types if name in types)
            if here:
                united.representations = represent(
                    united.representations, replace(draft, types=here)
                )
    return united


# Joining what is the same


def _joined(parts: list[Part]) -> list[Part]:
    """Join parts that are asked for the same, where one `_entities` field can say so."""
    if len(parts) == 1:
        return parts
    found: list[Part] = []
    for part in parts:
        asked = _signature(part.selection)
        for index, known in enumerate(found):
            if known.typename == part.typename and _signature(known.selection) == asked:
                both = _join(known, part)
                if both is not None:
                    found[index] = both
                    break
        else:
            found.append(part)
    return found


def _join(one: Part, two: Part) -> Part | None:
    if one.path == two.path:
        sent = one.representations
        for draft in two.representations:
            sent = represent(sent, draft)
        types = (*(one.types or ()), *(two.types or ())) or None
        return replace(one, types=types, representations=sent)
    # Conditions at two places of the path would let objects in that neither is for.
    differing = sum(left != right for left, right in zip(one.path, two.path, strict=True))
    if differing == 1 and _sent(one.representations) == _sent(two.representations):
        return replace(one, path=merge_paths(one.path, two.path))
    return None


def _sent(drafts: list[RepresentationDraft]) -> list[Hashable]:
    return [(draft.types, draft.typename, draft.selections) for draft in drafts]


def _signature(draft: SelectionDraft) -> Hashable:
    """Return the same for selections that ask for the same, in whatever order."""
    fields = (
        (
            item.key,
            item.name,
            item.arguments,
            item.conditions,
            None if item.selection is None else _signature(item.selection),
        )
        for item in draft.fields.values()
    )
    fragments = ((name, _signature(inner)) for name, inner in draft.fragments.items())
    return frozenset(fields), frozenset(fragments)


# Contexts


def _context_variables(draft: SelectionDraft) -> list[str]:
    found: dict[str, None] = {}
    for item in draft.fields.values():
        for argument in item.arguments:
            if argument.text.endswith(CONTEXT_MARK):
                found[argument.text[1 : -len(CONTEXT_MARK)]] = None
        if item.selection is not None:
            found.update(dict.fromkeys(_context_variables(item.selection)))
    for inner in draft.fragments.values():
        found.update(dict.fromkeys(_context_variables(inner)))
    return list(found)
