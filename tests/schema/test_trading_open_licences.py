"""Open-licence statements: filing with its bars, announcement, endings, contacts, warnings."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.hub.worker import Worker
from resolvers.identity import Caller
from resolvers.trading.jobs import JOBS
from tests.schema.trading_world import (
    CNIPA,
    FINANCIER,
    GUANGDONG,
    INDUSTRY,
    INVENTION,
    JIANGSU,
    JOINT,
    MAKER,
    OTHER_TRADER,
    PLEDGED,
    PUBLIC,
    READER,
    SHENZHEN,
    UNKNOWN,
    StatedCredit,
    Trader,
    add_tradable,
    worker,
)
from tests.schema.world import BATTERY, COOLER, FROM_TEST, HOLDER, LASER, OTHER, PROVENANCE, Asker

FILE = """
mutation ($input: OpenLicenceInput!) { fileOpenLicence(input: $input) {
  statement { statementNumber status feeMode fee { kind amount } feeBasis termFrom termTo
              effectiveOn patent { applicationNumber } licensors { name organization { uscc } } }
  errors { code path } } }
"""
ANNOUNCE = """
mutation ($n: ID!, $on: Date, $gazette: ID) {
  announceOpenLicence(statementNumber: $n, announcedOn: $on, gazetteNumber: $gazette) {
    statement { statementNumber status effectiveOn } errors { code path } } }
"""
WITHDRAW = """
mutation ($n: ID!) { withdrawOpenLicence(statementNumber: $n, reason: "拟转让") {
  statement { status endedOn endReason } errors { code } } }
"""
END = """
mutation ($n: ID!, $action: OpenLicenceEnding!) {
  endOpenLicence(statementNumber: $n, action: $action, reason: "材料虚假") {
    statement { status endedOn endReason } errors { code } } }
"""
OBSTACLE = """
mutation ($n: ApplicationNumber!, $reason: String) {
  noteOpenLicenceObstacle(applicationNumber: $n, reason: $reason) {
    statement { statementNumber } errors { code } } }
