"""Invented legal events of the patents of the demo feeds: grants, publications, and what pledges,
transfers and licences of those feeds would look like in the gazette.

They say what the feeds say, so the projected status of the patents stays as it is.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Final

from resolvers.database.pool import Database
from resolvers.values.event_text import parse_event_text
from resolvers.values.legal_events import effective_date, event_codes

# number, day of announcement, code, text
EVENTS: Final = (
    ("CN2016290000041", date(2023, 11, 29), "PE01",
     "专利权质押合同登记的生效;登记号:Y2023989000002;"
     "登记生效日:20231111;出质人:示例丙生物医药有限公司;"
     "质权人:示例银行股份有限公司;"),
    ("CN2019190000073", date(2023, 7, 22), "PE01",
     "专利权质押合同登记的生效;登记号:Y2023989000003;"
     "登记生效日:20230704;出质人:示例科技大学;"
     "质权人:示例农村商业银行股份有限公司;"),
    ("CN2018190000098", date(2023, 5, 28), "PE01",
     "专利权质押合同登记的生效;登记号:Y2023989000004;"
     "登记生效日:20230510;出质人:示例材料研究院;"
     "质权人:示例融资担保有限公司;"),
    ("CN2020190000131", date(2023, 12, 13), "PE01",
     "专利权质押合同登记的生效;登记号:Y2023989000005;"
     "登记生效日:20231125;出质人:示例丙生物医药有限公司;"
     "质权人:示例农村商业银行股份有限公司;"),
    ("CN2020190000146", date(2023, 12, 27), "PE01",
     "专利权质押合同登记的生效;登记号:Y2023989000006;"
     "登记生效日:20231209;出质人:示例工业大学;"
     "质权人:示例农村商业银行股份有限公司;"),
    ("CN2020190000131", date(2024, 6, 18), "PC01",
     "专利权质押合同登记的注销;登记号:Y2023989000005;"
     "解除日:20240601;出质人:示例丙生物医药有限公司;"
     "质权人:示例农村商业银行股份有限公司;"),
    ("CN2017190000568", date(2024, 1, 5), "TR01",
     "专利权的转移;登记生效日:20230525;变更事项:专利权人;"
     "变更前权利人:示例能源研究所;变更后权利人:示例癸通信有限公司;"
     "变更事项:地址;变更前权利人:100000 示例地址一;"
     "变更后权利人:200000 示例地址二;"),
    ("CN2016390000579", date(2024, 1, 5), "TR01",
     "专利权的转移;登记生效日:20230504;变更事项:专利权人;"
     "变更前权利人:示例丑食品机械有限公司;变更后权利人:示例癸通信有限公司;"
     "变更事项:地址;变更前权利人:100000 示例地址一;"
     "变更后权利人:200000 示例地址二;"),
    ("CN2019290000581", date(2024, 1, 5), "TR01",
     "专利权的转移;登记生效日:20230628;变更事项:专利权人;"
     "变更前权利人:示例壬汽车零部件有限公司;变更后权利人:示例戊新能源有限公司;"
     "变更事项:地址;变更前权利人:100000 示例地址一;"
     "变更后权利人:200000 示例地址二;"),
    ("CN2017190000233", date(2023, 10, 20), "EE01",
     "专利实施许可合同备案的生效;合同备案号:X2023988000002;"
     "让与人:示例能源研究所;受让人:示例庚环保设备有限公司;许可种类:排他许可;"
     "备案日期:20230215;"),
    ("CN2020290000334", date(2023, 10, 20), "EE01",
     "专利实施许可合同备案的生效;合同备案号:X2023988000006;"
     "让与人:示例辛光伏有限公司;受让人:示例己软件有限公司;许可种类:独占许可;"
     "备案日期:20230917;"),
    ("CN2017290000436", date(2023, 10, 20), "EE01",
     "专利实施许可合同备案的生效;合同备案号:X2023988000011;"
     "让与人:示例己软件有限公司;受让人:示例戊新能源有限公司;"
     "许可种类:独占许可;备案日期:20230115;"),
    ("CN2020290000014", date(2023, 12, 1), "CF01",
     "未缴年费专利权终止;"),
    ("CN2018290000036", date(2023, 12, 1), "CF01",
     "未缴年费专利权终止;"),
)  # fmt: skip
# Of patents in force, and of those whose end is among the events above.
GRANTS: Final = """
select application_number, grant_date as day, 'GR01' as code, '授权' as text from patents.patent
where grant_date is not null and source_system <> 'hub'
  and (legal_status = 'IN_FORCE' or application_number = any($1))
"""
PUBLICATIONS: Final = """
select p.application_number, u.published_on as day, 'PB01' as code, '公布' as text
from patents.patent as p join patents.publication as u using (application_number)
where p.legal_status = 'PENDING' and u.kind_code like 'A%'
"""
KNOWN: Final = "select application_number from patents.patent where application_number = any($1)"
INSERT: Final = """
insert into patents.legal_event (application_number, code, name_zh, st27_category, announced_on,
  effective_on, text, details, event_key, source_system, confidence, content_hash)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, '示例数据', 'DERIVED', $9) on conflict do nothing
"""


async def load_demo(database: Database) -> None:
    """Load the events of the demo patents that are there; those there already stay."""
    numbers = [event[0] for event in EVENTS]
    records = await database.fetch("demo.known_patents", KNOWN, numbers)
    known = {record["application_number"] for record in records}
    rows = [_row(*event) for event in EVENTS if event[0] in known]
    ended = [number for number, _, code, _ in EVENTS if code == "CF01"]
    for name, statement, arguments in (
        ("grants", GRANTS, [ended]),
        ("publications", PUBLICATIONS, []),
    ):
        found = await database.fetch(f"demo.{name}", statement, *arguments)
        rows += [_row(r["application_number"], r["day"], r["code"], r["text"]) for r in found]
    await database.executemany("demo.legal_events", INSERT, rows)


def _row(number: str, day: date, code: str, text: str) -> tuple[object, ...]:
    event, parsed = event_codes()[code], parse_event_text(text)
    return (
        number,
        code,
        event.name_zh,
        event.st27_category,
        day,
        effective_date(parsed.details),
        text,
        [{"label": each.label, "value": each.value} for each in parsed.details],
        hashlib.blake2b(text.encode(), digest_size=16).hexdigest(),
    )
