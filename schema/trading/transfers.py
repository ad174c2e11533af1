"""Registered transfers."""

from __future__ import annotations

from datetime import date

import strawberry
from strawberry import field

from resolvers.trading.rows import TransferRow
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.fields import computed, loaded
from schema.common.provenance import note_read
from schema.common.sizes import sized
from schema.common.values import Money, Provenance
from schema.trading.access import require_transfer_price
from schema.trading.references import LazyPatent, Party, parties_of, patent_of


@strawberry.federation.type(
    keys=["id"],
    description=zh_en("专利权（申请权）转移", "A registered transfer of a patent or application"),
)
class TransferRecord:
    row: strawberry.Private[TransferRow]
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    registered_on: date = field(description=zh_en("登记生效日", "Date of registration"))
    application_right: bool = field(
        description=zh_en("是否为申请权转移", "Whether the right to an application was transferred")
    )

    @classmethod
    def from_row(cls, row: TransferRow) -> TransferRecord:
        note_read("TransferRecord", row.provenance)
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            registered_on=row.registered_on,
            application_right=row.application_right,
        )

    @computed(description=zh_en("转让金额；有条件开放", "Price; conditional data"))
    async def price(self, info: Info) -> Money | None:
        if self.row.price is None:
            return None
        await require_transfer_price(info, self.row)
        return Money.from_row(self.row.price)

    @computed(description=zh_en("所涉专利", "The patent concerned"))
    def patent(self, info: Info) -> LazyPatent:
        return patent_of(info, self.row.application_number)

    @loaded(name="from", description=zh_en("变更前权利人", "Holders before"), directives=sized(2))
    async def from_(self, info: Info) -> list[Party]:
        rows = await info.context.loaders.trading.parties_of_transfer.load(self.row.id)
        return parties_of(rows.from_)

    @loaded(description=zh_en("变更后权利人", "Holders after"), directives=sized(2))
    async def to(self, info: Info) -> list[Party]:
        rows = await info.context.loaders.trading.parties_of_transfer.load(self.row.id)
        return parties_of(rows.to)

    @computed(description=descriptions.PROVENANCE)
    def provenance(self) -> Provenance:
        return Provenance.from_row(self.row.provenance)
