"""The plans of fields: how each puts its value into the object it belongs to."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from graphql import GraphQLField, GraphQLObjectType, GraphQLResolveInfo, Undefined
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path

from schema.execution.leaves import Odd, Plain
from schema.execution.pending import Ordinary, Place, Resolving, Run
from schema.execution.resolvers import FieldInfo, Resolver, arguments_of

if TYPE_CHECKING:
    from schema.execution.executor import CompiledExecutor, Converting
    from schema.execution.values import Value


class FieldPlan:
    """A field under its response name; this one leaves everything to graphql-core."""

    def __init__(self, name: str, parent: GraphQLObjectType, details: FieldDetailsList) -> None:
        self.name = name
        self.parent = parent
        self.details = details

    def put(
        self, run: Run, source: Any, path: Path | None, place: Place, results: dict[str, Any]
    ) -> None:
        """Put the value of `source`, which stands at `path` and `place`, into `results`.

        Raises:
            GraphQLError: it must not be null, and is.
        """
        executor = run.executor
        value = executor.execute_field(
            self.parent, source, self.details, Path(path, self.name, self.parent.name), None
        )
        if value is Undefined:
            return
        if executor.is_awaitable(value):
            results[self.name] = None
            run.fresh.append(Ordinary(run, place, results, self.name, value))
        else:
            results[self.name] = value


class Typename(FieldPlan):
    """`__typename`."""

    def put(
        self, run: Run, source: Any, path: Path | None, place: Place, results: dict[str, Any]
    ) -> None:
        results[self.name] = self.parent.name


class Attribute(FieldPlan):
    """A field that shows an attribute, with nothing below it that has a resolver."""

    def __init__(
        self,
        name: str,
        parent: GraphQLObjectType,
        details: FieldDetailsList,
        attribute: str,
        plain: Plain,
    ) -> None:
        super().__init__(name, parent, details)
        self.attribute = attribute
        self.plain = plain

    def put(
        self, run: Run, source: Any, path: Path | None, place: Place, results: dict[str, Any]
    ) -> None:
        try:
            results[self.name] = self.plain(getattr(source, self.attribute))
        except Exception:
            # reading an attribute again does no harm, and graphql-core words the error
            super().put(run, source, path, place, results)


class CompletedField(FieldPlan):
    """A field whose value is completed by a plan: `plain` where nothing below has a resolver.

    `waits`: its resolver is asynchronous.
    """

    waits = False

    def __init__(
        self,
        name: str,
        parent: GraphQLObjectType,
        details: FieldDetailsList,
        definition: GraphQLField,
        plain: Plain | None,
        value: Value | None,
    ) -> None:
        super().__init__(name, parent, details)
        self.definition = definition
        self.nodes = [each.node for each in details]
        self.plain = plain
        self.value = value

    def resolve_info(
        self, executor: CompiledExecutor, path: Path | None
    ) -> GraphQLResolveInfo[Any]:
        """Return graphql-core's information about this field of the object at `path`."""
        return executor.build_resolve_info(
            self.definition, self.nodes, self.parent, Path(path, self.name, self.parent.name)
        )

    def finish(
        self, run: Run, value: Any, path: Path | None, place: Place, results: dict[str, Any]
    ) -> None:
        """Put the completed `value` into `results`; see `put`."""
        if self.plain is not None:
            # what is wrong graphql-core says
            with suppress(Exception):
                results[self.name] = self.plain(value)
                return
        else:
            assert self.value is not None
            own = Path(path, self.name, self.parent.name)
            try:
                results[self.name] = self.value.complete(run, value, own, place, results, self.name)
                return
            except Odd:
                pass
            except Exception as error:
                self.fail(run, error, path, results)
                return
        self._finish_ordinarily(run, value, path, place, results)

    def fail(self, run: Run, error: Exception, path: Path | None, results: dict[str, Any]) -> None:
        """Note the error of a field that may be null. Raises that of one that must not."""
        own = Path(path, self.name, self.parent.name)
        run.executor.handle_field_error(error, self.definition.type, self.details, own)
        results[self.name] = None

    def _finish_ordinarily(
        self, run: Run, value: Any, path: Path | None, place: Place, results: dict[str, Any]
    ) -> None:
        """Do as `finish`, by graphql-core."""
        executor = run.executor
        own = Path(path, self.name, self.parent.name)
        info = self.resolve_info(executor, path)
        type_ = self.definition.type
        # what an asynchronous resolver returned was waited for already
        if not self.waits and executor.is_awaitable(value):
            completed: Any = executor.complete_awaitable_value(
                type_, self.details, info, own, value, None
            )
        else:
            try:
                completed = executor.complete_value(type_, self.details, info, own, value, None)
            except Exception as error:
                self.fail(run, error, path, results)
                return
            if not executor.is_awaitable(completed):
                results[self.name] = completed
                return
            completed = executor.guarded(completed, type_, self.details, own)
        results[self.name] = None
        run.fresh.append(Ordinary(run, place, results, self.name, completed))


class AttributeAbove(CompletedField):
    """A field that shows an attribute, with resolvers below."""

    attribute: str

    def put(
        self, run: Run, source: Any, path: Path | None, place: Place, results: dict[str, Any]
    ) -> None:
        try:
            value = getattr(source, self.attribute)
        except Exception as error:
            self.fail(run, error, path, results)
        else:
            self.finish(run, value, path, place, results)


class ResolvedField(CompletedField):
    """A field with a resolver."""

    def __init__(
        self,
        name: str,
        parent: GraphQLObjectType,
        details: FieldDetailsList,
        definition: GraphQLField,
        plain: Plain | None,
        value: Value | None,
        resolver: Resolver,
        config: Converting,
    ) -> None:
        super().__init__(name, parent, details, definition, plain, value)
        self.resolver = resolver
        self.config = config
        self.stepped = resolver.stepped
        self._method = resolver.call
        self._takes_self = resolver.takes_self
        self._takes_info = resolver.takes_info
        self._takes_arguments = resolver.takes_arguments
        self.waits = resolver.is_async

    def call(self, executor: CompiledExecutor, source: Any, path: Path | None) -> Any:
        """Return what the resolver returns."""
        given = (source,) if self._takes_self else ()
        if self._takes_arguments:
            arguments = executor.arguments[self]
            if self._takes_info:
                return self._method(*given, info=FieldInfo(executor, self, path), **arguments)
            return self._method(*given, **arguments)
        if self._takes_info:
            return self._method(*given, info=FieldInfo(executor, self, path))
        return self._method(*given)

    def put(
        self, run: Run, source: Any, path: Path | None, place: Place, results: dict[str, Any]
    ) -> None:
        executor = run.executor
        if self._takes_arguments and not self._ready(executor, path):
            super(CompletedField, self).put(run, source, path, place, results)
            return
        if self.waits:
            results[self.name] = None
            run.fresh.append(Resolving(run, self, source, path, place, results))
            return
        try:
            value = self.call(executor, source, path)
        except Exception as error:
            self.fail(run, error, path, results)
        else:
            self.finish(run, value, path, place, results)

    def _ready(self, executor: CompiledExecutor, path: Path | None) -> bool:
        """Whether this request's arguments of the field are known and shared by its objects."""
        if self in executor.arguments:
            return True
        if self in executor.odd:
            return False
        try:
            executor.arguments[self] = arguments_of(executor, self, shared=path is not None)
        except Odd:
            executor.odd.add(self)
            return False
        return True
