"""Invented rows of finance, beside the pledges of the demo feeds: a changed and a cancelled pledge,
valuations, financing projects and insurance. Organisations and patents are those of the feeds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from resolvers.database.pool import Database, Transaction
from resolvers.finance.jobs import count_pledges
from resolvers.values.text import party_name_key

PLATFORM: Final = "FF-440400-01"
OFFICE: Final = "440000"
SOURCE: Final = "示例数据"

UNIVERSITY: Final = ("示例理工大学", "1211010899000013XP")
PHARMA: Final = ("示例丙生物医药有限公司", "91310115MA9T000346")
CHIPS: Final = ("示例丁半导体有限公司", "91320214MA9T00042U")
SOLAR: Final = ("示例辛光伏有限公司", "91130606MA9T000852")
CARS: Final = ("示例壬汽车零部件有限公司", "91500112MA9T000937")
SCIENCE: Final = ("示例科技大学", "12510107990000164R")
BANK: Final = ("示例银行股份有限公司", "91110102MA9T0019X7")
RURAL_BANK: Final = ("示例农村商业银行股份有限公司", "91440402MA9T002020")
GUARANTOR: Final = ("示例融资担保有限公司", "91610113MA9T00210A")
APPRAISER: Final = ("示例资产评估有限公司", "91310101MA9T00237H")

# number, patents, pledgor, pledgee, amount, term, registered, cancelled, consent
PLEDGES: Final = (
    ("Y2023989000201", ("CN202029000018X",), UNIVERSITY, RURAL_BANK, 2_000_000,
     date(2023, 4, 17), date(2026, 4, 16), date(2023, 4, 17), None, True),
    ("Y2023989000203", ("CN2017190000267",), CARS, BANK, 2_000_000,
     date(2023, 6, 1), date(2026, 5, 31), date(2023, 6, 1), None, None),
    ("Y2022989000202", ("CN2019290000295", "CN2017290000192"), PHARMA, BANK, 6_000_000,
     date(2022, 3, 1), date(2023, 2, 28), date(2022, 3, 1), date(2023, 3, 6), False),
)  # fmt: skip
# number, on, item, before, after
CHANGES: Final = (
    ("Y2023989000203", date(2024, 4, 10), "DEBT_TERM_TO", "2025-05-31", "2026-05-31"),
    ("Y2023989000203", date(2024, 4, 10), "SECURED_AMOUNT", "1500000.00 CNY", "2000000.00 CNY"),
)
# id, patents, holder, method, value, base date, purpose
VALUATIONS: Final = (
    ("01890000-0000-7000-8000-000000f10001", ("CN202029000018X",), UNIVERSITY, "INCOME", 4_200_000,
     date(2023, 3, 31), "PLEDGE"),
    ("01890000-0000-7000-8000-000000f10002", ("CN2020290000160",), CHIPS, "COMPOSITE", 18_500_000,
     date(2023, 6, 30), "PLEDGE"),
    ("01890000-0000-7000-8000-000000f10003", ("CN2019290000295", "CN2017290000192"), PHARMA,
     "MARKET", 9_600_000, date(2022, 1, 31), "PLEDGE"),
    ("01890000-0000-7000-8000-000000f10004", ("CN2017190000286", "CN2017190000267"), CARS,
     "COST", 2_350_000, date(2023, 9, 30), "LICENCE"),
    ("01890000-0000-7000-8000-000000f10005", ("CN2020190000216",), SOLAR, "INCOME", 7_800_000,
     date(2023, 3, 31), "PLEDGE"),
    ("01890000-0000-7000-8000-000000f10006", ("CN2019190000073",), SCIENCE, "INCOME", 5_100_000,
     date(2023, 5, 31), "PLEDGE"),
)  # fmt: skip
# id, title, kind, applicant, patents, amount, provider, status, submitted by, applied, granted
PROJECTS: Final = (
    ("01890000-0000-7000-8000-000000f20001", "毫米波检测专利质押贷款", "PLEDGE_LOAN", UNIVERSITY,
     ("CN202029000018X",), 2_000_000, RURAL_BANK, "GRANTED", PLATFORM,
     date(2023, 3, 20), date(2023, 4, 20)),
    ("01890000-0000-7000-8000-000000f20002", "电池热管理专利质押贷款", "PLEDGE_LOAN", CHIPS,
     ("CN2020290000160",), 12_005_000, BANK, "GRANTED", "RC-320000-01",
     date(2023, 7, 3), date(2023, 8, 11)),
    ("01890000-0000-7000-8000-000000f20003", "生物医药专利组合质押贷款", "PLEDGE_LOAN", PHARMA,
     ("CN2019290000295", "CN2017290000192"), 6_000_000, BANK, "REPAID", "IC-310000-01",
     date(2022, 1, 17), date(2022, 3, 4)),
    ("01890000-0000-7000-8000-000000f20004", "联邦学习专利许可收益权证券化", "SECURITISATION", CARS,
     ("CN2017190000286",), 30_000_000, None, "UNDER_REVIEW", PLATFORM,
     date(2024, 1, 22), None),
    ("01890000-0000-7000-8000-000000f20005", "光伏封装专利股权融资", "EQUITY", SOLAR,
     ("CN2020190000216",), 20_000_000, None, "APPLIED", PLATFORM, date(2024, 2, 26), None),
)  # fmt: skip
# number, kind, insured, insurer, patents, cover, from, to
POLICIES: Final = (
    ("BX2023440400001", "PLEDGE_GUARANTEE", UNIVERSITY, GUARANTOR, ("CN202029000018X",),
     2_000_000, date(2023, 4, 17), date(2026, 4, 16)),
    ("BX2023440400002", "INFRINGEMENT_LOSS", CHIPS, GUARANTOR, ("CN2020290000160",),
     1_000_000, date(2023, 9, 1), date(2026, 8, 31)),
)  # fmt: skip

ADD_PLEDGE: Final = """
insert into finance.pledge_registration (registration_number, secured_amount, secured_kind,
  debt_term_from, debt_term_to, registered_on, cancelled_on, pledgee_consents_open_licence,
  source_system, confidence, record_date, content_hash)
