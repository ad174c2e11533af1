"""Empty a database between tests: cheaper by far than making a new one for each.

Rows that migrations wrote are put back. Only tables with rows are touched, in one round trip.
"""

from __future__ import annotations

from resolvers.database.pool import Database

TABLES = """
select c.oid::regclass::text as name, c.oid as oid from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema', 'test_seed')
  and c.oid::regclass::text <> 'hub.migration'
order by 1
"""
COLUMNS = """
select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
where attrelid = $1 and attnum > 0 and not attisdropped and attgenerated = ''
"""


class Reset:
    """Knows the rows a fresh database has, and brings a used one back to them."""

    def __init__(self, database: Database, statement: str) -> None:
        self._database = database
        self._statement = statement

    @classmethod
    async def of_fresh(cls, database: Database) -> Reset:
        """Keep what is in the database now, which must be as migrations left it."""
        await database.execute("test.seed", "create schema test_seed")
        tables = [(r["name"], r["oid"]) for r in await database.fetch("test.tables", TABLES)]
        checks, seeds = [], []
        for number, (table, oid) in enumerate(tables):
            checks.append(
                f"if exists (select from {table}) then used := used || '{table}'::text; end if;"
            )
            if await database.fetchval("test.rows", f"select exists (select from {table})"):
                columns = await database.fetchval("test.columns", COLUMNS, oid)
                copy = f"test_seed.t{number}"
                await database.execute("test.seed", f"create table {copy} as table {table}")
                seeds.append(
                    f"insert into {table} ({columns}) overriding system value"
                    f" select {columns} from {copy} on conflict do nothing;"
                )
        statement = f"""
do $reset$
declare used text[] := '{{}}';
begin
  {" ".join(checks)}
  if used <> '{{}}' then
    execute 'truncate ' || array_to_string(used, ', ') || ' restart identity cascade';
    {" ".join(seeds)}
  end if;
end $reset$
"""
        return cls(database, statement)

    async def __call__(self) -> None:
        """Empty the database of everything tests wrote."""
        await self._database.execute("test.reset", self._statement)
