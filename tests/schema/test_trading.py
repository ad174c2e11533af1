"""Subgraph `trading`: listings, statements, licences, transfers, demands, deals, counts."""

from __future__ import annotations

from typing import Any

import pytest

from resolvers.identity import Caller, Role
from tests.schema.world import (
    BATTERY,
    CENTER,
    DEAL,
    DEMAND,
    HOLDER,
    LASER,
    LISTING_1,
    LISTING_2,
    LISTING_3,
    OLD,
    OTHER,
    TRANSFER,
    Asker,
)

CNIPA = Caller("test:cnipa", Role.CNIPA_ADMIN)


async def test_one_listing_whole(trading: Asker) -> None:
    data = await trading.data(
        """{ listing(id: "%s") { id number platform { code } title patents { applicationNumber }
               seller { name organization { uscc } } deal tradingMethod
               price { amount currency kind amountMin amountMax rate royaltyBase original }
               industry { code } region { code } listedFrom listedTo status
               provenance { sourceSystem } } }"""
        % LISTING_1.upper()
    )
    assert data["listing"] == {
        "id": LISTING_1,
        "number": "FT-1",
        "platform": {"code": CENTER},
        "title": "激光焊接包",
        "patents": [{"applicationNumber": LASER}, {"applicationNumber": BATTERY}],
        "seller": {"name": "示例甲智能装备有限公司", "organization": {"uscc": HOLDER}},
        "deal": "TRANSFER",
        "tradingMethod": "LISTING",
        "price": {
            "amount": "500000.00",
            "currency": "CNY",
            "kind": "FIXED",
            "amountMin": None,
            "amountMax": None,
            "rate": None,
            "royaltyBase": None,
            "original": "50万元",
        },
        "industry": {"code": "C3841"},
        "region": {"code": "440305"},
        "listedFrom": "2024-03-01",
        "listedTo": "2024-12-31",
        "status": "LISTED",
        "provenance": {"sourceSystem": "synthetic"},
    }


@pytest.mark.parametrize(
    ("filter_", "ids"),
    [
        ("", [LISTING_1, LISTING_3, LISTING_2]),
        ("status: LISTED", [LISTING_1, LISTING_3]),
        (f'platform: "{CENTER.lower()}"', [LISTING_1, LISTING_2]),
        ("deal: TRANSFER", [LISTING_1, LISTING_3]),
        ('industry: "C"', [LISTING_1, LISTING_2]),
        ('region: "440300"', [LISTING_1, LISTING_2]),
        ('ipcPrefix: "B23K26/00"', [LISTING_1, LISTING_3]),
        ('priceMinCny: "200000"', [LISTING_1, LISTING_2]),
        ("priceMaxCny: 99999.99", []),
        ('priceMaxCny: "100000"', [LISTING_2]),
        ('priceMinCny: "200000.01", priceMaxCny: "600000"', [LISTING_1]),
        ('text: "激光"', [LISTING_1, LISTING_3]),
        ('text: "\' or true --"', []),
    ],
)
async def test_listing_filters(trading: Asker, filter_: str, ids: list[str]) -> None:
    data = await trading.data("{ listings(filter: { %s }) { nodes { id } totalCount } }" % filter_)
    assert [node["id"] for node in data["listings"]["nodes"]] == ids
    assert data["listings"]["totalCount"] == len(ids)


async def test_one_statement_whole(trading: Asker) -> None:
    data = await trading.data(
        """{ openLicence(statementNumber: " kf2 ") { statementNumber patent { applicationNumber }
               licensors { name organization { uscc } } feeMode fee { kind amount } feeBasis
               termFrom termTo status effectiveOn endedOn endReason
               contracts { recordNumber underOpenLicence { statementNumber } } } }"""
    )
    assert data["openLicence"] == {
        "statementNumber": "KF2",
        "patent": {"applicationNumber": LASER},
        "licensors": [
            {"name": "示例甲智能装备有限公司", "organization": {"uscc": HOLDER}},
            {"name": "示例某人", "organization": None},
        ],
        "feeMode": "FIXED",
        "fee": {"kind": "FIXED", "amount": "30000.50"},
        "feeBasis": None,
        "termFrom": "2023-06-01",
        "termTo": "2026-05-31",
        "status": "IN_FORCE",
        "effectiveOn": None,
        "endedOn": None,
        "endReason": None,
        "contracts": [{"recordNumber": "X2", "underOpenLicence": {"statementNumber": "KF2"}}],
    }