values ($1, $2, 'FIXED', $3, $4, $5, $6, $7, $8, 'PLATFORM', $5, $1)
on conflict do nothing returning registration_number
"""
ADD_PLEDGE_PATENT: Final = """
insert into finance.pledge_patent (registration_number, application_number, ordinal,
  source_system, confidence, record_date, content_hash)
values ($1, $2, $3, $4, 'PLATFORM', $5, $1)
"""
ADD_PLEDGE_PARTY: Final = "insert into finance.pledge_party values ($1, $2, 0, $3, $4, $5)"
ADD_CHANGE: Final = """
insert into finance.pledge_change
  (registration_number, ordinal, changed_on, item, before, after, source_system)
values ($1, $2, $3, $4, $5, $6, $7)
"""
MARK_CHANGED: Final = """
update finance.pledge_registration set changed = true where registration_number = $1
"""
ADD_VALUATION: Final = """
insert into finance.valuation_report (id, method, value_amount, value_kind, base_date, purpose,
  appraiser_name, appraiser_uscc, holder_usccs, standard, platform_code, jurisdiction_code)
values ($1, $2, $3, 'FIXED', $4, $5, $6, $7, $8, 'GB/T 42748-2023', $9, $10)
on conflict do nothing returning id
"""
ADD_PROJECT: Final = """
insert into finance.financing_project (id, title, kind, applicant_uscc, amount_amount, amount_kind,
  provider_uscc, status, platform_code, jurisdiction_code, submitted_by, applied_on, granted_on)
