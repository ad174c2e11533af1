"""No query shows what its caller may not see, by whatever path (DOMAIN §2.4, §2.6).

Random queries over the whole graph, with the demo data, as roles that have no business with any of
its centres. They wander through entities from subgraph to subgraph; wherever a restricted type or
field is met in an answer, it must show nothing. That the same queries do meet them is proved by
asking as CNIPA, for whom nothing is hidden.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    build_client_schema,
    get_introspection_query,
    get_named_type,
    is_leaf_type,
)

from tests.gateway.conftest import Hub

QUERIES = int(os.environ.get("HUB_SIGHT", "60"))
"""A longer run: HUB_SIGHT=500."""
DEPTH = 6
STRANGERS = (
    "",
    "FRONTEND",
    "INDUSTRY_CENTER IC-650100-09",
    "REGIONAL_CENTER RC-650000-09",
    "PROVINCIAL_OFFICE 650000",
    "THIRD_PARTY_INSTITUTION 91650100MA9T09999E",
)

# Objects that only those concerned see at all.
HIDDEN_TYPES = {
    *("BusinessReport", "IngestBatch", "IngestRow", "RecognitionCase", "PilotSummary"),
    *("SupervisionAction", "AuditRecord", "ContactPoint", "ListingScreening"),
}
# Fields that only those concerned, or holders of a grant, see.
HIDDEN_FIELDS = {
    *("OpenLicenceStatement.contact", "TransferRecord.price", "LicenceRecord.fee"),
    *("PledgeRegistration.securedAmount", "ValuationReport.value"),
    *("PatentIntensiveProduct.revenueCny", "PatentIntensiveProduct.revenueShare"),
}
# Objects that are open only in some states; the field is always asked for.
OPEN_STATES: dict[str, tuple[str, set[Any]]] = {
    "ServiceProduct": ("status", {"PUBLISHED", "SUSPENDED", "RETIRED", "SUPERSEDED"}),
    "Listing": ("status", {"LISTED", "SUSPENDED", "MATCHED", "SOLD", "EXPIRED", "DELISTED"}),
    "CreditEvaluation": ("status", {"PUBLISHED", "UNDER_APPEAL", "REVISED", "EXPIRED"}),
    "PerformanceEvaluation": ("stage", {"PUBLISHED", "OBJECTION", "FINAL"}),
    "ServiceStandard": ("status", {"CONSULTATION", "IN_FORCE", "SUPERSEDED", "WITHDRAWN"}),
    "AdvancedTechProject": ("declassified", {True}),
}
ARGUMENTS: dict[str, list[Any]] = {
    "ApplicationNumber": ["CN2020190000502"],
    "RegionCode": ["440300", "310000", "000000"],
    "IndustryCode": ["C", "C3841"],
    "IpcSymbol": ["H01M", "G06N"],
    "USCC": ["91440305MA9T00018E", "91310115MA9T000346"],
    "OfficeCode": ["US", "EP"],
    "PublicationNumber": ["CN109000000A"],
    "Date": ["2023-01-01"],
    "Int": [2023],
    "Boolean": [True, False],
    "Decimal": ["1000000"],
    "Float": [0.1],
}
BY_NAME: dict[str, list[Any]] = {
    "code": ["FT-110000-01", "IC-440300-01", "RC-320000-01", "FU-110000-01"],
    "first": [5],
    "year": [2023],
    "period": ["2023-Q4"],
    "from": ["2023-Q1"],
    "to": ["2023-Q4"],
}
# Given only where required: most texts and ids name nothing, and filters hide what is looked for.
_KEPT = ("first", "code", "jurisdiction")


class Wanderer:
    """Writes random queries over a schema."""

    def __init__(self, schema: GraphQLSchema, seed: int) -> None:
        self._schema = schema
        self._random = Random(seed)

    def query(self) -> str:
        """Return a query of one root field."""
        query = self._schema.query_type
        assert query is not None
        # A root that leads nowhere restricted is a wasted question.
        names = [
            name
            for name in sorted(query.fields)
            if self._leads_to_hidden(query.fields[name].type, 3)
        ]
        name = self._random.choice(names)
        return f"{{ {self._field(name, query.fields[name], DEPTH)} }}"

    def _field(self, name: str, field: GraphQLField, depth: int) -> str:
        arguments = [
            f"{each}: {self._value(each, given.type)}"
            for each, given in field.args.items()
            if isinstance(given.type, GraphQLNonNull) or each in _KEPT
        ]
        written = f"{name}({', '.join(arguments)})" if arguments else name
        inner = get_named_type(field.type)
        if is_leaf_type(inner):
            return written
        assert isinstance(inner, GraphQLObjectType)
        return f"{written} {{ {self._selection(inner, depth - 1)} }}"

    def _selection(self, type_: GraphQLObjectType, depth: int) -> str:
        leaves, objects = [], []
        for name, field in type_.fields.items():
            (leaves if is_leaf_type(get_named_type(field.type)) else objects).append(name)
        picked = set(self._random.sample(leaves, min(len(leaves), 3)))
        if type_.name in OPEN_STATES:
            picked.add(OPEN_STATES[type_.name][0])
        if depth > 0 and objects:
            hot = [name for name in objects if self._leads_to_hidden(type_.fields[name].type, 1)]
            picked.update(self._random.sample(objects, min(len(objects), 1)))
            picked.update(self._random.sample(hot, min(len(hot), 2)))
        picked.update(
            name for name in type_.fields if f"{type_.name}.{name}" in HIDDEN_FIELDS and depth > 0
        )
        return " ".join(
            [
                "__typename",
                *(self._field(name, type_.fields[name], depth) for name in sorted(picked)),
            ]
        )

    @cache  # noqa: B019 - lives as long as one test
    def _leads_to_hidden(self, type_: Any, steps: int) -> bool:
        """Whether a restricted type or field is that many objects away, or nearer."""
        inner = get_named_type(type_)
        if not isinstance(inner, GraphQLObjectType):
            return False
        name = inner.name
        if name in HIDDEN_TYPES | set(OPEN_STATES) or any(
            each.startswith(f"{name}.") for each in HIDDEN_FIELDS
        ):
            return True
        fields = inner.fields.values()
        return steps > 0 and any(self._leads_to_hidden(f.type, steps - 1) for f in fields)

    def _value(self, name: str, type_: Any) -> str:
        inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        if isinstance(inner, GraphQLList):
            return f"[{self._value(name, inner.of_type)}]"
        if isinstance(inner, GraphQLEnumType):
            return str(self._random.choice(sorted(inner.values)))
        if name == "code" and isinstance(inner, GraphQLScalarType) and inner.name in ARGUMENTS:
            return self._literal(ARGUMENTS[inner.name])
        pool = BY_NAME.get(name) or ARGUMENTS.get(inner.name) or ["x"]
        return self._literal(pool)

    def _literal(self, pool: list[Any]) -> str:
        value = self._random.choice(pool)
        if isinstance(value, bool):
            return str(value).lower()
        return str(value) if isinstance(value, (int, float)) else f'"{value}"'


def is_withheld(value: Any) -> bool:
    """Whether nothing is said: null, or, where that may not be, money without any figure."""
    if isinstance(value, dict):
        return set(value.values()) <= {None, "Money", "MISSING", "XXX"}
    return value is None


def shown(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each restricted thing an answer shows: (what, where)."""
    if isinstance(value, list):
        for inner in value:
            yield from shown(inner, path)
    if not isinstance(value, dict):
        return
    name = value.get("__typename", "")
    if name in HIDDEN_TYPES:
        yield name, path
    if name in OPEN_STATES:
        field, states = OPEN_STATES[name]
        if value.get(field) is not None and value[field] not in states:
            yield f"{name}.{field}={value[field]}", path
    for key, inner in value.items():
        if f"{name}.{key}" in HIDDEN_FIELDS and not is_withheld(inner):
            yield f"{name}.{key}", path
        yield from shown(inner, f"{path}.{key}" if path else key)


