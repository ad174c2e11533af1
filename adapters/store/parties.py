"""Names of parties and the organisations they mean (DOMAIN §2.3).

A name is resolved only on an exact match of its normal form, and only when exactly one active
organisation has it. Nothing fuzzier links a party without a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from resolvers.database.pool import Transaction
from resolvers.values.text import party_name_key

Party = tuple[str, str, str | None]
"""Name as met, name in normal form, USCC when resolved: the columns of every party table."""

PARTY_COLUMNS = ("name", "name_key", "uscc")

_RESOLVE = """
select name_key, min(uscc) as uscc from reference.organization
where active and name_key = any($1) group by name_key having count(*) = 1
"""

# Tables with parties that wait for their organisation: table, column of the name, of the USCC.
_WAITING = (
    ("patents.patent_party", "name_key", "uscc"),
    ("trading.listing", "seller_name_key", "seller_uscc"),
    ("trading.open_licence_party", "name_key", "uscc"),
    ("trading.licence_party", "name_key", "uscc"),
    ("trading.transfer_party", "name_key", "uscc"),
    ("finance.pledge_party", "name_key", "uscc"),
)


async def resolve_names(transaction: Transaction, names: Iterable[str]) -> Mapping[str, str]:
    """Return the USCC per name key, for the names that exactly one organisation has."""
    keys = list({party_name_key(name) for name in names})
    if not keys:
        return {}
    records = await transaction.fetch("ingest.resolve_names", _RESOLVE, keys)
    return {record["name_key"]: record["uscc"] for record in records}


def parties(
    names: Sequence[str], resolved: Mapping[str, str], stated: Sequence[str] = ()
) -> tuple[Party, ...]:
    """Return party rows. USCCs the source states count only when there is one for each name."""
    codes = (
        dict(zip(map(party_name_key, names), stated, strict=True)) if _fits(names, stated) else {}
    )
    return tuple(
        (name, key, codes.get(key) or resolved.get(key))
        for name in names
        if (key := party_name_key(name))
    )


def _fits(names: Sequence[str], stated: Sequence[str]) -> bool:
    return bool(stated) and len(names) == len(stated)


async def resolve_waiting(transaction: Transaction, names: Iterable[str]) -> None:
    """Set the organisation of parties that were stored before it was known."""
    resolved = await resolve_names(transaction, names)
    if not resolved:
        return
    for table, name_column, uscc_column in _WAITING:
        await transaction.execute(
            f"ingest.resolve_waiting {table}",
            f"update {table} set {uscc_column} = found.uscc "  # noqa: S608
            f"from unnest($1::text[], $2::text[]) as found (name_key, uscc) "
            f"where {table}.{uscc_column} is null and {table}.{name_column} = found.name_key",
            list(resolved),
            list(resolved.values()),
        )
