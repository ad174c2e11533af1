"""A finding of the linter."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class LintLevel(Enum):
    """How much a rule matters: an ERROR fails the check, what is IGNORED is not even looked at."""

    ERROR = "ERROR"
    WARNING = "WARNING"
    IGNORED = "IGNORED"


@dataclass(frozen=True, slots=True)
class Position:
    """Line and column from 1; `byte_offset` from 0 in the UTF-8 text."""

    line: int
    column: int
    byte_offset: int


@dataclass(frozen=True, slots=True)
class LintDiagnostic:
    """One finding: `coordinate` is the schema element; start and end lie in the subgraph's SDL.

    `subgraph` is set where several are linted at once.
    """

    rule: str
    level: LintLevel
    coordinate: str
    message: str
    start: Position
    end: Position
    subgraph: str = ""
