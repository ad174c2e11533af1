"""Subgraph `reference`: codes with their history, organisations, identifier checks."""

from __future__ import annotations

from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.reference.load import load_reference
from schema.serving import SubgraphServer
from tests.schema.world import HOLDER, OTHER, Asker, CountingQueries


async def test_region_with_its_relatives(reference: Asker) -> None:
    data = await reference.data(
        """{ region(code: "440305") {
              code name fullName level status validFrom validTo
              parent { name parent { name } } children { code } successors { code }
              jurisdiction { code kind leadOffice region { name } } } }"""
    )
    assert data["region"] == {
        "code": "440305",
        "name": "南山区",
        "fullName": "广东省深圳市南山区",
        "level": "COUNTY",
        "status": "ACTIVE",
        "validFrom": 1990,
        "validTo": None,
        "parent": {"name": "深圳市", "parent": {"name": "广东省"}},
        "children": [],
        "successors": [],
        "jurisdiction": {  # the city acts for its districts, not the province
            "code": "440300",
            "kind": "SEPARATELY_PLANNED_CITY",
            "leadOffice": "深圳市市场监督管理局",
            "region": {"name": "深圳市"},
        },
    }


@pytest.mark.parametrize(
    ("as_of", "name"),
    [("1991-12-31", "东郊区"), ("1992-01-01", "东丽区"), (None, "东丽区"), ("1980-01-01", None)],
)
async def test_region_as_of_a_day(reference: Asker, as_of: str | None, name: str | None) -> None:
    data = await reference.data(
        'query ($d: Date) { region(code: "120110", asOf: $d) { name } }', d=as_of
    )
    assert (data["region"] or {}).get("name") == name


async def test_retired_code_is_answered_with_its_successor(reference: Asker) -> None:
    data = await reference.data(
        """{ region(code: "110103") {
              name status validTo parent { name } successors { code name status } } }"""
    )
    assert data["region"] == {
        "name": "崇文区",
        "status": "RETIRED",
        "validTo": 2010,
        "parent": {"name": "北京市"},
        "successors": [{"code": "110101", "name": "东城区", "status": "ACTIVE"}],
    }


async def test_renamed_code_leads_to_its_present_name(reference: Asker) -> None:
    data = await reference.data(
        """{ region(code: "120110", asOf: "1990-01-01") { status successors { code name } } }"""
    )
    assert data["region"] == {
        "status": "CHANGED",
        "successors": [{"code": "120110", "name": "东丽区"}],
    }


async def test_children_are_those_of_the_year(reference: Asker) -> None:
    query = 'query ($d: Date) { region(code: "440300", asOf: $d) { children { code } } }'
    now = await reference.data(query)
    assert [child["code"] for child in now["region"]["children"]] == ["440305", "440310"]
    then = await reference.data(query, d="2000-01-01")
    assert [child["code"] for child in then["region"]["children"]] == ["440305"]


async def test_short_codes_are_widened_and_unknown_ones_are_null(reference: Asker) -> None:
    data = await reference.data(
        '{ a: region(code: "44") { code } b: region(code: "999999") { code } }'
    )
    assert data == {"a": {"code": "440000"}, "b": None}


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        ('parent: "440300"', ["440305", "440310"]),
        ("level: PROVINCE", ["110000", "120000", "440000"]),
        ('parent: "000000"', ["110000", "120000", "440000"]),
        ('nameContains: "深圳"', ["440300", "440305", "440310"]),
        ('nameContains: "坪"', ["440310"]),
        ('nameContains: "东城", includeRetired: true', ["110101"]),
        ('parent: "110000"', ["110101"]),
        ('parent: "110000", includeRetired: true', ["110101", "110103"]),
        ('nameContains: "%"', []),
    ],
)
async def test_regions(reference: Asker, arguments: str, codes: list[str]) -> None:
    data = await reference.data(
        "{ regions(%s) { nodes { code } totalCount pageInfo { hasNextPage } } }" % arguments
    )
    assert [node["code"] for node in data["regions"]["nodes"]] == codes
    assert data["regions"]["totalCount"] == len(codes)
    assert data["regions"]["pageInfo"]["hasNextPage"] is False


async def test_total_is_counted_only_when_selected(reference: Asker) -> None:
    await reference.data("{ regions { nodes { code } pageInfo { endCursor } } }")
    assert dict(reference.statements) == {"reference.region_page": 1}
    await reference.data("{ regions { totalCount } }")
    assert dict(reference.statements) == {"reference.region_page_count": 1}


async def test_jurisdictions_and_industries(reference: Asker) -> None:
    data = await reference.data(
        """{ jurisdictions(kind: XPCC) { code region { code } }
             sections: industries { code }
             below: industries(parent: "C38") { code name parent { code } children { code } }
             classes: industries(parent: "C", level: 4) { code }
             industry(code: "c3841") { name level revision } }"""
    )
    assert data["jurisdictions"] == [{"code": "XPCC00", "region": None}]
    assert [each["code"] for each in data["sections"]] == ["C", "M"]
    assert data["below"] == [
        {
            "code": "C384",
            "name": "电池制造",
            "parent": {"code": "C38"},
            "children": [{"code": "C3841"}],
        }
    ]
    assert data["classes"] == [{"code": "C3841"}]
    assert data["industry"] == {"name": "锂离子电池制造", "level": 4, "revision": "GB/T 4754-2017"}


