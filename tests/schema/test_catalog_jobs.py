"""What the catalogue's worker does: effects of others' changes, terms that end, figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from resolvers.catalog.jobs import JOBS
from resolvers.database.pool import Database
from resolvers.grants import GrantUse, take_uses
from resolvers.hub.worker import Worker
from resolvers.identity import Caller
from tests.schema.catalog_world import (
    CNIPA,
    DRAFT,
    GRANT,
    IN_REVIEW,
    LAPSED_GRANT,
    PUBLISHED,
    PUBLISHER,
    PUBLISHER_CODE,
    REVIEWER,
    STANDARD,
    STRANGER,
    TRADER,
    StatedPeers,
    add_catalog,
    add_product,
    catalog_worker,
)
from tests.schema.world import NOW, TODAY, Asker, add_patents, add_trading

BY_ITSELF = "01900000-0000-7000-8000-0000000d0005"
BY_PUBLISHER = "01900000-0000-7000-8000-0000000d0006"
MOVE = """mutation ($id: ID!, $v: Int!, $action: ProductAction!) {
  transitionServiceProduct(id: $id, expectedVersion: $v, action: $action, comment: "说明") {
    errors { code } } }"""


@pytest.fixture
async def catalog(database: Database) -> Database:
    await add_catalog(database)
    return database


async def statuses(database: Database) -> dict[str, tuple[str, str | None]]:
    records = await database.fetch(
        "test.products", "select id::text, status, suspended_by from catalog.service_product"
    )
    return {record["id"]: (record["status"], record["suspended_by"]) for record in records}


async def set_center(database: Database, status: str) -> None:
    """Change a centre's status, and tell it as `platforms` does."""
    await database.execute(
        "test.center",
        "update platforms.operation_center set status = $2 where code = $1",
        PUBLISHER_CODE,
        status,
    )
    await tell(database, "platforms.center_status_changed", PUBLISHER_CODE, {"to": status})


async def tell(database: Database, topic: str, key: str, payload: dict[str, Any]) -> None:
    await database.execute(
        "test.event",
        "insert into hub.event (topic, key, payload) values ($1, $2, $3)",
        topic,
        key,
        payload,
    )


async def test_a_centre_that_leaves_recognised_loses_its_products_and_gets_them_back(
    catalog: Database,
) -> None:
    await add_product(catalog, BY_PUBLISHER, "SUSPENDED")
    worker = catalog_worker(catalog)
    await set_center(catalog, "IN_RECTIFICATION")
    await worker.run_reactions()
    found = await statuses(catalog)
    assert found == {
        PUBLISHED: ("SUSPENDED", "CENTER_STATUS"),
        BY_PUBLISHER: ("SUSPENDED", PUBLISHER_CODE),
        DRAFT: ("DRAFT", None),
        IN_REVIEW: ("UNDER_REVIEW", None),
    }
    # nobody but the effect itself, or CNIPA when all is in order, takes it back
    _, codes = await Asker(catalog, "catalog", PUBLISHER).mutate(
        MOVE, id=PUBLISHED, v=2, action="RESUME"
    )
    assert codes == ["FORBIDDEN"]
    _, codes = await Asker(catalog, "catalog", CNIPA).mutate(
        MOVE, id=PUBLISHED, v=2, action="RESUME"
    )
    assert codes == ["CENTER_NOT_RECOGNISED"]

    await set_center(catalog, "RECOGNISED")
    await worker.run_reactions()
    found = await statuses(catalog)
    assert found[PUBLISHED] == ("PUBLISHED", None)
    assert found[BY_PUBLISHER] == ("SUSPENDED", PUBLISHER_CODE)
    history = await Asker(catalog, "catalog", CNIPA).data(
        "query ($id: ID!) { serviceProduct(id: $id) { history { from to action by } } }",
        id=PUBLISHED,
    )
    by = {"action": None, "by": "service:worker"}
    assert history["serviceProduct"]["history"] == [
        {"from": "PUBLISHED", "to": "SUSPENDED", **by},
        {"from": "SUSPENDED", "to": "PUBLISHED", **by},
    ]
    # all that follows from the republication is done too, and changes nothing more
    while await worker.run_reactions():
        pass
    assert await statuses(catalog) == found


async def test_an_event_handled_twice_does_nothing_more(catalog: Database) -> None:
    worker = catalog_worker(catalog)
    for _ in range(2):
        await set_center(catalog, "IN_RECTIFICATION")
        while await worker.run_reactions():
            pass
    count = await catalog.fetchval("test.changes", "select count(*) from catalog.status_change")
    assert count == 1


