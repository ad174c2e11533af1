"""Recorded licence contracts."""

from __future__ import annotations

from datetime import date

import strawberry
from strawberry import field

from resolvers.trading.rows import LicenceRecordRow
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.fields import computed, loaded
from schema.common.provenance import note_read
from schema.common.sizes import sized
from schema.common.values import Money, Provenance
from schema.trading.access import require_licence_fee, sight
from schema.trading.enums import LicenceType
from schema.trading.references import (
    LazyPatent,
    LazyStatement,
    Party,
    parties_of,
    patents_of,
    statement_of,
)


@strawberry.federation.type(
    keys=["recordNumber"],
    description=zh_en("专利实施许可合同备案", "A recorded licence contract"),
)
class LicenceRecord:
    row: strawberry.Private[LicenceRecordRow]
    record_number: strawberry.ID = field(description=zh_en("合同备案号", "Number of the recordal"))
    licence_type: LicenceType = field(description=zh_en("许可种类", "Kind of licence"))
    term_from: date | None = field(description=zh_en("许可期限起始日", "First day of the term"))
    term_to: date | None = field(description=zh_en("许可期限终止日", "Last day of the term"))
    recorded_on: date = field(description=zh_en("备案日期", "Date of recordal"))
    cancelled_on: date | None = field(description=zh_en("注销日期", "Date of cancellation"))
    in_force: bool = field(
        description=zh_en("今天（北京时间）是否在有效期内", "Whether it runs today (Asia/Shanghai)")
    )

    @classmethod
    def from_row(cls, row: LicenceRecordRow, today: date) -> LicenceRecord:
        note_read("LicenceRecord", row.provenance)
        return cls(
            row=row,
            record_number=strawberry.ID(row.record_number),
            licence_type=LicenceType(row.licence_type),
            term_from=row.term_from,
            term_to=row.term_to,
            recorded_on=row.recorded_on,
            cancelled_on=row.cancelled_on,
            in_force=row.in_force_on(today),
        )

    @computed(description=zh_en("许可金额；有条件开放", "Fee; conditional data"))
    async def fee(self, info: Info) -> Money | None:
        if self.row.fee is None:
            return None
        await require_licence_fee(info, self.row)
        return Money.from_row(self.row.fee)

    @loaded(description=zh_en("所涉专利", "The patents concerned"), directives=sized(3))
    async def patents(self, info: Info) -> list[LazyPatent]:
        numbers = await info.context.loaders.trading.patents_of_licence.load(self.record_number)
        return patents_of(info, numbers)

    @loaded(description=zh_en("许可人（原称让与人）", "Licensors"), directives=sized(2))
    async def licensors(self, info: Info) -> list[Party]:
        rows = await info.context.loaders.trading.parties_of_licence.load(self.record_number)
        return parties_of(rows.licensors)

    @loaded(description=zh_en("被许可人（原称受让人）", "Licensees"), directives=sized(2))
    async def licensees(self, info: Info) -> list[Party]:
        rows = await info.context.loaders.trading.parties_of_licence.load(self.record_number)
        return parties_of(rows.licensees)

    @loaded(description=zh_en("所依据的开放许可声明", "The open-licence statement it is under"))
    async def under_open_licence(self, info: Info) -> LazyStatement | None:
        if self.row.open_licence_number is None:
            return None
        row = await info.context.loaders.trading.open_licences.load(self.row.open_licence_number)
        return statement_of(info, row) if row and sight(info).of_statement(row) else None

    @computed(description=descriptions.PROVENANCE)
    def provenance(self) -> Provenance:
        return Provenance.from_row(self.row.provenance)