values ($1, $2, $3, $4, $5, 'FIXED', $6, $7, $8, $9, $10, $11, $12)
on conflict do nothing returning id
"""
ADD_POLICY: Final = """
insert into finance.insurance_policy (policy_number, kind, insured_uscc, insurer_uscc,
  cover_amount, cover_kind, term_from, term_to, platform_code, jurisdiction_code)
values ($1, $2, $3, $4, $5, 'FIXED', $6, $7, $8, $9)
on conflict do nothing returning policy_number
"""
ADD_PATENTS: Final = {
    "valuation": "insert into finance.valuation_patent values ($1, $2, $3)",
    "financing": "insert into finance.financing_patent values ($1, $2, $3)",
    "insurance": "insert into finance.insurance_patent values ($1, $2, $3)",
}


async def load_demo(database: Database) -> None:
    """Add the rows that are not there yet, and count pledges anew."""
    async with database.transaction() as tx:
        await _add_pledges(tx)
        await _add_valuations(tx)
        await _add_projects(tx)
        await _add_policies(tx)
    await count_pledges(database)


async def _add_pledges(tx: Transaction) -> None:
    for number, patents, pledgor, pledgee, amount, begins, ends, on, cancelled, consent in PLEDGES:
        added = await tx.fetchval(
            "demo.pledge", ADD_PLEDGE, number, _cents(amount), begins, ends, on, cancelled,
            consent, SOURCE,
        )  # fmt: skip
        if added is None:
            continue
        for ordinal, patent in enumerate(patents):
            await tx.execute(
                "demo.pledge_patent", ADD_PLEDGE_PATENT, number, patent, ordinal, SOURCE, on
            )
        for role, (name, uscc) in (("PLEDGOR", pledgor), ("PLEDGEE", pledgee)):
            key = party_name_key(name)
            await tx.execute("demo.pledge_party", ADD_PLEDGE_PARTY, number, role, name, key, uscc)
        changes = [change for change in CHANGES if change[0] == number]
        for ordinal, (_, day, item, before, after) in enumerate(changes):
            await tx.execute(
                "demo.pledge_change", ADD_CHANGE, number, ordinal, day, item, before, after, SOURCE
            )
            await tx.execute("demo.pledge_changed", MARK_CHANGED, number)


async def _add_valuations(tx: Transaction) -> None:
    for text, patents, holder, method, value, on, purpose in VALUATIONS:
        added = await tx.fetchval(
            "demo.valuation", ADD_VALUATION, UUID(text), method, _cents(value), on, purpose,
            *APPRAISER, [holder[1]], PLATFORM, OFFICE,
        )  # fmt: skip
        if added is not None:
            await _add_patents(tx, "valuation", added, patents)


async def _add_projects(tx: Transaction) -> None:
    for (
        text, title, kind, applicant, patents, amount, provider, status, submitted, applied, granted
    ) in PROJECTS:  # fmt: skip
        added = await tx.fetchval(
            "demo.project", ADD_PROJECT, UUID(text), title, kind, applicant[1], _cents(amount),
            provider[1] if provider else None, status, PLATFORM, OFFICE, submitted, applied,
            granted,
        )  # fmt: skip
        if added is not None:
            await _add_patents(tx, "financing", added, patents)


async def _add_policies(tx: Transaction) -> None:
    for number, kind, insured, insurer, patents, cover, begins, ends in POLICIES:
        added = await tx.fetchval(
            "demo.policy", ADD_POLICY, number, kind, insured[1], insurer[1], _cents(cover), begins,
            ends, PLATFORM, OFFICE,
        )  # fmt: skip
        if added is not None:
            await _add_patents(tx, "insurance", added, patents)


async def _add_patents(
    tx: Transaction, kind: str, parent: object, patents: tuple[str, ...]
) -> None:
    for ordinal, number in enumerate(patents):
        await tx.execute(f"demo.{kind}_patent", ADD_PATENTS[kind], parent, ordinal, number)


def _cents(yuan: int) -> Decimal:
    return Decimal(yuan).quantize(Decimal("0.01"))
