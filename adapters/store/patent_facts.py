"""The own copies that trading and finance keep of the facts of patents they filter and count by;
written with each patent."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.precedence import StoredRow
from resolvers.database.pool import Transaction

_WRITE = """
insert into trading.patent_facts (application_number, main_ipc, ipc_symbols, region_code)
select number, main, string_to_array(symbols, ' '), region
from unnest($1::text[], $2::text[], $3::text[], $4::text[])
  as given (number, main, symbols, region)
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
    numbers = list(patents)
    stored = [patents[number].values for number in numbers]
    classes: list[tuple[str, ...]] = [values.get("ipc") or () for values in stored]
    regions = [values.get("applicant_region") for values in stored]
    await transaction.execute(
        "ingest.patent_facts",
        _WRITE,
        numbers,
        [values.get("main_ipc") for values in stored],
        # As one text, since lists in a list would be an array of more dimensions.
        [" ".join(symbols) for symbols in classes],
        regions,
    )
    await transaction.execute(
        "ingest.clear_patent_facts_ipc",
        "delete from trading.patent_facts_ipc where application_number = any($1)",
        numbers,
    )
    symbols = [
        (number, symbol)
        for number, own in zip(numbers, classes, strict=True)
        for symbol in dict.fromkeys(own)
    ]
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
        numbers,
        regions,
    )
