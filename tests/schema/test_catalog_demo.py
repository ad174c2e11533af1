"""The demo rows of the catalogue and the featured services: whole, consistent, loaded once."""

from __future__ import annotations

import pytest

from resolvers.catalog.demo import load_demo as load_catalog
from resolvers.database.pool import Database
from resolvers.featured.demo import load_demo as load_featured
from resolvers.identity import ANONYMOUS, Caller, Role
from tests.schema.fuzz import dump
from tests.schema.world import Asker

CNIPA = Caller("test:cnipa", Role.CNIPA_ADMIN)


@pytest.fixture
async def demo(database: Database) -> Database:
    await load_catalog(database)
    await load_featured(database)
    return database


async def test_loading_again_changes_nothing(demo: Database) -> None:
    before = await dump(demo)
    await load_catalog(demo)
    await load_featured(demo)
    assert await dump(demo) == before


async def test_journey_2_and_3_have_something_to_show(demo: Database) -> None:
    data = await Asker(demo, "catalog", ANONYMOUS).data(
        """{ serviceStandards(kind: VALUATION, status: IN_FORCE) {
               code version title requirements { id text mandatory check } issuedBy { code } }
             dataFoundations(openness: OPEN) { code name topic updateCycle recordCount }
             serviceProducts(filter: { status: PUBLISHED }, first: 100) { nodes {
               title conformance { passed requirement { mandatory check } } } } }"""
    )
    [standard] = data["serviceStandards"]
    assert len(standard["requirements"]) == 5
    assert len(data["dataFoundations"]) >= 5
    products = data["serviceProducts"]["nodes"]
    assert len(products) == 9
    for product in products:  # what is published conforms
        results = product["conformance"]
        assert results, product["title"]
        assert all(each["passed"] for each in results if each["requirement"]["mandatory"]), product

    [region] = await Asker(demo, "catalog", ANONYMOUS).entities(
        "... on Region { serviceProducts(kind: PATENT_NAVIGATION) { title price { amount } } }",
        {"__typename": "Region", "code": "320000"},
    )
    assert region["serviceProducts"]


async def test_every_kind_of_service_has_a_standard_in_force(demo: Database) -> None:
    data = await Asker(demo, "catalog", ANONYMOUS).data(
        """{ serviceStandards(status: IN_FORCE) { serviceKind }
             __type(name: "ServiceKind") { enumValues { name } } }"""
    )
    kinds = [each["serviceKind"] for each in data["serviceStandards"]]
    assert sorted(kinds) == sorted(each["name"] for each in data["__type"]["enumValues"])


async def test_basic_services_are_offered(demo: Database) -> None:
    found = await Asker(demo, "catalog", ANONYMOUS).entities(
        "... on OperationCenter { offersBasicService publishedProductCount }",
        {"__typename": "OperationCenter", "code": "FT-110000-01"},
        {"__typename": "OperationCenter", "code": "FF-440400-01"},
    )
    assert all(each["offersBasicService"] for each in found)
    assert [each["publishedProductCount"] for each in found] == [2, 2]


async def test_a_failed_product_fails_its_checks(demo: Database) -> None:
    data = await Asker(demo, "catalog", CNIPA).data(
        """{ serviceProducts(filter: { status: CONFORMANCE_FAILED }) { nodes {
               conformance { passed requirement { check mandatory } } } } }"""
    )
    [product] = data["serviceProducts"]["nodes"]
    failed = [
        each["requirement"]["check"]
        for each in product["conformance"]
        if not each["passed"] and each["requirement"]["mandatory"]
    ]
    assert set(failed) - {"MANUAL"} == {"EVIDENCE_ATTACHED"}


async def test_journey_1_and_8_have_something_to_show(demo: Database) -> None:
    found = await Asker(demo, "featured", ANONYMOUS).entities(
        "... on Patent { internationalProjects { title targetOffices { code } } }"
        " ... on Organization { advancedTechProjects { title stage } }",
        {"__typename": "Patent", "applicationNumber": "CN2020190000502"},
        {"__typename": "Organization", "uscc": "91440305MA9T00018E"},
    )
    assert found[0]["internationalProjects"] == [
        {
            "title": "联邦学习冷却方法欧洲、日本申请",
            "targetOffices": [{"code": "EP"}, {"code": "JP"}],
        }
    ]
    stages = [each["stage"] for each in found[1]["advancedTechProjects"]]
    assert stages == ["INDUSTRIALISED", "PILOT_PRODUCTION"]
