"""One step of a recognition case while it is taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from resolvers.hub.commands import Work
from resolvers.platforms.commands.cases import LockedCase


@dataclass(frozen=True, slots=True)
class Decision:
    """What CNIPA decides with a step; each member belongs to some actions only."""

    official_name: str | None = None
    document_number: str | None = None
    reason: str | None = None
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """`action` on a case whose stage allows it, by a caller who may do it."""

    work: Work
    case: LockedCase
    action: str
    comment: str | None
    decision: Decision
    today: date
