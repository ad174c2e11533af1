"""Whose value stands: field by field, by class of source, then by record date (DOMAIN §4.1).

REGISTRY > PLATFORM > CENTER > DERIVED; within one class the later record date wins. The loser is
kept as a conflict. Pure: what is stored and what comes in go in, what is to be stored comes out;
nothing changed means nothing is written, so a repeated pull touches no row.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from adapters.model import SourceClass


@dataclass(frozen=True, slots=True)
class Origin:
    """Who said a value, and as of when."""

    confidence: SourceClass
    source_system: str
    batch_id: str | None = None
    record_date: date | None = None

    def beats(self, other: Origin) -> bool:
        """Return whether a value of this origin replaces a different one of `other`.

        Equal class and date: a source may correct itself, and nobody else.
        """
        if self.confidence.rank != other.confidence.rank:
            return self.confidence.rank < other.confidence.rank
        if self.record_date != other.record_date:
            return (self.record_date or date.min) > (other.record_date or date.min)
        return self.source_system == other.source_system

    def outranks(self, other: Origin) -> bool:
        """Return whether an equal value is better vouched for by this origin."""
        return self.confidence.rank < other.confidence.rank or (
            self.confidence is other.confidence
            and (self.record_date or date.min) > (other.record_date or date.min)
        )


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two sources disagree about a field; the loser's value is kept here."""

    field: str
    winning_value: Any
    winning: Origin
    losing_value: Any
    losing: Origin


class StoredRow(msgspec.Struct, frozen=True, gc=False):
    """A row as stored. `field_origins` holds the fields another origin than the row's wrote."""

    values: Mapping[str, Any]
    origin: Origin
    field_origins: Mapping[str, Origin] = msgspec.field(default_factory=dict)

    def origin_of(self, name: str) -> Origin:
        return self.field_origins.get(name, self.origin)


class Merged(msgspec.Struct, frozen=True, gc=False):
    """The row to store. `changed`: the fields whose value is new; `is_changed` also counts a value
    that is only better vouched for."""

    row: StoredRow
    changed: frozenset[str]
    conflicts: tuple[Conflict, ...]
    is_changed: bool


def merge(
    stored: StoredRow | None,
    incoming: Mapping[str, Any],
    origin: Origin,
    *,
    historic: Collection[str] = (),
) -> Merged:
    """Return what a row becomes when `incoming` values arrive.

    `incoming` holds only what the source says; a field it leaves out is not emptied. `historic`
    fields change with time (holders of a patent): that the later record replaces the earlier one is
    no conflict.
    """
    if stored is None:
        return Merged(StoredRow(dict(incoming), origin), frozenset(incoming), (), True)
    values, origins = dict(stored.values), {name: stored.origin_of(name) for name in stored.values}
    changed: set[str] = set()
    conflicts: list[Conflict] = []
    vouched = False
    for name, value in incoming.items():
        held, holder = values.get(name), origins.get(name, stored.origin)
        if is_empty(value):
            continue
        if is_empty(held):
            values[name], origins[name] = value, origin
            changed.add(name)
        elif held == value:
            if origin.outranks(holder):
                origins[name], vouched = origin, True
        else:
            wins = origin.beats(holder)
            if wins:
                values[name], origins[name] = value, origin
                changed.add(name)
            winner, loser = (origin, holder) if wins else (holder, origin)
            if _is_conflict(winner, loser, name in historic):
                conflicts.append(
                    Conflict(name, values[name], winner, held if wins else value, loser)
                )
    row = _with_row_origin(values, origins, stored.origin, origin)
    return Merged(row, frozenset(changed), tuple(conflicts), bool(changed) or vouched)


def is_empty(value: Any) -> bool:
    """Return whether a stored value says nothing: None, no items, or a group of nothing."""
    return value is None or (isinstance(value, tuple) and all(part is None for part in value))


def _is_conflict(winner: Origin, loser: Origin, historic: bool) -> bool:
    if winner.source_system == loser.source_system and winner.confidence is loser.confidence:
        return False  # a source that corrects itself
    later = (winner.record_date or date.min) > (loser.record_date or date.min)
    return not (historic and later)


def _with_row_origin(
    values: Mapping[str, Any], origins: Mapping[str, Origin], before: Origin, new: Origin
) -> StoredRow:
    """Keep the row's origin while any field is still its; else the row is the new source's."""
    filled = {name: origins[name] for name in values if not is_empty(values[name])}
    row_origin = before if before in filled.values() else new
    others = {name: found for name, found in filled.items() if found != row_origin}
    return StoredRow(values, row_origin, others)
