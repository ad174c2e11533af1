"""Open-licence statements."""

from __future__ import annotations

from datetime import date

import strawberry
from strawberry import field

from resolvers.trading.rows import ContactRow, OpenLicenceRow
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.fields import computed, loaded, scoped
from schema.common.pages import Connection
from schema.common.provenance import note_read
from schema.common.sizes import sized
from schema.common.values import Money, Provenance
from schema.trading.access import CONTACT_SCOPE, require_contact
from schema.trading.enums import OpenLicenceFeeMode, OpenLicenceStatus
from schema.trading.licences import LicenceRecord
from schema.trading.references import LazyPatent, Party, parties_of, patent_of


@strawberry.type(description=zh_en("联系方式", "Whom to ask"))
class ContactPoint:
    name: str | None = field(description=zh_en("联系人", "Name"))
    phone: str | None = field(description=zh_en("电话", "Telephone"))
    email: str | None = field(description=zh_en("邮箱", "Mail address"))

    @classmethod
    def from_row(cls, row: ContactRow) -> ContactPoint:
        return cls(name=row.name, phone=row.phone, email=row.email)


@strawberry.federation.type(
    keys=["statementNumber"], description=zh_en("专利开放许可声明", "An open-licence statement")
)
class OpenLicenceStatement:
    row: strawberry.Private[OpenLicenceRow]
    statement_number: strawberry.ID = field(
        description=zh_en("开放许可声明编号", "Number of the statement")
    )
    fee_mode: OpenLicenceFeeMode = field(
        description=zh_en("许可使用费支付方式", "How the fee is paid")
    )
    fee: Money = field(description=zh_en("许可使用费标准", "The fee"))
    fee_basis: str | None = field(
        description=zh_en("许可使用费计算依据和方式说明", "How the fee was worked out")
    )
    term_from: date = field(description=zh_en("许可期限起始日", "First day of the term"))
    term_to: date = field(description=zh_en("许可期限终止日", "Last day of the term"))
    status: OpenLicenceStatus = field(description=zh_en("状态", "Status"))
    effective_on: date | None = field(
        description=zh_en("生效日（公告日）", "Day of effect: the announcement")
    )
    ended_on: date | None = field(description=zh_en("结束日", "Day on which it ended"))
    end_reason: str | None = field(description=zh_en("结束原因", "Why it ended"))

    @classmethod
    def from_row(cls, row: OpenLicenceRow) -> OpenLicenceStatement:
        note_read("OpenLicenceStatement", row.provenance)
        return cls(
            row=row,
            statement_number=strawberry.ID(row.statement_number),
            fee_mode=OpenLicenceFeeMode(row.fee_mode),
            fee=Money.from_row(row.fee),
            fee_basis=row.fee_basis,
            term_from=row.term_from,
            term_to=row.term_to,
            status=OpenLicenceStatus(row.status),
            effective_on=row.effective_on,
            ended_on=row.ended_on,
            end_reason=row.end_reason,
        )

    @computed(description=zh_en("所涉专利", "The patent concerned"))
    def patent(self, info: Info) -> LazyPatent:
        return patent_of(info, self.row.application_number)

    @loaded(description=zh_en("许可人", "Licensors"), directives=sized(2))
    async def licensors(self, info: Info) -> list[Party]:
        return parties_of(await info.context.loaders.trading.licensors.load(self.statement_number))

    @scoped(
        CONTACT_SCOPE,
        description=zh_en(
            "联系方式；须有 contact:read 权限", "Whom to ask; needs the scope contact:read"
        ),
    )
    def contact(self, info: Info) -> ContactPoint | None:
        require_contact(info)
        return ContactPoint.from_row(self.row.contact) if self.row.contact else None

    @loaded(
        description=zh_en(
            "依该声明订立并备案的许可（备案日由近到远）",
            "Licences recorded under this statement, latest recordal first",
        ),
        directives=sized(10),
    )
    async def contracts(self, info: Info) -> list[LicenceRecord]:
        rows = await info.context.loaders.trading.licences_under_statement.load(
            self.statement_number
        )
        return [LicenceRecord.from_row(row, info.context.today) for row in rows]

    @computed(description=descriptions.PROVENANCE)
    def provenance(self) -> Provenance:
        return Provenance.from_row(self.row.provenance)


@strawberry.type(description=zh_en("一页开放许可声明", "One page of open-licence statements"))
class OpenLicenceConnection(Connection[OpenLicenceStatement]):
    """Named after the list, not after its items."""
