"""A small world of invented rows for tests of subgraphs, and ways to ask about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import asyncpg

from adapters.intake import Intake
from resolvers.database.pool import Database
from resolvers.identity import Caller
from schema.serving import SubgraphServer

TODAY = date(2024, 6, 15)
NOW = datetime(2024, 6, 15, 4, 0, tzinfo=UTC)
PROVENANCE = "source_system, confidence, content_hash"
FROM_TEST = "'synthetic', 'CENTER', 'hash'"

LASER = "CN2020290000014"
BATTERY = "CN201719000006X"
OLD = "CN2003100000018"
COOLER = "CN2019290000026"
HOLDER = "91440305MA9T00018E"
OTHER = "91320505MA9T00026L"


class CountingQueries:
    """A database that counts its statements by name."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.statements: Counter[str] = Counter()

    async def fetch(self, name: str, sql: str, *args: object) -> list[asyncpg.Record]:
        self.statements[name] += 1
        return await self._database.fetch(name, sql, *args)

    async def fetchrow(self, name: str, sql: str, *args: object) -> asyncpg.Record | None:
        self.statements[name] += 1
        return await self._database.fetchrow(name, sql, *args)

    async def fetchval(self, name: str, sql: str, *args: object) -> Any:
        self.statements[name] += 1
        return await self._database.fetchval(name, sql, *args)

    async def execute(self, name: str, sql: str, *args: object) -> str:
        raise AssertionError("subgraphs only read")

    async def executemany(self, name: str, sql: str, rows: Sequence[Sequence[object]]) -> None:
        raise AssertionError("subgraphs only read")


class Asker:
    """Asks one subgraph; keeps the statements of the last question.

    Without a caller it asks as the public and cannot write. With one, also as `PUBLIC`, the whole
    server stands behind it, and subgraphs may ask each other.
    """

    def __init__(self, database: Database, subgraph: str, caller: Caller | None = None) -> None:
        self._database = database
        self._subgraph = subgraph
        self._caller = caller
        self.statements: Counter[str] = Counter()

    def as_caller(self, caller: Caller) -> Asker:
        """Return the same asker as somebody else."""
        return Asker(self._database, self._subgraph, caller)

    async def response(self, query: str, **variables: Any) -> dict[str, Any]:
        if self._caller is not None:
            server = SubgraphServer(
                self._database, today=lambda: TODAY, now=lambda: NOW, ingest=Intake()
            )
            return await server.answer(self._subgraph, self._caller, query, variables)
        queries = CountingQueries(self._database)
        self.statements = queries.statements
        server = SubgraphServer(queries, today=lambda: TODAY)
        return await server.execute(self._subgraph, query, variables)

    async def mutate(self, query: str, **variables: Any) -> tuple[Any, list[str]]:
        """Return the payload of the only mutation (null when it failed as a whole) and all error
        codes, those of the payload and top-level ones."""
        response = await self.response(query, **variables)
        codes = [error["extensions"]["code"] for error in response.get("errors", ())]
        payload = next(iter((response.get("data") or {"": None}).values()))
        if isinstance(payload, dict):
            codes += [error["code"] for error in payload.get("errors", ())]
        return payload, codes

    async def data(self, query: str, **variables: Any) -> Any:
        response = await self.response(query, **variables)
        assert "errors" not in response, response["errors"]
        return response["data"]

    async def codes(self, query: str, **variables: Any) -> list[str]:
        response = await self.response(query, **variables)
        return [error["extensions"]["code"] for error in response["errors"]]

    async def entities(self, selection: str, *representations: dict[str, Any]) -> Any:
        return (await self.entity_response(selection, *representations))["data"]["_entities"]

    async def entity_response(
        self, selection: str, *representations: dict[str, Any]
    ) -> dict[str, Any]:
        query = "query ($r: [_Any!]!) { _entities(representations: $r) { __typename %s } }"
        return await self.response(query % selection, r=list(representations))


