"""What can be known about a plan's data before any of it exists.

- *contended* members: asked for by more than one fetch at the same place. They are merged
  deeply; all others are simply assigned.
- *interned* objects: come from one fetch only, at a place that may have many, and later fetches
  start from them or from objects inside them. Two of them with the same members are interchangeable
  for good, since all that is added later follows from those members. So one object stands for all,
  and is gathered, written into and projected once however often the answer repeats it.
- the *spine* of an answer: the objects that will be written into, which must be copied first
  when an answer is shared with another request.

Places are named by *key paths*: the members on the way from the root, list steps left out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from federation.execution.runtime import Spine
from federation.execution.steps import Step
from federation.plan.nodes import (
    Path,
    PathKey,
    RenameKey,
    Selected,
    SelectedField,
    SelectedFragment,
)

KeyPath = tuple[str, ...]


def key_path(path: Path) -> KeyPath:
    """Return the members a path goes through.

    >>> from federation.plan.nodes import PathList
    >>> key_path((PathKey("users"), PathList(), PathKey("name")))
    ('users', 'name')
    """
    return tuple(element.key for element in path if isinstance(element, PathKey))


@dataclass(frozen=True, slots=True)
class Members:
    """A selection set by member name; a leaf has none. Fragments are merged in."""

    fields: Mapping[str, Members]

    def at(self, keys: KeyPath) -> Members | None:
        found: Members | None = self
        for key in keys:
            found = found.fields.get(key) if found is not None else None
        return found

    def walk(self, base: KeyPath = ()) -> Iterator[KeyPath]:
        for key, members in self.fields.items():
            yield (*base, key)
            yield from members.walk((*base, key))


def members_of(
    selections: tuple[Selected, ...], rewrites: tuple[RenameKey, ...] = (), at: KeyPath = ()
) -> Members:
    """Return the members of a selection set; a renamed one under both its names."""
    new_names = {key_path(rewrite.path): rewrite.to for rewrite in rewrites}
    fields: dict[str, Members] = {}
    for field in _fields(selections):
        inner = members_of(field.selections, rewrites, (*at, field.key))
        names = {field.key, new_names.get((*at, field.key), field.key)}
        for name in sorted(names):
            fields[name] = _union(fields[name], inner) if name in fields else inner
    return Members(fields)


def _fields(selections: tuple[Selected, ...]) -> Iterator[SelectedField]:
    for selection in selections:
        match selection:
            case SelectedField():
                yield selection
            case SelectedFragment():
                yield from _fields(selection.selections)


def _union(left: Members, right: Members) -> Members:
    fields = dict(left.fields)
    for key, members in right.fields.items():
        fields[key] = _union(fields[key], members) if key in fields else members
    return Members(fields)


@dataclass(frozen=True, slots=True)
class Intern:
    """Objects at `path` below an answer of this part whose members are exactly those given.

    `leaves` are compared by value; `nested` hold objects that are interned themselves, so that
    comparing identities is enough. `walk` is the shared walk that leads to these objects and
    nothing else, if there is one. `target`: fetches start from these objects.
    """

    path: Path
    leaves: tuple[str, ...]
    nested: tuple[str, ...] = ()
    walk: int | None = None
    target: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """One answer to place: a root fetch's data, or one `_entities` field, which has `many` objects.

    `paths` are where it is placed. `shares`: whether one entity's objects may stand at all of them.
    """

    step: int
    position: int
    paths: tuple[Path, ...]
    members: Members
    rewrites: tuple[RenameKey, ...]
    many: bool = False
    shares: bool = True
    interns: tuple[Intern, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.step}_{self.position}"


@dataclass(frozen=True, slots=True)
class Analysis:
    """`walks` numbers the paths, from the root, that more than one fetch goes through.

    `interned` are the places of interned objects, `spliced` those of them that fetches start
    from: what repeats there is written once. `vague`: type names of interface objects in this plan,
    by which a subgraph calls objects whose concrete type it does not know. `unique`: the walks
    whose objects interning finds, each once.
    """

    parts: tuple[tuple[Part, ...], ...]
    contended: frozenset[KeyPath]
    interned: frozenset[KeyPath]
    spliced: frozenset[KeyPath]
    spines: tuple[Spine | None, ...]
    walks: Mapping[Path, int]
    vague: frozenset[str] = frozenset()
    unique: frozenset[int] = frozenset()

    def is_unique(self, path: Path) -> bool:
        """Return whether a walk to `path` meets every object once, as far as interning goes."""
        return self.walks.get(path) in self.unique


def analyse(steps: tuple[Step, ...]) -> Analysis:
    """Return what is known about the data that `steps` will gather; parts by step."""
    parts = tuple(_parts(index, step) for index, step in enumerate(steps))
    flat = [part for group in parts for part in group]
    askers = _askers(flat)
    contended = frozenset(path for path, names in askers.items() if len(names) > 1)
    targets = [
        path
        for step, group in zip(steps, parts, strict=True)
        if step.entities
        for part in group
        for path in part.paths
    ]
    walks = _shared_walks(targets, askers)
    index = _Targets(targets)
    # Where arguments come from objects above, equal objects at two places need not stay equal.
    shares = not any(batch.contexts for step in steps for batch in step.entities)
    apart = set() if not shares else _apart(flat, askers)
    parts = tuple(
        tuple(
            replace(part, interns=_interns(part, index, contended, walks))
            if shares and part.name not in apart
            else replace(part, shares=False)
            for part in group
        )
        for group in parts
    )
    interned = frozenset(
        key_path(base) + key_path(intern.path)
        for group in parts
        for part in group
        for base in part.paths
        for intern in part.interns
    )
    spines = tuple(
        _spine(step, group, index, contended) for step, group in zip(steps, parts, strict=True)
    )
    spliced = interned & set(map(key_path, targets))
    vague = frozenset(
        variant.typename
        for step in steps
        for batch in step.entities
        for variant in batch.representations
        if variant.typename is not None
    )
    unique = frozenset(
        intern.walk
        for group in parts
        for part in group
        for intern in part.interns
        if intern.walk is not None
    )
    return Analysis(parts, contended, interned, spliced, spines, walks, vague, unique)


def _parts(index: int, step: Step) -> tuple[Part, ...]:
    if not step.entities:
        members = members_of(step.selections, step.output_rewrites)
        return (Part(index, 0, ((),), members, step.output_rewrites),)
    return tuple(
        Part(
            index,
            position,
            batch.paths,
            members_of(batch.selections, batch.output_rewrites),
            batch.output_rewrites,
            many=bool(batch.alias),
        )
        for position, batch in enumerate(step.entities)
    )


def _askers(parts: list[Part]) -> dict[KeyPath, set[str]]:
    """Return which parts ask for each member."""
    askers: dict[KeyPath, set[str]] = {}
    for part in parts:
        for base in {key_path(path) for path in part.paths}:
            for path in part.members.walk(base):
                # A type name is never merged: the later fetch knows the type better (it may
                # replace an interface object's name by the object's own).
                if path[-1] != "__typename":
                    askers.setdefault(path, set()).add(part.name)
    return askers


def _apart(parts: list[Part], askers: Mapping[KeyPath, set[str]]) -> set[str]:
    """Return the parts whose entities' objects must not stand at several places.

    A member's name may mean one thing at one place and another at the other. So one object can
    stand at both only if everyone who writes into it, or deeper, writes the same at both.
    """
    paths = sorted(askers)

    def writers(part: Part, base: KeyPath) -> set[tuple[KeyPath, str]]:
        found = set()
        for path in paths[bisect_left(paths, base) :]:
            if path[: len(base)] != base:
                break
            inside = path[len(base) :]
            if len(inside) > 1 and inside[0] in part.members.fields:
                found |= {(inside, name) for name in askers[path] if name != part.name}
        return found

    apart = set()
    for part in parts:
        bases = dict.fromkeys(map(key_path, part.paths))
        if len(bases) > 1:
            first, *others = (writers(part, base) for base in bases)
            if any(other != first for other in others):
                apart.add(part.name)
    return apart


def _shared_walks(targets: list[Path], askers: Mapping[KeyPath, set[str]]) -> dict[Path, int]:
    """Return the prefixes of targets that are walked more than once, shortest first.

    Only what comes from one fetch at every level: then whoever walks there waits for that fetch,
    and finds what everybody finds.
    """
    uses: dict[Path, int] = {}
    for target in targets:
        keys = key_path(target)
        stable = all(len(askers.get(keys[:end], ())) == 1 for end in range(1, len(keys) + 1))
        for length in range(1, len(target) + 1 if stable else 1):
            if length == len(target) or isinstance(target[length], PathKey):
                uses[target[:length]] = uses.get(target[:length], 0) + 1
    shared = sorted((path for path, count in uses.items() if count > 1), key=len)
    return {path: number for number, path in enumerate(shared)}


class _Targets:
    """The paths that fetches start from, each once, found by what leads to them."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._by_place: dict[tuple[str | None, ...], list[tuple[Path, KeyPath]]] = {}
        self._by_keys: dict[KeyPath, list[Path]] = {}
        for path in dict.fromkeys(paths):
            place, keys = _place(path), key_path(path)
            for length in range(len(place)):
                self._by_place.setdefault(place[:length], []).append((path, keys))
            for length in range(len(keys) + 1):
                self._by_keys.setdefault(keys[:length], []).append(path)

    def below(self, base: Path) -> Sequence[tuple[Path, KeyPath]]:
        """Return those strictly below `base`, whatever the type conditions, with their members."""
        return self._by_place.get(_place(base), ())

    def within(self, keys: KeyPath) -> Sequence[Path]:
        """Return those that go through the members `keys` first."""
        return self._by_keys.get(keys, ())