async def test_classes_offices_and_organisations(reference: Asker) -> None:
    data = await reference.data(
        """{ ipcClass(symbol: "H01") { display level titleEn titleZh parent { titleZh } }
             office(code: "cn") { nameZh kind }
             organization(uscc: "%s") { name kind registrationAuthority nameHistory { name from to }
               region { fullName } industry { name } } }"""
        % HOLDER.lower()
    )
    assert data["ipcClass"]["parent"] == {"titleZh": "电学"}
    assert data["office"] == {"nameZh": "中国", "kind": "STATE_OR_ENTITY"}
    assert data["organization"] == {
        "name": "示例甲智能装备有限公司",
        "kind": "ENTERPRISE",
        "registrationAuthority": "市场监督管理",
        "nameHistory": [{"name": "示例甲装备厂", "from": None, "to": "2015-03-01"}],
        "region": {"fullName": "广东省深圳市南山区"},
        "industry": {"name": "锂离子电池制造"},
    }


async def test_groups_that_no_list_has_are_known_by_their_subclass(reference: Asker) -> None:
    data = await reference.data(
        """{ known: ipcClass(symbol: "H01M 10/60") { symbol display level titleEn
               parent { symbol level parent { symbol titleEn parent { symbol } } } }
             unknown: ipcClass(symbol: "A01B1/02") { symbol } }"""
    )
    assert data["known"] == {
        "symbol": "H01M10/60",
        "display": "H01M 10/60",
        "level": "SUBGROUP",
        "titleEn": None,
        "parent": {
            "symbol": "H01M10/00",
            "level": "MAIN_GROUP",
            "parent": {"symbol": "H01M", "titleEn": "BATTERIES", "parent": {"symbol": "H01"}},
        },
    }
    assert data["unknown"] is None
    assert reference.statements["reference.ipc_classes"] == 4  # one per level of nesting


@pytest.mark.parametrize(
    ("arguments", "usccs"),
    [
        ('nameContains: "新材料"', [OTHER]),
        ('region: "440000"', [HOLDER]),
        ('industry: "C"', [OTHER, HOLDER]),
        ("kind: BANK", []),
        ("kind: ENTERPRISE", [OTHER, HOLDER]),
    ],
)
async def test_organizations(reference: Asker, arguments: str, usccs: list[str]) -> None:
    data = await reference.data("{ organizations(%s) { nodes { uscc } } }" % arguments)
    assert [node["uscc"] for node in data["organizations"]["nodes"]] == usccs


async def test_check_identifier_shows_rules(reference: Asker) -> None:
    data = await reference.data(
        """{ good: checkIdentifier(kind: APPLICATION_NUMBER, value: "201210464170") {
               kind input valid canonical display issues }
             bad: checkIdentifier(kind: USCC, value: "91110000600037341X") {
               valid canonical issues } }"""
    )
    assert data["good"] == {
        "kind": "APPLICATION_NUMBER",
        "input": "201210464170",
        "valid": True,
        "canonical": "CN2012104641706",
        "display": "201210464170.6",
        "issues": ["W_APPNO_CHECK_MISSING"],
    }
    assert data["bad"] == {"valid": False, "canonical": None, "issues": ["USCC_CHECK"]}


async def test_one_statement_per_batch(reference: Asker) -> None:
    found = await reference.entities(
        "... on Region { name parent { name } jurisdiction { name } children { code } }",
        *({"__typename": "Region", "code": code} for code in ("440305", "440310", "110101")),
    )
    assert [each["name"] for each in found] == ["南山区", "坪山区", "东城区"]
    assert dict(reference.statements) == {
        "reference.regions": 2,  # the regions, then their parents
        "reference.jurisdictions_of_regions": 1,
        "reference.region_children": 1,
    }


async def test_every_entity(reference: Asker) -> None:
    keys: list[dict[str, Any]] = [
        {"__typename": "Region", "code": "440305"},
        {"__typename": "Jurisdiction", "code": "xpcc00"},
        {"__typename": "Industry", "code": "C"},
        {"__typename": "IpcClass", "symbol": "h 01"},
        {"__typename": "Office", "code": "EP"},
        {"__typename": "Organization", "uscc": HOLDER},
    ]
    found = await reference.entities("", *keys)
    assert [each["__typename"] for each in found] == [key["__typename"] for key in keys]
    assert len(reference.statements) == 6


async def test_checks_follow_the_lists_in_the_database(database: Database) -> None:
    """A hub that loads fuller lists checks against those, from then on."""
    query = '{ checkIdentifier(kind: REGION, value: "659999") { valid issues } }'
    await load_reference(database)
    queries = CountingQueries(database)
    server = SubgraphServer(queries)
    for _ in range(2):
        answer = await server.execute("reference", query)
        assert answer["data"]["checkIdentifier"] == {"valid": False, "issues": ["REGION_UNKNOWN"]}
    assert queries.statements["reference.dataset_state"] == 2
    assert queries.statements["reference.known_regions"] == 1
    await database.execute(
        "test.region",
        """insert into reference.region values
             ('659999', 2024, null, '新市', '新疆新市', 'COUNTY', 'ACTIVE', '650000');
           update reference.dataset set checksum = 'another' where name = 'regions'""",
    )
    answer = await server.execute("reference", query)
    assert answer["data"]["checkIdentifier"] == {"valid": True, "issues": []}
