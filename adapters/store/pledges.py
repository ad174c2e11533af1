"""PLEDGE rows → finance.pledge_registration with its patents, parties and changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.store.batch import BatchContext
from adapters.store.money import money_group
from adapters.store.parties import PARTY_COLUMNS
from adapters.store.pledge_changes import note_changes
from adapters.store.pledge_events import announce_pledges
from adapters.store.recordals import Recordal, StoredRecords
from adapters.store.table import Child, TableSpec, money_columns
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


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    consent = values.get("consentOpenLicence")
    return {
        "secured": money_group(values.get("securedAmount")),
        "debt_term_from": values.get("termFrom"),
        "debt_term_to": values.get("termTo"),
        "registered_on": values["registeredOn"],
        "cancelled_on": values.get("cancelledOn"),
        "consent": None if consent is None else consent == "YES",
    }


async def _after(transaction: Transaction, stored: StoredRecords, batch: BatchContext) -> None:
    await note_changes(transaction, stored, batch)
    await announce_pledges(transaction, stored.grown)


PLEDGES = Recordal(
    SPEC, "registrationNumber", ("pledgors", "pledgees"), "finance.pledge_patent", _columns, _after
)