def _place(path: Path) -> tuple[str | None, ...]:
    return tuple(element.key if isinstance(element, PathKey) else None for element in path)


def _interns(
    part: Part, targets: _Targets, contended: frozenset[KeyPath], walks: Mapping[Path, int]
) -> tuple[Intern, ...]:
    """Return what to intern in this part's answer, innermost objects first."""
    found: dict[KeyPath, Intern] = {}
    for base in part.paths:
        for target, target_keys in targets.below(base):
            relative = target[len(base) :]
            if target_keys in contended or not _may_repeat(part, relative):
                continue
            keys = key_path(relative)
            members = part.members.at(keys)
            if members is None or not members.fields:
                continue
            if all(not inner.fields for inner in members.fields.values()):
                walk = _walk(part, relative, target, walks)
                found.setdefault(keys, Intern(relative, tuple(members.fields), (), walk))
    outer = {
        intern.path[:length]
        for intern in found.values()
        for length in range(1, len(intern.path))
        if isinstance(intern.path[length], PathKey) and _may_repeat(part, intern.path[:length])
    }
    for path in sorted(outer, key=lambda path: (-len(path), key_path(path))):
        if _is_self_contained(part, path, targets, contended):
            _add_outer(found, part, path, targets, walks)
    return tuple(sorted(found.values(), key=lambda intern: -len(key_path(intern.path))))


