"""Invented projects of the featured services. Platforms, organisations and patents are those of the
demo feeds."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from resolvers.database.pool import Database
from resolvers.featured import sql

SHANGHAI: Final = "FS-310000-01"
XIAN: Final = "FS-610100-01"
OFFICE_OF: Final = {SHANGHAI: "310000", XIAN: "610000"}
UNIVERSITY: Final = "12610113990000148G"
PHARMA: Final = "91310115MA9T000346"
CHIPS: Final = "91320214MA9T00042U"
CARS: Final = "91500112MA9T000937"
INSTITUTE: Final = "12310104990000172U"
ROBOTS: Final = "91210212MA9T00114W"
SMART: Final = "91440305MA9T00018E"

# id, title, platform, owner, adopter, patents, industry, level, stage, declassified, started on
ADVANCED: Final = (
    ("01890000-0000-7000-8000-000000fe1001", "激光焊接控制系统民用转化", XIAN, UNIVERSITY, SMART,
     ("CN2020290000014",), "C3491", 7, "PILOT_PRODUCTION", True, date(2023, 3, 6)),
    ("01890000-0000-7000-8000-000000fe1002", "毫米波回收装置转化", XIAN, INSTITUTE, None,
     ("CN2019290000026",), "C3921", 4, "ASSESSED", True, date(2023, 5, 15)),
    ("01890000-0000-7000-8000-000000fe1003", "多轴协同封装系统转化", XIAN, UNIVERSITY, ROBOTS,
     ("CN2020190000146",), "C3491", 6, "MATCHED", False, date(2023, 6, 20)),
    ("01890000-0000-7000-8000-000000fe1004", "激光焊接检测系统转化", XIAN, SMART, CHIPS,
     ("CN201919000036X",), "C3973", 8, "INDUSTRIALISED", True, date(2022, 11, 1)),
)  # fmt: skip
# id, title, platform, owner, patents, offices, kind, status, export checked, started on
INTERNATIONAL: Final = (
    ("01890000-0000-7000-8000-000000fe2001", "联邦学习冷却方法欧洲、日本申请", SHANGHAI, PHARMA,
     ("CN2020190000502",), ("EP", "JP"), "OVERSEAS_FILING", "RUNNING", False, date(2023, 4, 10)),
    ("01890000-0000-7000-8000-000000fe2002", "微流控制备方法对外许可", SHANGHAI, PHARMA,
     ("CN2020190000131",), ("US",), "LICENSING_OUT", "RUNNING", True, date(2023, 5, 22)),
    ("01890000-0000-7000-8000-000000fe2003", "电池热管理专利对外转让", SHANGHAI, CHIPS,
     ("CN2020290000160",), ("KR",), "TRANSFER_OUT", "PLANNED", False, date(2024, 1, 8)),
    ("01890000-0000-7000-8000-000000fe2004", "联邦学习制备方法标准必要专利", SHANGHAI, CARS,
     ("CN2017190000286", "CN2017190000267"), ("EP", "US", "JP"),
     "STANDARD_ESSENTIAL_PATENT", "CONCLUDED", False, date(2022, 9, 1)),
)  # fmt: skip

ADD_ADVANCED: Final = """
insert into featured.advanced_tech_project (id, title, platform_code, owner_uscc, adopter_uscc,
  industry_code, readiness_level, stage, declassified, started_on)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing returning id
"""
ADD_INTERNATIONAL: Final = """
insert into featured.international_project (id, title, platform_code, jurisdiction_code,
  owner_uscc, kind, status, export_control_checked, started_on)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning id
"""


async def load_demo(database: Database) -> None:
    """Add the projects that are not there yet."""
    async with database.transaction() as tx:
        for key, title, platform, owner, adopter, patents, *rest in ADVANCED:
            added: UUID | None = await tx.fetchval(
                "demo.advanced", ADD_ADVANCED, UUID(key), title, platform, owner, adopter, *rest
            )
            if added is not None:
                await tx.execute("demo.patents", sql.ADD_ADVANCED_PATENTS, added, list(patents))
        for key, title, platform, owner, numbers, offices, *rest in INTERNATIONAL:
            office = OFFICE_OF[platform]
            added = await tx.fetchval(
                "demo.abroad", ADD_INTERNATIONAL, UUID(key), title, platform, office, owner, *rest
            )
            if added is not None:
                await tx.execute(
                    "demo.patents", sql.ADD_INTERNATIONAL_PATENTS, added, list(numbers)
                )
                await tx.execute("demo.offices", sql.ADD_OFFICES, added, list(offices))
