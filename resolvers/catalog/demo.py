"""Invented rows of the catalogue: standards for every kind of service, products on them, grants.

Centres and organisations are those of the demo feeds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from resolvers.catalog.commands import sql
from resolvers.catalog.commands.products import check_and_store, load_given
from resolvers.catalog.rows import product_row as read_product
from resolvers.catalog.sight import OPEN_STATES
from resolvers.database.pool import Database, Transaction

TRADING: Final = "FT-110000-01"
FINANCIAL: Final = "FF-440400-01"
FEATURED: Final = "FS-310000-01"
TOOL: Final = "FU-110000-01"
YANGTZE: Final = "RC-320000-01"
CARS: Final = "IC-340100-01"
BIOMEDICINE: Final = "IC-310000-01"
IN_RECTIFICATION: Final = "FS-610100-01"
OFFICE_OF: Final = {
    TRADING: "110000",
    FINANCIAL: "440000",
    FEATURED: "310000",
    TOOL: "110000",
    YANGTZE: "320000",
    CARS: "340000",
    BIOMEDICINE: "310000",
    IN_RECTIFICATION: "610000",
}
APPRAISER: Final = "91310101MA9T00237H"
TRANSFER_AGENCY: Final = "91440305MA9T00245K"
OPERATOR: Final = "91320114MA9T002536"
AGENCY: Final = "91110108MA9T00229E"

PROVIDED: Final = {
    TRADING: ["OPEN_LICENCE", "TRANSFER", "LICENCE", "LISTING", "DEMAND"],
    FINANCIAL: ["PLEDGE", "VALUATION"],
    TOOL: ["INTENSIVE_PRODUCT"],
}
BASIS: Final = ["国知办函运字〔2022〕1002号"]

_SUMMARY: Final = ("写明服务内容和适用对象", True, "FIELD_PRESENT", "summary")
_PRICE: Final = ("公开价格", True, "FIELD_PRESENT", "price")
_DAYS: Final = ("十五日内响应", True, "MAX_RESPONSE_DAYS", "15")
_METHOD: Final = ("服务方法得当", True, "MANUAL", None)
_CREDIT: Final = ("提供机构信用等级不低于 B", False, "MIN_CREDIT_GRADE", "B")
_PROOF: Final = ("附资质或业绩证明", True, "EVIDENCE_ATTACHED", None)
Requirement = tuple[str, bool, str, str | None]


def _uses(code: str) -> Requirement:
    return ("使用枢纽的数据底座", True, "DATA_FOUNDATION_USED", code)


# code, version, title, issuer (None: CNIPA), kind, status, in force from, requirements
STANDARDS: Final[
    tuple[tuple[str, str, str, str | None, str, str, date | None, tuple[Requirement, ...]], ...]
] = (
    ("SS-MAT-001", "1.0", "知识产权供需对接服务规范", TRADING, "SUPPLY_DEMAND_MATCHING",
     "IN_FORCE", date(2023, 3, 1), (_SUMMARY, _uses("DF-DEMAND"), _DAYS, _METHOD)),
    ("SS-BRK-001", "1.0", "知识产权交易撮合服务规范", TRADING, "DEAL_BROKERING",
     "IN_FORCE", date(2023, 3, 1), (_SUMMARY, _PRICE, _uses("DF-LISTING"), _DAYS)),
    ("SS-OPL-001", "1.0", "专利开放许可服务规范", TRADING, "OPEN_LICENCE_SERVICE",
     "IN_FORCE", date(2023, 3, 1), (_SUMMARY, _uses("DF-OPEN-LICENCE"), _DAYS)),
    ("SS-REC-001", "1.0", "专利转让许可登记备案服务规范", TRADING, "RECORDAL_SERVICE",
     "IN_FORCE", date(2023, 3, 1), (_SUMMARY, _DAYS, _METHOD)),
    ("SS-VAL-001", "1.0", "专利评估评价服务规范", FINANCIAL, "VALUATION",
     "IN_FORCE", date(2023, 4, 1), (_SUMMARY, _PRICE, _PROOF, _CREDIT, _METHOD)),
    ("SS-VAL-001", "2.0", "专利评估评价服务规范（修订）", FINANCIAL, "VALUATION",
     "CONSULTATION", None, (_SUMMARY, _PRICE, _PROOF, _CREDIT, _DAYS, _METHOD)),
    ("SS-FIN-001", "1.0", "知识产权投融资服务规范", FINANCIAL, "INVESTMENT_FINANCING",
     "IN_FORCE", date(2023, 4, 1), (_SUMMARY, _PROOF, _DAYS, _METHOD)),
    ("SS-INS-001", "1.0", "知识产权保险服务规范", FINANCIAL, "INSURANCE",
     "IN_FORCE", date(2023, 4, 1), (_SUMMARY, _PRICE, _PROOF)),
    ("SS-ADV-001", "1.0", "先进技术转化服务规范", FEATURED, "ADVANCED_TECH_TRANSFER",
     "IN_FORCE", date(2023, 5, 1), (_SUMMARY, _METHOD)),
    ("SS-INT-001", "1.0", "知识产权国际化运营服务规范", FEATURED, "INTERNATIONAL_OPERATION",
     "IN_FORCE", date(2023, 5, 1), (_SUMMARY, _PROOF, _METHOD)),
    ("SS-PRD-001", "1.0", "专利产品备案服务规范", TOOL, "PATENT_PRODUCT_FILING",
     "IN_FORCE", date(2023, 5, 1), (_SUMMARY, _DAYS)),
    ("SS-NAV-001", "0.9", "专利导航服务规范（试行）", None, "PATENT_NAVIGATION",
     "SUPERSEDED", date(2022, 12, 1), (_SUMMARY, _METHOD)),
    ("SS-NAV-001", "1.0", "专利导航服务规范", None, "PATENT_NAVIGATION",
     "IN_FORCE", date(2023, 6, 1),
     (_SUMMARY, _uses("CN-PA-BIBS-ABSS-10-A"), _PROOF, _DAYS, _METHOD)),
    ("SS-MGT-001", "1.0", "创新管理测评服务规范", None, "MANAGEMENT_ASSESSMENT",
     "IN_FORCE", date(2023, 6, 1), (_SUMMARY, _PROOF, _METHOD)),
    ("SS-EVA-001", "1.0", "知识产权服务评价规范", None, "SERVICE_EVALUATION",
     "IN_FORCE", date(2023, 6, 1), (_SUMMARY, _METHOD)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Product:
    """A demo product. `price` None: negotiable."""

    publisher: str
    standard: str
    title: str
    summary: str
    status: str
    regions: tuple[str, ...]
    industries: tuple[str, ...] = ()
    foundations: tuple[str, ...] = ()
    provider: str | None = None
    price: int | None = None
    days: int | None = 7
    proof: str | None = None


PRODUCTS: Final = (
    Product(TRADING, "SS-BRK-001", "专利转让撮合服务", "为高校和企业提供挂牌、磋商、签约的全程服务",
            "PUBLISHED", ("000000",), foundations=("DF-LISTING",), price=8_000),
    Product(TRADING, "SS-OPL-001", "专利开放许可匹配服务", "协助起草声明、测算使用费",
            "PUBLISHED", ("000000",), foundations=("DF-OPEN-LICENCE",), price=0),
    Product(FINANCIAL, "SS-VAL-001", "专利质押价值评估", "依据 GB/T 42748 出具质押用评估报告",
            "PUBLISHED", ("440000", "310000"), foundations=("CN-PA-PRSS-10",), provider=APPRAISER,
            price=30_000, proof="资产评估机构备案（示例）"),
    Product(FINANCIAL, "SS-FIN-001", "知识产权质押融资对接", "对接银行与担保机构，提供贷前尽调",
            "PUBLISHED", ("000000",), proof="合作协议（示例）"),
    Product(FINANCIAL, "SS-INS-001", "专利执行保险代办", "代办专利执行、被侵权损失保险",
            "RETIRED", ("440000",), price=2_000, proof="保险经纪许可（示例）"),
    Product(FEATURED, "SS-INT-001", "海外专利布局与许可服务", "面向欧洲、日本的申请布局和对外许可",
            "PUBLISHED", ("310000", "320000"), industries=("C27", "C39"), provider=AGENCY,
            proof="服务业绩（示例）"),
    Product(IN_RECTIFICATION, "SS-ADV-001", "先进技术二次开发对接", "面向航空航天技术的民用转化",
            "SUSPENDED", ("610000",), industries=("C37",)),
    Product(TOOL, "SS-PRD-001", "专利密集型产品备案辅导", "产品备案材料的整理、核对与提交",
            "PUBLISHED", ("000000",), price=0),
    Product(YANGTZE, "SS-NAV-001", "长三角集成电路专利导航", "面向集成电路产业的专利态势与路径分析",
            "PUBLISHED", ("310000", "320000", "330000", "340000"), industries=("C397",),
            foundations=("CN-PA-BIBS-ABSS-10-A", "CN-PA-PRSS-10"), provider=OPERATOR,
            price=120_000, days=15, proof="导航成果（示例）"),
    Product(YANGTZE, "SS-MAT-001", "长三角技术需求对接会", "每月一次的需求发布与专利匹配",
            "PUBLISHED", ("310000", "320000", "330000", "340000"), foundations=("DF-DEMAND",),
            provider=TRANSFER_AGENCY, price=0),
    Product(CARS, "SS-NAV-001", "动力电池专利导航", "面向动力电池企业的专利预警与布局建议",
            "PUBLISHED", ("340000",), industries=("C3841", "C3612"),
            foundations=("CN-PA-BIBS-ABSS-10-A",), provider=OPERATOR, price=80_000, days=10,
            proof="导航成果（示例）"),
    Product(CARS, "SS-MAT-001", "新能源汽车供应链专利对接", "整车厂需求与零部件专利的对接",
            "UNDER_REVIEW", ("340000",), industries=("C36",), foundations=("DF-DEMAND",)),
    Product(CARS, "SS-VAL-001", "车规芯片专利分级评价", "面向车规芯片专利组合的分级",
            "CONFORMANCE_FAILED", ("340000",), industries=("C397",), price=50_000),
    Product(CARS, "SS-BRK-001", "电池回收专利撮合（草稿）", "面向电池回收企业",
            "DRAFT", ("340000",), industries=("C42",), price=5_000),
    Product(BIOMEDICINE, "SS-NAV-001", "抗体药物专利导航（草稿）", "试点期间编制，待认定后提交",
            "DRAFT", ("310000",), industries=("C27",), foundations=("CN-PA-BIBS-ABSS-10-A",)),
)  # fmt: skip
_STEPS: Final = {
    "DRAFT": (),
    "CONFORMANCE_FAILED": (("SUBMIT", "DRAFT", "CONFORMANCE_FAILED"),),
    "UNDER_REVIEW": (("SUBMIT", "DRAFT", "UNDER_REVIEW"),),
    "PUBLISHED": (
        ("SUBMIT", "DRAFT", "UNDER_REVIEW"),
        ("APPROVE", "UNDER_REVIEW", "PUBLISHED"),
    ),
}
STEPS: Final = {
    **_STEPS,
    "RETIRED": (*_STEPS["PUBLISHED"], ("RETIRE", "PUBLISHED", "RETIRED")),
    "SUSPENDED": (*_STEPS["PUBLISHED"], ("PUBLISHER_LEFT", "PUBLISHED", "SUSPENDED")),
}
# id, data foundation, grantee, purpose, status, fields, to, decided by
GRANTS: Final = (
    ("01890000-0000-7000-8000-000000ca2001", "DF-TRANSFER", CARS, "动力电池专利转让价格分析",
     "ACTIVE", ["price"], date(2028, 12, 31), TRADING),
    ("01890000-0000-7000-8000-000000ca2002", "DF-LICENCE", YANGTZE, "长三角许可费水平研究",
     "ACTIVE", ["fee"], date(2028, 12, 31), TRADING),
    ("01890000-0000-7000-8000-000000ca2003", "DF-PLEDGE", YANGTZE, "长三角质押融资规模分析",
     "REQUESTED", ["securedAmount"], None, None),
    ("01890000-0000-7000-8000-000000ca2004", "DF-VALUATION", BIOMEDICINE, "药物专利估值参考",
     "REFUSED", None, None, "CNIPA"),
)  # fmt: skip

ADD_STANDARD: Final = """
insert into catalog.service_standard (code, version, title, issuer_code, basis, service_kind,
  status, effective_from, superseded_on, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, case when $7 = 'SUPERSEDED' then date '2023-06-01' end,
  coalesce($8, date '2024-01-01'))