"""


def statement(**changes: Any) -> dict[str, Any]:
    """Return the input of a statement that no bar stands against."""
    return {
        "applicationNumber": INVENTION,
        "licensorUsccs": [HOLDER],
        "feeMode": "FIXED",
        "fee": {"kind": "FIXED", "amount": "50000"},
        "feeBasis": "参照同类专利许可费率",
        "termFrom": "2024-07-01",
        "termTo": "2027-06-30",
        "contactName": "联系人",
        "contactPhone": "000-00000000",
        "declaresConditionsMet": True,
        **changes,
    }


@pytest.fixture
async def world(database: Database) -> Database:
    await add_tradable(database)
    return database


async def filed(world: Database, **changes: Any) -> str:
    payload, codes = await Trader(world, MAKER).mutate(FILE, input=statement(**changes))
    assert codes == [], codes
    number: str = payload["statement"]["statementNumber"]
    return number


async def announced(world: Database, **changes: Any) -> str:
    number = await filed(world, **changes)
    _, codes = await Trader(world, CNIPA).mutate(ANNOUNCE, n=number)
    assert codes == []
    return number


async def test_a_statement_is_filed_whole(world: Database) -> None:
    payload, codes = await Trader(world, MAKER).mutate(
        FILE, input=statement(applicationNumber=JOINT)
    )
    assert codes == []
    number = payload["statement"].pop("statementNumber")
    assert re.fullmatch("KF2024H[0-9]{6}", number)
    assert payload["statement"] == {
        "status": "FILED",
        "feeMode": "FIXED",
        "fee": {"kind": "FIXED", "amount": "50000.00"},
        "feeBasis": "参照同类专利许可费率",
        "termFrom": "2024-07-01",
        "termTo": "2027-06-30",
        "effectiveOn": None,
        "patent": {"applicationNumber": JOINT},
        # the joint holder without a code is a licensor all the same
        "licensors": [
            {"name": "示例甲智能装备有限公司", "organization": {"uscc": HOLDER}},
            {"name": "示例某人", "organization": None},
        ],
    }


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"declaresConditionsMet": False}, {"OL_DECLARATION_MISSING"}),
        ({"licensorUsccs": []}, {"LIST_COUNT", "OL_HOLDER_MISSING"}),
        ({"licensorUsccs": [HOLDER, OTHER]}, {"OL_LICENSOR_NOT_HOLDER"}),
        ({"licensorUsccs": [OTHER]}, {"OL_LICENSOR_NOT_HOLDER", "OL_HOLDER_MISSING"}),
        ({"fee": {"kind": "FIXED", "amount": "20000000.01"}}, {"OL_FIXED_FEE_OVER_CAP"}),
        (
            {
                "feeMode": "ROYALTY_NET_SALES",
                "fee": {"kind": "ROYALTY", "rate": "0.25", "royaltyBase": "NET_SALES"},
            },
            {"OL_ROYALTY_OVER_CAP"},
        ),
        ({"feeMode": "FREE"}, {"OL_FEE_MODE_MISMATCH"}),
        ({"feeBasis": " "}, {"OL_EXPLANATION_MISSING"}),
        ({"feeBasis": "说" * 2001}, {"OL_EXPLANATION_TOO_LONG"}),
        ({"termFrom": "2027-07-01"}, {"DATE_ORDER"}),
        ({"termFrom": "2023-01-01", "termTo": "2024-06-14"}, {"OL_TERM_OVER"}),
        ({"termTo": "2039-01-15"}, {"OL_TERM_BEYOND_PATENT"}),
        ({"termFrom": "2021-05-31"}, {"DATE_OUT_OF_RANGE"}),
        ({"applicationNumber": UNKNOWN}, {"PATENT_UNKNOWN"}),
        ({"applicationNumber": PLEDGED}, {"PLEDGED_WITHOUT_CONSENT"}),
        ({"applicationNumber": BATTERY}, {"NOT_GRANTED"}),
        (
            {"applicationNumber": COOLER},
            {"OWNERSHIP_DISPUTE_OR_PRESERVATION", "NO_EVALUATION_REPORT"},
        ),
        ({"contactName": "x" * 101}, {"TEXT_TOO_LONG"}),
    ],
)
async def test_what_stands_against_a_statement(
    world: Database, changes: dict[str, Any], codes: set[str]
) -> None:
    payload, found = await Trader(world, MAKER).mutate(FILE, input=statement(**changes))
    assert payload["statement"] is None
    assert set(found) == codes
    none = "select count(*) from trading.open_licence_statement"
    assert not await world.fetchval("test.none", none)


async def test_a_sole_licence_and_a_noted_obstacle_are_bars(world: Database) -> None:
    await world.execute(
        "test.licence",
        f"""
        insert into trading.licence_record (record_number, licence_type, term_from, term_to,
          recorded_on, {PROVENANCE}) values
          ('X1', 'SOLE', '2023-01-01', '2024-06-15', '2023-01-05', {FROM_TEST});
        insert into trading.licence_patent (record_number, application_number, ordinal,
          {PROVENANCE}) values ('X1', '{INVENTION}', 0, {FROM_TEST});
        """,
    )
    _, codes = await Trader(world, MAKER).mutate(FILE, input=statement())
    assert codes == ["EXCLUSIVE_OR_SOLE_LICENCE"]
    _, codes = await Trader(world, CNIPA).mutate(OBSTACLE, n=JOINT, reason="权属争议待决")
    assert codes == []
    _, codes = await Trader(world, MAKER).mutate(FILE, input=statement(applicationNumber=JOINT))
    assert codes == ["OTHER"]
    _, codes = await Trader(world, CNIPA).mutate(OBSTACLE, n=JOINT)
    assert codes == []
    await filed(world, applicationNumber=JOINT)


async def test_one_statement_of_a_patent_at_a_time(world: Database) -> None:
    number = await filed(world)
    _, codes = await Trader(world, MAKER).mutate(FILE, input=statement())
    assert codes == ["OL_BLOCKED_IN_FORCE"]
    await Trader(world, CNIPA).mutate(ANNOUNCE, n=number)
    _, codes = await Trader(world, MAKER).mutate(FILE, input=statement())
    assert codes == ["OL_BLOCKED_IN_FORCE"]
    await Trader(world, MAKER).mutate(WITHDRAW, n=number)
    assert await announced(world) != number


async def test_the_announcement_puts_it_in_force_under_its_gazette_number(world: Database) -> None:
    number = await filed(world)
    payload, codes = await Trader(world, CNIPA).mutate(
        ANNOUNCE, n=number, on="2024-06-14", gazette=" kf2024123456 "
    )
    assert codes == []
    assert payload["statement"] == {
        "statementNumber": "KF2024123456",
        "status": "IN_FORCE",
        "effectiveOn": "2024-06-14",
    }
    data = await Trader(world, PUBLIC).data(
        '{ openLicence(statementNumber: "KF2024123456") { licensors { name } } }'
    )
    assert data["openLicence"]["licensors"] == [{"name": "示例甲智能装备有限公司"}]
    changes = await world.fetch(
        "test.h", "select key, action from trading.status_change order by id"
    )
    assert [tuple(each) for each in changes] == [
        ("KF2024123456", "FILE"),
        ("KF2024123456", "ANNOUNCE"),
    ]
    told = await world.fetchrow(
        "test.e",
        "select key, payload from hub.event where topic = $1",
        "trading.open_licence_announced",
    )
    assert told is not None
    assert told["key"] == "KF2024123456"
    assert told["payload"] == {
        "application_number": INVENTION,
        "ipc": ["H01M10/60"],
        "industries": ["C3841"],
    }


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ({"on": "2024-06-16"}, ["DATE_FUTURE"]),
        ({"on": "2021-05-31"}, ["DATE_BEFORE_LAW"]),
        ({"gazette": "KF-TAKEN"}, ["NUMBER_TAKEN"]),
        ({"n": "KF0"}, ["NOT_FOUND"]),
    ],
)
async def test_wrong_announcements(
    world: Database, given: dict[str, Any], codes: list[str]
) -> None:
    number = await filed(world)
    await world.execute(
        "test.taken",
        f"""insert into trading.open_licence_statement (statement_number, application_number,
          fee_mode, fee_kind, term_from, term_to, status, {PROVENANCE}) values
          ('KF-TAKEN', '{JOINT}', 'FREE', 'FREE', '2024-01-01', '2025-01-01', 'EXPIRED',
           {FROM_TEST})""",
    )
    _, found = await Trader(world, CNIPA).mutate(ANNOUNCE, **{"n": number, **given})
    assert found == codes


async def test_a_bar_that_came_later_stops_the_announcement(world: Database) -> None:
    number = await filed(world)
    await world.execute(
        "test.freeze",
        f"update patents.patent set under_preservation = true "
        f"where application_number = '{INVENTION}'",
    )
    _, codes = await Trader(world, CNIPA).mutate(ANNOUNCE, n=number)
    assert codes == ["OWNERSHIP_DISPUTE_OR_PRESERVATION"]
    payload, codes = await Trader(world, CNIPA).mutate(END, n=number, action="REFUSE")
    assert codes == []
    assert payload["statement"]["status"] == "REFUSED"


async def test_endings_take_effect_that_day_and_leave_licences_alone(world: Database) -> None:
    number = await announced(world)
    await world.execute(
        "test.licence",
        f"""
        insert into trading.licence_record (record_number, licence_type, open_licence_number,
          term_from, term_to, recorded_on, {PROVENANCE}) values
          ('X1', 'COMMON', '{number}', '2024-06-10', '2027-06-09', '2024-06-10', {FROM_TEST})
        """,
    )
    payload, codes = await Trader(world, MAKER).mutate(WITHDRAW, n=number)
    assert codes == []
    assert payload["statement"] == {
        "status": "WITHDRAWN",
        "endedOn": "2024-06-15",
        "endReason": "拟转让",
    }
    data = await Trader(world, PUBLIC).data('{ licenceRecord(recordNumber: "X1") { inForce } }')
    assert data["licenceRecord"]["inForce"] is True


@pytest.mark.parametrize("caller", [PUBLIC, FINANCIER, INDUSTRY, CNIPA, GUANGDONG])
async def test_who_may_not_file(world: Database, caller: Caller) -> None:
    _, codes = await Trader(world, caller).mutate(FILE, input=statement())
    assert codes == ["FORBIDDEN" if caller is not PUBLIC else "UNAUTHENTICATED"]


# who sees it


@pytest.mark.parametrize(
    ("caller", "sees"),
    [
        (MAKER, True),
        (CNIPA, True),
        (SHENZHEN, True),
        (GUANGDONG, True),
        (JIANGSU, False),
        (OTHER_TRADER, False),
        (PUBLIC, False),
    ],
)
async def test_a_filed_statement_is_not_public(world: Database, caller: Caller, sees: bool) -> None:
    number = await filed(world)
    trader = Trader(world, caller)
    data = await trader.data(
        '{ openLicence(statementNumber: "%s") { status }'
        " openLicences { totalCount nodes { statementNumber } } }" % number
    )
    assert data["openLicence"] == ({"status": "FILED"} if sees else None)
    assert data["openLicences"]["totalCount"] == (1 if sees else 0)
    found = await trader.entities(
        """... on OpenLicenceStatement { status }
           ... on Patent { openLicenceHistory { status } }
           ... on Organization { openLicences { status } }""",
        {"__typename": "OpenLicenceStatement", "statementNumber": number},
        {"__typename": "Patent", "applicationNumber": INVENTION},
        {"__typename": "Organization", "uscc": HOLDER},
    )
    assert (found[0] is not None) == sees
    assert len(found[1]["openLicenceHistory"]) == len(found[2]["openLicences"]) == int(sees)


async def test_what_a_feed_brought_is_public_before_its_term(world: Database) -> None:
    await world.execute(
        "test.feed",
        f"""insert into trading.open_licence_statement (statement_number, application_number,
          fee_mode, fee_kind, term_from, term_to, status, {PROVENANCE}) values
          ('KF5', '{JOINT}', 'FREE', 'FREE', '2024-07-01', '2025-01-01', 'FILED', {FROM_TEST})""",
    )
    data = await Trader(world, PUBLIC).data('{ openLicence(statementNumber: "KF5") { status } }')
    assert data["openLicence"] == {"status": "FILED"}


CONTACT = '{ openLicence(statementNumber: "%s") { status contact { name phone email } } }'


async def test_contacts_need_their_scope_whatever_the_role(world: Database) -> None:
    number = await announced(world)
    data = await Trader(world, READER).data(CONTACT % number)
    assert data["openLicence"]["contact"] == {
        "name": "联系人",
        "phone": "000-00000000",
        "email": None,
    }
    for caller, code in ((PUBLIC, "UNAUTHENTICATED"), (CNIPA, "FORBIDDEN"), (MAKER, "FORBIDDEN")):
        response = await Trader(world, caller).response(CONTACT % number)
        assert response["data"]["openLicence"] == {"status": "IN_FORCE", "contact": None}
        assert [each["extensions"]["code"] for each in response["errors"]] == [code]


# eligibility, from what the gateway sends


def sent(**changes: Any) -> dict[str, Any]:
    return {
        "__typename": "Patent",
        "applicationNumber": INVENTION,
        "kind": "INVENTION",
        "legalStatus": "IN_FORCE",
        "underPreservation": False,
        "expiryDate": "2039-01-14",
        "evaluationReport": None,
        "hasActivePledge": False,
        "pledgeeConsentsOpenLicence": None,
        **changes,
    }


ELIGIBLE = """... on Patent { openLicenceEligibility { allowed barriers warnings }
                             tradability { allowed barriers warnings } }"""


@pytest.mark.parametrize(
    ("changes", "licence", "trade"),
    [
        ({}, (True, [], []), (True, [], [])),
        (
            {"kind": "DESIGN", "hasActivePledge": True},
            (False, ["PLEDGED_WITHOUT_CONSENT", "NO_EVALUATION_REPORT"], []),
            (True, [], ["PLEDGED"]),
        ),
        (
            {"kind": "DESIGN", "evaluationReport": {"conclusion": "NOT_GRANTABLE"}},
            (False, ["EVALUATION_NEGATIVE"], []),
            (True, [], []),
        ),
        (
            {"underPreservation": True, "expiryDate": "2024-12-01"},
            (False, ["OWNERSHIP_DISPUTE_OR_PRESERVATION"], []),
            (False, ["FROZEN", "REMAINING_TERM"], []),
        ),
    ],
)
async def test_eligibility_by_what_was_sent(
    world: Database, changes: dict[str, Any], licence: Any, trade: Any
) -> None:
    [found] = await Trader(world, PUBLIC).entities(ELIGIBLE, sent(**changes))
    for name, expected in (("openLicenceEligibility", licence), ("tradability", trade)):
        assert tuple(found[name].values()) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "IDEA"},
        {"legalStatus": 7},
        {"expiryDate": "soon"},
        {"underPreservation": "no"},
        {"evaluationReport": {"conclusion": "?"}},
    ],
)
async def test_a_malformed_representation_is_refused(
    world: Database, changes: dict[str, Any]
) -> None:
    response = await Trader(world, PUBLIC).entity_response(ELIGIBLE, sent(**changes))
    assert response["data"]["_entities"] == [None]
    assert [each["extensions"]["code"] for each in response["errors"]] == ["BAD_REPRESENTATION"]


async def test_eligibility_of_many_patents_in_one_statement_each(world: Database) -> None:
    asker = Asker(world, "trading")
    found = await asker.entities(
        ELIGIBLE, *(sent(applicationNumber=each) for each in (INVENTION, JOINT, LASER))
    )
    assert [each["tradability"]["allowed"] for each in found] == [True, True, True]
    assert dict(asker.statements) == {
        "trading.licences_of_patents": 1,
        "trading.open_licences_of_patents": 1,
        "trading.obstacles": 1,
        "trading.statement_warnings": 1,
    }


# the worker


async def tell(database: Database, code: str, number: str = INVENTION) -> None:
    await database.execute(
        "test.event",
        "insert into hub.event (topic, key, payload) values "
        "('patents.legal_event_recorded', 'e7', $1)",
        {"applicationNumber": number, "code": code, "exclusive": False},
    )


async def test_a_transfer_without_withdrawal_is_warned_of(world: Database) -> None:
    """Journey of DOMAIN §7: a TR01 event warns of an open licence not withdrawn."""
    number = await announced(world)
    await tell(world, "TR01")
    await tell(world, "TR01", JOINT)  # has no statement
    await worker(world).run_once()
    found = await Trader(world, PUBLIC).entities(ELIGIBLE, sent(), sent(applicationNumber=JOINT))
    assert found[0]["tradability"]["warnings"] == [
        "OPEN_LICENCE_IN_FORCE",
        "W_OPEN_LICENCE_NOT_WITHDRAWN",
    ]
    assert found[0]["openLicenceEligibility"]["warnings"] == ["W_OPEN_LICENCE_NOT_WITHDRAWN"]
    assert found[1]["tradability"]["warnings"] == []
    # once it is withdrawn there is nothing to warn of
    await Trader(world, MAKER).mutate(WITHDRAW, n=number)
    found = await Trader(world, PUBLIC).entities(ELIGIBLE, sent())
    assert found[0]["tradability"]["warnings"] == []


@pytest.mark.parametrize("code", ["CF01", "CX01", "AV01", "IW01"])
async def test_the_end_of_the_patent_ends_its_statement(world: Database, code: str) -> None:
    number = await announced(world)
    await tell(world, code)
    await worker(world).run_once()
    data = await Trader(world, PUBLIC).data(
        '{ openLicence(statementNumber: "%s") { status endedOn endReason } }' % number
    )
    assert data["openLicence"]["status"] == "EXPIRED"
    assert code in data["openLicence"]["endReason"]


async def test_terms_begin_and_end_by_the_timer(world: Database) -> None:
    await world.execute(
        "test.feed",
        f"""insert into trading.open_licence_statement (statement_number, application_number,
          fee_mode, fee_kind, term_from, term_to, status, {PROVENANCE}) values
          ('KF1', '{JOINT}', 'FREE', 'FREE', '2024-01-01', '2024-06-15', 'IN_FORCE', {FROM_TEST}),
          ('KF2', '{JOINT}', 'FREE', 'FREE', '2024-06-16', '2025-01-01', 'FILED', {FROM_TEST})""",
    )
    filed_here = await filed(world, termFrom="2024-06-16")

    def at(day: int) -> Worker:
        now = datetime(2024, 6, day, 4, tzinfo=UTC)
        return Worker(world, StatedCredit(world, {}), [JOBS], clock=lambda: now)

    async def statuses() -> dict[str, str]:
        rows = await world.fetch(
            "test.s", "select statement_number, status from trading.open_licence_statement"
        )
        return {row["statement_number"]: row["status"] for row in rows}

    await at(15).run_once(all_timers=True)  # the last day of the term counts
    assert await statuses() == {"KF1": "IN_FORCE", "KF2": "FILED", filed_here: "FILED"}
    await at(16).run_once(all_timers=True)
    # what was filed here waits for its announcement, however long
    assert await statuses() == {"KF1": "EXPIRED", "KF2": "IN_FORCE", filed_here: "FILED"}
    ended = await world.fetchrow(
        "test.e",
        "select ended_on::text from trading.open_licence_statement where statement_number = 'KF1'",
    )
    assert ended is not None
    assert ended["ended_on"] == "2024-06-15"


async def test_counts_follow_the_region_of_the_patent(world: Database) -> None:
    query = "... on Region { openLicenceCount }"
    key = {"__typename": "Region", "code": "440300"}
    number = await announced(world)
    assert (await Trader(world, PUBLIC).entities(query, key))[0]["openLicenceCount"] == 1
    await world.execute(
        "test.moved",
        f"update trading.patent_facts set region_code = '320505' "
        f"where application_number = '{INVENTION}'",
    )
    assert (await Trader(world, PUBLIC).entities(query, key))[0]["openLicenceCount"] == 0
    elsewhere = {"__typename": "Region", "code": "320000"}
    assert (await Trader(world, PUBLIC).entities(query, elsewhere))[0]["openLicenceCount"] == 1
    await Trader(world, MAKER).mutate(WITHDRAW, n=number)
    assert (await Trader(world, PUBLIC).entities(query, elsewhere))[0]["openLicenceCount"] == 0