async def add_reference(database: Database) -> None:
    """Add regions (one renamed, one retired), industries, classes, offices, organisations."""
    await database.execute(
        "test.reference",
        """
        insert into reference.region
          (code, valid_from, valid_to, name, full_name, level, status, parent_code) values
          ('440000', 1981, null, '广东省', '广东省', 'PROVINCE', 'ACTIVE', null),
          ('440300', 1981, null, '深圳市', '广东省深圳市', 'PREFECTURE', 'ACTIVE', '440000'),
          ('440305', 1990, null, '南山区', '广东省深圳市南山区', 'COUNTY', 'ACTIVE', '440300'),
          ('440310', 2017, null, '坪山区', '广东省深圳市坪山区', 'COUNTY', 'ACTIVE', '440300'),
          ('120000', 1981, null, '天津市', '天津市', 'PROVINCE', 'ACTIVE', null),
          ('120110', 1981, 1992, '东郊区', '天津市东郊区', 'COUNTY', 'CHANGED', '120000'),
          ('120110', 1992, null, '东丽区', '天津市东丽区', 'COUNTY', 'ACTIVE', '120000'),
          ('110000', 1981, null, '北京市', '北京市', 'PROVINCE', 'ACTIVE', null),
          ('110101', 1981, null, '东城区', '北京市东城区', 'COUNTY', 'ACTIVE', '110000'),
          ('110103', 1981, 2010, '崇文区', '北京市崇文区', 'COUNTY', 'RETIRED', '110000');
        insert into reference.region_successor values
          ('110103', 1981, 0, '110101'), ('120110', 1981, 0, '120110');
        insert into reference.jurisdiction values
          ('440000', '广东省', 'PROVINCE_LEVEL', '广东省知识产权局', '440000'),
          ('440300', '深圳市', 'SEPARATELY_PLANNED_CITY', '深圳市市场监督管理局', '440300'),
          ('XPCC00', '新疆生产建设兵团', 'XPCC', '兵团知识产权局', null);
        insert into reference.industry values
          ('C', '制造业', 1, 'GB/T 4754-2017', null),
          ('C38', '电气机械和器材制造业', 2, 'GB/T 4754-2017', 'C'),
          ('C384', '电池制造', 3, 'GB/T 4754-2017', 'C38'),
          ('C3841', '锂离子电池制造', 4, 'GB/T 4754-2017', 'C384'),
          ('M', '科学研究和技术服务业', 1, 'GB/T 4754-2017', null);
        insert into reference.ipc_class values
          ('H', 'H', 'SECTION', 'ELECTRICITY', '电学', null),
          ('H01', 'H01', 'CLASS', 'ELECTRIC ELEMENTS', null, 'H'),
          ('H01M', 'H01M', 'SUBCLASS', 'BATTERIES', null, 'H01');
        insert into reference.office values
          ('CN', 'China', '中国', 'STATE_OR_ENTITY'), ('EP', 'EPO', null, 'ORGANIZATION');
        insert into reference.organization
          (uscc, name, name_key, kind, region_code, industry_code,
           source_system, confidence, content_hash) values
          ('91440305MA9T00018E', '示例甲智能装备有限公司', '示例甲智能装备有限公司', 'ENTERPRISE',
           '440305', 'C3841', 'synthetic', 'CENTER', 'h'),
          ('91320505MA9T00026L', '示例乙新材料有限公司', '示例乙新材料有限公司', 'ENTERPRISE',
           '320505', 'C2651', 'synthetic', 'CENTER', 'h');
        insert into reference.organization_name values
          ('91440305MA9T00018E', 0, '示例甲装备厂', '示例甲装备厂', null, '2015-03-01');
        """,
    )


