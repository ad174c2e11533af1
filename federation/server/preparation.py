"""A client's document → everything that does not depend on one request. The cold path.

Parse, limits, validate, normalise, plan, compile, in this order: each step is only given what the
one before has found bounded and right. Runs in a thread, since it may take many milliseconds; what
it returns is kept, also when the document is refused, so that repeating a bad one costs nothing.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
)

from federation.errors import PlanningError, RequestError
from federation.execution.executor import CompiledPlan, compile_plan
from federation.operation.access_rules import AccessRule
from federation.operation.model import Operation
from federation.operation.passes.split_deferred import defer_variables
from federation.plan.nodes import QueryPlan
from federation.registry.document_cache import PLAIN, Variant
from federation.registry.schema import Schema
from federation.server.authorization.withholding import (
    FORBIDDEN,
    UnauthorizedOperation,
    Withheld,
    refusal_errors,
    withhold,
)
from federation.server.demand.document_costs import DocumentCosts, document_costs
from federation.server.errors import MAX_ERRORS, document_errors, request_error
from federation.server.introspection import Introspection, find_introspection
from federation.server.limits import check_limits, check_nesting
from federation.server.observing.document_facts import DocumentFacts, document_facts
from federation.server.observing.metrics.cold_path import ColdFigures
from federation.server.observing.telemetry import Tracing
from federation.server.settings.authorization import AuthorizationDirectives
from federation.server.settings.demand_control import DemandControlSection
from federation.server.settings.limits import Limits

# Measured with tracemalloc on small and large operations over a supergraph of four subgraphs: what
# a prepared document takes is about 22 KB, and 5 bytes per character of its text and of its code.
_BYTES_PER_CHARACTER = 6
_BYTES_FIXED = 24_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """An operation ready to run. `size` in bytes, estimated.

    The compiled plan may serve other documents, too: those that differ in literals only.
    `labels`: the progressive-override labels that the plan may depend on. `defers`: the variables
    that `@defer(if:)` names, None when nothing is deferred. `rules`: the access rules that the plan
    may depend on; `withheld`: what this variant does not show because of them. `facts`:
    what may be told of it, where anybody wants to know. `costs`: for demand control, None where
    that is off.
    """

    operation: Operation
    compiled: CompiledPlan
    introspection: Introspection | None
    size: int
    labels: tuple[str, ...] = ()
    defers: frozenset[str] | None = None
    rules: tuple[AccessRule, ...] = ()
    withheld: Withheld = ()
    facts: DocumentFacts | None = None
    costs: DocumentCosts | None = None

    @property
    def for_all(self) -> bool:
        """Whether it is the same for every caller: nothing in it depends on who asks."""
        return not (self.labels or self.rules or self.introspection is not None)

    @property
    def plan(self) -> QueryPlan:
        return self.compiled.plan


@dataclass(frozen=True, slots=True)
class Refused:
    """A document that will never run. `errors` are ready to send."""

    errors: tuple[dict[str, Any], ...]
    status: int
    size: int


@dataclass(frozen=True, slots=True)
class Preparation:
    """How documents are prepared.

    `introspection`: whether clients may read the schema. `timeout`: seconds for planning, after
    which the best plan so far is taken. `suggests`: refusals name what was perhaps meant.
    `figures`: who counts plans. `tells_facts`: whether the facts of documents are wanted.
    """

    limits: Limits
    timeout: float
    introspection: bool
    tracing: Tracing
    directives: AuthorizationDirectives
    demand: DemandControlSection
    suggests: bool = False
    figures: ColdFigures | None = None
    tells_facts: bool = False

    def prepare(
        self,
        schema: Schema,
        text: str,
        operation_name: str | None,
        variant: Variant = PLAIN,
    ) -> Prepared | Refused:
        """Return the prepared operation, or why the client's document is refused."""
        try:
            return self._prepare(schema, text, operation_name, variant)
        except RequestError as error:
            return _refused(text, [request_error(error)], error.http_status)
        except UnauthorizedOperation as error:
            return _refused(text, refusal_errors(error.withheld, self.directives), FORBIDDEN)
        except PlanningError as error:
            entry = {"message": error.message, "extensions": {"code": error.code}}
            return _refused(text, [entry], 500)

    def _prepare(
        self, schema: Schema, text: str, operation_name: str | None, variant: Variant
    ) -> Prepared | Refused:
        stage = self.tracing.stage
        with stage("parse"):
            document = self._parse(text)
            node = select_operation(document, operation_name)
        with stage("limits"):
            check_limits(document, node, self.limits)
        with stage("validate"):
            errors = schema.validator.errors(
                document,
                max_errors=MAX_ERRORS,
                # Names that a client did not know are introspection by another way.
                hide_suggestions=not self.suggests,
            )
        if errors:
            return _refused(text, document_errors(errors, "GRAPHQL_VALIDATION_FAILED"), 400)
        introspection = find_introspection(document, node)
        if introspection is not None and not self.introspection:
            raise RequestError(
                "introspection is turned off here; supergraph.introspection turns it on",
                code="INTROSPECTION_DISABLED",
            )
        with stage("normalize"):
            normalizer = schema.normalizer
            operation = normalizer.normalize(document, operation_name)
            rules = schema.access.touched(operation) if self.directives.enabled else ()
            operation, withheld = withhold(
                operation, schema.access, variant.denied, self.directives
            )
            operation = normalizer.lift(operation)
        with stage("plan"):
            key = (operation, variant.labels)
            compiled, made = schema.plans.get_or_make(key, lambda: self._plan(schema, *key))
        if self.figures is not None:
            self.figures.looked_up_plan(found=not made)
        size = _BYTES_FIXED + _BYTES_PER_CHARACTER * len(text)
        if made:
            # Whoever shares the plan later does not pay for it again.
            size += _BYTES_PER_CHARACTER * compiled.characters
        touched = schema.planner.labels_of(operation)
        defers = defer_variables(document)
        facts = None
        if self.tells_facts:
            facts = document_facts(schema.api_schema, document, node)
            size += facts.size
        return Prepared(
            operation,
            compiled,
            introspection,
            size,
            touched,
            defers,
            rules,
            withheld,
            facts,
            document_costs(schema, operation, compiled.steps, self.demand),
        )

    def _plan(
        self, schema: Schema, operation: Operation, labels: frozenset[str]
    ) -> tuple[CompiledPlan, int]:
        end = time.monotonic() + self.timeout
        plan = schema.planner.plan(
            operation, labels=labels, should_stop=lambda: time.monotonic() >= end
        )
        with self.tracing.stage("compile"):
            compiled = compile_plan(plan)
        if self.figures is not None:
            self.figures.planned(time.monotonic() - end + self.timeout)
        return compiled, _BYTES_FIXED + _BYTES_PER_CHARACTER * compiled.characters

    def _parse(self, text: str) -> DocumentNode:
        check_nesting(text, self.limits)
        try:
            return parse(
                text,
                max_tokens=self.limits.parser_max_tokens,
                allow_empty_selection_sets=False,
            )
        except GraphQLSyntaxError as error:
            (entry,) = document_errors([error], "PARSING_ERROR")
            places = [(place.line, place.column) for place in error.locations or ()]
            raise RequestError(
                entry["message"], code="PARSING_ERROR", locations=tuple(places)
            ) from None
        except (GraphQLError, RecursionError):
            raise RequestError(
                "the document is nested too deeply to be read", code="PARSING_ERROR"
            ) from None


def select_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """Return the operation to run (GraphQL October 2021 §6.1, GetOperation)."""
    operations = [
        node for node in document.definitions if isinstance(node, OperationDefinitionNode)
    ]
    if name is None and len(operations) == 1:
        return operations[0]
    for node in operations:
        if name is not None and node.name is not None and node.name.value == name:
            return node
    if not operations:
        problem = "the document has no operation"
    elif name is None:
        problem = "the document has several operations; name one in 'operationName'"
    else:
        problem = f"the document has no operation named {name!r}"
    raise RequestError(problem, code="GRAPHQL_UNKNOWN_OPERATION_NAME")


def _refused(text: str, errors: list[dict[str, Any]], status: int) -> Refused:
    size = 1000 + sys.getsizeof(text) + 500 * len(errors)
    return Refused(tuple(errors), status, size)
