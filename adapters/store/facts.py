"""What the hub knows about the patents a chunk names: one statement per owner of a fact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from adapters.facts import LicenceFact, PatentFacts, PledgeFact, StatementFact
from resolvers.database.pool import Transaction

_PATENTS = """
select patent.application_number, patent.legal_status, patent.legal_status_as_of,
       patent.under_preservation, patent.expiry_date,
       report.application_number is not null as reported
from patents.patent as patent
left join patents.evaluation_report as report using (application_number)
where patent.application_number = any($1)
"""
_LICENCES = """
select named.application_number, record.record_number, record.term_from, record.term_to,
       record.cancelled_on
from trading.licence_patent as named
join trading.licence_record as record using (record_number)
where named.application_number = any($1) and record.licence_type in ('EXCLUSIVE', 'SOLE')
order by record.record_number
"""
_STATEMENTS = """
select application_number, statement_number, term_from, term_to
from trading.open_licence_statement
where application_number = any($1) and status in ('FILED', 'IN_FORCE')
"""
_PLEDGES = """
select named.application_number, pledge.registration_number, pledge.registered_on,
       pledge.cancelled_on, pledge.pledgee_consents_open_licence
from finance.pledge_patent as named
join finance.pledge_registration as pledge using (registration_number)
where named.application_number = any($1)
order by pledge.registration_number
"""

# Feeds whose rules ask nothing about patents need no statement at all.
ASKING_FEEDS = frozenset(
    ("PLEDGE", "LICENCE", "TRANSFER", "LISTING", "OPEN_LICENCE", "INTENSIVE_PRODUCT")
)


async def read_facts(transaction: Transaction, numbers: Iterable[str]) -> dict[str, PatentFacts]:
    """Return the facts of some patents; a number the hub does not know is left out."""
    wanted = list(set(numbers))
    if not wanted:
        return {}
    licences = _grouped(
        await transaction.fetch("ingest.licence_facts", _LICENCES, wanted),
        lambda row: LicenceFact(
            row["record_number"], row["term_from"], row["term_to"], row["cancelled_on"]
        ),
    )
    pledges = _grouped(
        await transaction.fetch("ingest.pledge_facts", _PLEDGES, wanted),
        lambda row: PledgeFact(
            row["registration_number"],
            row["registered_on"],
            row["cancelled_on"],
            bool(row["pledgee_consents_open_licence"]),
        ),
    )
    statements = _grouped(
        await transaction.fetch("ingest.statement_facts", _STATEMENTS, wanted),
        lambda row: StatementFact(row["statement_number"], row["term_from"], row["term_to"]),
    )
    known = {
        row["application_number"]: row
        for row in await transaction.fetch("ingest.patent_state", _PATENTS, wanted)
    }
    return {
        number: _facts(number, known.get(number), licences, pledges, statements)
        for number in known.keys() | licences.keys() | pledges.keys() | statements.keys()
    }


def _facts(number: str, row: Any, licences: Any, pledges: Any, statements: Any) -> PatentFacts:
    facts = PatentFacts(
        number,
        exclusive_licences=tuple(licences.get(number, ())),
        pledges=tuple(pledges.get(number, ())),
        statements=tuple(statements.get(number, ())),
    )
    if row is None:
        return facts
    return replace(
        facts,
        known=True,
        legal_status=row["legal_status"],
        legal_status_as_of=row["legal_status_as_of"],
        under_preservation=row["under_preservation"],
        expiry_date=row["expiry_date"],
        has_evaluation_report=row["reported"],
    )


def _grouped(rows: Iterable[Any], build: Any) -> dict[str, list[Any]]:
    grouped: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[row["application_number"]].append(build(row))
    return dict(grouped)