async def add_patents(database: Database) -> None:
    """Add four patents: in force, in force with its term run out, pending, frozen."""
    await database.execute(
        "test.patents",
        f"""
        insert into patents.patent
          (application_number, office_code, kind, title, filing_date, grant_date, expiry_date,
           main_ipc, applicant_region, legal_status, legal_status_as_of, under_preservation,
           {PROVENANCE}) values
          ('{LASER}', 'CN', 'UTILITY_MODEL', '基于激光焊接的控制系统', '2020-03-05', '2021-01-01',
           '2030-03-05', 'B23K26/21', '440305', 'IN_FORCE', '2021-01-01', false, {FROM_TEST}),
          ('{BATTERY}', 'CN', 'INVENTION', '一种电池热管理用制备方法', '2017-05-02', null,
           '2037-05-02', 'H01M10/60', '440305', 'PENDING', '2018-01-01', false, {FROM_TEST}),
          ('{OLD}', 'CN', 'INVENTION', '一种激光切割头', '2003-12-01', '2006-01-01',
           '2023-12-01', 'B23K26/00', '320505', 'IN_FORCE', '2006-01-01', false, {FROM_TEST}),
          ('{COOLER}', 'CN', 'UTILITY_MODEL', 'Cooling 100%_pure', '2019-01-14', '2019-12-01',
           '2029-01-14', 'H01M10/00', null, 'IN_FORCE', '2019-12-01', true, {FROM_TEST});
        insert into patents.publication
          (number, application_number, kind_code, published_on, {PROVENANCE}) values
          ('CN209900000U', '{LASER}', 'U', '2021-01-01', {FROM_TEST}),
          ('CN107000000A', '{BATTERY}', 'A', '2018-01-01', {FROM_TEST});
        insert into patents.patent_party values
          ('{LASER}', 'APPLICANT', 0, '示例工业大学', '示例工业大学', null),
          ('{LASER}', 'HOLDER', 0, '示例甲智能装备有限公司', '示例甲智能装备有限公司', '{HOLDER}'),
          ('{LASER}', 'HOLDER', 1, '示例某人', '示例某人', null),
          ('{BATTERY}', 'HOLDER', 0, '示例甲智能装备公司', '示例甲智能装备公司', '{HOLDER}'),
          ('{OLD}', 'HOLDER', 0, '示例乙新材料有限公司', '示例乙新材料有限公司', '{OTHER}'),
          ('{COOLER}', 'HOLDER', 0, '示例甲智能装备有限公司', '示例甲智能装备有限公司', '{HOLDER}');
        insert into patents.patent_ipc values
          ('{LASER}', 0, 'B23K26/21'), ('{LASER}', 1, 'B23K37/00'),
          ('{BATTERY}', 0, 'H01M10/60'), ('{OLD}', 0, 'B23K26/00'), ('{COOLER}', 0, 'H01M10/00');
        insert into patents.patent_industry values ('{BATTERY}', 0, 'C3841');
        insert into patents.legal_event
          (id, application_number, code, name_zh, st27_category, announced_on, effective_on, text,
           details, event_key, {PROVENANCE}) values
          ('01900000-0000-7000-8000-000000000001', '{LASER}', 'GR01', '授权', 'F', '2021-01-01',
           null, null, '[]', 'a', {FROM_TEST}),
          ('01900000-0000-7000-8000-000000000002', '{LASER}', 'TR01', '专利权的转移', 'R',
           '2022-05-01', '2022-04-20', '专利权的转移',
           '[{{"label": "变更事项", "value": "专利权人"}}, {{"label": "变更后", "value": "甲"}}]',
           'b', {FROM_TEST}),
          ('01900000-0000-7000-8000-000000000003', 'CN2021900000000', 'GR01', '授权', 'F',
           '2021-01-01', null, null, '[]', 'a', {FROM_TEST});
        insert into patents.evaluation_report
          (application_number, issued_on, conclusion, {PROVENANCE}) values
          ('{LASER}', '2022-02-02', 'NO_DEFECT_FOUND', {FROM_TEST});
        """,
    )


LISTING_1 = "01900000-0000-7000-8000-0000000000a1"
LISTING_2 = "01900000-0000-7000-8000-0000000000a2"
LISTING_3 = "01900000-0000-7000-8000-0000000000a3"
TRANSFER = "01900000-0000-7000-8000-0000000000b1"
DEMAND = "01900000-0000-7000-8000-0000000000c1"
DEAL = "01900000-0000-7000-8000-0000000000d1"
CENTER = "FT-110000-01"