def _may_repeat(part: Part, path: Path) -> bool:
    """Return whether there can be more than one object at `path` of an answer."""
    return part.many or any(not isinstance(element, PathKey) for element in path)


def _walk(part: Part, relative: Path, target: Path, walks: Mapping[Path, int]) -> int | None:
    """Return the walk to all objects of an intern, if there is one.

    Placed at several paths, the objects belong to several walks; and a walk with other type
    conditions on its way meets fewer of them.
    """
    alone = len(part.paths) == 1 and target == part.paths[0] + relative
    return walks.get(target) if alone else None


def _is_self_contained(
    part: Part, path: Path, targets: _Targets, contended: frozenset[KeyPath]
) -> bool:
    """Return whether all that is ever added to objects at `path` follows from their members.

    Not where another fetch asks for the same members, nor where a later fetch is for some of
    these objects only, by the types of the objects around them.
    """
    for base in part.paths:
        keys = key_path(base) + key_path(path)
        if any(one[: len(keys)] == keys for one in contended):
            return False
        for target in targets.within(keys):
            if any(
                isinstance(element, PathKey) and element.types is not None
                for element in target[: len(base) + len(path)]
            ):
                return False
    return True


def _add_outer(
    found: dict[KeyPath, Intern],
    part: Part,
    path: Path,
    targets: _Targets,
    walks: Mapping[Path, int],
) -> None:
    """Add objects that hold other objects, where all of those are interned."""
    keys = key_path(path)
    members = part.members.at(keys)
    assert members is not None
    leaves = tuple(key for key, inner in members.fields.items() if not inner.fields)
    nested = tuple(key for key, inner in members.fields.items() if inner.fields)
    if keys not in found and all((*keys, key) in found for key in nested):
        walk = _walk(part, path, part.paths[0] + path, walks)
        places = {key_path(base) + keys for base in part.paths}
        target = any(key_path(one) == place for place in places for one in targets.within(place))
        found[keys] = Intern(path, leaves, nested, walk, target)


def _spine(
    step: Step, group: tuple[Part, ...], targets: _Targets, contended: frozenset[KeyPath]
) -> Spine | None:
    """Return which objects of the step's answer (its `data`) will be written into, if any."""
    spine: Spine | None = None
    for part in group:
        written = {key_path(rewrite.path[:-1]) for rewrite in part.rewrites}
        for base in part.paths:
            keys = key_path(base)
            inside = (found[len(keys) :] for _, found in targets.below(base))
            written.update(path for path in inside if part.members.at(path) is not None)
            merged = (path for path in part.members.walk(keys) if path in contended)
            written.update(path[len(keys) :] for path in merged)
        if not written:
            continue
        spine = root = {} if spine is None else spine
        if step.entities and step.entities[part.position].alias:
            root = spine.setdefault(step.entities[part.position].alias, {})
        for path in sorted(written):
            inner = root
            for key in path:
                inner = inner.setdefault(key, {})
    return spine
