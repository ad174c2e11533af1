"""Every code a diagnostic of composition can have.

The codes are public vocabulary of Federation; the descriptions are ours. `since` is the federation
version that brought the code. A code never changes meaning. The reference page is printed from
this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    ERROR = "error"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Code:
    name: str
    description: str
    since: str = "2.0"
    severity: Severity = Severity.ERROR


_ERRORS: tuple[tuple[str, str] | tuple[str, str, str], ...] = (
    ("INVALID_GRAPHQL", "A subgraph's SDL, or the merged schema, is not valid GraphQL."),
    ("INVALID_SUBGRAPH_NAME", "A subgraph's name is empty, reserved or used twice."),
    ("NO_QUERIES", "No subgraph has a query, so there is nothing to ask."),
    ("INVALID_LINK_IDENTIFIER", "A @link url does not name a specification and version."),
    ("INVALID_LINK_DIRECTIVE_USAGE", "A @link includes or imports something impossible."),
    ("UNKNOWN_FEDERATION_LINK_VERSION", "A @link asks for a federation version unknown here."),
    ("UNKNOWN_LINK_VERSION", "A @link asks for a version of @link unknown here."),
    ("UNSUPPORTED_LINKED_FEATURE", "A @link demands a feature this engine does not support."),
    ("DIRECTIVE_DEFINITION_INVALID", "A federation directive is defined in an incompatible way."),
    ("TYPE_DEFINITION_INVALID", "A federation type is defined in an incompatible way."),
    ("ROOT_QUERY_USED", "A type is called Query but is not the query root."),
    ("ROOT_MUTATION_USED", "A type is called Mutation but is not the mutation root."),
    ("ROOT_SUBSCRIPTION_USED", "A type is called Subscription but is not the subscription root."),
    ("KEY_INVALID_FIELDS_TYPE", "The fields of a @key are not given as a string."),
    ("KEY_INVALID_FIELDS", "The fields of a @key cannot be selected on the type."),
    ("KEY_FIELDS_HAS_ARGS", "A @key selects a field that has arguments."),
    ("KEY_FIELDS_SELECT_INVALID_TYPE", "A @key selects an interface or union."),
    ("KEY_DIRECTIVE_IN_FIELDS_ARG", "The fields of a @key contain a directive.", "2.1"),
    ("KEY_UNSUPPORTED_ON_INTERFACE", "@key on interfaces needs federation 2.3."),
    ("PROVIDES_INVALID_FIELDS_TYPE", "The fields of a @provides are not given as a string."),
    ("PROVIDES_INVALID_FIELDS", "The fields of a @provides cannot be selected on the type."),
    ("PROVIDES_FIELDS_HAS_ARGS", "A @provides selects a field that has arguments."),
    ("PROVIDES_FIELDS_MISSING_EXTERNAL", "A @provides names a field that is not @external."),
    ("PROVIDES_DIRECTIVE_IN_FIELDS_ARG", "The fields of a @provides contain a directive.", "2.1"),
    ("PROVIDES_ON_NON_OBJECT_FIELD", "@provides is on a field that has no fields below."),
    ("PROVIDES_UNSUPPORTED_ON_INTERFACE", "@provides is on a field of an interface."),
    ("REQUIRES_INVALID_FIELDS_TYPE", "The fields of a @requires are not given as a string."),
    ("REQUIRES_INVALID_FIELDS", "The fields of a @requires cannot be selected on the type."),
    ("REQUIRES_FIELDS_MISSING_EXTERNAL", "A @requires names a field that is not @external."),
    ("REQUIRES_DIRECTIVE_IN_FIELDS_ARG", "The fields of a @requires contain a directive.", "2.1"),
    ("REQUIRES_UNSUPPORTED_ON_INTERFACE", "@requires is on a field of an interface."),
    ("EXTERNAL_UNUSED", "A field is @external but nothing in its subgraph uses it."),
    ("EXTERNAL_ON_INTERFACE", "A field of an interface is @external."),
    ("EXTERNAL_MISSING_ON_BASE", "A field is @external in every subgraph that has it."),
    ("EXTERNAL_TYPE_MISMATCH", "An @external field has another type than the real one."),
    ("EXTERNAL_ARGUMENT_MISSING", "An @external field lacks an argument of the real one."),
    ("EXTERNAL_ARGUMENT_TYPE_MISMATCH", "An argument of an @external field has another type."),
    (
        "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH",
        "An argument of an @external field has another default.",
    ),
    ("TYPE_WITH_ONLY_UNUSED_EXTERNAL", "Nothing is left of a type but unused @external fields."),
    ("UNSUPPORTED_FEATURE", "A federation feature is used that this composition lacks."),
    ("EXTENSION_WITH_NO_BASE", "A type is extended but no subgraph defines it."),
    ("MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL", "An @external field carries a merged directive."),
    ("INVALID_SHAREABLE_USAGE", "@shareable is on a field of an interface.", "2.1.2"),
    ("INVALID_FIELD_SHARING", "Several subgraphs resolve a field that is not @shareable."),
    ("OVERRIDE_FROM_SELF_ERROR", "@override names its own subgraph."),
    ("OVERRIDE_SOURCE_HAS_OVERRIDE", "Two subgraphs @override the same field."),
    ("OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE", "@override excludes another directive here."),
    ("OVERRIDE_ON_INTERFACE", "@override is on a field of an interface.", "2.3"),
    ("OVERRIDE_LABEL_INVALID", "The label of an @override is malformed.", "2.7"),
    ("INTERFACE_OBJECT_USAGE_ERROR", "@interfaceObject is used without what it needs.", "2.3"),
    ("INTERFACE_KEY_NOT_ON_IMPLEMENTATION", "An implementation lacks its interface's key.", "2.3"),
    (
        "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE",
        "A subgraph with a keyed interface lacks an implementation of it.",
        "2.3",
    ),
    ("INTERFACE_FIELD_NO_IMPLEM", "A type lacks a field of its interface after merging."),
    ("TYPE_KIND_MISMATCH", "A name is of one kind here and another there."),
    ("FIELD_TYPE_MISMATCH", "A field has types that cannot be reconciled."),
    ("FIELD_ARGUMENT_TYPE_MISMATCH", "An argument has types that cannot be reconciled."),
    ("FIELD_ARGUMENT_DEFAULT_MISMATCH", "An argument has different defaults."),
    ("REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH", "A required argument is missing somewhere."),
    ("INPUT_FIELD_DEFAULT_MISMATCH", "An input field has different defaults."),
    (
        "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH",
        "A required input field is missing somewhere.",
    ),
    ("EMPTY_MERGED_INPUT_TYPE", "The subgraphs have no input field in common."),
    ("ENUM_VALUE_MISMATCH", "An enum for input and output has different values."),
    ("EMPTY_MERGED_ENUM_TYPE", "The subgraphs have no value of an input enum in common."),
    ("DIRECTIVE_COMPOSITION_ERROR", "A @composeDirective cannot be carried out.", "2.1"),
    ("REFERENCED_INACCESSIBLE", "A visible element refers to an @inaccessible type."),
    ("ONLY_INACCESSIBLE_CHILDREN", "A visible type has only @inaccessible members."),
    ("REQUIRED_INACCESSIBLE", "A required argument or input field is @inaccessible."),
    ("DEFAULT_VALUE_USES_INACCESSIBLE", "A default value uses an @inaccessible element."),
    ("IMPLEMENTED_BY_INACCESSIBLE", "An interface's visible field is @inaccessible in a type."),
    ("QUERY_ROOT_TYPE_INACCESSIBLE", "The query root is @inaccessible."),
    ("SATISFIABILITY_ERROR", "Some query that the schema allows could never be answered."),
)

_HINTS: tuple[tuple[str, str] | tuple[str, str, str], ...] = (
    ("INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE", "A field's types differ but fit."),
    ("INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE", "An argument's types differ but fit."),
    ("INCONSISTENT_DEFAULT_VALUE_PRESENCE", "A default is given in some subgraphs only."),
    ("INCONSISTENT_ENTITY", "A type is an entity in some subgraphs only."),
    ("INCONSISTENT_OBJECT_VALUE_TYPE_FIELD", "A value type has a field in some subgraphs only."),
    ("INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD", "An interface has a field in some subgraphs only."),
    ("INCONSISTENT_INPUT_OBJECT_FIELD", "An input field is missing somewhere and is left out."),
    ("INCONSISTENT_UNION_MEMBER", "A union has a member in some subgraphs only."),
    ("INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM", "A value is missing somewhere and is left out."),
    ("INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM", "A value is in some subgraphs only."),
    ("INCONSISTENT_ARGUMENT_PRESENCE", "An argument is missing somewhere and is left out."),
    ("INCONSISTENT_DESCRIPTION", "Descriptions differ; the most frequent is taken."),
    ("INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE", "An executable directive is not everywhere."),
    ("NO_EXECUTABLE_DIRECTIVE_LOCATIONS_INTERSECTION", "An executable directive fits nowhere."),
    ("INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE", "An executable directive repeats in some."),
    ("INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS", "An executable directive's places differ."),
    ("INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS", "A directive's arguments differ."),
    ("MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS", "A directive's arguments were combined."),
    ("UNUSED_ENUM_TYPE", "An enum is neither input nor output."),
    ("FROM_SUBGRAPH_DOES_NOT_EXIST", "@override names a subgraph that is not there."),
    ("OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", "An @override has nothing to override."),
    ("OVERRIDDEN_FIELD_CAN_BE_REMOVED", "An overridden field can be deleted at its old place."),
    ("OVERRIDE_MIGRATION_IN_PROGRESS", "A field is moving between subgraphs.", "2.7"),
    ("DIRECTIVE_COMPOSITION_INFO", "Something about a composed directive.", "2.1"),
)


def _table() -> dict[str, Code]:
    table = {}
    for severity, rows in ((Severity.ERROR, _ERRORS), (Severity.HINT, _HINTS)):
        for row in rows:
            name, description, since = (*row, "2.0")[:3]
            table[name] = Code(name, description, since, severity)
    return table


CODES: dict[str, Code] = _table()
