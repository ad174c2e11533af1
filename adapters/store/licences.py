"""LICENCE rows → trading.licence_record with its patents and parties.

A recordal in the feed is no gazetted event (EE01 has its own day of announcement), so nothing is
written to `legal_event`; an exclusive or sole licence bars open licences through its own record.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.store.money import money_group
from adapters.store.parties import PARTY_COLUMNS
from adapters.store.recordals import Recordal
from adapters.store.table import Child, TableSpec, money_columns

SPEC = TableSpec(
    table="trading.licence_record",
    entity="LicenceRecord",
    key={"record_number": "text"},
    fields={
        "licence_type": ("licence_type",),
        "term_from": ("term_from",),
        "term_to": ("term_to",),
        "fee": money_columns("fee"),
        "recorded_on": ("recorded_on",),
        "cancelled_on": ("cancelled_on",),
    },
    children={
        "licensors": Child(
            "trading.licence_party", "record_number", PARTY_COLUMNS, {"role": "LICENSOR"}
        ),
        "licensees": Child(
            "trading.licence_party", "record_number", PARTY_COLUMNS, {"role": "LICENSEE"}
        ),
    },
)


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "licence_type": values["licenceType"],
        "term_from": values.get("termFrom"),
        "term_to": values.get("termTo"),
        "fee": money_group(values.get("fee")),
        "recorded_on": values["recordedOn"],
        "cancelled_on": values.get("cancelledOn"),
    }


LICENCES = Recordal(
    SPEC, "recordNumber", ("licensors", "licensees"), "trading.licence_patent", _columns
)
