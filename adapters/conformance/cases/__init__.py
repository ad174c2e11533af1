"""The cases, in the order in which they are run."""

from __future__ import annotations

from typing import Final

from adapters.conformance.cases import (
    bad_answers,
    bad_rows,
    deletions,
    increments,
    interruption,
    lists,
    repetition,
    servers,
)
from adapters.conformance.model import Case

CASES: Final[tuple[Case, ...]] = (
    *lists.CASES,
    *interruption.CASES,
    *repetition.CASES,
    *deletions.CASES,
    *increments.CASES,
    *bad_rows.CASES,
    *bad_answers.CASES,
    *servers.CASES,
)