on conflict do nothing returning code
"""
REPLACED: Final = """
update catalog.service_standard set replaced_by = '1.0'
where code = 'SS-NAV-001' and version = '0.9' and replaced_by is null
"""
PROVIDE: Final = """
update catalog.data_foundation set provider_code = $1
where topic = any($2) and provider_code is null
"""
ADD_PRODUCT: Final = """
insert into catalog.service_product (id, number, publisher_code, jurisdiction_code, title, summary,
  kind, provider_uscc, standard_code, standard_version, issuer_code, price_amount, price_kind,
  response_days, status, version, published_at, suspended_by)
select $1, $2, $3, $4, $5, $6, s.service_kind, $7, s.code, s.version, s.issuer_code, $8, $9, $10,
  $11, $12, $13, $14
from catalog.service_standard as s where s.code = $15 and s.status = 'IN_FORCE'
on conflict do nothing returning id
"""
NUMBERED: Final = """
insert into catalog.product_number (publisher_code, last) values ($1, $2)
on conflict (publisher_code) do update set last = greatest(catalog.product_number.last, $2)
"""
ADD_EVIDENCE: Final = """
insert into catalog.product_evidence (product_id, ordinal, requirement_id, title, reference)
select $1, 0, r.id, $2, '示例材料' from catalog.standard_requirement as r
join catalog.service_product as p on p.standard_code = r.code and p.standard_version = r.version
where p.id = $1 and r.check_kind = 'EVIDENCE_ATTACHED'
"""
ADD_CHANGE: Final = """
insert into catalog.status_change
  (workflow, key, from_status, to_status, action, by_subject, by_role, at)