@pytest.fixture(scope="module")
async def api(hub: Hub) -> GraphQLSchema:
    await hub.settle()
    answer = await hub.query(get_introspection_query(descriptions=False))
    return build_client_schema(answer["data"])


def test_what_is_restricted_exists(api: GraphQLSchema) -> None:
    for name in HIDDEN_TYPES | set(OPEN_STATES):
        assert isinstance(api.type_map.get(name), GraphQLObjectType), name
    for coordinate in HIDDEN_FIELDS | {f"{n}.{f}" for n, (f, _) in OPEN_STATES.items()}:
        type_, _, field = coordinate.partition(".")
        found = api.type_map[type_]
        assert isinstance(found, GraphQLObjectType)
        assert field in found.fields, coordinate


async def test_strangers_see_nothing_restricted(hub: Hub, api: GraphQLSchema) -> None:
    wanderer = Wanderer(api, 5)
    met: Counter[str] = Counter()
    for number in range(QUERIES):
        query = wanderer.query()
        everything = await hub.query(query, who="CNIPA_ADMIN contact:read")
        met.update(re.split("=", what)[0] for what, _ in shown(everything.get("data")))
        who = STRANGERS[number % len(STRANGERS)]
        answer = await hub.query(query, who=who)
        leaked = list(shown(answer.get("data")))
        assert not leaked, (who, leaked[:3], query)
        for error in answer.get("errors", ()):
            assert error["extensions"]["code"] != "INTERNAL_SERVER_ERROR", (query, error)
    # The same queries meet them where nothing is hidden, or the test above says nothing.
    assert len(met) >= 10, met
