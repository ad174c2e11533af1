"""Which operations a breaking change can hurt, from what they use. One rule per code of change.

Two questions decide: does the operation *touch* the place of the change, and, where its text alone
tells, is it *invalid* on the new schema? Where values decide (`Input.field`, `Enum.VALUE`) and they
come in variables, coordinates recorded when it ran answer; without any for that type, an operation
counts as touching, since nobody can say that it does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from federation.supergraph.diff import Change, Severity


@dataclass(frozen=True, slots=True)
class Footprint:
    """What one operation uses: `coordinates` from its text and as recorded.

    `open_inputs`: input types and enums of its variables about which nothing was recorded.
    """

    coordinates: frozenset[str]
    open_inputs: frozenset[str]

    @classmethod
    def of(
        cls, written: frozenset[str], recorded: frozenset[str], open_inputs: frozenset[str]
    ) -> Footprint:
        """Join what the text says with what was recorded.

        When something of a variable's types was recorded, values are recorded, and then what was
        not met was not given.
        """
        seen = {_type_of(coordinate) for coordinate in recorded if "." in coordinate}
        return cls(written | recorded, frozenset() if seen & open_inputs else open_inputs)


# Decided by the text alone: who touches it and is still valid is not hurt.
STATIC = frozenset(
    {
        "TYPE_REMOVED",
        "FIELD_REMOVED",
        "ARG_REMOVED",
        "REQUIRED_ARG_ADDED",
        "ARG_CHANGED_TYPE_OPTIONAL_TO_REQUIRED",
        "ARG_DEFAULT_VALUE_CHANGE",
        "TYPE_REMOVED_FROM_INTERFACE",
        "TYPE_REMOVED_FROM_UNION",
        "DIRECTIVE_REMOVED",
        "DIRECTIVE_LOCATION_REMOVED",
        "DIRECTIVE_REPEATABLE_REMOVED",
        "DIRECTIVE_ARG_REMOVED",
        "REQUIRED_DIRECTIVE_ARG_ADDED",
        "DIRECTIVE_ARG_DEFAULT_VALUE_CHANGE",
    }
)
# About one place: the operation must use exactly it.
_EXACT = frozenset(
    {
        "FIELD_REMOVED",
        "FIELD_CHANGED_TYPE",
        "ARG_REMOVED",
        "ARG_CHANGED_TYPE",
        "DIRECTIVE_ARG_REMOVED",
    }
)
# About an argument that may be left out: whoever uses the field is asked.
_FIELD_OF_ARGUMENT = frozenset(
    {
        "REQUIRED_ARG_ADDED",
        "ARG_CHANGED_TYPE_OPTIONAL_TO_REQUIRED",
        "ARG_DEFAULT_VALUE_CHANGE",
        "REQUIRED_DIRECTIVE_ARG_ADDED",
        "DIRECTIVE_ARG_DEFAULT_VALUE_CHANGE",
        "DIRECTIVE_ARG_CHANGED_TYPE",
    }
)
# About one input field or enum value: used, or perhaps in a variable.
_VALUE = frozenset(
    {
        "FIELD_REMOVED_FROM_INPUT_OBJECT",
        "FIELD_ON_INPUT_OBJECT_CHANGED_TYPE",
        "VALUE_REMOVED_FROM_ENUM",
    }
)

# These can only make operations invalid that use the type or directive they are in. The others
# change which types there are of an abstract one, so anything that mentions those can be hit.
_LOCAL = (
    _EXACT
    | _FIELD_OF_ARGUMENT
    | _VALUE
    | {
        "REQUIRED_FIELD_ADDED_TO_INPUT_OBJECT",
        "INPUT_OBJECT_FIELD_DEFAULT_VALUE_REMOVED",
        "INPUT_OBJECT_ONE_OF_ADDED",
        "DIRECTIVE_REMOVED",
        "DIRECTIVE_LOCATION_REMOVED",
        "DIRECTIVE_REPEATABLE_REMOVED",
    }
)


@dataclass(frozen=True, slots=True)
class Reach:
    """Which operations may have become invalid; the others need not be validated, which is slow."""

    everything: bool
    owners: frozenset[str]

    @classmethod
    def of(cls, changes: Sequence[Change]) -> Reach:
        """Return the reach of changes.

        Of those that break nothing only a field's narrower type can make an operation invalid: by
        keeping it from merging with another field of the same name in the answer.
        """
        relevant = [
            change
            for change in changes
            if change.severity is Severity.BREAKING or change.code == "FIELD_CHANGED_TYPE"
        ]
        return cls(
            any(change.code not in _LOCAL for change in relevant),
            frozenset(_type_of(change.coordinate) for change in relevant),
        )

    def __bool__(self) -> bool:
        return self.everything or bool(self.owners)

    def includes(self, used: Footprint) -> bool:
        if self.everything or self.owners & used.open_inputs:
            return True
        return any(_type_of(coordinate) in self.owners for coordinate in used.coordinates)


def touches(change: Change, used: Footprint) -> bool:
    """Whether an operation that uses this can be hurt by the change."""
    coordinate, code = change.coordinate, change.code
    if code in _EXACT:
        return coordinate in used.coordinates
    if code in _FIELD_OF_ARGUMENT:
        return coordinate.partition("(")[0] in used.coordinates
    if code in _VALUE:
        return coordinate in used.coordinates or _type_of(coordinate) in used.open_inputs
    if coordinate == "schema":
        # Another root: whoever asks it is told by validation, see `judge`.
        return False
    # About a whole type or directive (also a required field that an input type gets).
    owner = _type_of(coordinate)
    return owner in used.open_inputs or any(_type_of(c) == owner for c in used.coordinates)


def _type_of(coordinate: str) -> str:
    """Return the type or directive that a coordinate is in.

    >>> _type_of("Query.patents(first:)"), _type_of("@defer(if:)"), _type_of("Region")
    ('Query', '@defer', 'Region')
    """
    return coordinate.partition("(")[0].partition(".")[0]