values ($1, $2, $3, $4, $5, '示例数据', $6, $7)
"""
ADD_GRANT: Final = """
insert into catalog.data_access_grant (id, foundation_code, grantee_code, jurisdiction_code,
  purpose, status, fields, valid_from, valid_to, decided_by)
values ($1, $2, $3, $4, $5, $6, $7, case when $8::date is null then null else date '2026-01-01' end,
  $8, $9)
on conflict do nothing returning id
"""


async def load_demo(database: Database) -> None:
    """Add the rows that are not there yet."""
    async with database.transaction() as tx:
        for provider, topics in PROVIDED.items():
            await tx.execute("demo.provide", PROVIDE, provider, topics)
        await _add_standards(tx)
        numbers = dict.fromkeys(OFFICE_OF, 0)
        for place, product in enumerate(PRODUCTS):
            numbers[product.publisher] += 1
            await _add_product(tx, place, product, numbers[product.publisher])
        for grant_id, code, grantee, purpose, status, fields, to, decider in GRANTS:
            office = OFFICE_OF[grantee]
            await tx.execute(
                "demo.grant", ADD_GRANT, UUID(grant_id), code, grantee, office, purpose, status,
                fields, to, decider,
            )  # fmt: skip


async def _add_standards(tx: Transaction) -> None:
    for code, version, title, issuer, kind, status, begins, requirements in STANDARDS:
        added = await tx.fetchval(
            "demo.standard", ADD_STANDARD, code, version, title, issuer, BASIS, kind, status, begins
        )
        if added is None:
            continue
        await tx.executemany(
            "demo.requirement",
            sql.REQUIREMENT,
            [(code, version, ordinal, *each) for ordinal, each in enumerate(requirements)],
        )
    await tx.execute("demo.replaced", REPLACED)


async def _add_product(tx: Transaction, place: int, product: Product, number: int) -> None:
    """Add a product with its parts, the results of its checks and its history."""
    on = datetime(2023, 7, 1 + place, 2, 0, tzinfo=UTC)
    published = product.status in OPEN_STATES
    added: UUID | None = await tx.fetchval(
        "demo.product",
        ADD_PRODUCT,
        UUID(f"01890000-0000-7000-8000-000000ca1{place:03d}"),
        f"{product.publisher}-P{number:04d}",
        product.publisher,
        OFFICE_OF[product.publisher],
        product.title,
        product.summary,
        product.provider,
        None if not product.price else Decimal(product.price),
        "NEGOTIABLE" if product.price is None else "FIXED" if product.price else "FREE",
        product.days,
        product.status,
        len(STEPS[product.status]) + 1,
        on if published else None,
        "CENTER_STATUS" if product.status == "SUSPENDED" else None,
        product.standard,
    )
    if added is None:
        return
    await tx.execute("demo.numbered", NUMBERED, product.publisher, number)
    for table, codes in (
        ("product_region", product.regions),
        ("product_industry", product.industries),
        ("product_foundation", product.foundations),
    ):
        rows = [(added, ordinal, code) for ordinal, code in enumerate(codes)]
        await tx.executemany(f"demo.{table}", sql.ADD_CODE[table], rows)
    if product.proof is not None:
        await tx.execute("demo.evidence", ADD_EVIDENCE, added, product.proof)
    await _add_results(tx, added, published)
    steps = ((None, None, "DRAFT"), *STEPS[product.status])
    for action, before, after in steps:
        role = "CNIPA_ADMIN" if action == "APPROVE" else "INDUSTRY_CENTER"
        await tx.execute(
            "demo.change", ADD_CHANGE, "service_product", str(added), before, after, action, role,
            on,
        )  # fmt: skip


async def _add_results(tx: Transaction, product_id: UUID, published: bool) -> None:
    record = await tx.fetchrow("demo.product", sql.PRODUCT, product_id)
    assert record is not None
    given = await load_given(tx, read_product(record))
    await check_and_store(tx, product_id, given, "A", date(2023, 7, 1))
    if published:
        await tx.execute("demo.judged", sql.JUDGED, product_id)