@pytest.mark.parametrize(
    ("filter_", "numbers"),
    [
        ("", ["KF3", "KF2", "KF1"]),
        ("status: IN_FORCE", ["KF3", "KF2"]),
        ("feeMode: ROYALTY_NET_SALES", ["KF3"]),
        ('maxFixedFeeCny: "40000"', ["KF2"]),
        ('ipcPrefix: "B23K"', ["KF3", "KF2", "KF1"]),
        (f'holderUscc: "{HOLDER}"', ["KF2"]),
        ('region: "440000", status: WITHDRAWN', ["KF1"]),
    ],
)
async def test_open_licence_filters(trading: Asker, filter_: str, numbers: list[str]) -> None:
    data = await trading.data(
        "{ openLicences(filter: { %s }) { nodes { statementNumber } totalCount } }" % filter_
    )
    assert [node["statementNumber"] for node in data["openLicences"]["nodes"]] == numbers
    assert data["openLicences"]["totalCount"] == len(numbers)


async def test_licence_record_and_its_term(trading: Asker) -> None:
    query = """{ licenceRecord(recordNumber: "%s") { recordNumber licenceType inForce termTo
                   patents { applicationNumber } licensors { name } licensees { name }
                   fee { amount } underOpenLicence { status } } }"""
    data = await trading.as_caller(CNIPA).data(query % "x2")
    assert data["licenceRecord"] == {
        "recordNumber": "X2",
        "licenceType": "COMMON",
        "inForce": True,  # its last day is today
        "termTo": "2024-06-15",
        "patents": [{"applicationNumber": LASER}, {"applicationNumber": BATTERY}],
        "licensors": [{"name": "示例甲智能装备有限公司"}],
        "licensees": [{"name": "示例乙新材料有限公司"}],
        "fee": {"amount": "30000"},
        "underOpenLicence": {"status": "IN_FORCE"},
    }
    ended = (await trading.data(query % "X1"))["licenceRecord"]
    assert ended["inForce"] is False  # it ended yesterday
    assert ended["fee"] is None


async def test_everything_under_patents_in_one_statement_each(trading: Asker) -> None:
    selection = """... on Patent { applicationNumber
        openLicence { statementNumber fee { kind amount } termTo status }
        openLicenceHistory { statementNumber }
        licenceRecords { recordNumber licenceType } inForce: licenceRecords(inForce: true) {
          recordNumber } ended: licenceRecords(inForce: false) { recordNumber }
        transfers { id registeredOn applicationRight price { kind } from { name } to { name } }
        listings { number price { amount } status } sold: listings(status: SOLD) { number } }"""
    found = await trading.entities(
        selection,
        *({"__typename": "Patent", "applicationNumber": each} for each in (LASER, BATTERY, OLD)),
    )
    laser, battery, old = found
    assert laser == {
        "__typename": "Patent",
        "applicationNumber": LASER,
        "openLicence": {
            "statementNumber": "KF2",
            "fee": {"kind": "FIXED", "amount": "30000.50"},
            "termTo": "2026-05-31",
            "status": "IN_FORCE",
        },
        "openLicenceHistory": [{"statementNumber": "KF2"}, {"statementNumber": "KF1"}],
        "licenceRecords": [
            {"recordNumber": "X2", "licenceType": "COMMON"},
            {"recordNumber": "X1", "licenceType": "EXCLUSIVE"},
        ],
        "inForce": [{"recordNumber": "X2"}],
        "ended": [{"recordNumber": "X1"}],
        "transfers": [
            {
                "id": TRANSFER,
                "registeredOn": "2022-04-20",
                "applicationRight": False,
                "price": None,
                "from": [{"name": "示例工业大学"}],
                "to": [{"name": "示例甲智能装备有限公司"}],
            }
        ],
        "listings": [{"number": "FT-1", "price": {"amount": "500000.00"}, "status": "LISTED"}],
        "sold": [],
    }
    assert [each["number"] for each in battery["listings"]] == ["FT-1", "FT-2"]
    assert [each["number"] for each in battery["sold"]] == ["FT-2"]
    assert battery["openLicence"] is None
    assert old["openLicence"]["statementNumber"] == "KF3"
    assert dict(trading.statements) == {
        "trading.open_licences_of_patents": 1,
        "trading.licences_of_patents": 3,
        "trading.transfers_of_patents": 1,
        "trading.parties_of_transfers": 1,
        "trading.listings_of_patents": 2,
    }


async def test_unknown_patent_has_empty_lists(trading: Asker) -> None:
    [found] = await trading.entities(
        "... on Patent { listings { id } openLicence { status } transfers { id } }",
        {"__typename": "Patent", "applicationNumber": "CN2019100000019"},
    )
    assert found == {
        "__typename": "Patent",
        "listings": [],
        "openLicence": None,
        "transfers": [],
    }


