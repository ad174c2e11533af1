"""Who sees which figures and projects of finance (DOMAIN §2.4, §2.6), on every path to them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.identity import Caller, service
from tests.schema.finance_world import (
    APPLICANT,
    CNIPA,
    FINANCIAL,
    GUANGDONG,
    JIANGSU,
    LENDER,
    OPERATOR,
    OTHER_PLATFORM,
    PLATFORM,
    POLICY,
    PROJECT_APPLIED,
    PROJECT_DEFAULTED,
    PROJECT_GRANTED,
    PUBLIC,
    REGIONAL,
    SHENZHEN,
    STRANGE_CENTER,
    STRANGER,
    TRADER,
    VALUATION,
    add_finance,
)
from tests.schema.world import HOLDER, LASER, Asker


@pytest.fixture(scope="module")
async def filled(world: Database) -> Database:
    await add_finance(world)
    return world


def name(caller: Caller) -> str:
    return caller.subject


async def amounts(
    database: Database, caller: Caller, query: str, *path: str | int
) -> tuple[Any, list[str]]:
    """Return the value at `path` and the codes of all errors."""
    response = await Asker(database, "finance", caller).response(query)
    found: Any = response["data"]
    for step in path:
        found = found[step]
    return found, [error["extensions"]["code"] for error in response.get("errors", ())]


SECURED = '{ pledge(registrationNumber: "%s") { securedAmount { amount currency } } }'


@pytest.mark.parametrize(
    ("caller", "seen"),
    [
        (CNIPA, True),
        (PLATFORM, True),
        (OTHER_PLATFORM, True),  # the full data of its own subgraph
        (GUANGDONG, True),  # the province reads what its separately planned city does
        (SHENZHEN, True),
        (APPLICANT, True),
        (LENDER, True),
        (JIANGSU, False),
        (STRANGER, False),
        (TRADER, False),
        (OPERATOR, False),
        (PUBLIC, False),
    ],
    ids=lambda each: each.subject if isinstance(each, Caller) else str(each),
)
async def test_secured_amounts_are_conditional(
    filled: Database, caller: Caller, seen: bool
) -> None:
    found, codes = await amounts(filled, caller, SECURED % "Y1", "pledge", "securedAmount")
    if seen:
        assert (Decimal(found["amount"]), found["currency"], codes) == (3_000_000, "CNY", [])
    else:
        assert (found, codes) == (None, ["GRANT_REQUIRED"])


async def test_a_change_of_the_amount_tells_no_more_than_the_amount(filled: Database) -> None:
    query = '{ pledge(registrationNumber: "Y3") { changes { on item before after } } }'
    found, codes = await amounts(filled, PUBLIC, query, "pledge", "changes")
    assert codes == ["GRANT_REQUIRED", "GRANT_REQUIRED"]
    assert found == [
        {
            "on": "2024-01-02",
            "item": "债务履行期限届满日",
            "before": "2024-01-31",
            "after": "2025-01-31",
        },
        {"on": "2024-01-02", "item": "被担保的主债权数额", "before": None, "after": None},
    ]
    found, codes = await amounts(filled, PLATFORM, query, "pledge", "changes", 1)
    assert (found["before"], found["after"], codes) == ("700000.00 CNY", "800000.00 CNY", [])


MONEY = "kind currency amount amountMin amountMax rate royaltyBase original"
WITHHELD = {
    "kind": "MISSING",
    "currency": "XXX",
    **dict.fromkeys(("amount", "amountMin", "amountMax", "rate", "royaltyBase", "original")),
}
ENTITY = '{ _entities(representations: [{__typename: "%s", %s: "%s"}]) { ... on %s { %s } } }'


@pytest.mark.parametrize(
    ("caller", "seen"),
    [
        (CNIPA, True),
        (PLATFORM, True),
        (GUANGDONG, True),
        (SHENZHEN, True),
        (STRANGER, True),  # it appraised
        (APPLICANT, True),  # it holds the patent
        (LENDER, False),
        (JIANGSU, False),
        (TRADER, False),
        (PUBLIC, False),
    ],
    ids=lambda each: each.subject if isinstance(each, Caller) else str(each),
)
async def test_values_are_conditional_and_never_lose_the_report(
    filled: Database, caller: Caller, seen: bool
) -> None:
    selection = f"valuations {{ method baseDate value {{ {MONEY} }} }} hasActivePledge"
    query = ENTITY % ("Patent", "applicationNumber", LASER, "Patent", selection)
    found, codes = await amounts(filled, caller, query, "_entities", 0)
    [report] = found["valuations"]
    assert (report["method"], report["baseDate"]) == ("INCOME", "2023-03-31")
    assert found["hasActivePledge"] is True
    if seen:
        assert (Decimal(report["value"]["amount"]), codes) == (4_200_000, [])
    else:
        assert report["value"] == WITHHELD
        assert codes == ["GRANT_REQUIRED"] * 6
    again = ENTITY % ("ValuationReport", "id", VALUATION, "ValuationReport", "value { amount }")
    found, codes = await amounts(filled, caller, again, "_entities", 0, "value", "amount")
    assert (found is not None, codes == []) == (seen, seen)


CONCERNED = [
    (CNIPA, True, None),
    (PLATFORM, True, None),
    (REGIONAL, True, None),  # handed it in
    (GUANGDONG, True, None),
    (APPLICANT, True, None),
    (OTHER_PLATFORM, False, "FORBIDDEN"),
    (STRANGE_CENTER, False, "FORBIDDEN"),
    (SHENZHEN, False, "FORBIDDEN"),  # the platform is not the city's
    (JIANGSU, False, "FORBIDDEN"),
    (STRANGER, False, "FORBIDDEN"),
    (LENDER, False, "FORBIDDEN"),  # nobody's money yet
    (OPERATOR, False, "FORBIDDEN"),
    (PUBLIC, False, "UNAUTHENTICATED"),
]


@pytest.mark.parametrize(
    ("caller", "seen", "code"), CONCERNED, ids=[caller.subject for caller, _, _ in CONCERNED]
)
async def test_an_application_is_known_to_those_concerned(
    filled: Database, caller: Caller, seen: bool, code: str | None
) -> None:
    """By its id, as an entity, in the list, under the applicant and under the platform."""
    wanted = {"id": PROJECT_APPLIED}
    found, codes = await amounts(
        filled, caller, '{ financingProject(id: "%s") { id } }' % PROJECT_APPLIED
    )
    assert (found["financingProject"], codes) == (wanted if seen else None, [])
    query = ENTITY % ("FinancingProject", "id", PROJECT_APPLIED, "FinancingProject", "id")
    assert await amounts(filled, caller, query, "_entities", 0) == (wanted if seen else None, [])
    listed, _ = await amounts(filled, caller, "{ financingProjects { id } }", "financingProjects")
    assert (wanted in listed) is seen
    assert {"id": PROJECT_GRANTED} in listed
    query = ENTITY % ("Organization", "uscc", HOLDER, "Organization", "financingProjects { id }")
    listed, _ = await amounts(filled, caller, query, "_entities", 0, "financingProjects")
    assert (wanted in listed) is seen
    for arguments in ("", "(status: APPLIED)"):
        selection = f"financingProjects{arguments} {{ id }}"
        query = ENTITY % ("OperationCenter", "code", FINANCIAL, "OperationCenter", selection)
        listed, _ = await amounts(filled, caller, query, "_entities", 0, "financingProjects")
        assert (wanted in listed) is seen


@pytest.mark.parametrize(
    ("caller", "amount", "code"),
    [
        (CNIPA, 3_000_000, None),
        (PLATFORM, 3_000_000, None),
        (LENDER, 3_000_000, None),
        (APPLICANT, 3_000_000, None),
        (GUANGDONG, 3_000_000, None),
        (REGIONAL, None, "FORBIDDEN"),  # this one was handed in at the platform itself
        (OTHER_PLATFORM, None, "FORBIDDEN"),
        (PUBLIC, None, "UNAUTHENTICATED"),
    ],
    ids=lambda each: each.subject if isinstance(each, Caller) else str(each),
)
async def test_the_amount_of_an_open_project_stays_with_those_concerned(
    filled: Database, caller: Caller, amount: int | None, code: str | None
) -> None:
    query = '{ financingProject(id: "%s") { title amount { kind amount } } }' % PROJECT_GRANTED
    found, codes = await amounts(filled, caller, query, "financingProject")
    assert found["title"] == "已放款"
    shown = found["amount"]["amount"]
    assert (Decimal(shown) if shown else None) == amount
    assert found["amount"]["kind"] == ("FIXED" if amount else "MISSING")
    assert codes == ([code] if code else [])


@pytest.mark.parametrize("status", ["DEFAULTED"])
async def test_a_default_is_not_told_to_everybody(filled: Database, status: str) -> None:
    query = "{ financingProjects(status: %s) { id } }" % status
    assert await amounts(filled, STRANGER, query, "financingProjects") == ([], [])
    found, _ = await amounts(filled, LENDER, query, "financingProjects")
    assert found == [{"id": PROJECT_DEFAULTED}]


@pytest.mark.parametrize(
    ("caller", "code"),
    [
        (CNIPA, None),
        (PLATFORM, None),
        (APPLICANT, None),
        (LENDER, None),
        (GUANGDONG, None),
        (SHENZHEN, "FORBIDDEN"),
        (TRADER, "FORBIDDEN"),
        (STRANGER, "FORBIDDEN"),
        (PUBLIC, "UNAUTHENTICATED"),
    ],
    ids=lambda each: each.subject if isinstance(each, Caller) else str(each),
)
async def test_covers_are_restricted(filled: Database, caller: Caller, code: str | None) -> None:
    selection = "kind cover { amount }"
    query = ENTITY % ("InsurancePolicy", "policyNumber", POLICY, "InsurancePolicy", selection)
    found, codes = await amounts(filled, caller, query, "_entities", 0)
    assert found["kind"] == "EXECUTION"
    assert codes == ([code] if code else [])
    assert (found["cover"]["amount"] is None) is (code is not None)


GRANT = """
insert into catalog.data_access_grant
  (foundation_code, grantee_code, jurisdiction_code, purpose, status, fields, valid_from, valid_to)