async def add_trading(database: Database) -> None:
    """Add three listings, three statements, two licences, a transfer, a demand and a deal."""
    await database.execute(
        "test.trading",
        f"""
        insert into trading.patent_facts values
          ('{LASER}', 'B23K26/21', '{{B23K26/21}}', '440305'),
          ('{BATTERY}', 'H01M10/60', '{{H01M10/60}}', '440305'),
          ('{OLD}', 'B23K26/00', '{{B23K26/00}}', '320505');
        insert into trading.patent_facts_ipc values
          ('{LASER}', 'B23K26/21'), ('{BATTERY}', 'H01M10/60'), ('{OLD}', 'B23K26/00');
        insert into trading.listing
          (id, platform_code, number, title, seller_name, seller_name_key, seller_uscc, deal,
           trading_method, price_amount, price_kind, price_amount_min, price_amount_max,
           price_original, industry_code, region_code, listed_from, listed_to, status,
           {PROVENANCE}) values
          ('{LISTING_1}', '{CENTER}', 'FT-1', '激光焊接包', '示例甲智能装备有限公司',
           '示例甲智能装备有限公司', '{HOLDER}', 'TRANSFER', 'LISTING', 500000.00, 'FIXED', null,
           null, '50万元', 'C3841', '440305', '2024-03-01', '2024-12-31', 'LISTED', {FROM_TEST}),
          ('{LISTING_2}', '{CENTER}', 'FT-2', '电池许可', '示例甲智能装备有限公司',
           '示例甲智能装备有限公司', '{HOLDER}', 'LICENCE_COMMON', 'AGREEMENT', null, 'RANGE',
           100000, 200000, '10-20万元', 'C38', '440300', '2024-02-01', '2024-12-31', 'SOLD',
           {FROM_TEST}),
          ('{LISTING_3}', 'FT-310000-01', 'FT-1', '激光切割', '示例某人', '示例某人', null,
           'TRANSFER', 'AUCTION', null, 'NEGOTIABLE', null, null, '面议', 'M7320', '320505',
           '2024-02-01', '2024-12-31', 'LISTED', {FROM_TEST});
        insert into trading.listing_patent values
          ('{LISTING_1}', 0, '{LASER}'), ('{LISTING_1}', 1, '{BATTERY}'),
          ('{LISTING_2}', 0, '{BATTERY}'), ('{LISTING_3}', 0, '{OLD}');
        insert into trading.open_licence_statement
          (statement_number, application_number, fee_mode, fee_amount, fee_kind, fee_rate,
           fee_royalty_base, term_from, term_to, status, ended_on, end_reason, {PROVENANCE}) values
          ('KF1', '{LASER}', 'FIXED', 50000, 'FIXED', null, null, '2022-01-01', '2023-01-01',
           'WITHDRAWN', '2022-06-01', '撤回', {FROM_TEST}),
          ('KF2', '{LASER}', 'FIXED', 30000.50, 'FIXED', null, null, '2023-06-01', '2026-05-31',
           'IN_FORCE', null, null, {FROM_TEST}),
          ('KF3', '{OLD}', 'ROYALTY_NET_SALES', null, 'ROYALTY', 3, 'NET_SALES', '2023-06-01',
           '2026-05-31', 'IN_FORCE', null, null, {FROM_TEST});
        insert into trading.open_licence_party values
          ('KF2', 0, '示例甲智能装备有限公司', '示例甲智能装备有限公司', '{HOLDER}'),
          ('KF2', 1, '示例某人', '示例某人', null);
        insert into trading.licence_record
          (record_number, licence_type, open_licence_number, term_from, term_to, fee_amount,
           fee_kind, recorded_on, cancelled_on, {PROVENANCE}) values
          ('X1', 'EXCLUSIVE', null, '2020-01-01', '2024-06-14', null, null, '2020-02-01', null,
           {FROM_TEST}),
          ('X2', 'COMMON', 'KF2', '2023-07-01', '2024-06-15', 30000, 'FIXED', '2023-07-05', null,
           {FROM_TEST});
        insert into trading.licence_patent
          (record_number, application_number, ordinal, {PROVENANCE}) values
          ('X1', '{LASER}', 0, {FROM_TEST}), ('X2', '{LASER}', 0, {FROM_TEST}),
          ('X2', '{BATTERY}', 1, {FROM_TEST});
        insert into trading.licence_party values
          ('X2', 'LICENSOR', 0, '示例甲智能装备有限公司', '示例甲智能装备有限公司', '{HOLDER}'),
          ('X2', 'LICENSEE', 0, '示例乙新材料有限公司', '示例乙新材料有限公司', '{OTHER}');
        insert into trading.transfer_record
          (id, application_number, registered_on, to_key, {PROVENANCE}) values
          ('{TRANSFER}', '{LASER}', '2022-04-20', '示例甲智能装备有限公司', {FROM_TEST});
        insert into trading.transfer_party values
          ('{TRANSFER}', 'FROM', 0, '示例工业大学', '示例工业大学', null),
          ('{TRANSFER}', 'TO', 0, '示例甲智能装备有限公司', '示例甲智能装备有限公司', '{HOLDER}');
        insert into trading.demand
          (id, number, title, demander_name, demander_name_key, demander_uscc, industry_code,
           ipc_symbols, budget_kind, budget_amount_min, budget_amount_max, valid_until,
           {PROVENANCE}) values
          ('{DEMAND}', 'XQ1', '示例技术需求', '示例乙新材料有限公司', '示例乙新材料有限公司',
           '{OTHER}', 'C3841', '{{C08L}}', 'RANGE', 1, 2, '2024-12-31', {FROM_TEST});
        insert into trading.deal
          (id, listing_id, demand_id, platform_code, kind, seller_name, seller_name_key, buyer_name,
           buyer_name_key, buyer_uscc, price_amount, price_kind, signed_on, {PROVENANCE}) values
          ('{DEAL}', '{LISTING_2}', '{DEMAND}', '{CENTER}', 'LICENCE_COMMON', '甲', '甲', '乙',
           '乙', '{OTHER}', 150000, 'FIXED', '2024-05-01', {FROM_TEST});
        insert into trading.deal_patent values ('{DEAL}', 0, '{BATTERY}');
        """,
    )


