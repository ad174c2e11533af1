"""The own copies that trading and finance keep of the facts of patents they filter and count by;
written with each patent."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.precedence import StoredRow
from resolvers.database.pool import Transaction

_WRITE = """
insert into trading.patent_facts (application_number, main_ipc, ipc_symbols, region_code)
values ($1, $2, $3, $4)
on conflict (application_number) do update
set main_ipc = excluded.main_ipc, ipc_symbols = excluded.ipc_symbols,
    region_code = excluded.region_code
"""
_WRITE_REGIONS = """
insert into finance.patent_facts (application_number, region_code)
select * from unnest($1::text[], $2::text[])
on conflict (application_number) do update set region_code = excluded.region_code
"""


async def write_patent_facts(transaction: Transaction, patents: Mapping[str, StoredRow]) -> None:
    """Replace the facts of some patents."""
    if not patents:
        return
    rows = []
    symbols = []
    for number, stored in patents.items():
        classes = list(stored.values.get("ipc") or ())
        rows.append(
            (number, stored.values.get("main_ipc"), classes, stored.values.get("applicant_region"))
        )
        symbols += [(number, symbol) for symbol in dict.fromkeys(classes)]
    await transaction.executemany("ingest.patent_facts", _WRITE, rows)
    await transaction.execute(
        "ingest.clear_patent_facts_ipc",
        "delete from trading.patent_facts_ipc where application_number = any($1)",
        list(patents),
    )
    await transaction.copy_records(
        "ingest.patent_facts_ipc",
        "trading",
        "patent_facts_ipc",
        ("application_number", "symbol"),
        symbols,
    )
    await transaction.execute(
        "ingest.patent_regions",
        _WRITE_REGIONS,
        list(patents),
        [stored.values.get("applicant_region") for stored in patents.values()],
    )
