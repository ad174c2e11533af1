"""Rows of the catalogue over the small world, who asks, and peers that answer as a test wants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from resolvers.catalog.jobs import JOBS
from resolvers.database.pool import Database
from resolvers.hub.worker import Worker
from resolvers.identity import ANONYMOUS, Caller, Role
from resolvers.peers import PeerUnavailable
from schema.serving import SubgraphServer
from tests.schema.world import (
    FROM_TEST,
    HOLDER,
    NOW,
    OTHER,
    PROVENANCE,
    TODAY,
    Asker,
    add_platforms,
    add_reference,
)

PUBLISHER_CODE = "IC-440300-02"
PILOT_CODE = "IC-440300-01"
NAVIGATION_CODE = "FU-110000-01"
TRADING_CODE = "FT-110000-01"
FINANCIAL_CODE = "FF-440400-01"

PUBLIC = ANONYMOUS
CNIPA = Caller("test:cnipa", Role.CNIPA_ADMIN)
PUBLISHER = Caller("test:publisher", Role.INDUSTRY_CENTER, center=PUBLISHER_CODE)
PILOT = Caller("test:pilot", Role.INDUSTRY_CENTER, center=PILOT_CODE)
REVIEWER = Caller("test:reviewer", Role.FUNCTIONAL_PLATFORM, center=NAVIGATION_CODE)
TRADER = Caller("test:trader", Role.FUNCTIONAL_PLATFORM, center=TRADING_CODE)
FINANCIER = Caller("test:financier", Role.FUNCTIONAL_PLATFORM, center=FINANCIAL_CODE)
STRANGER = Caller("test:stranger", Role.REGIONAL_CENTER, center="RC-320000-01")
SHENZHEN = Caller("test:440300", Role.PROVINCIAL_OFFICE, jurisdiction="440300")
GUANGDONG = Caller("test:440000", Role.PROVINCIAL_OFFICE, jurisdiction="440000")
JIANGSU = Caller("test:320000", Role.PROVINCIAL_OFFICE, jurisdiction="320000")
AGENCY = Caller("test:agency", Role.THIRD_PARTY_INSTITUTION, uscc=OTHER)

STANDARD = "SS-NAV-001"
FIELD = "01900000-0000-7000-8000-0000000e0001"
DATA = "01900000-0000-7000-8000-0000000e0002"
EVIDENCE = "01900000-0000-7000-8000-0000000e0003"
DAYS = "01900000-0000-7000-8000-0000000e0004"
MANUAL = "01900000-0000-7000-8000-0000000e0005"
CREDIT_STANDARD = "SS-CRD-001"
CREDIT = "01900000-0000-7000-8000-0000000e0006"
DRAFT_STANDARD = "SS-TST-009"

PUBLISHED = "01900000-0000-7000-8000-0000000d0001"
DRAFT = "01900000-0000-7000-8000-0000000d0002"
IN_REVIEW = "01900000-0000-7000-8000-0000000d0003"
GRANT = "01900000-0000-7000-8000-0000000d1001"
LAPSED_GRANT = "01900000-0000-7000-8000-0000000d1002"

BIBLIOGRAPHY = "CN-PA-BIBS-ABSS-10-A"


async def add_centers(database: Database) -> None:
    """Add what references point at: the small world, a recognised centre, a financial platform."""
    await add_reference(database)
    await add_platforms(database)
    await database.execute(
        "test.centers",
        f"""
        insert into reference.region
          (code, valid_from, valid_to, name, full_name, level, status, parent_code) values
          ('000000', 1981, null, '全国', '全国', 'COUNTRY', 'ACTIVE', null);
        insert into platforms.operation_center
          (code, kind, function, name, name_scheme, host_uscc, region_code, jurisdiction_code,
           status, {PROVENANCE}) values
          ('{PUBLISHER_CODE}', 'INDUSTRY', null, '示例装备中心', 'NOTICE_2022_1002', '{HOLDER}',
           '440300', '440300', 'RECOGNISED', {FROM_TEST}),
          ('{FINANCIAL_CODE}', 'FUNCTIONAL', 'FINANCIAL_SERVICE', '示例金融平台',
           'NOTICE_2022_1002', '{HOLDER}', '440400', '440000', 'RECOGNISED', {FROM_TEST});
        update catalog.data_foundation set provider_code = '{TRADING_CODE}'
        where topic in ('TRANSFER', 'LICENCE', 'VALUATION');
        """,
    )


async def add_standards(database: Database) -> None:
    """Add a standard with every check that asks nobody, one that asks for credit, one draft."""
    await database.execute(
        "test.standards",
        f"""
        insert into catalog.service_standard
          (code, version, title, issuer_code, basis, service_kind, status, effective_from) values
          ('{STANDARD}', '1.0', '专利导航服务规范', '{NAVIGATION_CODE}', '{{GB/T 39551}}',
           'PATENT_NAVIGATION', 'IN_FORCE', '2024-01-01'),
          ('{STANDARD}', '2.0', '专利导航服务规范', '{NAVIGATION_CODE}', '{{}}',
           'PATENT_NAVIGATION', 'CONSULTATION', null),
          ('{CREDIT_STANDARD}', '1.0', '供需对接服务规范', null, '{{}}',
           'SUPPLY_DEMAND_MATCHING', 'IN_FORCE', '2024-01-01'),
          ('{DRAFT_STANDARD}', '1.0', '未公开的规范', '{NAVIGATION_CODE}', '{{}}',
           'SERVICE_EVALUATION', 'DRAFT', null);
        insert into catalog.standard_requirement
          (id, code, version, ordinal, text, mandatory, check_kind, parameter) values
          ('{FIELD}', '{STANDARD}', '1.0', 0, '写明简介', true, 'FIELD_PRESENT', 'summary'),
          ('{DATA}', '{STANDARD}', '1.0', 1, '使用著录项目数据', true, 'DATA_FOUNDATION_USED',
           '{BIBLIOGRAPHY}'),
          ('{EVIDENCE}', '{STANDARD}', '1.0', 2, '附业绩证明', true, 'EVIDENCE_ATTACHED', null),
          ('{DAYS}', '{STANDARD}', '1.0', 3, '十日内响应', true, 'MAX_RESPONSE_DAYS', '10'),
          ('{MANUAL}', '{STANDARD}', '1.0', 4, '方法得当', true, 'MANUAL', null),
          ('{CREDIT}', '{CREDIT_STANDARD}', '1.0', 0, '信用良好', true, 'MIN_CREDIT_GRADE', 'B');
        """,
    )


async def add_product(
    database: Database,
    product_id: str,
    status: str,
    *,
    publisher: str = PUBLISHER_CODE,
    standard: tuple[str, str] = (STANDARD, "1.0"),
    kind: str = "PATENT_NAVIGATION",
    issuer: str | None = NAVIGATION_CODE,
    suspended_by: str | None = None,
    title: str = "电池产业专利导航",
    regions: tuple[str, ...] = ("440300",),
    industries: tuple[str, ...] = ("C38",),
) -> None:
    """Add a product that passes every check, in some state."""
    suspended = (suspended_by or publisher) if status == "SUSPENDED" else None
    await database.execute(
        "test.product",
        """
        insert into catalog.service_product
          (id, number, publisher_code, jurisdiction_code, title, summary, kind, standard_code,
           standard_version, issuer_code, price_amount, price_kind, response_days, status,
           suspended_by)
        values ($1, $2, $3, '440300', $4, '面向电池企业', $5, $6, $7, $8, 20000, 'FIXED', 7, $9,
          $10)
        """,
        product_id,
        f"{publisher}-T{product_id[-4:]}",
        publisher,
        title,
        kind,
        *standard,
        issuer,
        status,
        suspended,
    )
    for place, code in enumerate(regions):
        await database.execute(
            "test.region",
            "insert into catalog.product_region values ($1, $2, $3)",
            product_id,
            place,
            code,
        )
    for place, code in enumerate(industries):
        await database.execute(
            "test.industry",
            "insert into catalog.product_industry values ($1, $2, $3)",
            product_id,
            place,
            code,
        )
    await database.execute(
        "test.parts",
        f"""
        insert into catalog.product_foundation values ('{product_id}', 0, '{BIBLIOGRAPHY}');
        insert into catalog.product_evidence values
          ('{product_id}', 0, '{EVIDENCE}', '合同', '示字〔2024〕1号');
        """,
    )


async def add_catalog(database: Database) -> None:
    """Add everything: centres, standards, three products, a grant that runs and one that lapsed."""
    await add_centers(database)
    await add_standards(database)
    await add_product(database, PUBLISHED, "PUBLISHED")
    await add_product(database, DRAFT, "DRAFT", title="激光产业专利导航（草稿）")
    await add_product(database, IN_REVIEW, "UNDER_REVIEW", regions=("000000",), industries=())
    await database.execute(
        "test.grants",
        f"""
        insert into catalog.data_access_grant
          (id, foundation_code, grantee_code, jurisdiction_code, purpose, status, fields,
           valid_from, valid_to, decided_by) values
          ('{GRANT}', 'DF-TRANSFER', '{PUBLISHER_CODE}', '440300', '产业分析', 'ACTIVE',
           '{{price}}', '2024-01-01', '2024-12-31', '{TRADING_CODE}'),
          ('{LAPSED_GRANT}', 'DF-LICENCE', '{PUBLISHER_CODE}', '440300', '产业分析', 'ACTIVE',
           null, '2023-01-01', '2024-06-14', 'CNIPA');
        """,
    )


@dataclass
class StatedPeers:
    """Peers that say what the test states about credit and tasks; the rest the server answers.

    `down`: subgraphs that do not answer. `asked`: what was asked of whom.
    """

    database: Database
    credit: Mapping[str, str] = field(default_factory=dict)
    tasks: Mapping[str, list[dict[str, str]]] = field(default_factory=dict)
    down: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)

    async def ask(
        self, subgraph: str, query: str, variables: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        self.asked.append(subgraph)
        if subgraph in self.down:
            raise PeerUnavailable(subgraph, "down")
        keys = (variables or {}).get("keys", [])
        if subgraph == "tools":
            grades = [self.credit.get(key["uscc"]) for key in keys]
            return {"_entities": [{"credit": grade and {"grade": grade}} for grade in grades]}
        if "innovationTasks" in query:
            return {
                "_entities": [{"innovationTasks": self.tasks.get(key["code"], [])} for key in keys]
            }
        server = SubgraphServer(self.database, today=lambda: TODAY, now=lambda: NOW)
        return await server.peers.ask(subgraph, query, variables)


class StatedAsker(Asker):
    """An asker whose server has stated peers."""

    def __init__(self, peers: StatedPeers, caller: Caller, subgraph: str = "catalog") -> None:
        super().__init__(peers.database, subgraph, caller)
        self._server = SubgraphServer(
            peers.database, today=lambda: TODAY, now=lambda: NOW, peers=peers
        )
        self._who = caller
        self._name = subgraph

    async def response(self, query: str, **variables: Any) -> dict[str, Any]:
        return await self._server.answer(self._name, self._who, query, variables)


def catalog_worker(database: Database, peers: StatedPeers | None = None) -> Worker:
    """Return a worker that runs the catalogue's jobs on the day of the test."""
    return Worker(database, peers or StatedPeers(database), [JOBS], clock=lambda: NOW)


def product_input(**changed: Any) -> dict[str, Any]:
    """Return the input of a product that passes every check of the navigation standard."""
    return {
        "title": "电池产业专利导航",
        "summary": "面向电池企业",
        "kind": "PATENT_NAVIGATION",
        "publisherCode": PUBLISHER_CODE,
        "standardCode": STANDARD,
        "standardVersion": "1.0",
        "dataFoundationCodes": [BIBLIOGRAPHY],
        "regionCodes": ["440300"],
        "industryCodes": ["C384"],
        "price": {"kind": "FIXED", "amount": "20000"},
        "responseDays": 7,
        "evidence": [{"requirementId": EVIDENCE, "title": "合同", "reference": "示字〔2024〕1号"}],
        **changed,
    }


def ask(database: Database, caller: Caller) -> Asker:
    return Asker(database, "catalog", caller)
