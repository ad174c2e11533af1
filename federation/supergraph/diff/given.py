"""Arguments, input fields and arguments of directives: what clients give.

The three differ in their codes only, so one comparison serves all; `Vocabulary` has the codes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graphql import (
    ConstValueNode,
    GraphQLArgument,
    GraphQLInputField,
    Undefined,
    ast_from_value,
    is_non_null_type,
    print_ast,
    value_to_literal,
)
from graphql.utilities.sort_value_node import sort_value_node

from federation.supergraph.diff.change import Change, Severity
from federation.supergraph.diff.texts import Deprecation, description_change
from federation.supergraph.diff.type_refs import is_wider

Given = GraphQLArgument | GraphQLInputField


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The codes of one sort of given value; `noun` is what messages call it."""

    noun: str
    removed: str
    required_added: str
    optional_added: str
    changed_type: str
    became_required: str
    default_added: str
    default_changed: str
    default_removed: str
    description: str
    deprecation: Deprecation


ARGUMENT = Vocabulary(
    noun="argument",
    removed="ARG_REMOVED",
    required_added="REQUIRED_ARG_ADDED",
    optional_added="OPTIONAL_ARG_ADDED",
    changed_type="ARG_CHANGED_TYPE",
    became_required="ARG_CHANGED_TYPE_OPTIONAL_TO_REQUIRED",
    default_added="ARG_DEFAULT_VALUE_CHANGE",
    default_changed="ARG_DEFAULT_VALUE_CHANGE",
    default_removed="ARG_DEFAULT_VALUE_CHANGE",
    description="ARG_DESCRIPTION_CHANGE",
    deprecation=Deprecation(
        "ARG_DEPRECATED", "ARG_DEPRECATION_REMOVED", "ARG_DEPRECATED_REASON_CHANGE"
    ),
)
INPUT_FIELD = Vocabulary(
    noun="input field",
    removed="FIELD_REMOVED_FROM_INPUT_OBJECT",
    required_added="REQUIRED_FIELD_ADDED_TO_INPUT_OBJECT",
    optional_added="OPTIONAL_FIELD_ADDED_TO_INPUT_OBJECT",
    changed_type="FIELD_ON_INPUT_OBJECT_CHANGED_TYPE",
    became_required="FIELD_ON_INPUT_OBJECT_CHANGED_TYPE",
    default_added="INPUT_OBJECT_FIELD_DEFAULT_VALUE_ADDED",
    default_changed="INPUT_OBJECT_FIELD_DEFAULT_VALUE_CHANGE",
    default_removed="INPUT_OBJECT_FIELD_DEFAULT_VALUE_REMOVED",
    description="FIELD_DESCRIPTION_CHANGE",
    deprecation=Deprecation(
        "FIELD_DEPRECATED", "FIELD_DEPRECATION_REMOVED", "FIELD_DEPRECATED_REASON_CHANGE"
    ),
)
DIRECTIVE_ARGUMENT = Vocabulary(
    noun="argument",
    removed="DIRECTIVE_ARG_REMOVED",
    required_added="REQUIRED_DIRECTIVE_ARG_ADDED",
    optional_added="OPTIONAL_DIRECTIVE_ARG_ADDED",
    changed_type="DIRECTIVE_ARG_CHANGED_TYPE",
    became_required="DIRECTIVE_ARG_CHANGED_TYPE",
    default_added="DIRECTIVE_ARG_DEFAULT_VALUE_CHANGE",
    default_changed="DIRECTIVE_ARG_DEFAULT_VALUE_CHANGE",
    default_removed="DIRECTIVE_ARG_DEFAULT_VALUE_CHANGE",
    description="DIRECTIVE_ARG_DESCRIPTION_CHANGE",
    deprecation=ARGUMENT.deprecation,
)


