"""The credit part of THIRD_PARTY rows → tools.credit_evaluation.

An evaluation is that of an institution at a platform up to a last day. What a platform sends has
been published: PUBLISHED until that day, EXPIRED after it. What became of it in the hub since
(appealed, revised) stands; so does an evaluation of the same term that was made in the hub.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from adapters.model import RowResult
from adapters.precedence import Origin
from adapters.store.batch import BatchContext, Stored
from adapters.store.conflicts import write_conflicts
from adapters.store.table import (
    Incoming,
    Key,
    MergedRows,
    TableSpec,
    load_rows,
    merge_rows,
    write_rows,
)
from adapters.store.traces import StateChange, kept_by_hub, moved_in_hub, write_history
from resolvers.database.pool import Transaction
from resolvers.hub.events import publish
from resolvers.values.credit_grades import grade_of_score
from resolvers.values.dates import add_years

SPEC = TableSpec(
    table="tools.credit_evaluation",
    entity="CreditEvaluation",
    key={"source_key": "text"},
    fields={
        "institution": ("institution_uscc",),
        "platform": ("platform_code",),
        "valid_from": ("valid_from",),
        "valid_to": ("valid_to",),
        "evaluation": ("grade", "score", "status"),
    },
    id_column="id",
    computed=("jurisdiction_code", "recorded_at", "published_at"),
)
WORKFLOW: Final = "credit"
PUBLISHED: Final = "tools.credit_published"
_OWN: Final = """
select c.institution_uscc, c.platform_code, c.valid_to, c.grade, c.score
from unnest($1::text[], $2::text[], $3::date[]) as asked (institution, platform, ends)
join tools.credit_evaluation as c on c.institution_uscc = asked.institution
  and c.platform_code = asked.platform and c.valid_to = asked.ends
where c.source_key is null and c.status <> 'DRAFT' order by c.published_at
"""
_PUBLISHED_AT: Final = """
select source_key, published_at from tools.credit_evaluation where source_key = any($1)
"""

Term = tuple[str, str, date]
"""Institution, platform, last day."""


async def store_credit(
    transaction: Transaction,
    rows: Sequence[RowResult],
    batch: BatchContext,
    offices: Mapping[str, str],
) -> Stored:
    """Merge what the rows of a chunk say of credit. `offices`: platform → office in charge."""
    told = [row for row in rows if "score" in row.mapped.values]
    if not told:
        return Stored()
    own = await _own_evaluations(transaction, told)
    merged = await load_rows(transaction, SPEC, [_key(row) for row in told])
    before = {key: row.values["evaluation"] for key, row in merged.rows.items()}
    owners = {
        str(merged.ids[key]): row.origin_of("evaluation").source_system
        for key, row in merged.rows.items()
    }
    moved = await moved_in_hub(transaction, "tools", WORKFLOW, owners)
    for row in told:
        _merge(merged, row, batch, own, moved)
    published = await _published(transaction, before)
    computed = {
        key: (
            offices.get(merged.rows[key].values["platform"]),
            batch.received_at,
            published.get(key[0], batch.received_at),
        )
        for key in merged.dirty
    }
    await write_rows(transaction, SPEC, merged, batch.received_at, computed)
    await _leave_traces(transaction, merged, before, batch)
    conflicts = await write_conflicts(transaction, SPEC.entity, merged.conflicts)
    ids = [str(merged.ids[key]) for key in merged.dirty]
    return Stored(len(merged.dirty), conflicts, {SPEC.entity: ids})


async def _published(transaction: Transaction, held: Collection[Key]) -> dict[str, datetime]:
    """Return since when evaluations are public: a correction does not make them newer."""
    if not held:
        return {}
    keys = [key[0] for key in held]
    records = await transaction.fetch("ingest.published_credit", _PUBLISHED_AT, keys)
    return {record["source_key"]: record["published_at"] for record in records}


async def _own_evaluations(
    transaction: Transaction, rows: Sequence[RowResult]
) -> dict[Term, tuple[str, float]]:
    """Return grade and score of evaluations made in the hub for the same terms."""
    terms = [_term(row) for row in rows]
    records = await transaction.fetch(
        "ingest.own_credit", _OWN, *(list(column) for column in zip(*terms, strict=True))
    )
    return {
        (record["institution_uscc"], record["platform_code"], record["valid_to"]): (
            record["grade"],
            record["score"],
        )
        for record in records
    }


def _term(row: RowResult) -> Term:
    values = row.mapped.values
    return values["uscc"], values["platform"], values["validTo"]


def _key(row: RowResult) -> Key:
    institution, platform, ends = _term(row)
    return (f"{institution}|{platform}|{ends.isoformat()}",)


def _merge(
    merged: MergedRows,
    row: RowResult,
    batch: BatchContext,
    own: Mapping[Term, tuple[str, float]],
    moved: set[str],
) -> None:
    values, key, origin = row.mapped.values, _key(row), batch.origin(row)
    held = merged.rows.get(key)
    score: Decimal = values["score"]
    grade = values.get("grade") or grade_of_score(score)
    if (decided := own.get(_term(row))) is not None:
        _note(merged, key, decided, (grade, float(score)), origin)
        return
    status = "EXPIRED" if values["validTo"] < batch.today else "PUBLISHED"
    stated: dict[str, Any] = {
        "institution": values["uscc"],
        "platform": values["platform"],
        "valid_from": values.get("validFrom"),
        "valid_to": values["validTo"],
        "evaluation": (grade, float(score), status),
    }
    if held is None:
        stated["valid_from"] = stated["valid_from"] or year_to(values["validTo"])
    elif str(merged.ids.get(key)) in moved:
        del stated["evaluation"]
        _note(merged, key, held.values["evaluation"][:2], (grade, float(score)), origin)
    given = {name: value for name, value in stated.items() if value is not None}
    merge_rows(merged, [Incoming(key, given, origin)])


def year_to(last: date) -> date:
    """Return the first day of an evaluation of which only the last is told: it holds a year [H].

    >>> year_to(date(2023, 12, 31)).isoformat()
    '2023-01-01'
    """
    return add_years(last, -1) + timedelta(days=1)


def _note(
    merged: MergedRows,
    key: Key,
    kept: tuple[str, float],
    said: tuple[str, float],
    origin: Origin,
) -> None:
    if kept != said:
        merged.conflicts.append((key, kept_by_hub("evaluation", kept, said, origin)))


async def _leave_traces(
    transaction: Transaction,
    merged: MergedRows,
    before: Mapping[Key, tuple[str, float, str]],
    batch: BatchContext,
) -> None:
    """Keep what changed state; tell of grades that are in force now and were not, or other ones."""
    changes, told = [], []
    for key in merged.dirty:
        values = merged.rows[key].values
        grade, _, status = values["evaluation"]
        was = before.get(key)
        if was is None or was[2] != status:
            action = "PUBLISH" if was is None and status == "PUBLISHED" else None
            changes.append(StateChange(str(merged.ids[key]), was and was[2], status, action))
        if status == "PUBLISHED" and (was is None or (was[0], was[2]) != (grade, status)):
            told.append((values["institution"], {"platform": values["platform"], "grade": grade}))
    await write_history(transaction, "tools", WORKFLOW, changes, batch)
    await publish(
        transaction, PUBLISHED, [key for key, _ in told], [payload for _, payload in told]
    )
