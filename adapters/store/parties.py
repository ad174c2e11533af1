"""Names of parties and the organisations they mean (DOMAIN §2.3).

A name is resolved only on an exact match of its normal form, and only when exactly one active
organisation has it. Nothing fuzzier links a party without a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from resolvers.database.pool import Transaction
from resolvers.values.text import party_name_key

Party = tuple[str, str, str | None]
"""Name as met, name in normal form, USCC when resolved: the columns of every party table."""

PARTY_COLUMNS = ("name", "name_key", "uscc")

_RESOLVE = """
select name_key, min(uscc) as uscc from reference.organization
where active and name_key = any($1) group by name_key having count(*) = 1
"""

# Tables with parties that wait for their organisation: table, column of the name, of the USCC; and
# the record they belong to: GraphQL type, column of its key.
_WAITING = (
    ("patents.patent_party", "name_key", "uscc", "Patent", "application_number"),
    ("trading.listing", "seller_name_key", "seller_uscc", "Listing", "id"),
    ("trading.open_licence_party", "name_key", "uscc", "OpenLicenceStatement", "statement_number"),
    ("trading.licence_party", "name_key", "uscc", "LicenceRecord", "record_number"),
    ("trading.transfer_party", "name_key", "uscc", "TransferRecord", "transfer_id"),
    ("finance.pledge_party", "name_key", "uscc", "PledgeRegistration", "registration_number"),
)


name_key: Final = lru_cache(16_384)(party_name_key)
"""`party_name_key` of the names met last: those of a file come again and again."""


async def resolve_names(transaction: Transaction, names: Iterable[str]) -> Mapping[str, str]:
    """Return the USCC per name key, for the names that exactly one organisation has."""
    keys = list({name_key(name) for name in names})
    if not keys:
        return {}
    records = await transaction.fetch("ingest.resolve_names", _RESOLVE, keys)
    return {record["name_key"]: record["uscc"] for record in records}


def parties(
    names: Sequence[str], resolved: Mapping[str, str], stated: Sequence[str] = ()
) -> tuple[Party, ...]:
    """Return party rows. USCCs the source states count only when there is one for each name."""
    codes = dict(zip(map(name_key, names), stated, strict=True)) if _fits(names, stated) else {}
    return tuple(
        (name, key, codes.get(key) or resolved.get(key))
        for name in names
        if (key := name_key(name))
    )


def _fits(names: Sequence[str], stated: Sequence[str]) -> bool:
    return bool(stated) and len(names) == len(stated)


async def resolve_waiting(transaction: Transaction, names: Iterable[str]) -> dict[str, list[str]]:
    """Set the organisation of parties that were stored before it was known; return the records
    they belong to, GraphQL type → keys."""
    touched: dict[str, list[str]] = {}
    resolved = await resolve_names(transaction, names)
    if not resolved:
        return touched
    for table, name_column, uscc_column, entity, key in _WAITING:
        records = await transaction.fetch(
            f"ingest.resolve_waiting {table}",
            f"update {table} set {uscc_column} = found.uscc "  # noqa: S608
            f"from unnest($1::text[], $2::text[]) as found (name_key, uscc) "
            f"where {table}.{uscc_column} is null and {table}.{name_column} = found.name_key "
            f"returning {table}.{key}::text as key",
            list(resolved),
            list(resolved.values()),
        )
        touched[entity] = list(dict.fromkeys(record["key"] for record in records))
    return touched