def given_changes(
    old: Mapping[str, Given], new: Mapping[str, Given], place: str, words: Vocabulary
) -> Iterator[Change]:
    """Yield what changed among given values. `place`: coordinate with `{}` for the name."""
    for name in old.keys() | new.keys():
        coordinate = place.format(name)
        if name not in new:
            yield Change(
                words.removed,
                coordinate,
                Severity.BREAKING,
                f'The {words.noun} "{coordinate}" was removed; operations that give it become '
                "invalid.",
            )
        elif name not in old:
            yield _added(new[name], coordinate, words)
        else:
            yield from _changed(old[name], new[name], coordinate, words)


def _added(new: Given, coordinate: str, words: Vocabulary) -> Change:
    if _is_required(new):
        return Change(
            words.required_added,
            coordinate,
            Severity.BREAKING,
            f'The {words.noun} "{coordinate}" ({new.type}) was added and must be given; operations '
            "that do not know it become invalid.",
        )
    return Change(
        words.optional_added,
        coordinate,
        Severity.SAFE,
        f'The optional {words.noun} "{coordinate}" ({new.type}) was added.',
    )


def _changed(old: Given, new: Given, coordinate: str, words: Vocabulary) -> Iterator[Change]:
    if str(old.type) != str(new.type):
        yield _type_change(old, new, coordinate, words)
    yield from _default_change(old, new, coordinate, words)
    yield from description_change(old.description, new.description, coordinate, words.description)
    yield from words.deprecation.changes(old.deprecation_reason, new.deprecation_reason, coordinate)


def _type_change(old: Given, new: Given, coordinate: str, words: Vocabulary) -> Change:
    text = f'The type of the {words.noun} "{coordinate}" changed from {old.type} to {new.type}'
    if is_wider(old.type, new.type):
        return Change(
            words.changed_type,
            coordinate,
            Severity.SAFE,
            f"{text}; what was accepted still is.",
        )
    only_null = is_non_null_type(new.type) and is_wider(old.type, new.type.of_type)
    code = words.became_required if only_null else words.changed_type
    if only_null and _has_default(new):
        return Change(
            code,
            coordinate,
            Severity.DANGEROUS,
            f"{text}; it has a default, so only operations that give null fail.",
        )
    return Change(
        code, coordinate, Severity.BREAKING, f"{text}; operations that give it can become invalid."
    )


def _default_change(old: Given, new: Given, coordinate: str, words: Vocabulary) -> Iterator[Change]:
    before, after = _default(old), _default(new)
    if before == after:
        return
    if before is None:
        # Who had to give a value does not notice that one may now leave it out.
        severity = Severity.SAFE if _is_required(old) else Severity.DANGEROUS
        code, text = words.default_added, f"{after} was added as the default of"
    elif after is None:
        severity = Severity.BREAKING if _is_required(new) else Severity.DANGEROUS
        code, text = words.default_removed, f"The default {before} was removed from"
    else:
        severity = Severity.DANGEROUS
        code, text = words.default_changed, f"The default changed from {before} to {after} for"
    effect = {
        Severity.BREAKING: "; operations must give it now.",
        Severity.DANGEROUS: "; operations that leave it out behave differently.",
        Severity.SAFE: ".",
    }
    yield Change(
        code, coordinate, severity, f'{text} the {words.noun} "{coordinate}"{effect[severity]}'
    )


def _is_required(given: Given) -> bool:
    return is_non_null_type(given.type) and not _has_default(given)


def _has_default(given: Given) -> bool:
    return given.default is not None or given.default_value is not Undefined


def _default(given: Given) -> str | None:
    """Return the default as text, fields of objects in one order; None without one."""
    if given.default is not None and given.default.literal is not None:
        node: ConstValueNode | None = given.default.literal
    elif given.default is not None:
        node = value_to_literal(given.default.value, given.type)
    elif given.default_value is not Undefined:
        node = ast_from_value(given.default_value, given.type)
    else:
        return None
    return "null" if node is None else print_ast(sort_value_node(node))
