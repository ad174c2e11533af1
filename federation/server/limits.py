"""What a document may ask for, checked before anything expensive looks at it.

Fragments count each time they are spread, as they would written out; each is walked once and its
figures are reused, so a document that doubles itself forty times is measured in forty steps.
Codes as in Apollo Router.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    visit,
)

from federation.errors import RequestError
from federation.server.settings.limits import Limits

logger = logging.getLogger("federation.server")

# Strings and comments are skipped as a whole; only brackets matter.
_NESTING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*|[{(\[]|[})\]]', re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a selection set with its fragments written out. `fields`: how many there are in all.

    `levels`: selection sets inside one another, those of fragments, too.
    """

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    root_fields: int = 0
    directives: int = 0
    levels: int = field(default=0, compare=False)


_NOTHING = Figures()


def check_nesting(text: str, limits: Limits) -> None:
    """Refuse brackets nested so deep that a recursive parser is at risk."""
    depth = 0
    for match in _NESTING.finditer(text):
        character = match[0]
        if character in "{([":
            depth += 1
            if depth > limits.parser_max_recursion:
                raise RequestError(
                    f"the document is nested deeper than {limits.parser_max_recursion} brackets",
                    code="PARSING_ERROR",
                )
        elif character in "})]":
            depth -= 1


def check_limits(
    document: DocumentNode, operation: OperationDefinitionNode, limits: Limits
) -> Figures:
    """Return the operation's figures; raises `RequestError` when one is over its limit."""
    if len(document.definitions) > limits.max_definitions:
        over(limits, "REQUEST_LIMIT_EXCEEDED", limits.max_definitions, "operations and fragments")
    figures = measure(document, operation, limits.parser_max_recursion)
    if figures.levels > limits.parser_max_recursion:
        raise _too_deep(limits.parser_max_recursion)
    for actual, allowed, code, what in (
        (figures.depth, limits.max_depth, "MAX_DEPTH_LIMIT", "nested fields"),
        (figures.fields, limits.max_height, "MAX_HEIGHT_LIMIT", "fields"),
        (figures.aliases, limits.max_aliases, "MAX_ALIASES_LIMIT", "aliases"),
        (figures.root_fields, limits.max_root_fields, "MAX_ROOT_FIELDS_LIMIT", "root fields"),
        (figures.directives, limits.max_directives, "MAX_DIRECTIVES_LIMIT", "directives"),
    ):
        if actual > allowed:
            over(limits, code, allowed, what)
    _check_lists(document, limits)
    return figures


def check_variables(variables: Mapping[str, Any], limits: Limits) -> None:
    """Refuse values that are too many, in one list or in all; costs a step for each value."""
    left = limits.max_input_values
    pending: list[Any] = [variables]
    while pending:
        value = pending.pop()
        left -= 1
        if value.__class__ is dict:
            pending.extend(value.values())
        elif value.__class__ is list:
            if len(value) > limits.max_list_items:
                over(limits, "REQUEST_LIMIT_EXCEEDED", limits.max_list_items, "values in one list")
                return
            pending.extend(value)
        if left + 1 < len(pending):
            over(limits, "REQUEST_LIMIT_EXCEEDED", limits.max_input_values, "values in variables")
            return


def over(limits: Limits, code: str, allowed: int, what: str) -> None:
    """Refuse what is over a limit, or only tell the operator of it."""
    if limits.warn_only:
        logger.warning("an operation has more than %d %s (%s)", allowed, what, code)
        return
    raise RequestError(
        f"the operation has more than {allowed} {what}, fragments written out; ask for less or in"
        " several requests",
        code=code,
    )


def _check_lists(document: DocumentNode, limits: Limits) -> None:
    # No list has more items than the document has tokens, or half as many as it has characters: an
    # item of one character needs another between it and the next.
    most = limits.max_list_items
    if most >= limits.parser_max_tokens or (document.loc and document.loc.end < 2 * most):
        return
    visit(document, _Lists(limits))


class _Lists(Visitor):
    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self._limits = limits

    def enter_list_value(self, node: ListValueNode, *_: Any) -> None:
        most = self._limits.max_list_items
        if len(node.values) > most:
            over(self._limits, "REQUEST_LIMIT_EXCEEDED", most, "values in one list")


def measure(
    document: DocumentNode, operation: OperationDefinitionNode, max_levels: int = 400
) -> Figures:
    """Return the figures of an operation; fragment cycles and unknown fragments count nothing.

    Raises `RequestError` where the walk itself goes deeper than `max_levels`.
    """
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    try:
        return _measure(operation.selection_set, fragments, {}, max_levels)
    except _TooDeep:
        raise _too_deep(max_levels) from None


class _TooDeep(Exception):
    """The walk is as deep as it may be."""


def _too_deep(allowed: int) -> RequestError:
    return RequestError(
        f"selections are nested deeper than {allowed} levels, fragments written out",
        code="PARSING_ERROR",
    )


def _measure(
    selection_set: SelectionSetNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    known: dict[str, Figures],
    left: int,
) -> Figures:
    if left < 0:
        raise _TooDeep
    depth = fields = aliases = root_fields = directives = levels = 0
    for node in selection_set.selections:
        directives += len(node.directives or ())
        match node:
            case FieldNode():
                inner = (
                    _measure(node.selection_set, fragments, known, left - 1)
                    if node.selection_set
                    else _NOTHING
                )
                depth = max(depth, inner.depth + 1)
                fields += inner.fields + 1
                aliases += inner.aliases + (node.alias is not None)
                directives += inner.directives
                root_fields += 1
            case InlineFragmentNode() | FragmentSpreadNode():
                inner = (
                    _measure(node.selection_set, fragments, known, left - 1)
                    if isinstance(node, InlineFragmentNode)
                    else _fragment(node.name.value, fragments, known, left - 1)
                )
                depth = max(depth, inner.depth)
                fields += inner.fields
                aliases += inner.aliases
                root_fields += inner.root_fields
                directives += inner.directives
        levels = max(levels, inner.levels + 1)
    return Figures(depth, fields, aliases, root_fields, directives, levels)


def _fragment(
    name: str,
    fragments: Mapping[str, FragmentDefinitionNode],
    known: dict[str, Figures],
    left: int,
) -> Figures:
    if name not in known:
        known[name] = Figures()  # what a cycle back to this fragment counts
        if name in fragments:
            known[name] = _measure(fragments[name].selection_set, fragments, known, left)
    return known[name]
