"""Rules: the bars to an open licence that the hub can see (Guidelines V, 11, 3.1; DOMAIN §2.7).

A statement whose patent the hub does not know yet is kept with a warning: feeds of different
centres arrive in any order.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from adapters.facts import ENDED, PatentFacts
from adapters.findings import Finding
from adapters.model import MappedRow
from adapters.rules.context import RuleContext
from resolvers.values import ApplicationNumber

_FIELD = "applicationNumber"


def open_licence_bars(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield one OL_BLOCKED_… per bar, or W_PATENT_UNKNOWN."""
    start: date = row.values.get("termFrom", context.today)
    end: date = row.values.get("termTo", start)
    for patent in context.patents(row):
        if not patent.known:
            yield row.finding("W_PATENT_UNKNOWN", _FIELD)
        if patent.has_ended(context.today) and not _ended_during_term(patent, start):
            # Nothing else matters for a right that is over.
            status = patent.status_on(context.today)
            yield row.finding(context.gazetted("OL_BLOCKED_NOT_IN_FORCE"), _FIELD, status=status)
            continue
        if patent.under_preservation:
            yield row.finding(context.gazetted("OL_BLOCKED_FROZEN"), _FIELD)
        if patent.legal_status == "PENDING":
            yield row.finding(context.gazetted("OL_BLOCKED_NOT_GRANTED"), _FIELD)
        for licence in patent.exclusive_licences:
            if licence.is_in_term(start, end):
                code = context.gazetted("OL_BLOCKED_EXCLUSIVE_LICENCE")
                yield row.finding(code, _FIELD, record=licence.record_number)
        for pledge in patent.pledges:
            if pledge.is_effective(start) and not pledge.consents_open_licence:
                code = context.gazetted("OL_BLOCKED_PLEDGE_NO_CONSENT")
                yield row.finding(code, _FIELD, record=pledge.registration_number)


def _ended_during_term(patent: PatentFacts, start: date) -> bool:
    """Return whether the right is known to have ended only after the statement began."""
    ended = patent.legal_status_as_of if patent.legal_status in ENDED else patent.expiry_date
    return ended is not None and ended > start


def open_licence_evaluation_report(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield OL_BLOCKED_NO_EVALUATION_REPORT for utility models and designs without a report."""
    number = row.values.get(_FIELD)
    if not isinstance(number, ApplicationNumber) or number.kind in (None, "INVENTION"):
        return
    filed = row.values.get("evaluationReportFiled")
    known = any(patent.has_evaluation_report for patent in context.patents(row))
    if filed != "YES" and not (known and filed is None):
        yield row.finding(
            context.gazetted("OL_BLOCKED_NO_EVALUATION_REPORT"), "evaluationReportFiled"
        )


def open_licence_term(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield FIELD_REQUIRED for a missing begin or end, from whichever columns they would come."""
    for name in ("termFrom", "termTo"):
        refused = any(found.field in (name, "term") for found in row.findings)
        if name not in row.values and not refused:
            yield row.finding("FIELD_REQUIRED", name)


def open_licence_within_patent(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield OL_TERM_BEYOND_PATENT for a term that runs past the patent's."""
    end = row.values.get("termTo")
    for patent in context.patents(row):
        if end is not None and patent.expiry_date is not None and end > patent.expiry_date:
            code = context.gazetted("OL_TERM_BEYOND_PATENT")
            yield row.finding(code, "termTo", expiry=patent.expiry_date)
