"""One call for entities: its keys, the call for those that are missing, and the answer of both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from federation.execution.caching.keys import representation_bytes, values_bytes
from federation.execution.caching.parts import EntityField, Part
from federation.execution.caching.store import Entry, Key
from federation.execution.caching.tags import texts, told_for_entities
from federation.execution.json_codec import decode, encode
from federation.execution.transport import SubgraphRequest, SubgraphResponse

_VARIABLES = b',"variables":'


class EntityCall:
    """All entities of a call in one row: of its first `_entities` field, then of the next.

    `bases`: what the answer for each depends on beside who asks. Raises `TypeError` for
    representations that are no JSON.
    """

    __slots__ = ("bases", "fields", "lengths", "parts", "representations")

    def __init__(
        self, fields: Sequence[EntityField], variables: Mapping[str, Any], scope: Key
    ) -> None:
        self.fields = fields
        self.representations: list[Any] = []
        self.bases: list[Key] = []
        self.parts: list[Part] = []
        self.lengths: list[int] = []
        for field in fields:
            part = field.part
            values = values_bytes(part, variables)
            given = variables.get(field.variable) or ()
            self.lengths.append(len(given))
            self.representations += given
            self.parts += [part] * len(given)
            self.bases += [
                (*scope, part.text, values, representation_bytes(each)) for each in given
            ]

    def kept(self, found: Sequence[Entry | None]) -> dict[str, Any]:
        """Return the answer of which everything was kept. It is made anew for who gets it."""
        values = [b"null" if entry is None else entry.value for entry in found]
        rows = iter(values)
        return {
            field.key: decode(b"[" + b",".join(next(rows) for _ in range(length)) + b"]")
            for field, length in zip(self.fields, self.lengths, strict=True)
        }

    def for_missing(
        self, request: SubgraphRequest, found: Sequence[Entry | None]
    ) -> SubgraphRequest:
        """Return the request for what was not kept: the same text, fewer representations."""
        variables = dict(request.variables)
        for field, start, end in self._spans():
            variables[field.variable] = [
                self.representations[index] for index in range(start, end) if found[index] is None
            ]
        head = b'{"query":' + encode(request.query)
        if request.operation_name is not None:
            head += b',"operationName":' + encode(request.operation_name)
        body = head + _VARIABLES + encode(variables) + b"}"
        return replace(request, variables=variables, body=body)

    def answered(
        self, response: SubgraphResponse, found: Sequence[Entry | None]
    ) -> Iterator[tuple[int, bytes, Sequence[str]]]:
        """Yield what a response to `for_missing` has of entities: place, JSON, the tags it tells.

        None of those that an error belongs to, or may belong to. A null without an error is an
        answer: there is no such entity.
        """
        failed = _failed(response)
        if failed is None or not isinstance(response.data, dict):
            return
        for field, start, end in self._spans():
            places = [index for index in range(start, end) if found[index] is None]
            entities = response.data.get(field.key)
            if not isinstance(entities, list) or len(entities) != len(places):
                continue
            told = told_for_entities(response.extensions, field.key, len(places))
            for number, (place, entity) in enumerate(zip(places, entities, strict=True)):
                if (field.key, number) in failed:
                    continue
                try:
                    yield place, encode(entity), tuple(texts(told[number])) if told else ()
                except TypeError:
                    continue

    def put_together(
        self, response: SubgraphResponse, found: Sequence[Entry | None]
    ) -> SubgraphResponse:
        """Return the response to the whole call: kept entities, and those of `response` between.

        Paths of errors are those of the whole call.
        """
        places = {
            field.key: [index - start for index in range(start, end) if found[index] is None]
            for field, start, end in self._spans()
        }
        errors = tuple(_moved(error, places) for error in response.errors)
        if not isinstance(response.data, dict):
            return replace(response, data=response.data, errors=errors)
        data = self.kept(found)
        for key, missing in places.items():
            entities = response.data.get(key)
            if not missing:
                continue
            if isinstance(entities, list) and len(entities) == len(missing):
                for index, entity in zip(missing, entities, strict=True):
                    data[key][index] = entity
            else:
                # Of the wrong shape, as it would be without the cache; never by chance the right.
                data[key] = None if entities is None else []
        # What others know of the response they know of other data.
        return replace(response, data=data, errors=errors, memo=None)

    def _spans(self) -> Iterator[tuple[EntityField, int, int]]:
        start = 0
        for field, length in zip(self.fields, self.lengths, strict=True):
            yield field, start, start + length
            start += length


def _failed(response: SubgraphResponse) -> set[tuple[str, int]] | None:
    """Return the entities that errors belong to; None when that cannot be told of one."""
    failed: set[tuple[str, int]] = set()
    for error in response.errors:
        path = error.get("path")
        if not isinstance(path, list) or len(path) < 2:
            return None
        key, index = path[0], path[1]
        if not isinstance(key, str) or index.__class__ is not int:
            return None
        failed.add((key, index))
    return failed


def _moved(error: Mapping[str, Any], places: Mapping[str, Sequence[int]]) -> Mapping[str, Any]:
    """Return an error with the place of its entity in the whole call."""
    path = error.get("path")
    if not isinstance(path, list) or len(path) < 2 or path[1].__class__ is not int:
        return error
    missing = places.get(path[0], ()) if isinstance(path[0], str) else ()
    if not 0 <= path[1] < len(missing):
        return error
    return {**error, "path": [path[0], missing[path[1]], *path[2:]]}
