"""How many patents a class of the IPC has: counted by a timer, read from a table.

Counting the millions of rows below a section takes seconds. So sections, classes, subclasses and
main groups are counted beforehand; a subgroup has few patents and is counted from its index.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from resolvers.conditions import code_range, ipc_range
from resolvers.database.pool import Queries
from resolvers.hub.worker import JobContext
from resolvers.patents.count_state import counting_limit, names_due, note_counted

SECTIONS: Final = "ABCDEFGH"

COUNTED: Final = "select prefix, patents from patents.ipc_count where prefix = any($1)"
# One count per subgroup, each a range of the index of symbols.
SUBGROUPS: Final = """
select asked.symbol, counted.patents
from unnest($1::text[], $2::text[], $3::text[]) as asked (symbol, low, high),
     lateral (select count(distinct i.application_number) as patents
              from patents.patent_ipc as i
              where i.symbol >= asked.low and i.symbol < asked.high) as counted
"""
CLEAR: Final = "delete from patents.ipc_count where prefix >= $1 and prefix < $2"
COUNT: Final = """
insert into patents.ipc_count (prefix, patents)
select prefix, count(*) from (
  select distinct level.prefix, i.application_number
  from patents.patent_ipc as i
  cross join lateral (values
    (left(i.symbol, 1)), (left(i.symbol, 3)), (left(i.symbol, 4)),
    (case when position('/' in i.symbol) > 0 then split_part(i.symbol, '/', 1) || '/' end)
  ) as level (prefix)
  where i.symbol >= $1 and i.symbol < $2 and level.prefix is not null) as one
group by prefix
"""


def counted_prefix(symbol: str) -> str | None:
    """Return the prefix a symbol is counted under beforehand; None for a subgroup.

    >>> [counted_prefix(symbol) for symbol in ("H", "H01M", "H01M10/00", "H01M10/60")]
    ['H', 'H01M', 'H01M10/', None]
    """
    low, _ = ipc_range(symbol)
    group, slash, subgroup = low.partition("/")
    return None if slash and subgroup else group + slash


async def load_counts(queries: Queries, symbols: list[str]) -> Mapping[str, int]:
    """Return the number of patents of each class, with those below; a class without any is absent.

    Those above the subgroup are as of the last run of the timer.
    """
    prefixes = {symbol: counted_prefix(symbol) for symbol in symbols}
    wanted = sorted({prefix for prefix in prefixes.values() if prefix is not None})
    found: dict[str, int] = {}
    if wanted:
        records = await queries.fetch("patents.ipc_counts", COUNTED, wanted)
        counts = {record["prefix"]: record["patents"] for record in records}
        found = {
            symbol: counts[prefix]
            for symbol, prefix in prefixes.items()
            if prefix is not None and prefix in counts
        }
    subgroups = [symbol for symbol, prefix in prefixes.items() if prefix is None]
    if subgroups:
        ranges = [ipc_range(symbol) for symbol in subgroups]
        lows, highs = [low for low, _ in ranges], [high for _, high in ranges]
        records = await queries.fetch(
            "patents.ipc_subgroup_counts", SUBGROUPS, subgroups, lows, highs
        )
        found |= {record["symbol"]: record["patents"] for record in records}
    return found


async def count_classes(context: JobContext) -> None:
    """Count section by section, each in a transaction of its own; nothing when nothing changed."""
    until = await counting_limit(context.database)
    for section in await names_due(context.database, list(SECTIONS)):
        async with context.database.transaction() as tx:
            await tx.execute("patents.clear_counts", CLEAR, *code_range(section))
            await tx.execute("patents.count_classes", COUNT, *code_range(section))
            await note_counted(tx, section, until, context.today)