async def test_an_approval_that_crosses_the_loss_of_recognition_is_undone(
    catalog: Database,
) -> None:
    """The publication's own event makes the worker look again."""
    _, codes = await Asker(catalog, "catalog", REVIEWER).mutate(
        MOVE, id=IN_REVIEW, v=1, action="APPROVE"
    )
    assert codes == []
    await catalog.execute(
        "test.center",
        "update platforms.operation_center set status = 'REVOKED' where code = $1",
        PUBLISHER_CODE,
    )
    await catalog_worker(catalog).run_reactions()
    assert (await statuses(catalog))[IN_REVIEW] == ("SUSPENDED", "CENTER_STATUS")


async def test_products_come_back_only_with_a_standard_that_keeps_them(catalog: Database) -> None:
    worker = catalog_worker(catalog)
    await set_center(catalog, "IN_TRANSITION")
    await worker.run_reactions()
    await catalog.execute(
        "test.standard",
        "update catalog.service_standard set status = 'WITHDRAWN' where code = $1"
        " and version = '1.0'",
        STANDARD,
    )
    await set_center(catalog, "RECOGNISED")
    await worker.run_reactions()
    assert (await statuses(catalog))[PUBLISHED] == ("SUSPENDED", "STANDARD_STATUS")


async def test_a_withdrawn_standard_suspends_its_products(catalog: Database) -> None:
    await add_product(catalog, BY_ITSELF, "PUBLISHED", standard=(STANDARD, "2.0"))
    change = """mutation ($to: StandardStatus!) { changeStandardStatus(code: "SS-NAV-001",
      version: "1.0", to: $to) { errors { code } } }"""
    assert (await Asker(catalog, "catalog", REVIEWER).mutate(change, to="WITHDRAWN"))[1] == []
    await catalog_worker(catalog).run_reactions()
    found = await statuses(catalog)
    assert found[PUBLISHED] == ("SUSPENDED", "STANDARD_STATUS")
    assert found[BY_ITSELF] == ("PUBLISHED", None)  # another version


@pytest.mark.parametrize(("days", "status"), [(180, "PUBLISHED"), (181, "SUSPENDED")])
async def test_a_superseded_standard_keeps_products_for_180_days(
    catalog: Database, days: int, status: str
) -> None:
    await catalog.execute(
        "test.standard",
        "update catalog.service_standard set status = 'SUPERSEDED', superseded_on = $2"
        " where code = $1 and version = '1.0'",
        STANDARD,
        TODAY - timedelta(days=days),
    )
    await catalog_worker(catalog).run_timers(forced=True)
    assert (await statuses(catalog))[PUBLISHED][0] == status


async def test_grants_take_effect_and_end(catalog: Database) -> None:
    request = """mutation { requestDataAccess(dataFoundationCode: "DF-PLEDGE",
      granteeCode: "IC-440300-02", purpose: "分析") { grant { id } errors { code } } }"""
    decide = """mutation ($id: ID!) { decideDataAccess(grantId: $id, approve: true,
      validTo: "2024-06-20") { errors { code } } }"""
    payload, _ = await Asker(catalog, "catalog", PUBLISHER).mutate(request)
    grant_id = payload["grant"]["id"]
    assert (await Asker(catalog, "catalog", CNIPA).mutate(decide, id=grant_id))[1] == []
    await catalog_worker(catalog).run_reactions()
    assert await grants(catalog) == {
        grant_id: "ACTIVE",
        GRANT: "ACTIVE",
        LAPSED_GRANT: "ACTIVE",
    }
    await catalog_worker(catalog).run_timers(forced=True)
    assert await grants(catalog) == {grant_id: "ACTIVE", GRANT: "ACTIVE", LAPSED_GRANT: "EXPIRED"}
    later = Worker(
        catalog, StatedPeers(catalog), [JOBS], clock=lambda: datetime(2024, 6, 21, tzinfo=UTC)
    )
    await later.run_timers(forced=True)
    assert (await grants(catalog))[grant_id] == "EXPIRED"
    changes = await catalog.fetch(
        "test.changes",
        "select to_status, action from catalog.status_change where key = $1 order by id",
        grant_id,
    )
    assert [tuple(change) for change in changes] == [
        ("REQUESTED", None),
        ("APPROVED", "APPROVE"),
        ("ACTIVE", "ACTIVATE"),
        ("EXPIRED", "EXPIRE"),
    ]


