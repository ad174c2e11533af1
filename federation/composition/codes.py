"""Every code a diagnostic of composition can have.

The codes are public vocabulary of Federation; the descriptions are ours. `since` is the federation
version that brought the code. A code never changes meaning. The reference page, `CODES.md`, is
printed from this table by `codes_page`.

A hint has a level: WARN where something of a subgraph is lost or likely wrong, INFO where there is
something to tidy up, DEBUG for what only explains the result.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    ERROR = "error"
    HINT = "hint"


class Level(Enum):
    """How much a hint matters."""

    WARN = "WARN"
    INFO = "INFO"
    DEBUG = "DEBUG"


@dataclass(frozen=True, slots=True)
class Code:
    """One code. `level` is that of a hint; an error may have one when it is also given as a hint
    where nothing breaks.
    """

    name: str
    description: str
    since: str = "2.0"
    severity: Severity = Severity.ERROR
    level: Level | None = None


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
    ("EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE", "@external excludes another directive.", "2.1"),
    ("LINK_IMPORT_NAME_MISMATCH", "A merged directive goes by different names in the subgraphs."),
    ("INVALID_TAG_NAME", "The name of a @tag is malformed."),
    (
        "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES",
        "A shared field can answer with no type that all its subgraphs know.",
    ),
    ("DISALLOWED_INACCESSIBLE", "@inaccessible is on something that cannot be hidden."),
    ("CONTEXT_NAME_INVALID", "The name of a @context is malformed.", "2.8"),
    ("CONTEXT_NOT_SET", "A @fromContext is where no context can be set for it.", "2.8"),
    ("NO_CONTEXT_IN_SELECTION", "A @fromContext names no context, or selects nothing.", "2.8"),
    ("CONTEXT_INVALID_SELECTION", "The selection of a @fromContext does not fit.", "2.8"),
    ("CONTEXT_NO_RESOLVABLE_KEY", "A type with @fromContext has no resolvable key.", "2.8"),
    (
        "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
        "A required argument comes from a context in some subgraphs only.",
        "2.8",
    ),
    ("COST_APPLIED_TO_INTERFACE_FIELD", "@cost is on a field of an interface.", "2.9.2"),
    ("LIST_SIZE_APPLIED_TO_NON_LIST", "@listSize is on a field that is no list.", "2.9.2"),
    ("LIST_SIZE_INVALID_ASSUMED_SIZE", "The assumed size of a @listSize is negative.", "2.9.2"),
    (
        "LIST_SIZE_INVALID_SLICING_ARGUMENT",
        "A slicing argument of a @listSize is no integer argument of the field.",
        "2.9.2",
    ),
    (
        "LIST_SIZE_INVALID_SIZED_FIELD",
        "A sized field of a @listSize is no list below the field.",
        "2.9.2",
    ),
    (
        "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE",
        "An access requirement is on an interface, which has those of its implementations.",
        "2.9.4",
    ),
    (
        "MISSING_TRANSITIVE_AUTH_REQUIREMENTS",
        "A field lets others see protected data that it needs, without the protection.",
        "2.9.4",
    ),
    ("CACHE_TAG_INVALID_FORMAT", "The format of a @cacheTag cannot be filled in.", "2.12"),
    ("CACHE_TAG_NOT_ON_ROOT_FIELD", "@cacheTag is on a field below the query root.", "2.12"),
    ("CACHE_TAG_ENTITY_NOT_RESOLVABLE", "@cacheTag is on a type that is no entity.", "2.12"),
    (
        "CACHE_TAG_INVALID_FORMAT_ARGUMENT_ON_ROOT_FIELD",
        "The @cacheTag of a root field uses something else than $args.",
        "2.12",
    ),
    (
        "CACHE_TAG_INVALID_FORMAT_ARGUMENT_ON_ENTITY",
        "The @cacheTag of an entity uses something else than $key.",
        "2.12",
    ),
    (
        "CACHE_TAG_INVALID_FORMAT_FIELD_SET_ON_ENTITY",
        "The @cacheTag of an entity uses a field that is not in each of its keys.",
        "2.12",
    ),
    ("CACHE_TAG_FORMAT_NULLABLE_FIELD", "A @cacheTag uses a field that can be null.", "2.12"),
    ("CACHE_TAG_FORMAT_NULLABLE_ARGUMENT", "A @cacheTag uses an optional argument.", "2.12"),
    (
        "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED",
        "There are too many ways to reach a type to tell whether it can be answered.",
        "2.8",
    ),
    ("SATISFIABILITY_ERROR", "Some query that the schema allows could never be answered."),
)

_HINTS: tuple[tuple[str, Level, str] | tuple[str, Level, str, str], ...] = (
    ("INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE", Level.INFO, "A field's types differ but fit."),
    (
        "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE",
        Level.INFO,
        "An argument's types differ but fit.",
    ),
    (
        "INCONSISTENT_DEFAULT_VALUE_PRESENCE",
        Level.WARN,
        "A default is given in some subgraphs only.",
    ),
    ("INCONSISTENT_ENTITY", Level.INFO, "A type is an entity in some subgraphs only."),
    (
        "INCONSISTENT_OBJECT_VALUE_TYPE_FIELD",
        Level.DEBUG,
        "A value type has a field in some subgraphs only.",
    ),
    (
        "INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD",
        Level.DEBUG,
        "An interface has a field in some subgraphs only.",
    ),
    (
        "INCONSISTENT_INPUT_OBJECT_FIELD",
        Level.WARN,
        "An input field is missing somewhere and is left out.",
    ),
    ("INCONSISTENT_UNION_MEMBER", Level.DEBUG, "A union has a member in some subgraphs only."),
    (
        "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM",
        Level.WARN,
        "A value is missing somewhere and is left out.",
    ),
    ("INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM", Level.DEBUG, "A value is in some subgraphs only."),
    (
        "INCONSISTENT_ARGUMENT_PRESENCE",
        Level.WARN,
        "An argument is missing somewhere and is left out.",
    ),
    ("INCONSISTENT_DESCRIPTION", Level.WARN, "Descriptions differ; the most frequent is taken."),
    (
        "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN",
        Level.WARN,
        "A shared field can answer with different types in its subgraphs.",
    ),
    (
        "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE",
        Level.WARN,
        "An executable directive is not everywhere.",
    ),
    (
        "NO_EXECUTABLE_DIRECTIVE_LOCATIONS_INTERSECTION",
        Level.WARN,
        "An executable directive fits nowhere.",
    ),
    (
        "INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE",
        Level.WARN,
        "An executable directive repeats in some.",
    ),
    (
        "INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS",
        Level.WARN,
        "An executable directive's places differ.",
    ),
    (
        "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
        Level.WARN,
        "A directive's arguments differ; the most frequent ones are taken.",
        "2.1",
    ),
    (
        "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
        Level.INFO,
        "A directive's arguments were combined.",
        "2.5",
    ),
    ("UNUSED_ENUM_TYPE", Level.DEBUG, "An enum is neither input nor output."),
    ("FROM_SUBGRAPH_DOES_NOT_EXIST", Level.WARN, "@override names a subgraph that is not there."),
    ("OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", Level.INFO, "An @override has nothing to override."),
    (
        "OVERRIDDEN_FIELD_CAN_BE_REMOVED",
        Level.INFO,
        "An overridden field can be deleted at its old place.",
    ),
    ("OVERRIDE_MIGRATION_IN_PROGRESS", Level.INFO, "A field is moving between subgraphs.", "2.7"),
    ("DIRECTIVE_COMPOSITION_INFO", Level.INFO, "Something about a composed directive.", "2.1"),
)

# Errors that are hints where nothing breaks.
_ALSO_HINTS = {"CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS": Level.WARN}


def _table() -> dict[str, Code]:
    table = {}
    for error in _ERRORS:
        name, description, since = (*error, "2.0")[:3]
        level = _ALSO_HINTS.get(name)
        table[name] = Code(name, description, since, Severity.ERROR, level)
    for hint in _HINTS:
        name, level, description, since = (*hint, "2.0")[:4]
        table[name] = Code(name, description, since, Severity.HINT, level)
    return table


CODES: dict[str, Code] = _table()
