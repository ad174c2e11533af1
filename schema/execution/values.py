"""The plans of values: objects and lists of objects that have resolvers below."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Protocol

from graphql import GraphQLAbstractType, GraphQLObjectType, GraphQLOutputType
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path

from schema.execution.fields import FieldPlan
from schema.execution.leaves import Odd, Plain
from schema.execution.pending import Place, Run


class Selection:
    """What is selected of one object type. `plain`: completes an object without any resolver."""

    __slots__ = ("fields", "plain", "type")

    def __init__(self, type_: GraphQLObjectType, fields: list[FieldPlan], plain: Plain | None):
        self.type = type_
        self.fields = fields
        self.plain = plain

    def run(self, run: Run, source: Any, path: Path | None, place: Place) -> dict[str, Any]:
        """Return the fields of `source`; those that are waited for come later.

        Raises:
            GraphQLError: a field that must not be null is.
        """
        results: dict[str, Any] = {}
        try:
            for field in self.fields:
                field.put(run, source, path, place, results)
        except Exception:
            place.dead = True
            raise
        return results


class Value(Protocol):
    """Completes a value of one type."""

    def complete(
        self,
        run: Run,
        value: Any,
        path: Path,
        up: Place,
        container: Any,
        key: str | int,
    ) -> Any:
        """Return the completed value, which will stand at `container[key]`, below `up`.

        Raises:
            Odd: graphql-core shall complete it; nothing was done yet.
            Exception: the error of the value, not located yet unless it comes from below.
        """


_SOUND: set[type] = {type(None), dict, str, int}
"""Classes whose instances are neither exceptions nor awaitable."""


def check(cls: type) -> None:
    """Raise `Odd` for a class of awaitable instances; exceptions are looked at one by one."""
    if cls in _SOUND or issubclass(cls, Exception):
        return
    if hasattr(cls, "__await__"):
        raise Odd
    _SOUND.add(cls)


class ObjectValue:
    """An object, or null where `null` is None; else `null` says what is wrong with it."""

    __slots__ = ("_null", "_selection")

    def __init__(self, selection: Selection | None, null: str | None) -> None:
        self._selection = selection
        self._null = null

    def ready(self, run: Run, value: Any) -> None:
        """Raise `Odd` for a value that graphql-core shall complete."""
        check(type(value))

    def selection(self, value: Any) -> Selection:
        """Return what is selected of `value`, which is ready."""
        assert self._selection is not None
        return self._selection

    def complete(
        self,
        run: Run,
        value: Any,
        path: Path,
        up: Place,
        container: Any,
        key: str | int,
    ) -> Any:
        if value is None:
            if self._null is None:
                return None
            raise TypeError(self._null)
        selection = self.selection(value)
        if selection.plain is not None:
            # what is wrong the fields say
            with suppress(Exception):
                return selection.plain(value)
        return selection.run(run, value, path, Place(up, container, key, self._null is None, path))


class AbstractValue(ObjectValue):
    """An object of a union or interface; its class says which."""

    __slots__ = ("_details", "_field", "_selections", "_type")

    def __init__(
        self,
        type_: GraphQLAbstractType,
        field: str,
        details: FieldDetailsList,
        null: str | None,
    ) -> None:
        super().__init__(None, null)
        self._type = type_
        self._field = field
        self._details = details
        self._selections: dict[type, Selection] = {}

    def ready(self, run: Run, value: Any) -> None:
        cls = type(value)
        if value is None or cls in self._selections or isinstance(value, Exception):
            return
        check(cls)
        self._selections[cls] = run.executor.selection_of_class(
            self._type, self._field, self._details, value
        )

    def selection(self, value: Any) -> Selection:
        return self._selections[type(value)]


class OneObject:
    """An object as the value of a field."""

    __slots__ = ("_object",)

    def __init__(self, of: ObjectValue) -> None:
        self._object = of

    def complete(
        self, run: Run, value: Any, path: Path, up: Place, container: Any, key: str | int
    ) -> Any:
        if isinstance(value, Exception):
            raise value
        self._object.ready(run, value)
        return self._object.complete(run, value, path, up, container, key)


class ListValue:
    """A list of objects; `null` as with `ObjectValue`."""

    __slots__ = ("_details", "_item", "_null", "_type")

    def __init__(
        self,
        item: ObjectValue,
        type_: GraphQLOutputType,
        details: FieldDetailsList,
        null: str | None,
    ) -> None:
        self._item = item
        self._type = type_
        self._details = details
        self._null = null

    def complete(
        self, run: Run, value: Any, path: Path, up: Place, container: Any, key: str | int
    ) -> Any:
        if value is None:
            if self._null is None:
                return None
            raise TypeError(self._null)
        if type(value) is not list and type(value) is not tuple:
            raise Odd
        # one of each class, since looking at every item costs more
        for each in dict(zip(map(type, value), value, strict=True)).values():
            self._item.ready(run, each)
        place = Place(up, container, key, self._null is None, path)
        item = self._item.complete
        items: list[Any] = []
        for index, each in enumerate(value):
            own = Path(path, index, None)
            try:
                if isinstance(each, Exception):
                    raise each
                items.append(item(run, each, own, place, items, index))
            except Exception as error:
                try:
                    run.executor.handle_field_error(error, self._type, self._details, own)
                except Exception:
                    place.dead = True
                    raise
                items.append(None)
        return items