select code, 'RC-440000-01', '440300', '区域运营', 'ACTIVE', $2::text[], '2024-01-01', '2024-12-31'
from catalog.data_foundation where topic = $1
"""


@pytest.mark.parametrize(
    ("topic", "fields", "secured", "value"),
    [
        ("PLEDGE", None, True, False),
        ("PLEDGE", ["securedAmount"], True, False),
        ("PLEDGE", ["debtTermTo"], False, False),
        ("VALUATION", None, False, True),
    ],
)
async def test_a_grant_opens_its_topic_to_its_centre(
    filled: Database, topic: str, fields: list[str] | None, secured: bool, value: bool
) -> None:
    query = """{ pledge(registrationNumber: "Y1") { securedAmount { amount }
      patents { valuations { value { amount } } } } }"""
    await filled.execute("test.clear", "delete from catalog.data_access_grant")
    await filled.execute("test.grant", GRANT, topic, fields)
    found, codes = await amounts(filled, REGIONAL, query, "pledge")
    assert (found["securedAmount"] is not None) is secured
    assert (found["patents"][0]["valuations"][0]["value"]["amount"] is not None) is value
    assert codes == ["GRANT_REQUIRED"] * (2 - secured - value)
    _, codes = await amounts(filled, STRANGE_CENTER, query, "pledge")
    assert codes == ["GRANT_REQUIRED"] * 2  # it is not theirs


@pytest.mark.parametrize(
    ("subgraph", "topic", "records"),
    [("finance", "PLEDGE", "4"), ("finance", "VALUATION", "1"), ("tools", "CREDIT", "0")],
)
async def test_the_catalogue_learns_how_much_there_is(
    filled: Database, subgraph: str, topic: str, records: str
) -> None:
    query = '{ _totals(topics: ["%s"]) { topic records } }' % topic
    data = await Asker(filled, subgraph, service("catalog")).data(query)
    assert data["_totals"] == [{"topic": topic, "records": records}]
