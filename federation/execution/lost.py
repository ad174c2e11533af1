"""Values that are missing because something failed: unknown, which is not the same as null.

A field with `@requires` is computed from what other subgraphs answered. Where such a value is
missing since its call failed, or since an error in the answer explains its null, nobody knows what
it is: sent as null, the computed field would be wrong without anybody noticing. So the object is
not asked for, and its field is null with an error that names the subgraph that failed. A null that
no error explains is a value, and is sent.

All this runs only when something has failed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from federation.execution.compile.analysis import Members
from federation.execution.contexts import CopiedNull
from federation.execution.errors import Cause, RequirementError, StepFailure, Targets
from federation.execution.locate import child, children
from federation.execution.steps import Step
from federation.plan.nodes import (
    EntityBatch,
    Path,
    RequiredFragment,
    RequiredSelection,
)

# Selections that a failed step did not answer for an object, and whether a null may be of them.
# Where the rest of an answer is sound, what is unknown is missing: a null there was answered.
_Tree = tuple[Members, Cause, bool]


class LostValues:
    """What is unknown of one request's data. Objects are known by identity; the data keeps them.

    A value counts as lost only while it is not there: another step may have brought it.
    """

    def __init__(self) -> None:
        self._trees: dict[int, list[_Tree]] = {}
        self._points: dict[tuple[int, str | int], Cause] = {}
        self._read: dict[int, int] = {}

    def update(self, failures: Mapping[int, Sequence[StepFailure]]) -> None:
        """Take note of failures by step; those known already are passed over."""
        for index, found in failures.items():
            for failure in found[self._read.get(index, 0) :]:
                self._add(failure)
            self._read[index] = len(found)

    def _add(self, failure: StepFailure) -> None:
        if failure.failure is not None:
            self._add_everything(failure, failure.cause)
        cause = Cause(failure.step.subgraph, is_call=False)
        for error in failure.errors:
            place = failure.place_of(error.get("path"))
            if place is None:
                # Nobody knows which nulls it explains.
                self._add_everything(failure, cause)
                continue
            for item in place.objects:
                self._add_absent(item, place.part.members, cause)
                self._add_point(item, place.path, place.part.members, cause)

    def _add_absent(self, item: dict[str, Any], members: Members, cause: Cause) -> None:
        """Where the error left nothing of the entity, all of it is unknown.

        Also what it would have added to objects that other steps brought.
        """
        self._trees.setdefault(id(item), []).append((members, cause, False))

    def _add_everything(self, failure: StepFailure, cause: Cause) -> None:
        for part, targets in zip(failure.parts, failure.targets, strict=True):
            for objects in targets:
                for item in objects:
                    self._trees.setdefault(id(item), []).append((part.members, cause, True))

    def _add_point(
        self, value: Any, path: Sequence[Any], members: Members | None, cause: Cause
    ) -> None:
        """Note the null that an error explains, and what it took along on the way there."""
        for segment in path:
            if isinstance(segment, str) and members is not None:
                members = members.fields.get(segment)
            inner = child(value, segment)
            if inner is None:
                self._points[id(value), segment] = cause
                return
            value = inner
            if value.__class__ is dict and members is not None:
                # The object is another step's; this step's answer had null in its place.
                self._add_absent(value, members, cause)

    def add_copies(self, nulls: Iterable[CopiedNull]) -> None:
        """Take note of nulls that stand for values which could not be had."""
        for item, key, container, source in nulls:
            cause = self._member(container, source, self._trees.get(id(container), ()))
            if cause is not None:
                self._points[id(item), key] = cause

    def find(
        self, item: Any, selections: Sequence[RequiredSelection], trees: Sequence[_Tree] = ()
    ) -> Cause | None:
        """Return why one of the required values of `item` is unknown; None when all are known.

        `trees`: what is unknown of it for being inside other objects, see `inside`.
        """
        return self._find(item, selections, trees)

    def inside(self, value: Any, key: str, trees: Sequence[_Tree]) -> list[_Tree]:
        """Return what is unknown of the objects at member `key` of an object."""
        return [
            (members.fields[key], why, nulls)
            for members, why, nulls in (*trees, *self._trees.get(id(value), ()))
            if key in members.fields
        ]

    def _find(
        self, value: Any, selections: Sequence[RequiredSelection], trees: Sequence[_Tree]
    ) -> Cause | None:
        if value.__class__ is list:
            return self._items(value, selections, trees)
        if value.__class__ is not dict:
            return None
        trees = [*trees, *self._trees.get(id(value), ())]
        for selection in selections:
            if isinstance(selection, RequiredFragment):
                if value.get("__typename") not in selection.types:
                    continue
                cause = self._find(value, selection.selections, trees)
            elif (inner := value.get(selection.source)) is None:
                cause = self._member(value, selection.source, trees)
            else:
                # What is known of the object itself is in `trees` already.
                below = self.inside(None, selection.source, trees)
                cause = self._find(inner, selection.selections, below)
            if cause is not None:
                return cause
        return None

    def _items(
        self, items: list[Any], selections: Sequence[RequiredSelection], trees: Sequence[_Tree]
    ) -> Cause | None:
        for index, item in enumerate(items):
            if item is None:
                cause = self._points.get((id(items), index))
            else:
                cause = self._find(item, selections, trees)
            if cause is not None:
                return cause
        return None

    def _member(self, value: Any, key: str, trees: Iterable[_Tree]) -> Cause | None:
        point = self._points.get((id(value), key))
        if point is not None:
            return point
        missing = key not in value
        return next(
            (why for members, why, nulls in trees if key in members.fields and (missing or nulls)),
            None,
        )


@dataclass(slots=True)
class Known:
    """What may be asked for, and the failures of what may not."""

    representations: list[dict[str, Any]]
    targets: list[list[dict[str, Any]]]
    failures: list[StepFailure]


def keep_known(
    lost: LostValues,
    data: Any,
    step: Step,
    parts: tuple[Any, ...],
    position: int,
    gathered: tuple[list[dict[str, Any]], list[list[dict[str, Any]]]],
) -> Known:
    """Return the representations of one batch without the objects of which a value is lost."""
    batch = step.entities[position]
    causes: dict[int, Cause] = {}
    skipped: dict[Cause, list[list[dict[str, Any]]]] = {}
    for item, trees in _objects(lost, data, batch.paths):
        if id(item) not in causes and (cause := _cause(lost, batch, item, trees)) is not None:
            causes[id(item)] = cause
            skipped.setdefault(cause, []).append([item])
    known = Known([], [], [])
    for representation, objects in zip(*gathered, strict=True):
        left = [item for item in objects if id(item) not in causes]
        if left:
            known.representations.append(representation)
            known.targets.append(left)
    for cause, items in skipped.items():
        targets: Targets = tuple(
            items if number == position else [] for number in range(len(parts))
        )
        error = RequirementError(cause)
        known.failures.append(StepFailure(step, parts, targets, failure=error))
    return known


def _cause(
    lost: LostValues, batch: EntityBatch, item: dict[str, Any], trees: Sequence[_Tree]
) -> Cause | None:
    variants = batch.representations
    only = variants[0].types[0] if len(variants) == 1 and len(variants[0].types) == 1 else None
    typename = item.get("__typename", only)
    for variant in variants:
        if typename in variant.types:
            return lost.find(item, variant.selections, trees)
    return None


def _objects(
    lost: LostValues, data: Any, paths: Iterable[Path]
) -> Iterator[tuple[dict[str, Any], Sequence[_Tree]]]:
    """Yield the objects at the paths, each with what is unknown of it from further up."""
    for path in paths:
        found: list[tuple[Any, Sequence[_Tree]]] = [(data, ())]
        for element in path:
            found = [
                (inner, trees if type(key) is int else lost.inside(value, str(key), trees))
                for value, trees in found
                for key, inner in children(value, element)
            ]
        for item, trees in found:
            if item.__class__ is dict:
                yield item, trees