async def test_organisations(trading: Asker) -> None:
    found = await trading.entities(
        """... on Organization { listings { id } sold: listings(status: SOLD) { id }
             demands { number budget { kind amountMin amountMax } ipcClasses { symbol } }
             openLicences { statementNumber } }""",
        {"__typename": "Organization", "uscc": HOLDER},
        {"__typename": "Organization", "uscc": OTHER},
    )
    assert [each["id"] for each in found[0]["listings"]] == [LISTING_1, LISTING_2]
    assert found[0]["sold"] == [{"id": LISTING_2}]
    assert found[0]["openLicences"] == [{"statementNumber": "KF2"}]
    assert found[1]["demands"] == [
        {
            "number": "XQ1",
            "budget": {"kind": "RANGE", "amountMin": "1", "amountMax": "2"},
            "ipcClasses": [{"symbol": "C08L"}],
        }
    ]
    assert set(trading.statements.values()) <= {1, 2}
    assert trading.statements["trading.listings_of_sellers"] == 2


async def test_centres(trading: Asker) -> None:
    found = await trading.entities(
        """... on OperationCenter { code listings(first: 1) { id } activeListingCount dealCount
             before: dealCount(to: "2024-04-30") from: dealAmountCny(from: "2024-05-01") }""",
        {"__typename": "OperationCenter", "code": CENTER},
        {"__typename": "OperationCenter", "code": "RC-440000-01"},
    )
    assert found == [
        {
            "__typename": "OperationCenter",
            "code": CENTER,
            "listings": [{"id": LISTING_1}],
            "activeListingCount": 1,
            "dealCount": 1,
            "before": 0,
            "from": "150000",
        },
        {
            "__typename": "OperationCenter",
            "code": "RC-440000-01",
            "listings": [],
            "activeListingCount": 0,
            "dealCount": 0,
            "before": 0,
            "from": "0",
        },
    ]


async def test_counts_include_what_is_below(trading: Asker) -> None:
    keys: list[dict[str, Any]] = [
        *(
            {"__typename": "Region", "code": code}
            for code in ("440000", "440300", "320505", "000000")
        ),
        *({"__typename": "Industry", "code": code} for code in ("C", "C3841", "M", "A")),
    ]
    found = await trading.entities(
        """... on Region { r: activeListingCount openLicenceCount }
           ... on Industry { i: activeListingCount openDemandCount }""",
        *keys,
    )
    assert [(each["r"], each["openLicenceCount"]) for each in found[:4]] == [
        (1, 1),
        (1, 1),
        (1, 1),
        (2, 2),
    ]
    assert [(each["i"], each["openDemandCount"]) for each in found[4:]] == [
        (1, 1),
        (1, 1),
        (1, 0),
        (0, 0),
    ]
    assert set(trading.statements.values()) == {1}


async def test_demands(trading: Asker) -> None:
    data = await trading.data(
        """{ demands(status: OPEN, industry: "C38") { totalCount nodes {
               id title demander { name } kind industry { code } region { code } validUntil status
             } } }"""
    )
    assert data["demands"] == {
        "totalCount": 1,
        "nodes": [
            {
                "id": DEMAND,
                "title": "示例技术需求",
                "demander": {"name": "示例乙新材料有限公司"},
                "kind": None,
                "industry": {"code": "C3841"},
                "region": None,
                "validUntil": "2024-12-31",
                "status": "OPEN",
            }
        ],
    }


async def test_every_own_entity(trading: Asker) -> None:
    keys: list[dict[str, Any]] = [
        {"__typename": "Listing", "id": LISTING_3},
        {"__typename": "OpenLicenceStatement", "statementNumber": "KF1"},
        {"__typename": "LicenceRecord", "recordNumber": "X1"},
        {"__typename": "TransferRecord", "id": TRANSFER},
        {"__typename": "Demand", "id": DEMAND},
        {"__typename": "Deal", "id": DEAL},
    ]
    found = await trading.entities(
        """... on TransferRecord { patent { applicationNumber } }
           ... on Deal { listing { number } demand { number } platform { code } brokeredBy { uscc }
             patents { applicationNumber } buyer { organization { uscc } } price { amount } }""",
        *keys,
    )
    assert [each["__typename"] for each in found] == [key["__typename"] for key in keys]
    assert found[3]["patent"] == {"applicationNumber": LASER}
    assert found[5] == {
        "__typename": "Deal",
        "listing": {"number": "FT-2"},
        "demand": {"number": "XQ1"},
        "platform": {"code": CENTER},
        "brokeredBy": None,
        "patents": [{"applicationNumber": BATTERY}],
        "buyer": {"organization": {"uscc": OTHER}},
        "price": {"amount": None},  # conditional data
    }
    gone = [
        {"__typename": key["__typename"], field: "01900000-0000-7000-8000-00000000ffff"}
        for key in keys
        for field in key
        if field != "__typename"
    ]
    assert await trading.entities("", *gone) == [None] * len(keys)