async def grants(database: Database) -> dict[str, str]:
    records = await database.fetch(
        "test.grants", "select id::text, status from catalog.data_access_grant"
    )
    return {record["id"]: record["status"] for record in records}


async def test_an_approved_grant_whose_event_was_lost_takes_effect(catalog: Database) -> None:
    await catalog.execute(
        "test.grant",
        "update catalog.data_access_grant set status = 'APPROVED' where id = $1",
        GRANT,
    )
    await catalog_worker(catalog).run_timers(forced=True)
    assert (await grants(catalog))[GRANT] == "ACTIVE"


async def test_grants_serve_and_their_use_is_added_up(catalog: Database) -> None:
    peers = StatedPeers(catalog)
    for wanted in (2, 1):
        use = GrantUse()
        for _ in range(wanted):
            assert await use.covers(peers, PUBLISHER, "TRANSFER", "price")
        assert not await use.covers(peers, PUBLISHER, "TRANSFER", "from")
        assert not await use.covers(peers, PUBLISHER, "LICENCE", "fee")  # lapsed
        await use.note(catalog, NOW)
        await use.note(catalog, NOW)  # nothing since
    assert not await GrantUse().covers(peers, STRANGER, "TRANSFER", "price")
    await catalog_worker(catalog).run_timers(forced=True)
    data = await Asker(catalog, "catalog", TRADER).data(
        """{ dataFoundation(code: "DF-TRANSFER") {
          grants { id usage { requests records lastUsedAt } } } }"""
    )
    assert data["dataFoundation"]["grants"] == [
        {
            "id": GRANT,
            "usage": {"requests": 2, "records": 3, "lastUsedAt": "2024-06-15T04:00:00Z"},
        }
    ]
    assert await take_uses(catalog) == ()


async def test_a_request_notes_its_use_of_grants(catalog: Database) -> None:
    """Over the server: a transfer's price is opened by a grant to one centre and not to another."""
    await add_patents(catalog)
    await add_trading(catalog)
    await catalog.execute(
        "test.price",
        "update trading.transfer_record set price_amount = 1, price_kind = 'FIXED'",
    )
    query = """query ($r: [_Any!]!) { _entities(representations: $r) { ... on Patent {
      transfers { price { amount } } } } }"""
    representation = {"__typename": "Patent", "applicationNumber": "CN2020290000014"}

    async def price(caller: Caller) -> Any:
        response = await Asker(catalog, "trading", caller).response(query, r=[representation])
        return response["data"]["_entities"][0]["transfers"][0]["price"]

    assert await price(PUBLISHER) == {"amount": "1"}
    assert await price(STRANGER) is None
    [noted] = await take_uses(catalog)
    assert (str(noted.grant_id), noted.requests, noted.records) == (GRANT, 1, 1)


async def test_totals_are_asked_of_those_who_hold_the_data(catalog: Database) -> None:
    await add_patents(catalog)
    await add_trading(catalog)
    await catalog.execute(
        "test.received", "update trading.listing set received_at = '2024-06-01T00:00:00Z'"
    )
    peers = StatedPeers(catalog, down=frozenset({"tools"}))
    await catalog.execute(
        "test.credit",
        "update catalog.data_foundation set record_count = 7 where topic = 'CREDIT'",
    )
    await catalog_worker(catalog, peers).run_timers(forced=True)
    data = await Asker(catalog, "catalog").data(
        "{ dataFoundations { topic recordCount lastRefreshedAt } }"
    )
    found = {each["topic"]: each for each in data["dataFoundations"]}
    counts = {topic: each["recordCount"] for topic, each in found.items()}
    assert counts["PATENT_BIBLIOGRAPHIC"] == 4
    assert counts["PATENT_LEGAL_STATUS"] == 3
    assert counts["LISTING"] == 3
    assert counts["OPEN_LICENCE"] == 3
    assert counts["LICENCE"] == 2
    assert counts["TRANSFER"] == 1
    assert counts["DEMAND"] == 1
    assert counts["CREDIT"] == 7  # its holder did not answer
    assert found["LISTING"]["lastRefreshedAt"] == "2024-06-01T00:00:00Z"
    assert found["CREDIT"]["lastRefreshedAt"] is None


async def test_totals_are_for_the_hub_alone(catalog: Database) -> None:
    query = '{ _totals(topics: ["LISTING"]) { records } }'
    for caller in (PUBLISHER, CNIPA):
        assert await Asker(catalog, "trading", caller).codes(query) == ["FORBIDDEN"]
