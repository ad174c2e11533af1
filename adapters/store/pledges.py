"""PLEDGE rows → finance.pledge_registration with its patents and parties.

Taken in before the finance subgraph shows them, because the bars of open licences and the screening
of listings ask for pledges.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adapters.model import RowResult
from adapters.store.batch import BatchContext, Stored
from adapters.store.conflicts import write_conflicts
from adapters.store.money import money_group
from adapters.store.named_patents import write_named_patents
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
from resolvers.database.pool import Transaction

SPEC = TableSpec(
    table="finance.pledge_registration",
    entity="PledgeRegistration",
    key={"registration_number": "text"},
    fields={
        "secured": money_columns("secured"),
        "debt_term_from": ("debt_term_from",),
        "debt_term_to": ("debt_term_to",),
        "registered_on": ("registered_on",),
        "cancelled_on": ("cancelled_on",),
        "consent": ("pledgee_consents_open_licence",),
    },
    children={
        "pledgors": Child(
            "finance.pledge_party", "registration_number", PARTY_COLUMNS, {"role": "PLEDGOR"}
        ),
        "pledgees": Child(
            "finance.pledge_party", "registration_number", PARTY_COLUMNS, {"role": "PLEDGEE"}
        ),
    },
)


async def store_pledges(
    transaction: Transaction, rows: Sequence[RowResult], batch: BatchContext
) -> Stored:
    """Merge the rows of a chunk."""
    names = (
        name
        for row in rows
        for side in ("pledgors", "pledgees")
        for name in row.mapped.values[side]
    )
    resolved = await resolve_names(transaction, names)
    incoming = [_incoming(row, batch, resolved) for row in rows]
    merged = await load_rows(transaction, SPEC, [row.key for row in incoming])
    merge_rows(merged, incoming)
    await write_rows(transaction, SPEC, merged, batch.received_at)
    named = [(row.mapped.values["registrationNumber"], row) for row in rows]
    grown = await write_named_patents(
        transaction, "finance.pledge_patent", "registration_number", named, batch
    )
    conflicts = await write_conflicts(transaction, SPEC.entity, merged.conflicts)
    return Stored(len({key[0] for key in merged.dirty} | grown), conflicts)


def _incoming(row: RowResult, batch: BatchContext, resolved: Mapping[str, str]) -> Incoming:
    values = row.mapped.values
    consent = values.get("consentOpenLicence")
    stated = {
        "secured": money_group(values.get("securedAmount")),
        "debt_term_from": values.get("termFrom"),
        "debt_term_to": values.get("termTo"),
        "registered_on": values["registeredOn"],
        "cancelled_on": values.get("cancelledOn"),
        "consent": None if consent is None else consent == "YES",
        "pledgors": parties(values["pledgors"], resolved),
        "pledgees": parties(values["pledgees"], resolved),
    }
    given = {name: value for name, value in stated.items() if value is not None}
    return Incoming((values["registrationNumber"],), given, batch.origin(row))
