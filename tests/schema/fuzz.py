"""Random calls of a mutation, made from its declared input types.

Whatever comes in, a mutation answers with business errors or coded ones, never an internal one, and
a refused call leaves nothing behind: whole tables are compared. Values are drawn from pools: some
fit (`pools`, by the name of an argument, input field or type), some are wrong, and some have not
even the right type.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
)

from resolvers.database.pool import Database
from resolvers.identity import Caller
from schema import SUBGRAPHS
from tests.schema.world import Asker

TABLES = """
select table_schema || '.' || table_name as name from information_schema.tables
where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema', 'hub')
order by 1
"""
WRONG: dict[str, Sequence[Any]] = {
    "String": ["", "   ", "\x00", "文" * 5_000, "'; drop table x; --", "\u200b", "一", "a\nb"],
    "ID": ["", "\x00", "x" * 200, "01900000-0000-7000-8000-000000000000", "FT-999999-99", "不"],
    "Int": [-(2**31), -1, 0, 1, 2**31 - 1],
    "Float": [-1.0, 0.0, 0.5, 1e308, -1e-300],
    "Boolean": [True, False],
    "Decimal": ["-1", "0", "0.001", "99999999999999999999", "1e999", "NaN", "12.5", "x"],
    "Date": ["0001-01-01", "9999-12-31", "2024-02-30", "2024-06-01", "", "20240601"],
    "DateTime": ["2024-06-01T00:00:00Z", "yesterday"],
    "USCC": ["", "91440305MA9T00018E", "91440305MA9T00018F", "示例"],
    "ApplicationNumber": ["CN2020290000014", "CN2021100000016", "2.01E+12", "US123", ""],
    "IndustryCode": ["C3841", "Z1", "C", ""],
    "RegionCode": ["440305", "000000", "999999", "44"],
    "OfficeCode": ["EP", "ZZ", ""],
    "IpcSymbol": ["H01M", "H01M10/60", "Z99", ""],
}
OF_ANOTHER_TYPE: Sequence[Any] = [None, 1, 1.5, True, "text", [], [[]], {}, {"a": 1}]


class Fuzz:
    """Calls mutations of one subgraph at random, the same way for the same seed."""

    def __init__(
        self,
        database: Database,
        subgraph: str,
        pools: Mapping[str, Sequence[Any]],
        seed: int = 1,
    ) -> None:
        self._database = database
        self._subgraph = subgraph
        self._pools = pools
        self._random = Random(seed)
        mutation = SUBGRAPHS[subgraph]._schema.mutation_type
        assert isinstance(mutation, GraphQLObjectType)
        self.fields = mutation.fields

    async def run(self, name: str, caller: Caller, times: int) -> Counter[str]:
        """Call the mutation and return how often each code came; `DONE` is one without any."""
        document = self._document(name)
        asker = Asker(self._database, self._subgraph, caller)
        outcomes: Counter[str] = Counter()
        before = await dump(self._database)
        for _ in range(times):
            # every third call strays in type, too
            variables = {
                argument: self._value(
                    argument, given.type, 0.02 if self._random.random() < 0.3 else 0
                )
                for argument, given in self.fields[name].args.items()
            }
            codes = await self._call(asker, document, variables)
            after = await dump(self._database)
            assert not codes or after == before, (codes, variables)
            outcomes.update(codes or ["DONE"])
            before = after
        return outcomes

    async def _call(self, asker: Asker, document: str, variables: dict[str, Any]) -> list[str]:
        response = await asker.response(document, **variables)
        codes: list[str] = []
        for error in response.get("errors", ()):
            code = (error.get("extensions") or {}).get("code")
            assert code not in (None, "INTERNAL_SERVER_ERROR"), (error, variables)
            codes.append(code)
        for payload in (response.get("data") or {}).values():
            for error in (payload or {}).get("errors", ()) if isinstance(payload, dict) else ():
                assert error["code"].replace("_", "").isalnum(), error
                assert error["code"].isupper(), error
                assert len(error["message"].split("\n")) == 2, error
                codes.append(error["code"])
        return codes

    def _document(self, name: str) -> str:
        field = self.fields[name]
        declared = ", ".join(f"${each}: {given.type}" for each, given in field.args.items())
        passed = ", ".join(f"{each}: ${each}" for each in field.args)
        named = get_named_type(field.type)
        has_errors = isinstance(named, GraphQLObjectType) and "errors" in named.fields
        selection = "errors { code message path }" if has_errors else "__typename"
        return f"mutation ({declared}) {{ {name}({passed}) {{ {selection} }} }}"

    def _value(self, name: str, type_: Any, stray: float) -> Any:
        if self._random.random() < stray:
            return self._random.choice(OF_ANOTHER_TYPE)
        if isinstance(type_, GraphQLNonNull):
            return self._value(name, type_.of_type, 0)
        if name in self._pools and self._random.random() < 0.85:
            return self._random.choice(self._pools[name])
        if isinstance(type_, GraphQLList):
            size = self._random.choice((0, 1, 1, 2, 3, 300))
            return [self._value(name, type_.of_type, stray) for _ in range(size)]
        if isinstance(type_, GraphQLEnumType):
            return self._random.choice(list(type_.values))
        if isinstance(type_, GraphQLInputObjectType):
            return self._object(type_, stray)
        pool = self._pools.get(type_.name)
        if pool and self._random.random() < 0.7:
            return self._random.choice(pool)
        return self._random.choice(WRONG[type_.name])

    def _object(self, type_: GraphQLInputObjectType, stray: float) -> dict[str, Any]:
        return {
            name: self._value(name, given.type, stray)
            for name, given in type_.fields.items()
            if isinstance(given.type, GraphQLNonNull) or self._random.random() < 0.4
        }


async def dump(database: Database) -> dict[str, list[str]]:
    """Return all rows of all tables but the hub's own, plus the events.

    One statement for all tables: this is asked twice per call that must change nothing.
    """
    names = [record["name"] for record in await database.fetch("test.tables", TABLES)]
    wanted = [*(name for name in names if not name.startswith("reference.")), "hub.event"]
    parts = [
        f"select {number} as number, t::text as row from {name} as t"
        for number, name in enumerate(wanted)
    ]
    found: dict[str, list[str]] = {name: [] for name in wanted}
    for record in await database.fetch("test.dump", " union all ".join(parts)):
        found[wanted[record["number"]]].append(record["row"])
    return {name: sorted(rows) for name, rows in found.items()}
