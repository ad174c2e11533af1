"""Rules: institutions resident at a platform, and their credit (DOMAIN §2.5, §2.7)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from adapters.findings import Finding
from adapters.model import MappedRow
from adapters.rules.context import RuleContext
from resolvers.values.center_codes import LETTERS
from resolvers.values.credit_grades import CAPPED, grade_of_score

_CREDIT: Final = ("grade", "score", "validFrom", "validTo")


def resident_platform(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield CENTER_FUNCTION: institutions are resident at functional platforms only."""
    code = row.values.get("platform")
    if code is not None and LETTERS[code[:2]][0] != "FUNCTIONAL":
        yield row.finding("CENTER_FUNCTION", "platform")


def resident_platform_works(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield CENTER_UNKNOWN or CENTER_NOT_WORKING."""
    center = context.known.centers.get(row.values["platform"])
    if center is None:
        yield row.finding("CENTER_UNKNOWN", "platform")
    elif not center.is_working:
        yield row.finding("CENTER_NOT_WORKING", "platform", status=center.status)


def credit_whole(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield FIELD_REQUIRED for an evaluation without score or end; a row may have none at all."""
    refused = {found.field for found in row.findings if not found.is_warning}
    if not any(name in row.values for name in _CREDIT):
        return
    for name in ("score", "validTo"):
        if name not in row.values and name not in refused:
            yield row.finding("FIELD_REQUIRED", name)


def credit_grade(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield CREDIT_GRADE_MISMATCH when the grade is not that of the score, W_CREDIT_GRADE_CAPPED
    for a C that only a penalty explains."""
    grade: str | None = row.values.get("grade")
    score: Decimal | None = row.values.get("score")
    if grade is None or score is None or grade == (expected := grade_of_score(score)):
        return
    if grade == CAPPED and expected in "AB":
        yield row.finding("W_CREDIT_GRADE_CAPPED", "grade", expected=expected)
    else:
        yield row.finding("CREDIT_GRADE_MISMATCH", "grade", expected=expected)
