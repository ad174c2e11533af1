"""OPEN_LICENCE rows → trading.open_licence_statement.

A statement with a number has been announced: FILED until its term begins, IN_FORCE until it is
over, then EXPIRED. What the platform or the office has decided since (WITHDRAWN, TERMINATED,
REVOKED) is not touched. An evaluation report a statement says was filed is noted with the patent,
its conclusion unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from adapters.model import RowResult
from adapters.rules.open_licence_fee import fee_mode
from adapters.store.batch import BatchContext, Stored
from adapters.store.conflicts import write_conflicts
from adapters.store.money import money_group
from adapters.store.parties import PARTY_COLUMNS, parties, resolve_names
from adapters.store.table import (
    Child,
    Incoming,
    TableSpec,
    load_rows,
    merge_rows,
    money_columns,
    write_rows,
)
from adapters.store.trade_events import announce_open_licences
from resolvers.database.pool import Transaction
from resolvers.values import Money

SPEC = TableSpec(
    table="trading.open_licence_statement",
    entity="OpenLicenceStatement",
    key={"statement_number": "text"},
    fields={
        "application_number": ("application_number",),
        "fee_mode": ("fee_mode",),
        "fee": money_columns("fee"),
        "fee_basis": ("fee_basis",),
        "term_from": ("term_from",),
        "term_to": ("term_to",),
        "contact_name": ("contact_name",),
        "contact_phone": ("contact_phone",),
        "contact_email": ("contact_email",),
        "has_evaluation_report": ("has_evaluation_report",),
        "status": ("status",),
        "effective_on": ("effective_on",),
    },
    children={
        "licensors": Child("trading.open_licence_party", "statement_number", PARTY_COLUMNS),
    },
)

_OWN_STATUSES = ("FILED", "IN_FORCE", "EXPIRED")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_PHONE = re.compile(r"\+?\d[\d -]{5,18}\d")

_EXPIRE = """
update trading.open_licence_statement set status = 'EXPIRED', ended_on = term_to
where application_number = any($1) and status = 'IN_FORCE' and term_to < $2
returning statement_number
"""
_REPORTS = """
insert into patents.evaluation_report (
    application_number, conclusion, source_system, batch_id, received_at, confidence, record_date,
    content_hash)
select number, 'UNKNOWN', $2, $3::uuid, $4, $5, day, hash
from unnest($1::text[], $6::date[], $7::text[]) as given (number, day, hash)
on conflict (application_number) do nothing
returning application_number
"""


async def store_open_licences(
    transaction: Transaction, rows: Sequence[RowResult], batch: BatchContext
) -> Stored:
    """Merge the rows of a chunk. Statements whose term is over make room for the next one first."""
    numbers = [row.mapped.values["applicationNumber"].canonical for row in rows]
    expired = await transaction.fetch("ingest.expire_statements", _EXPIRE, numbers, batch.today)
    names = (name for row in rows for name in row.mapped.values["licensors"])
    resolved = await resolve_names(transaction, names)
    incoming = [_incoming(row, batch, resolved) for row in rows]
    merged = await load_rows(transaction, SPEC, [row.key for row in incoming])
    moved_on = {
        key for key, held in merged.rows.items() if held.values["status"] not in _OWN_STATUSES
    }
    for row in incoming:
        values = {
            name: value
            for name, value in row.values.items()
            if name != "status" or row.key not in moved_on
        }
        merge_rows(merged, [Incoming(row.key, values, row.origin)], historic=("status",))
    await write_rows(transaction, SPEC, merged, batch.received_at)
    announced = [key[0] for key, names in merged.dirty.items() if "status" in names]
    await announce_open_licences(transaction, announced)
    reported = await _note_reports(transaction, rows, batch)
    conflicts = await write_conflicts(transaction, SPEC.entity, merged.conflicts)
    statements = [record["statement_number"] for record in expired]
    statements += [key[0] for key in merged.dirty]
    touched = {"OpenLicenceStatement": statements, "Patent": reported}
    return Stored(len(merged.dirty), conflicts, touched)


async def _note_reports(
    transaction: Transaction, rows: Sequence[RowResult], batch: BatchContext
) -> list[str]:
    """Note the evaluation reports statements say were filed; return the patents with a new one."""
    named = [row for row in rows if row.mapped.values.get("evaluationReportFiled") == "YES"]
    if not named:
        return []
    records = await transaction.fetch(
        "ingest.evaluation_reports",
        _REPORTS,
        [row.mapped.values["applicationNumber"].canonical for row in named],
        batch.source_system,
        batch.batch_id,
        batch.received_at,
        batch.confidence.value,
        [batch.origin(row).record_date for row in named],
        [row.mapped.content_hash.hex() for row in named],
    )
    return [record["application_number"] for record in records]


def _incoming(row: RowResult, batch: BatchContext, resolved: Mapping[str, str]) -> Incoming:
    values = row.mapped.values
    name, phone, mail = contact_parts(values.get("contact", ""))
    filed = values.get("evaluationReportFiled")
    mode = fee_mode(row.mapped)
    fee = values.get("fee") or Money("FREE" if mode == "FREE" else "MISSING", "")
    stated = {
        "application_number": values["applicationNumber"].canonical,
        "fee_mode": mode or "FIXED",
        "fee": money_group(fee),
        "fee_basis": values.get("feeBasis"),
        "term_from": values["termFrom"],
        "term_to": values["termTo"],
        "contact_name": name,
        "contact_phone": phone,
        "contact_email": mail,
        "has_evaluation_report": None if filed is None else filed == "YES",
        "status": _status(values["termFrom"], values["termTo"], batch.today),
        "effective_on": values.get("effectiveOn"),
        "licensors": parties(values["licensors"], resolved, values.get("licensorUscc", ())),
    }
    given = {name: value for name, value in stated.items() if value is not None}
    return Incoming((values["statementNumber"],), given, batch.origin(row))


def _status(start: date, end: date, today: date) -> str:
    if end < today:
        return "EXPIRED"
    return "IN_FORCE" if start <= today else "FILED"


def contact_parts(text: str) -> tuple[str | None, str | None, str | None]:
    """Return name, telephone and mail address from a cell that may hold all three.

    >>> contact_parts("张三 010-62083114 zhang@example.invalid")
    ('张三', '010-62083114', 'zhang@example.invalid')
    """
    mail = _MAIL.search(text)
    rest = _MAIL.sub(" ", text)
    phone = _PHONE.search(rest)
    name = " ".join(_PHONE.sub(" ", rest).split()).strip(" ,，;；:：、/")
    return name or None, phone[0] if phone else None, mail[0] if mail else None
