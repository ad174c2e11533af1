"""The reference lists of the database in the form the checks of `resolvers.values` look up.

A hub with fuller official lists reads them once after loading and passes them to every check.
"""

from __future__ import annotations

from resolvers.database.pool import Queries
from resolvers.values.lists import Industry, Office, ReferenceLists, Region, build_lists

_LEVELS = {"COUNTRY": 0, "PROVINCE": 1, "PREFECTURE": 2, "COUNTY": 3}

_REGIONS = """
select r.code, r.name, r.full_name, r.level, r.parent_code, r.valid_from, r.valid_to, r.status,
       coalesce(array_agg(s.successor_code order by s.ordinal)
                filter (where s.successor_code is not null), '{}') as successors
from reference.region as r
left join reference.region_successor as s using (code, valid_from)
group by r.code, r.valid_from
"""


async def read_lists(queries: Queries) -> ReferenceLists:
    """Return all lists as they stand in the database, one statement per list."""
    regions = [
        Region(
            row["code"],
            row["name"],
            row["full_name"],
            _LEVELS[row["level"]],
            row["parent_code"],
            row["valid_from"],
            row["valid_to"],
            row["status"],
            tuple(row["successors"]),
        )
        for row in await queries.fetch("reference.known_regions", _REGIONS)
    ]
    industries = [
        Industry(row["code"], row["name"], row["level"], row["parent_code"])
        for row in await queries.fetch(
            "reference.known_industries",
            "select code, name, level, parent_code from reference.industry",
        )
    ]
    symbols = await queries.fetch("reference.known_ipc", "select symbol from reference.ipc_class")
    offices = [
        Office(row["code"], row["name_en"], row["name_zh"], row["kind"])
        for row in await queries.fetch(
            "reference.known_offices", "select code, name_en, name_zh, kind from reference.office"
        )
    ]
    return build_lists(regions, industries, (row["symbol"] for row in symbols), offices)
