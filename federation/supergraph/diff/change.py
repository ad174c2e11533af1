"""What a difference is: code, coordinate, severity, message; and every code there is.

The codes are public vocabulary of schema checks, so that tools that know them can read ours. Where
they have no word (deprecated arguments, `@oneOf`, scalars' specifications), ours follow their form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """What a change does to operations and clients that exist already.

    BREAKING: an operation can become invalid, or get null where null could not be.
    DANGEROUS: every operation stays valid, but a client can meet data it was not written for.
    SAFE: nobody can notice who does not ask for what is new.
    """

    BREAKING = "breaking"
    DANGEROUS = "dangerous"
    SAFE = "safe"


RANK = {Severity.BREAKING: 0, Severity.DANGEROUS: 1, Severity.SAFE: 2}


@dataclass(frozen=True, slots=True)
class Change:
    """One change; `coordinate` is the schema element it is about (`Type.field(arg:)`)."""

    code: str
    coordinate: str
    severity: Severity
    message: str

    def __str__(self) -> str:
        return f"{self.severity.value}  {self.code}  {self.coordinate}\n       {self.message}"


def in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return the changes, worst first, then by coordinate."""
    return tuple(sorted(changes, key=lambda c: (RANK[c.severity], c.coordinate, c.code)))


def worst(changes: Iterable[Change]) -> Severity | None:
    """Return the worst severity there is; None without changes."""
    return min((c.severity for c in changes), key=RANK.__getitem__, default=None)


def count(changes: Iterable[Change]) -> dict[Severity, int]:
    """Return how many changes there are of each severity, worst first."""
    found = Counter(change.severity for change in changes)
    return {severity: found[severity] for severity in RANK}


CHANGE_CODES: dict[str, str] = {
    "TYPE_ADDED": "A type is new.",
    "TYPE_REMOVED": "A type is gone.",
    "TYPE_CHANGED_KIND": "A type is of another kind: an object became a union, for example.",
    "TYPE_DESCRIPTION_CHANGE": "A type's description is another.",
    "FIELD_ADDED": "An object or interface has a new field.",
    "FIELD_REMOVED": "A field of an object or interface is gone.",
    "FIELD_CHANGED_TYPE": "A field answers another type; safe where only nulls are excluded.",
    "FIELD_DESCRIPTION_CHANGE": "The description of a field or input field is another.",
    "FIELD_DEPRECATED": "A field or input field is deprecated now.",
    "FIELD_DEPRECATION_REMOVED": "A field or input field is no longer deprecated.",
    "FIELD_DEPRECATED_REASON_CHANGE": "The reason of a field's deprecation is another.",
    "ARG_REMOVED": "An argument is gone.",
    "REQUIRED_ARG_ADDED": "A new argument must be given.",
    "OPTIONAL_ARG_ADDED": "A new argument may be given.",
    "ARG_CHANGED_TYPE": "An argument has another type; safe where only more is accepted.",
    "ARG_CHANGED_TYPE_OPTIONAL_TO_REQUIRED": "An argument refuses null now.",
    "ARG_DEFAULT_VALUE_CHANGE": "An argument's default was added, changed or removed.",
    "ARG_DESCRIPTION_CHANGE": "An argument's description is another.",
    "ARG_DEPRECATED": "An argument is deprecated now.",
    "ARG_DEPRECATION_REMOVED": "An argument is no longer deprecated.",
    "ARG_DEPRECATED_REASON_CHANGE": "The reason of an argument's deprecation is another.",
    "TYPE_ADDED_TO_INTERFACE": "A type implements one more interface.",
    "TYPE_REMOVED_FROM_INTERFACE": "A type no longer implements an interface.",
    "TYPE_ADDED_TO_UNION": "A union has one more member.",
    "TYPE_REMOVED_FROM_UNION": "A union has lost a member.",
    "VALUE_ADDED_TO_ENUM": "An enum has a new value; safe where it is only given, not answered.",
    "VALUE_REMOVED_FROM_ENUM": "An enum has lost a value; breaking where it can be given.",
    "ENUM_DEPRECATED": "An enum value is deprecated now.",
    "ENUM_DEPRECATION_REMOVED": "An enum value is no longer deprecated.",
    "ENUM_DEPRECATED_REASON_CHANGE": "The reason of an enum value's deprecation is another.",
    "ENUM_VALUE_DESCRIPTION_CHANGE": "An enum value's description is another.",
    "FIELD_REMOVED_FROM_INPUT_OBJECT": "An input field is gone.",
    "REQUIRED_FIELD_ADDED_TO_INPUT_OBJECT": "A new input field must be given.",
    "OPTIONAL_FIELD_ADDED_TO_INPUT_OBJECT": "A new input field may be given.",
    "FIELD_ON_INPUT_OBJECT_CHANGED_TYPE": (
        "An input field has another type; safe where only more is accepted."
    ),
    "INPUT_OBJECT_FIELD_DEFAULT_VALUE_ADDED": "An input field has a default now.",
    "INPUT_OBJECT_FIELD_DEFAULT_VALUE_CHANGE": "An input field's default is another.",
    "INPUT_OBJECT_FIELD_DEFAULT_VALUE_REMOVED": "An input field has no default any more.",
    "INPUT_OBJECT_ONE_OF_ADDED": "An input type takes exactly one of its fields now.",
    "INPUT_OBJECT_ONE_OF_REMOVED": "An input type takes any of its fields now.",
    "SCALAR_SPECIFICATION_CHANGE": "A scalar's @specifiedBy is another.",
    "DIRECTIVE_ADDED": "Operations may use a new directive.",
    "DIRECTIVE_REMOVED": "A directive for operations is gone.",
    "DIRECTIVE_LOCATION_ADDED": "A directive may stand at one more place.",
    "DIRECTIVE_LOCATION_REMOVED": "A directive may no longer stand at a place.",
    "DIRECTIVE_REPEATABLE_ADDED": "A directive may be repeated now.",
    "DIRECTIVE_REPEATABLE_REMOVED": "A directive may no longer be repeated.",
    "DIRECTIVE_ARG_REMOVED": "A directive's argument is gone.",
    "REQUIRED_DIRECTIVE_ARG_ADDED": "A directive's new argument must be given.",
    "OPTIONAL_DIRECTIVE_ARG_ADDED": "A directive's new argument may be given.",
    "DIRECTIVE_ARG_CHANGED_TYPE": (
        "A directive's argument has another type; safe where only more is accepted."
    ),
    "DIRECTIVE_ARG_DEFAULT_VALUE_CHANGE": "A directive's argument has another default.",
    "DIRECTIVE_ARG_DESCRIPTION_CHANGE": "The description of a directive's argument is another.",
    "DIRECTIVE_DESCRIPTION_CHANGE": "A directive's description is another.",
    "SCHEMA_QUERY_TYPE_CHANGED": "The query root is another type.",
    "SCHEMA_MUTATION_TYPE_CHANGED": "The mutation root is another type, new, or gone.",
    "SCHEMA_SUBSCRIPTION_TYPE_CHANGED": "The subscription root is another type, new, or gone.",
    "SCHEMA_DESCRIPTION_CHANGE": "The schema's description is another.",
}