async def add_platforms(database: Database) -> None:
    """Add four centres: a trading platform renamed at recognition, a support tool with its
    document, a regional centre, an industry centre in pilot with a document nobody registered."""
    await database.execute(
        "test.platforms",
        f"""
        insert into platforms.policy_document (number, title, issuer, issued_on) values
          ('国知函〔示例〕1号', '关于认定平台的函（示例）', '示例发文机关', '2022-12-30');
        insert into platforms.operation_center
          (code, kind, function, support_tool, name, name_scheme, named_on, host_uscc, region_code,
           jurisdiction_code, status, recognised_on, recognition_document, functional_positioning,
           {PROVENANCE}) values
          ('{CENTER}', 'FUNCTIONAL', 'TRADING_SERVICE', null,
           '国家知识产权运营（北京）交易服务平台', 'NOTICE_2022_1002', '2022-12-30', '{HOLDER}',
           '110000', '110000', 'RECOGNISED', '2022-12-30', '国知函〔示例〕1号', '交易',
           {FROM_TEST}),
          ('FU-110000-01', 'FUNCTIONAL', 'SUPPORT_TOOL', 'PATENT_NAVIGATION', '示例导航平台',
           'CASE_BY_CASE', '2022-12-30', '{OTHER}', '110101', '110000', 'RECOGNISED',
           '2022-12-30', '国知函〔示例〕1号', null, {FROM_TEST}),
          ('RC-440000-01', 'REGIONAL', null, null, '国家级区域知识产权运营中心', 'NOTICE_2022_1002',
           null, '{HOLDER}', '440305', '440300', 'IN_RECTIFICATION', null, null, null,
           {FROM_TEST}),
          ('IC-440300-01', 'INDUSTRY', null, null, '示例电池中心', 'PILOT_NAME', null, '{OTHER}',
           '440300', '440300', 'PILOT', null, '国知函〔示例〕9号', null, {FROM_TEST});
        insert into platforms.center_name values
          ('{CENTER}', 0, '示例交易中心', 'PILOT_NAME', null, '2020-01-01'),
          ('{CENTER}', 1, '示例交易平台', 'PILOT_NAME', '2020-01-01', '2022-12-30');
        insert into platforms.center_service_region values
          ('{CENTER}', 0, '000000'), ('RC-440000-01', 0, '440300'), ('RC-440000-01', 1, '110000');
        insert into platforms.center_industry values
          ('IC-440300-01', 0, 'C3841'), ('IC-440300-01', 1, 'M');
        """,
    )
