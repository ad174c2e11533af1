"""Listings from draft to sale: screening with facts of other subgraphs, overrides, new events."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.identity import Caller
from resolvers.peers import PeerUnavailable
from tests.schema.trading_world import (
    CNIPA,
    INVENTION,
    JOINT,
    MAKER,
    OTHER_TRADER,
    OVERRIDE,
    PLEDGED,
    PUBLIC,
    REVIEWER,
    SCREEN,
    SHENZHEN_PLATFORM,
    TRANSITION,
    UNKNOWN,
    Trader,
    add_tradable,
    lead,
    listed,
    make,
    screened,
    status_of,
    worker,
)
from tests.schema.world import (
    BATTERY,
    COOLER,
    FROM_TEST,
    HOLDER,
    OLD,
    OTHER,
    PROVENANCE,
    Asker,
)


@pytest.fixture
async def world(database: Database) -> Database:
    await add_tradable(database)
    return database


async def event(database: Database, code: str, number: str = INVENTION, **more: Any) -> None:
    """Tell of a legal event, as the adapters do."""
    payload = {"applicationNumber": number, "code": code, "exclusive": False, **more}
    await database.execute(
        "test.event",
        "insert into hub.event (topic, key, payload) values "
        "('patents.legal_event_recorded', 'e1', $1)",
        payload,
    )


# screening with the facts of the other subgraphs


async def test_a_submitted_listing_is_listed_by_its_screening(world: Database) -> None:
    made = await make(world)
    assert await lead(world, made, "SUBMIT") == "SCREENING"
    trader = Trader(world, MAKER)
    payload, codes = await trader.mutate(SCREEN, id=made)
    assert codes == []
    assert payload["screening"]["outcome"] == "PASS"
    assert payload["screening"]["listing"] == {"id": made, "status": "LISTED"}
    assert [each["rule"] for each in payload["screening"]["findings"]] == [
        *("PATENT_EXISTS", "NOT_IN_FORCE", "HOLDER_MISMATCH", "CO_OWNER_CONSENT", "PLEDGED"),
        *("FROZEN", "EXCLUSIVE_LICENCE", "OPEN_LICENCE_IN_FORCE", "REMAINING_TERM"),
        *("INVALIDATION_PENDING", "DUPLICATE_LISTING", "PRICE_OUTLIER", "SELLER_CREDIT"),
        "PERSONAL_DATA",
    ]
    assert payload["screening"]["findings"][0]["patent"] == {"applicationNumber": INVENTION}
    assert payload["screening"]["findings"][-1]["patent"] is None
    # one question to each subgraph, however many patents there are
    asked = [subgraph for subgraph, _ in trader.peers.asked]
    assert sorted(asked) == ["finance", "patents", "reference", "tools"]


@pytest.mark.parametrize(
    ("changes", "grades", "expected", "status"),
    [
        ({"applicationNumbers": [UNKNOWN]}, {}, {"PATENT_EXISTS": "WARN"}, "LISTED"),
        (
            {"applicationNumbers": [BATTERY]},
            {},
            # pending; the holder is named otherwise, its code is the seller's
            {"NOT_IN_FORCE": "WARN"},
            "LISTED",
        ),
        (
            {"applicationNumbers": [OLD]},
            {},
            {"NOT_IN_FORCE": "BLOCK", "HOLDER_MISMATCH": "BLOCK", "REMAINING_TERM": "BLOCK"},
            "SCREEN_FAILED",
        ),
        ({"applicationNumbers": [COOLER]}, {}, {"FROZEN": "BLOCK"}, "SCREEN_FAILED"),
        ({"applicationNumbers": [JOINT]}, {}, {"CO_OWNER_CONSENT": "BLOCK"}, "SCREEN_FAILED"),
        ({"applicationNumbers": [JOINT], "coOwnerConsent": "同意书"}, {}, {}, "LISTED"),
        ({"applicationNumbers": [PLEDGED]}, {}, {"PLEDGED": "BLOCK"}, "SCREEN_FAILED"),
        (
            {"applicationNumbers": [PLEDGED], "pledgeeConsent": "同意书"},
            {},
            {"PLEDGED": "WARN"},
            "LISTED",
        ),
        (
            {"applicationNumbers": [PLEDGED], "deal": "LICENCE_COMMON"},
            {},
            {"PLEDGED": "WARN"},
            "LISTED",
        ),
        (
            {"sellerName": "示例甲装备厂", "sellerUscc": None},
            {},
            {"HOLDER_MISMATCH": "WARN"},  # the holder's former name
            "LISTED",
        ),
        (
            {"sellerName": "示例乙新材料有限公司", "sellerUscc": OTHER},
            {},
            {"HOLDER_MISMATCH": "BLOCK"},
            "SCREEN_FAILED",
        ),
        ({}, {HOLDER: "B"}, {}, "LISTED"),
        ({}, {HOLDER: "C"}, {"SELLER_CREDIT": "WARN"}, "LISTED"),
        ({}, {HOLDER: "D"}, {"SELLER_CREDIT": "BLOCK"}, "SCREEN_FAILED"),
        ({"summary": "电话 13800138000"}, {}, {"PERSONAL_DATA": "WARN"}, "LISTED"),
    ],
)
async def test_screening_asks_the_other_subgraphs(
    world: Database,
    changes: dict[str, Any],
    grades: dict[str, str],
    expected: dict[str, str],
    status: str,
) -> None:
    made = await make(world, **changes)
    await lead(world, made, "SUBMIT")
    found, outcomes = await screened(world, made, grades)
    assert outcomes == expected
    assert found["listing"]["status"] == status


@pytest.mark.parametrize(
    ("platform", "grade", "status", "expected"),
    [
        (SHENZHEN_PLATFORM, "D", "PUBLISHED", {"SELLER_CREDIT": "BLOCK"}),
        (SHENZHEN_PLATFORM, "C", "PUBLISHED", {"SELLER_CREDIT": "WARN"}),
        ("FT-110000-01", "D", "PUBLISHED", {}),  # another platform's
        (SHENZHEN_PLATFORM, "D", "EXPIRED", {}),
    ],
)
async def test_the_credit_is_what_the_subgraph_tools_says(
    world: Database, platform: str, grade: str, status: str, expected: dict[str, str]
) -> None:
    await world.execute(
        "test.credit",
        """
        insert into tools.credit_evaluation (institution_uscc, platform_code, grade, score,
          valid_from, valid_to, status, published_at)
        values ($1, $2, $3, 50, '2024-01-01', '2025-01-01', $4, now())
        """,
        HOLDER,
        platform,
        grade,
        status,
    )
    made = await make(world)
    payload, codes = await Asker(world, "trading", MAKER).mutate(SCREEN, id=made)
    assert codes == []
    outcomes = {
        each["rule"]: each["outcome"]
        for each in payload["screening"]["findings"]
        if each["outcome"] != "PASS"
    }
    assert outcomes == expected


async def test_own_records_are_looked_at(world: Database) -> None:
    await world.execute(
        "test.records",
        f"""
        insert into trading.licence_record (record_number, licence_type, term_from, term_to,
          recorded_on, {PROVENANCE}) values
          ('X1', 'EXCLUSIVE', '2023-01-01', '2024-06-15', '2023-01-05', {FROM_TEST}),
          ('X2', 'SOLE', '2023-01-01', '2024-06-14', '2023-01-05', {FROM_TEST});
        insert into trading.licence_patent (record_number, application_number, ordinal,
          {PROVENANCE}) values ('X1', '{INVENTION}', 0, {FROM_TEST}),
          ('X2', '{JOINT}', 0, {FROM_TEST});
        insert into trading.open_licence_statement (statement_number, application_number, fee_mode,
          fee_kind, term_from, term_to, status, {PROVENANCE}) values
          ('KF9', '{INVENTION}', 'FREE', 'FREE', '2024-01-01', '2025-01-01', 'IN_FORCE',
           {FROM_TEST});
        """,
    )
    sale = await make(world)
    _, outcomes = await screened(world, sale)
    assert outcomes == {"EXCLUSIVE_LICENCE": "WARN", "OPEN_LICENCE_IN_FORCE": "BLOCK"}
    licence = await make(world, number="2", deal="LICENCE_COMMON")
    _, outcomes = await screened(world, licence)
    assert outcomes == {"EXCLUSIVE_LICENCE": "BLOCK", "OPEN_LICENCE_IN_FORCE": "WARN"}
    joint = await make(world, number="3", applicationNumbers=[JOINT], coOwnerConsent="有")
    _, outcomes = await screened(world, joint)
    assert outcomes == {}  # the sole licence ended yesterday


async def test_gazetted_licences_and_requests_for_invalidation_are_looked_at(
    world: Database,
) -> None:
    licence = [
        {"label": "合同备案号", "value": "X2024440000009"},
        {"label": "许可种类", "value": "独占许可"},
    ]
    await world.execute(
        "test.events",
        f"""
        insert into patents.legal_event (application_number, code, name_zh, st27_category,
          announced_on, details, event_key, {PROVENANCE}) values
          ('{INVENTION}', 'EE01', '专利实施许可合同备案的生效', 'S', '2024-02-01', $1, 'a',
           {FROM_TEST}),
          ('{INVENTION}', 'IR01', '无效宣告请求', 'L', '2024-03-01', '[]', 'b', {FROM_TEST}),
          ('{JOINT}', 'IR01', '无效宣告请求', 'L', '2023-03-01', '[]', 'c', {FROM_TEST}),
          ('{JOINT}', 'IP01', '专利权部分无效', 'M', '2024-03-01', '[]', 'd', {FROM_TEST}),
          ('{PLEDGED}', 'EE01', '专利实施许可合同备案的生效', 'S', '2024-02-01', $1, 'e',
           {FROM_TEST}),
          ('{PLEDGED}', 'EC01', '专利实施许可合同备案的注销', 'S', '2024-04-01', $1, 'f',
           {FROM_TEST});
        """.replace("$1", f"'{json.dumps(licence)}'"),
    )
    made = await make(world, deal="LICENCE_COMMON")
    _, outcomes = await screened(world, made)
    assert outcomes == {"EXCLUSIVE_LICENCE": "BLOCK", "INVALIDATION_PENDING": "WARN"}
    decided = await make(
        world,
        number="2",
        applicationNumbers=[JOINT, PLEDGED],
        coOwnerConsent="有",
        deal="LICENCE_COMMON",
    )
    _, outcomes = await screened(world, decided)
    assert outcomes == {"PLEDGED": "WARN"}  # decided; cancelled


async def test_a_patent_is_on_offer_once(world: Database) -> None:
    await listed(world)
    again = await make(world, number="2")
    _, outcomes = await screened(world, again)
    assert outcomes == {"DUPLICATE_LISTING": "BLOCK"}
    licence = await make(world, number="3", deal="LICENCE_COMMON")
    _, outcomes = await screened(world, licence)
    assert outcomes == {}  # another deal on the same platform
    await world.execute(
        "test.move",
        "update trading.listing set platform_code = 'FT-110000-01' where number = 'SZ-2024-001'",
    )
    _, outcomes = await screened(world, again)
    assert outcomes == {"DUPLICATE_LISTING": "WARN"}


async def test_of_two_listings_screened_at_once_one_is_listed(world: Database) -> None:
    made = [await make(world, number=str(n)) for n in range(3)]
    for each in made:
        await lead(world, each, "SUBMIT")
    await asyncio.gather(*(screened(world, each) for each in made))
    states = sorted([await status_of(world, each) for each in made])
    assert states == ["LISTED", "SCREEN_FAILED", "SCREEN_FAILED"]


async def test_prices_are_compared_with_deals_of_the_subclass(world: Database) -> None:
    await world.execute(
        "test.deals",
        f"""
        with made as (
          insert into trading.deal (platform_code, kind, seller_name, seller_name_key, buyer_name,
            buyer_name_key, price_amount, price_kind, signed_on, {PROVENANCE})
          select 'FT-110000-01', 'TRANSFER', '甲', '甲', '乙', '乙', 80000 + n, 'FIXED',
            date '2022-06-15' + n, {FROM_TEST} from generate_series(0, 7) as n returning id)
        insert into trading.deal_patent (deal_id, ordinal, application_number, ipc_subclass)
        select id, 0, 'CN2015000000001', 'H01M' from made
        """,
    )
    made = await make(world)  # 500,000 is more than 5 times 80,003.50
    _, outcomes = await screened(world, made)
    assert outcomes == {"PRICE_OUTLIER": "WARN"}
    # one of the eight is older than 24 months now: seven say nothing
    await world.execute(
        "test.age", "update trading.deal set signed_on = '2022-06-14' where price_amount = 80000"
    )
    _, outcomes = await screened(world, made)
    assert outcomes == {}


async def test_a_draft_may_be_screened_before_it_is_submitted(world: Database) -> None:
    made = await make(world, applicationNumbers=[COOLER])
    found, _ = await screened(world, made)
    assert (found["outcome"], found["listing"]["status"]) == ("BLOCK", "DRAFT")


@pytest.mark.parametrize("state", ["SOLD", "EXPIRED", "DELISTED"])
async def test_what_has_ended_is_not_screened(world: Database, state: str) -> None:
    made = await make(world)
    await world.execute("test.end", "update trading.listing set status = $1", state)
    _, codes = await Trader(world, MAKER).mutate(SCREEN, id=made)
    assert codes == ["LISTING_ENDED"]


async def test_a_subgraph_that_does_not_answer_leaves_everything_as_it_was(world: Database) -> None:
    made = await make(world)
    await lead(world, made, "SUBMIT")

    class Away:
        async def ask(self, subgraph: str, query: str, variables: Any = None) -> Any:
            raise PeerUnavailable(subgraph, "away")

    trader = Trader(world, MAKER)
    trader.peers = Away()  # type: ignore[assignment]
    assert await trader.codes(SCREEN, id=made) == ["UPSTREAM_TIMEOUT"]
    assert await status_of(world, made) == "SCREENING"
    assert not await world.fetchval("test.n", "select count(*) from trading.listing_screening")


# overrides


async def failed(world: Database, **changes: Any) -> tuple[str, str]:
    """Return a listing that failed its screening, and that screening."""
    made = await make(world, **{"applicationNumbers": [JOINT], **changes})
    await lead(world, made, "SUBMIT")
    found, _ = await screened(world, made)
    assert found["listing"]["status"] == "SCREEN_FAILED"
    return made, found["id"]


async def test_a_second_person_lowers_a_block(world: Database) -> None:
    made, screening = await failed(world)
    payload, codes = await Trader(world, REVIEWER).mutate(
        OVERRIDE, id=screening, reason="已核对书面同意"
    )
    assert codes == []
    found = payload["screening"]
    assert (found["outcome"], found["reviewedBy"], found["overrideReason"]) == (
        "WARN",
        REVIEWER.subject,
        "已核对书面同意",
    )
    assert {"rule": "CO_OWNER_CONSENT", "outcome": "WARN"} in found["findings"]
    assert found["listing"]["status"] == "SCREEN_FAILED"  # its workflow leads on
    await lead(world, made, "RESCREEN")
    found, outcomes = await screened(world, made)
    assert outcomes == {"CO_OWNER_CONSENT": "WARN"}
    assert found["listing"]["status"] == "LISTED"
    # other facts, other finding: the override does not stand
    await world.execute(
        "test.holder",
        f"insert into patents.patent_party values ('{JOINT}', 'HOLDER', 2, '丙', '丙', null)",
    )
    found, outcomes = await screened(world, made)
    assert outcomes == {"CO_OWNER_CONSENT": "BLOCK"}
    assert found["listing"]["status"] == "SUSPENDED"


@pytest.mark.parametrize(
    ("changes", "caller", "reason", "codes"),
    [
        ({}, MAKER, "理由", ["OVERRIDE_BY_CREATOR"]),
        ({}, OTHER_TRADER, "理由", ["FORBIDDEN"]),
        ({}, CNIPA, "理由", ["FORBIDDEN"]),
        ({}, PUBLIC, "理由", ["UNAUTHENTICATED"]),
        ({}, REVIEWER, " ", ["TEXT_MISSING"]),
        ({"applicationNumbers": [COOLER]}, REVIEWER, "理由", ["OVERRIDE_NOT_ALLOWED"]),
        # one that may be lowered does not help beside one that may not
        (
            {"applicationNumbers": [JOINT, COOLER]},
            REVIEWER,
            "理由",
            ["OVERRIDE_NOT_ALLOWED"],
        ),
    ],
)
async def test_who_may_not_lower_what(
    world: Database, changes: dict[str, Any], caller: Caller, reason: str, codes: list[str]
) -> None:
    _, screening = await failed(world, **changes)
    _, found = await Trader(world, caller).mutate(OVERRIDE, id=screening, reason=reason)
    assert found == codes
    outcome = await world.fetchval("test.o", "select outcome from trading.listing_screening")
    assert outcome == "BLOCK"


async def test_only_the_latest_block_is_reviewed_and_once(world: Database) -> None:
    made, first = await failed(world)
    second, _ = await screened(world, made)
    _, codes = await Trader(world, REVIEWER).mutate(OVERRIDE, id=first, reason="理由")
    assert codes == ["NOT_LATEST"]
    _, codes = await Trader(world, REVIEWER).mutate(OVERRIDE, id=second["id"], reason="理由")
    assert codes == []
    _, codes = await Trader(world, REVIEWER).mutate(OVERRIDE, id=second["id"], reason="理由")
    assert codes == ["NOTHING_TO_OVERRIDE"]
    missing = "01900000-0000-7000-8000-00000000ffff"
    _, codes = await Trader(world, REVIEWER).mutate(OVERRIDE, id=missing, reason="理由")
    assert codes == ["NOT_FOUND"]


# the worker: submitted listings, legal events


async def test_the_worker_screens_what_was_submitted(world: Database) -> None:
    good, bad = await make(world), await make(world, number="2", applicationNumbers=[COOLER])
    await lead(world, good, "SUBMIT")
    await lead(world, bad, "SUBMIT")
    await worker(world).run_once()
    assert (await status_of(world, good), await status_of(world, bad)) == (
        "LISTED",
        "SCREEN_FAILED",
    )
    await worker(world).run_once()
    assert await world.fetchval("test.n", "select count(*) from trading.listing_screening") == 2


@pytest.mark.parametrize(
    ("code", "sql", "outcome"),
    [
        ("CF01", "legal_status = 'CEASED_UNPAID_FEE'", "BLOCK"),
        ("CX01", "expiry_date = '2024-06-15'", "BLOCK"),
        ("AV01", "legal_status = 'SURRENDERED'", "BLOCK"),
        ("IW01", "legal_status = 'INVALIDATED'", "BLOCK"),
        ("PP01", "under_preservation = true", "BLOCK"),
        ("TR01", "title = title", "PASS"),
    ],
)
async def test_a_legal_event_screens_again(
    world: Database, code: str, sql: str, outcome: str
) -> None:
    made = await listed(world)
    await world.execute(
        "test.patent", f"update patents.patent set {sql} where application_number = '{INVENTION}'"
    )
    await event(world, code)
    await worker(world).run_once()
    assert await status_of(world, made) == ("SUSPENDED" if outcome == "BLOCK" else "LISTED")
    rows = await world.fetch(
        "test.s", "select cause, outcome from trading.listing_screening order by run_at, id"
    )
    assert [tuple(row) for row in rows] == [("REQUEST", "PASS"), (code, outcome)]


async def test_other_events_screen_nothing(world: Database) -> None:
    await listed(world)
    for code in ("PB01", "EE01", "EC01", "OL01"):
        await event(world, code)
    await event(world, "CF01", JOINT)
    await worker(world).run_once()
    assert await world.fetchval("test.n", "select count(*) from trading.listing_screening") == 1
    await event(world, "EE01", exclusive=True)
    await worker(world).run_once()
    assert await world.fetchval("test.n", "select count(*) from trading.listing_screening") == 2


async def test_a_transfer_suspends_and_an_override_resumes(world: Database) -> None:
    """Journey of DOMAIN §7: a TR01 event suspends a listing."""
    made = await listed(world)
    await world.execute(
        "test.sold",
        f"update patents.patent_party set name = '示例丙', name_key = '示例丙', uscc = null "
        f"where application_number = '{INVENTION}'",
    )
    await event(world, "TR01")
    await worker(world).run_once()
    assert await status_of(world, made) == "SUSPENDED"
    _, codes = await Trader(world, MAKER).mutate(TRANSITION, id=made, action="RESUME")
    assert codes == ["SCREENING_BLOCKS"]
    data = await Trader(world, MAKER).data(
        '{ listing(id: "%s") { screening { id outcome } screenings { outcome } } }' % made
    )
    assert [each["outcome"] for each in data["listing"]["screenings"]] == ["BLOCK", "PASS"]
    latest = data["listing"]["screening"]["id"]
    _, codes = await Trader(world, REVIEWER).mutate(OVERRIDE, id=latest, reason="转让人受托出售")
    assert codes == []
    assert await lead(world, made, "RESUME") == "LISTED"


async def test_the_block_rate_counts_runs(world: Database) -> None:
    query = "... on OperationCenter { screeningBlockRate }"
    key = {"__typename": "OperationCenter", "code": SHENZHEN_PLATFORM}
    assert (await Trader(world, PUBLIC).entities(query, key))[0]["screeningBlockRate"] is None
    await listed(world)
    await failed(world, number="2")
    await failed(world, number="3", applicationNumbers=[COOLER])
    await failed(world, number="4", applicationNumbers=[PLEDGED])
    assert (await Trader(world, PUBLIC).entities(query, key))[0]["screeningBlockRate"] == 0.75
