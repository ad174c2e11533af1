"""Reading the catalogue: what it says, who sees what, and how many statements that takes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.hub.events import EventBus
from resolvers.identity import Caller, Role
from schema.serving import SubgraphServer
from tests.schema.catalog_world import (
    AGENCY,
    BIBLIOGRAPHY,
    CNIPA,
    DRAFT,
    DRAFT_STANDARD,
    FINANCIAL_CODE,
    GRANT,
    GUANGDONG,
    IN_REVIEW,
    JIANGSU,
    LAPSED_GRANT,
    NAVIGATION_CODE,
    PUBLIC,
    PUBLISHED,
    PUBLISHER,
    PUBLISHER_CODE,
    REVIEWER,
    SHENZHEN,
    STANDARD,
    STRANGER,
    TRADER,
    TRADING_CODE,
    add_catalog,
    add_product,
)
from tests.schema.world import NOW, TODAY, Asker

SERVICE = Caller("service:peer", Role.SERVICE)


@pytest.fixture(scope="module")
async def catalog(module_database: Database) -> Database:
    await add_catalog(module_database)
    return module_database


def ask(database: Database, caller: Caller = PUBLIC) -> Asker:
    return Asker(database, "catalog", caller)


async def test_the_register_has_a_foundation_for_every_topic(catalog: Database) -> None:
    data = await ask(catalog).data(
        "{ dataFoundations { code topic openness fields { name sensitivity } }"
        ' __type(name: "DataTopic") { enumValues { name } } }'
    )
    topics = {each["topic"] for each in data["dataFoundations"]}
    assert topics == {each["name"] for each in data["__type"]["enumValues"]}
    assert all(each["fields"] for each in data["dataFoundations"])
    by_topic = {each["topic"]: each for each in data["dataFoundations"]}
    assert by_topic["OPEN_LICENCE"]["openness"] == "OPEN"  # DOMAIN F11
    assert {by_topic[t]["openness"] for t in ("TRANSFER", "LICENCE", "PLEDGE")} == {"CONDITIONAL"}
    assert {by_topic[t]["openness"] for t in ("VALUATION", "STATISTICS")} == {"RESTRICTED"}


async def test_one_foundation(catalog: Database) -> None:
    found = await ask(catalog).data(
        '{ dataFoundation(code: "df-transfer ") { code name provider { code } updateCycle'
        " coverageFrom recordCount lastRefreshedAt fields { name type required sensitivity } } }"
    )
    assert found["dataFoundation"] == {
        "code": "DF-TRANSFER",
        "name": "专利转让登记数据",
        "provider": {"code": TRADING_CODE},
        "updateCycle": "WEEKLY",
        "coverageFrom": None,
        "recordCount": 0,
        "lastRefreshedAt": None,
        "fields": [
            {"name": "patent", "type": "ApplicationNumber", "required": True,
             "sensitivity": "PUBLIC"},
            {"name": "from", "type": "Party", "required": True, "sensitivity": "PUBLIC"},
            {"name": "to", "type": "Party", "required": True, "sensitivity": "PUBLIC"},
            {"name": "registeredOn", "type": "Date", "required": True, "sensitivity": "PUBLIC"},
            {"name": "price", "type": "Money", "required": False, "sensitivity": "COMMERCIAL"},
        ],
    }  # fmt: skip
    none = await ask(catalog).data('{ dataFoundation(code: "DF-NONE") { code } }')
    assert none == {"dataFoundation": None}


async def test_foundations_are_filtered(catalog: Database) -> None:
    data = await ask(catalog).data(
        """{ restricted: dataFoundations(openness: RESTRICTED) { code }
             trading: dataFoundations(provider: "FT-110000-01", topic: LICENCE) { code }
             none: dataFoundations(topic: LICENCE, openness: OPEN) { code } }"""
    )
    assert data == {
        "restricted": [{"code": "DF-STATISTICS"}, {"code": "DF-VALUATION"}],
        "trading": [{"code": "DF-LICENCE"}],
        "none": [],
    }


async def test_standards(catalog: Database) -> None:
    data = await ask(catalog).data(
        """{ serviceStandards(kind: PATENT_NAVIGATION, status: IN_FORCE) {
               code version title basis issuedBy { code } effectiveFrom replacedBy { version }
               requirements { text mandatory check parameter } }
             current: serviceStandard(code: "SS-NAV-001") { version status }
             draft: serviceStandard(code: "SS-NAV-001", version: "2.0") { version status }
             none: serviceStandard(code: "SS-NAV-001", version: "9.0") { version } }"""
    )
    assert data["serviceStandards"] == [
        {
            "code": STANDARD,
            "version": "1.0",
            "title": "专利导航服务规范",
            "basis": ["GB/T 39551"],
            "issuedBy": {"code": NAVIGATION_CODE},
            "effectiveFrom": "2024-01-01",
            "replacedBy": None,
            "requirements": [
                {"text": "写明简介", "mandatory": True, "check": "FIELD_PRESENT",
                 "parameter": "summary"},
                {"text": "使用著录项目数据", "mandatory": True, "check": "DATA_FOUNDATION_USED",
                 "parameter": BIBLIOGRAPHY},
                {"text": "附业绩证明", "mandatory": True, "check": "EVIDENCE_ATTACHED",
                 "parameter": None},
                {"text": "十日内响应", "mandatory": True, "check": "MAX_RESPONSE_DAYS",
                 "parameter": "10"},
                {"text": "方法得当", "mandatory": True, "check": "MANUAL", "parameter": None},
            ],
        }
    ]  # fmt: skip
    assert data["current"] == {"version": "1.0", "status": "IN_FORCE"}
    assert data["draft"] == {"version": "2.0", "status": "CONSULTATION"}
    assert data["none"] is None


@pytest.mark.parametrize(
    ("caller", "seen"),
    [
        (PUBLIC, False),
        (PUBLISHER, False),
        (TRADER, False),
        (SHENZHEN, False),
        (REVIEWER, True),
        (CNIPA, True),
        (SERVICE, True),
    ],
)
async def test_a_draft_standard_is_for_its_issuer(
    catalog: Database, caller: Caller, seen: bool
) -> None:
    asker = ask(catalog, caller)
    data = await asker.data(
        """{ listed: serviceStandards(status: DRAFT) { code }
             all: serviceStandards { code }
             one: serviceStandard(code: "SS-TST-009", version: "1.0") { code }
             now: serviceStandard(code: "SS-TST-009") { code } }"""
    )
    one = {"code": DRAFT_STANDARD}
    assert data["listed"] == ([one] if seen else [])
    assert (one in data["all"]) is seen
    assert data["one"] == data["now"] == (one if seen else None)
    entity = {"__typename": "ServiceStandard", "code": DRAFT_STANDARD, "version": "1.0"}
    [found] = await asker.entities("... on ServiceStandard { title }", entity)
    assert (found is not None) is seen


PRODUCT = """{ serviceProduct(id: "%s") { number title publisher { code } provider { uscc }
  standard { code version } usesDataFoundations { code } regions { code } industries { code }
  price { kind amount currency } responseDays status version publishedAt allowedActions
  conformance { passed } history { to by comment } } }"""


async def test_a_published_product(catalog: Database) -> None:
    data = await ask(catalog).data(PRODUCT % PUBLISHED)
    assert data["serviceProduct"] == {
        "number": f"{PUBLISHER_CODE}-T0001",
        "title": "电池产业专利导航",
        "publisher": {"code": PUBLISHER_CODE},
        "provider": None,
        "standard": {"code": STANDARD, "version": "1.0"},
        "usesDataFoundations": [{"code": BIBLIOGRAPHY}],
        "regions": [{"code": "440300"}],
        "industries": [{"code": "C38"}],
        "price": {"kind": "FIXED", "amount": "20000", "currency": "CNY"},
        "responseDays": 7,
        "status": "PUBLISHED",
        "version": 1,
        "publishedAt": None,
        "allowedActions": [],
        "conformance": [],
        "history": [],
    }


@pytest.mark.parametrize(
    ("caller", "seen"),
    [
        (PUBLIC, False),
        (STRANGER, False),
        (TRADER, False),
        (AGENCY, False),
        (JIANGSU, False),
        (Caller("test:operator", Role.HUB_OPERATOR), False),
        (Caller("test:front", Role.FRONTEND), False),
        (PUBLISHER, True),
        (REVIEWER, True),
        (SHENZHEN, True),
        # the province keeps read access to centres of the separately planned city
        (GUANGDONG, True),
        (CNIPA, True),
        (SERVICE, True),
    ],
)
async def test_drafts_are_for_those_concerned_on_every_path(
    catalog: Database, caller: Caller, seen: bool
) -> None:
    asker = ask(catalog, caller)
    data = await asker.data(
        """query ($draft: ID!) { one: serviceProduct(id: $draft) { id }
             drafts: serviceProducts(filter: { status: DRAFT }) { nodes { id } totalCount }
             all: serviceProducts(first: 100) { nodes { id } totalCount } }""",
        draft=DRAFT,
    )
    assert (data["one"] is not None) is seen
    assert [each["id"] for each in data["drafts"]["nodes"]] == ([DRAFT] if seen else [])
    assert data["drafts"]["totalCount"] == int(seen)
    wanted = {PUBLISHED, DRAFT, IN_REVIEW} if seen else {PUBLISHED}
    assert {each["id"] for each in data["all"]["nodes"]} == wanted
    assert data["all"]["totalCount"] == len(wanted)

    product, center = await asker.entities(
        "... on ServiceProduct { id } ... on OperationCenter { serviceProducts { id }"
        " underReview: serviceProducts(status: UNDER_REVIEW) { id } }",
        {"__typename": "ServiceProduct", "id": DRAFT},
        {"__typename": "OperationCenter", "code": PUBLISHER_CODE},
    )
    assert (product is not None) is seen
    assert {each["id"] for each in center["serviceProducts"]} == wanted
    assert len(center["underReview"]) == int(seen)


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ({"status": "PUBLISHED"}, {PUBLISHED}),
        ({"kind": "PATENT_NAVIGATION", "text": "激光"}, {DRAFT}),
        ({"text": "池企"}, {PUBLISHED, DRAFT, IN_REVIEW}),  # in the summary
        ({"text": "电池产业"}, {PUBLISHED, IN_REVIEW}),
        ({"text": "%"}, set()),
        ({"kind": "VALUATION"}, set()),
        ({"publisher": PUBLISHER_CODE.lower()}, {PUBLISHED, DRAFT, IN_REVIEW}),
        ({"publisher": TRADING_CODE}, set()),
        ({"region": "440305"}, {PUBLISHED, DRAFT, IN_REVIEW}),
        ({"region": "440000"}, {PUBLISHED, DRAFT, IN_REVIEW}),
        ({"region": "110000"}, {IN_REVIEW}),
        ({"industry": "C3841"}, {PUBLISHED, DRAFT}),
        ({"industry": "C"}, {PUBLISHED, DRAFT}),
        ({"industry": "M"}, set()),
    ],
)
async def test_the_list_is_filtered(
    catalog: Database, filter_: dict[str, str], found: set[str]
) -> None:
    data = await ask(catalog, CNIPA).data(
        "query ($f: ServiceProductFilter) { serviceProducts(filter: $f) {"
        " nodes { id } totalCount } }",
        f=filter_,
    )
    assert {each["id"] for each in data["serviceProducts"]["nodes"]} == found
    assert data["serviceProducts"]["totalCount"] == len(found)


async def test_pages_follow_each_other(catalog: Database) -> None:
    asker, seen, after = ask(catalog, CNIPA), [], None
    query = """query ($after: String) { serviceProducts(first: 1, after: $after) {
      nodes { id } pageInfo { hasNextPage endCursor } } }"""
    for more in (True, True, False):
        page = (await asker.data(query, after=after))["serviceProducts"]
        seen += [each["id"] for each in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        assert page["pageInfo"]["hasNextPage"] is more
    assert seen == [IN_REVIEW, DRAFT, PUBLISHED]  # newest first
    assert await asker.codes(query, after="bad") == ["INVALID_CURSOR"]


async def test_products_under_regions_and_industries_are_the_published_ones(
    catalog: Database,
) -> None:
    found = await ask(catalog, CNIPA).entities(
        "... on Region { serviceProducts { id } none: serviceProducts(kind: VALUATION) { id } }"
        " ... on Industry { products: serviceProducts(kind: PATENT_NAVIGATION) { id } }",
        {"__typename": "Region", "code": "440305"},
        {"__typename": "Region", "code": "110000"},
        {"__typename": "Industry", "code": "C3841"},
        {"__typename": "Industry", "code": "M"},
    )
    one = [{"id": PUBLISHED}]
    assert found[0] == {"__typename": "Region", "serviceProducts": one, "none": []}
    assert found[1]["serviceProducts"] == []
    assert [each["products"] for each in found[2:]] == [one, []]


async def test_counts_and_the_duty_of_basic_services(catalog: Database) -> None:
    found = await ask(catalog).entities(
        "... on OperationCenter { publishedProductCount offersBasicService"
        " providedDataFoundations { code } }",
        *(
            {"__typename": "OperationCenter", "code": code}
            for code in (PUBLISHER_CODE, TRADING_CODE, FINANCIAL_CODE, NAVIGATION_CODE)
        ),
    )
    assert [each["publishedProductCount"] for each in found] == [1, 0, 0, 0]
    assert [each["offersBasicService"] for each in found] == [None, False, False, None]
    provided = [{"code": "DF-LICENCE"}, {"code": "DF-TRANSFER"}, {"code": "DF-VALUATION"}]
    assert found[1]["providedDataFoundations"] == provided


@pytest.mark.parametrize(
    ("caller", "seen"),
    [
        (PUBLIC, set()),
        (STRANGER, set()),
        (JIANGSU, set()),
        (REVIEWER, set()),
        (PUBLISHER, {GRANT, LAPSED_GRANT}),
        (SHENZHEN, {GRANT, LAPSED_GRANT}),
        (GUANGDONG, {GRANT, LAPSED_GRANT}),
        (TRADER, {GRANT, LAPSED_GRANT}),  # provides both data foundations
        (CNIPA, {GRANT, LAPSED_GRANT}),
        (SERVICE, {GRANT, LAPSED_GRANT}),
    ],
)
async def test_grants_are_for_those_concerned_on_every_path(
    catalog: Database, caller: Caller, seen: set[str]
) -> None:
    asker = ask(catalog, caller)
    found = await asker.entities(
        "... on OperationCenter { dataGrants { id } }"
        " ... on DataFoundation { grants { id } } ... on DataAccessGrant { id purpose }",
        {"__typename": "OperationCenter", "code": PUBLISHER_CODE},
        {"__typename": "DataFoundation", "code": "DF-TRANSFER"},
        {"__typename": "DataAccessGrant", "id": LAPSED_GRANT},
    )
    assert {each["id"] for each in found[0]["dataGrants"]} == seen
    assert {each["id"] for each in found[1]["grants"]} == seen & {GRANT}
    assert (found[2] is not None) is (LAPSED_GRANT in seen)


async def test_the_kernel_reads_active_grants(catalog: Database) -> None:
    """As `resolvers.grants` asks; a grant whose last day has passed is not among them."""
    [found] = await ask(catalog, SERVICE).entities(
        "... on OperationCenter { dataGrants(status: ACTIVE) { id fields dataFoundation { topic } }"
        " expired: dataGrants(status: EXPIRED) { id status } }",
        {"__typename": "OperationCenter", "code": PUBLISHER_CODE},
    )
    assert found["dataGrants"] == [
        {"id": GRANT, "fields": ["price"], "dataFoundation": {"topic": "TRANSFER"}}
    ]
    assert found["expired"] == [{"id": LAPSED_GRANT, "status": "EXPIRED"}]


@pytest.mark.parametrize(
    ("caller", "seen"),
    [(PUBLIC, False), (STRANGER, False), (PUBLISHER, True), (REVIEWER, True), (GUANGDONG, True)],
)
async def test_evidence_is_for_those_concerned(
    catalog: Database, caller: Caller, seen: bool
) -> None:
    data = await ask(catalog, caller).data(
        "query ($id: ID!) { serviceProduct(id: $id) { evidence { title reference } } }",
        id=PUBLISHED,
    )
    evidence = [{"title": "合同", "reference": "示字〔2024〕1号"}]
    assert data["serviceProduct"]["evidence"] == (evidence if seen else None)


async def test_a_key_of_two_fields(catalog: Database) -> None:
    response = await ask(catalog).entity_response(
        "... on ServiceStandard { title }",
        {"__typename": "ServiceStandard", "code": STANDARD.lower(), "version": "1.0"},
        {"__typename": "ServiceStandard", "code": STANDARD, "version": "8.0"},
        {"__typename": "ServiceStandard", "code": STANDARD},
        {"__typename": "ServiceStandard", "code": STANDARD, "version": "\x00"},
    )
    found = response["data"]["_entities"]
    assert [each and each["title"] for each in found] == ["专利导航服务规范", None, None, None]
    codes = [error["extensions"]["code"] for error in response["errors"]]
    assert codes == ["BAD_REPRESENTATION", "BAD_IDENTIFIER"]


async def test_one_statement_per_batch(catalog: Database) -> None:
    asker = Asker(catalog, "catalog")
    response = await asker.response(
        "{ dataFoundations { provider { code } fields { name } grants { id } }"
        " serviceStandards { requirements { id } replacedBy { title } }"
        " serviceProducts { nodes { standard { title requirements { id } }"
        " usesDataFoundations { code } regions { code serviceProducts { id } }"
        " industries { serviceProducts { id } } conformance { passed } history { to }"
        " publisher { serviceProducts { id } publishedProductCount dataGrants { id } } } } }"
    )
    assert "errors" not in response
    assert len(asker.statements) > 12
    assert set(asker.statements.values()) == {1}


@pytest.mark.parametrize("status", ["SUSPENDED", "RETIRED", "SUPERSEDED"])
async def test_what_was_published_once_stays_to_be_seen(database: Database, status: str) -> None:
    await add_catalog(database)
    once = "01900000-0000-7000-8000-0000000d0009"
    await add_product(database, once, status)
    data = await ask(database).data(PRODUCT % once)
    assert data["serviceProduct"]["status"] == status


async def test_a_subscription_tells_published_products(database: Database) -> None:
    await add_catalog(database)
    query = """subscription { serviceProductPublished(kind: PATENT_NAVIGATION, region: "440305",
      industry: "C3841") { id status title } }"""
    publish = "insert into hub.event (topic, key, payload) values ($1, $2, $3)"
    told = {"kind": "PATENT_NAVIGATION", "regions": ["440300"], "industries": ["C38"]}
    events: list[tuple[str, dict[str, Any]]] = [
        (PUBLISHED, {**told, "kind": "VALUATION"}),
        (PUBLISHED, {**told, "regions": ["320000"]}),
        (PUBLISHED, {**told, "industries": []}),
        (DRAFT, told),  # nobody but those concerned
        (PUBLISHED, told),
    ]
    async with EventBus(database).running() as bus:
        server = SubgraphServer(database, today=lambda: TODAY, now=lambda: NOW, events=bus)
        results = server.subscribe("catalog", query)
        task = asyncio.ensure_future(anext(results))
        await asyncio.sleep(0.2)
        for key, payload in events:
            async with database.transaction() as tx:
                await tx.execute("test.event", publish, "catalog.product_published", key, payload)
                await tx.execute(
                    "test.notify", "select pg_notify('hub_event', pg_current_xact_id()::text)"
                )
        first = await asyncio.wait_for(task, 10)
        assert first == {
            "data": {
                "serviceProductPublished": {
                    "id": PUBLISHED,
                    "status": "PUBLISHED",
                    "title": "电池产业专利导航",
                }
            }
        }
        await results.aclose()
