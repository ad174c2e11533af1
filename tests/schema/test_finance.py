"""Subgraph `finance`: pledges, valuations, financing, insurance, figures by region, batching."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from resolvers.database.pool import Database
from resolvers.finance.jobs import count_pledges
from tests.schema.finance_world import (
    BANK,
    FINANCIAL,
    POLICY,
    PROJECT_DEFAULTED,
    PROJECT_GRANTED,
    VALUATION,
    add_finance,
)
from tests.schema.world import BATTERY, COOLER, HOLDER, LASER, OLD, OTHER, Asker


@pytest.fixture(scope="module")
async def filled(world: Database) -> Database:
    await add_finance(world)
    await count_pledges(world)
    return world


@pytest.fixture
def finance(filled: Database) -> Asker:
    return Asker(filled, "finance")


PATENT = "... on Patent { %s }"


async def test_a_pledge_whole(finance: Asker) -> None:
    data = await finance.data(
        """{ pledge(registrationNumber: " y1 ") {
             registrationNumber patents { applicationNumber }
             pledgors { name organization { uscc } }
             pledgees { name organization { uscc } } debtTermFrom debtTermTo registeredOn
             cancelledOn status consentsOpenLicence changes { item }
             provenance { sourceSystem confidence } } }"""
    )
    assert data["pledge"] == {
        "registrationNumber": "Y1",
        "patents": [{"applicationNumber": LASER}],
        "pledgors": [{"name": "示例甲智能装备有限公司", "organization": {"uscc": HOLDER}}],
        "pledgees": [{"name": "示例银行股份有限公司", "organization": {"uscc": BANK}}],
        "debtTermFrom": "2023-05-01",
        "debtTermTo": "2024-05-01",
        "registeredOn": "2023-05-01",
        "cancelledOn": None,
        "status": "EFFECTIVE",
        "consentsOpenLicence": True,
        "changes": [],
        "provenance": {"sourceSystem": "synthetic", "confidence": "CENTER"},
    }
    assert (await finance.data('{ pledge(registrationNumber: "Y9") { status } }'))["pledge"] is None
    assert await finance.codes('{ pledge(registrationNumber: "") { status } }') == [
        "BAD_IDENTIFIER"
    ]


@pytest.mark.parametrize(
    ("arguments", "numbers"),
    [
        ("", ["Y4", "Y3", "Y1", "Y2"]),
        ("(first: 2)", ["Y4", "Y3"]),
        (f'(applicationNumber: "{LASER}")', ["Y1", "Y2"]),
        ('(applicationNumber: "ZL202029000001.4", status: CANCELLED)', ["Y2"]),
        (f'(pledgorUscc: "{OTHER}")', ["Y4", "Y3"]),
        (f'(pledgeeUscc: "{BANK}", status: CHANGED)', ["Y3"]),
        (f'(pledgeeUscc: "{HOLDER}")', []),
        ("(status: EFFECTIVE)", ["Y4", "Y1"]),
    ],
)
async def test_pledges_are_found(finance: Asker, arguments: str, numbers: list[str]) -> None:
    data = await finance.data("{ pledges%s { registrationNumber } }" % arguments)
    assert [each["registrationNumber"] for each in data["pledges"]] == numbers


@pytest.mark.parametrize("first", [0, 101, -1])
async def test_the_size_of_a_list_is_bounded(finance: Asker, first: int) -> None:
    assert await finance.codes("{ pledges(first: %s) { status } }" % first) == ["INVALID_PAGE_SIZE"]


@pytest.mark.parametrize(
    ("number", "active", "consent"),
    [
        (LASER, True, True),  # Y1 agrees; Y2, which refused, is cancelled
        (BATTERY, True, None),  # pledged, and no source says
        ("CN2021100000016", True, False),
        (COOLER, False, None),
    ],
)
async def test_active_pledges_and_consent(
    finance: Asker, number: str, active: bool, consent: bool | None
) -> None:
    [found] = await finance.entities(
        PATENT % "hasActivePledge pledgeeConsentsOpenLicence",
        {"__typename": "Patent", "applicationNumber": number},
    )
    assert (found["hasActivePledge"], found["pledgeeConsentsOpenLicence"]) == (active, consent)


async def test_a_patent_in_one_statement_per_loader(finance: Asker) -> None:
    selection = PATENT % (
        "pledges(status: EFFECTIVE) { registrationNumber patents { applicationNumber } "
        "pledgors { name } } hasActivePledge pledgeeConsentsOpenLicence "
        "valuations { id method baseDate purpose standard appraiser { name } "
        "patents { applicationNumber } } insurance { policyNumber kind from to insured { uscc } }"
    )
    numbers = (LASER, BATTERY, OLD, COOLER)
    found = await finance.entities(
        selection, *({"__typename": "Patent", "applicationNumber": n} for n in numbers)
    )
    assert [[p["registrationNumber"] for p in each["pledges"]] for each in found] == [
        ["Y1"],
        [],
        [],
        [],
    ]
    assert found[0]["valuations"] == [
        {
            "id": VALUATION,
            "method": "INCOME",
            "baseDate": "2023-03-31",
            "purpose": "PLEDGE",
            "standard": "GB/T 42748-2023",
            "appraiser": {"name": "示例评估"},
            "patents": [{"applicationNumber": LASER}],
        }
    ]
    assert found[0]["insurance"] == [
        {
            "policyNumber": POLICY,
            "kind": "EXECUTION",
            "from": "2023-01-01",
            "to": "2025-12-31",
            "insured": {"uscc": HOLDER},
        }
    ]
    # one statement for the pledges in effect, one for all of them
    assert finance.statements.pop("finance.pledges_of_patents") == 2
    assert set(finance.statements.values()) == {1}


async def test_organisations_on_both_sides(finance: Asker) -> None:
    given, held, other = await finance.entities(
        "... on Organization { pledgesGiven { registrationNumber } "
        "effective: pledgesGiven(status: EFFECTIVE) { registrationNumber } "
        "pledgesHeld { registrationNumber } financingProjects { id status } }",
        *({"__typename": "Organization", "uscc": uscc} for uscc in (HOLDER, BANK, OTHER)),
    )
    assert [p["registrationNumber"] for p in given["pledgesGiven"]] == ["Y3", "Y1", "Y2"]
    assert [p["registrationNumber"] for p in given["effective"]] == ["Y1"]
    assert [p["registrationNumber"] for p in held["pledgesHeld"]] == ["Y3", "Y1"]
    assert [p["registrationNumber"] for p in other["pledgesGiven"]] == ["Y4", "Y3"]
    assert given["financingProjects"] == [{"id": PROJECT_GRANTED, "status": "GRANTED"}]
    # three filters of pledges, and projects
    assert finance.statements["finance.pledges_of_organizations"] == 3
    assert finance.statements["finance.financing_of_applicants"] == 1


# LASER and BATTERY are in 440305, OLD in 320505; Y4's patent is unknown, its pledgor in 320505.
@pytest.mark.parametrize(
    ("region", "year", "count", "amount"),
    [
        ("440305", 2023, 2, "3800000.00"),  # Y1, Y3
        ("440300", 2023, 2, "3800000.00"),
        ("440000", 2023, 2, "3800000.00"),
        ("320505", 2023, 2, "800000.00"),  # Y3, Y4 (in dollars)
        ("320000", 2023, 2, "800000.00"),
        ("000000", 2023, 3, "3800000.00"),  # Y3 counts once
        ("440305", 2022, 1, "500000.00"),  # Y2: cancelled since, registered then
        ("440305", 2021, 0, "0"),
        ("110000", 2023, 0, "0"),
    ],
)
async def test_pledges_by_region_and_year(
    finance: Asker, region: str, year: int, count: int, amount: str
) -> None:
    [found] = await finance.entities(
        f"... on Region {{ pledgeCount(year: {year}) pledgeAmountCny(year: {year}) }}",
        {"__typename": "Region", "code": region},
    )
    assert found["pledgeCount"] == count
    assert Decimal(found["pledgeAmountCny"]) == Decimal(amount)
    assert dict(finance.statements) == {"finance.pledge_statistics": 1}


@pytest.mark.parametrize(
    ("arguments", "amount"),
    [
        ("", "3500000.25"),
        ('(from: "2023-05-02")', "3000000.00"),
        ('(to: "2023-05-01")', "500000.25"),
        ('(from: "2023-05-03")', "0"),
    ],
)
async def test_money_paid_out_by_a_platform(finance: Asker, arguments: str, amount: str) -> None:
    found, none = await finance.entities(
        "... on OperationCenter { financedAmountCny%s }" % arguments,
        {"__typename": "OperationCenter", "code": FINANCIAL},
        {"__typename": "OperationCenter", "code": "FF-610000-01"},
    )
    assert Decimal(found["financedAmountCny"]) == Decimal(amount)
    assert Decimal(none["financedAmountCny"]) == 0
    assert dict(finance.statements) == {"finance.financed_amounts": 1}


async def test_entities_by_their_keys(finance: Asker) -> None:
    found: list[Any] = await finance.entities(
        "... on PledgeRegistration { status } ... on ValuationReport { method } "
        "... on InsurancePolicy { kind } ... on FinancingProject { title }",
        {"__typename": "PledgeRegistration", "registrationNumber": "Y3"},
        {"__typename": "ValuationReport", "id": VALUATION},
        {"__typename": "InsurancePolicy", "policyNumber": POLICY},
        {"__typename": "FinancingProject", "id": PROJECT_GRANTED},
        {"__typename": "FinancingProject", "id": PROJECT_DEFAULTED},
        {"__typename": "PledgeRegistration", "registrationNumber": "Y9"},
    )
    assert found == [
        {"__typename": "PledgeRegistration", "status": "CHANGED"},
        {"__typename": "ValuationReport", "method": "INCOME"},
        {"__typename": "InsurancePolicy", "kind": "EXECUTION"},
        {"__typename": "FinancingProject", "title": "已放款"},
        None,  # not open to the public
        None,
    ]
