"""Types of `trading`: it owns listings, statements, records, demands and deals, and adds to
Patent, Organization, OperationCenter, Region and Industry."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

import strawberry
from strawberry import field

from resolvers.trading.rows import (
    DealRow,
    DemandRow,
    LicenceRecordRow,
    ListingRow,
    OpenLicenceRow,
    TransferRow,
)
from resolvers.value_rows import PartyRow
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.errors import input_error
from schema.common.fields import computed
from schema.common.pages import Connection, page_size
from schema.common.scalars import (
    USCC,
    ApplicationNumber,
    IpcSymbol,
)
from schema.common.values import Money, Provenance
from schema.trading.codes import Industry, IpcClass, Region, industry_of, region_of
from schema.trading.enums import (
    DealKind,
    DemandStatus,
    LicenceType,
    ListingStatus,
    OpenLicenceFeeMode,
    OpenLicenceStatus,
    TradingMethod,
)

MOST_LISTINGS = 100

StatusArgument = Annotated[
    ListingStatus | None, strawberry.argument(description=zh_en("状态", "Status"))
]


@strawberry.federation.type(shareable=True, description=descriptions.PARTY)
class Party:
    name: str = field(description=descriptions.PARTY_NAME)
    organization: Organization | None = field(description=descriptions.PARTY_ORGANIZATION)

    @classmethod
    def from_row(cls, row: PartyRow) -> Party:
        return cls(name=row.name, organization=_organization(row.uscc))


@strawberry.federation.type(
    keys=["id"], description=zh_en("交易标的（挂牌项目）", "An object of trade: a listing")
)
class Listing:
    row: strawberry.Private[ListingRow]
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    number: str = field(
        description=zh_en("项目编号（由平台给出）", "Number given by the platform, unique there")
    )
    title: str = field(description=zh_en("项目名称", "Title"))
    seller: Party = field(description=zh_en("转让方", "Seller"))
    deal: DealKind = field(description=zh_en("交易方式（标的）", "What is traded"))
    trading_method: TradingMethod = field(description=zh_en("成交方式", "How it is traded"))
    price: Money = field(description=zh_en("挂牌价格", "Price asked"))
    listed_from: date = field(description=zh_en("挂牌起始日期", "First day of the listing"))
    listed_to: date = field(description=zh_en("挂牌截止日期", "Last day of the listing"))
    status: ListingStatus = field(description=zh_en("状态", "Status"))

    @classmethod
    def from_row(cls, row: ListingRow) -> Listing:
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            number=row.number,
            title=row.title,
            seller=Party.from_row(row.seller),
            deal=DealKind(row.deal),
            trading_method=TradingMethod(row.trading_method),
            price=Money.from_row(row.price),
            listed_from=row.listed_from,
            listed_to=row.listed_to,
            status=ListingStatus(row.status),
        )

    @computed(description=zh_en("挂牌的平台", "The platform it is listed on"))
    def platform(self) -> OperationCenter:
        return OperationCenter(code=strawberry.ID(self.row.platform_code))

    @computed(description=zh_en("所含专利", "The patents in it"))
    async def patents(self, info: Info) -> list[Patent]:
        return _patents(await info.context.loaders.trading.patents_of_listing.load(self.row.id))

    @computed(description=zh_en("所属行业", "Industry"))
    def industry(self) -> Industry | None:
        return industry_of(self.row.industry_code)

    @computed(description=zh_en("所在地区", "Region"))
    def region(self) -> Region | None:
        return region_of(self.row.region_code)

    @computed(description=descriptions.PROVENANCE)
    def provenance(self) -> Provenance:
        return Provenance.from_row(self.row.provenance)


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
    def patent(self) -> Patent:
        return Patent(application_number=ApplicationNumber(self.row.application_number))

    @computed(description=zh_en("许可人", "Licensors"))
    async def licensors(self, info: Info) -> list[Party]:
        rows = await info.context.loaders.trading.licensors.load(self.statement_number)
        return _parties(rows)

    @computed(
        description=zh_en(
            "依该声明订立并备案的许可（备案日由近到远）",
            "Licences recorded under this statement, latest recordal first",
        )
    )
    async def contracts(self, info: Info) -> list[LicenceRecord]:
        rows = await info.context.loaders.trading.licences_under_statement.load(
            self.statement_number
        )
        return [LicenceRecord.from_row(row, info.context.today) for row in rows]

    @computed(description=descriptions.PROVENANCE)
    def provenance(self) -> Provenance:
        return Provenance.from_row(self.row.provenance)


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
    fee: Money | None = field(description=zh_en("许可金额", "Fee"))
    recorded_on: date = field(description=zh_en("备案日期", "Date of recordal"))
    cancelled_on: date | None = field(description=zh_en("注销日期", "Date of cancellation"))
    in_force: bool = field(
        description=zh_en("今天（北京时间）是否在有效期内", "Whether it runs today (Asia/Shanghai)")
    )

    @classmethod
    def from_row(cls, row: LicenceRecordRow, today: date) -> LicenceRecord:
        return cls(
            row=row,
            record_number=strawberry.ID(row.record_number),
            licence_type=LicenceType(row.licence_type),
            term_from=row.term_from,
            term_to=row.term_to,
            fee=Money.from_row(row.fee) if row.fee else None,
            recorded_on=row.recorded_on,
            cancelled_on=row.cancelled_on,
            in_force=row.in_force_on(today),
        )

    @computed(description=zh_en("所涉专利", "The patents concerned"))
    async def patents(self, info: Info) -> list[Patent]:
        return _patents(
            await info.context.loaders.trading.patents_of_licence.load(self.record_number)
        )

    @computed(description=zh_en("许可人（原称让与人）", "Licensors"))
    async def licensors(self, info: Info) -> list[Party]:
        rows = await info.context.loaders.trading.parties_of_licence.load(self.record_number)
        return _parties(rows.licensors)

    @computed(description=zh_en("被许可人（原称受让人）", "Licensees"))
    async def licensees(self, info: Info) -> list[Party]:
        rows = await info.context.loaders.trading.parties_of_licence.load(self.record_number)
        return _parties(rows.licensees)

    @computed(description=zh_en("所依据的开放许可声明", "The open-licence statement it is under"))
    async def under_open_licence(self, info: Info) -> OpenLicenceStatement | None:
        if self.row.open_licence_number is None:
            return None
        row = await info.context.loaders.trading.open_licences.load(self.row.open_licence_number)
        return OpenLicenceStatement.from_row(row) if row else None

    @computed(description=descriptions.PROVENANCE)
    def provenance(self) -> Provenance:
        return Provenance.from_row(self.row.provenance)


@strawberry.federation.type(
    keys=["id"],
    description=zh_en("专利权（申请权）转移", "A registered transfer of a patent or application"),
)
class TransferRecord:
    row: strawberry.Private[TransferRow]
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    registered_on: date = field(description=zh_en("登记生效日", "Date of registration"))
    price: Money | None = field(description=zh_en("转让金额", "Price"))
    application_right: bool = field(
        description=zh_en("是否为申请权转移", "Whether the right to an application was transferred")
    )

    @classmethod
    def from_row(cls, row: TransferRow) -> TransferRecord:
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            registered_on=row.registered_on,
            price=Money.from_row(row.price) if row.price else None,
            application_right=row.application_right,
        )

    @computed(description=zh_en("所涉专利", "The patent concerned"))
    def patent(self) -> Patent:
        return Patent(application_number=ApplicationNumber(self.row.application_number))

    @computed(name="from", description=zh_en("变更前权利人", "Holders before"))
    async def from_(self, info: Info) -> list[Party]:
        rows = await info.context.loaders.trading.parties_of_transfer.load(self.row.id)
        return _parties(rows.from_)

    @computed(description=zh_en("变更后权利人", "Holders after"))
    async def to(self, info: Info) -> list[Party]:
        rows = await info.context.loaders.trading.parties_of_transfer.load(self.row.id)
        return _parties(rows.to)

    @computed(description=descriptions.PROVENANCE)
    def provenance(self) -> Provenance:
        return Provenance.from_row(self.row.provenance)


@strawberry.federation.type(
    keys=["id"], description=zh_en("知识产权需求", "A demand for intellectual property")
)
class Demand:
    row: strawberry.Private[DemandRow]
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    number: str = field(description=zh_en("需求编号", "Number given by the source"))
    title: str = field(description=zh_en("名称", "Title"))
    demander: Party = field(description=zh_en("需求方", "Who is looking for it"))
    kind: DealKind | None = field(description=zh_en("期望的交易方式", "Kind of deal wanted"))
    budget: Money = field(description=zh_en("预算", "Budget"))
    valid_until: date = field(description=zh_en("有效期至", "Last day of validity"))
    status: DemandStatus = field(description=zh_en("状态", "Status"))

    @classmethod
    def from_row(cls, row: DemandRow) -> Demand:
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            number=row.number,
            title=row.title,
            demander=Party.from_row(row.demander),
            kind=DealKind(row.kind) if row.kind else None,
            budget=Money.from_row(row.budget),
            valid_until=row.valid_until,
            status=DemandStatus(row.status),
        )

    @computed(description=zh_en("行业", "Industry"))
    def industry(self) -> Industry | None:
        return industry_of(self.row.industry_code)

    @computed(description=zh_en("地区", "Region"))
    def region(self) -> Region | None:
        return region_of(self.row.region_code)

    @computed(description=zh_en("所需技术的 IPC 分类", "IPC classes of what is wanted"))
    def ipc_classes(self) -> list[IpcClass]:
        return [IpcClass(symbol=IpcSymbol(symbol)) for symbol in self.row.ipc_symbols]


@strawberry.federation.type(keys=["id"], description=zh_en("成交", "A concluded deal"))
class Deal:
    row: strawberry.Private[DealRow]
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    kind: DealKind = field(description=zh_en("交易方式（标的）", "What was traded"))
    seller: Party = field(description=zh_en("转让方或许可方", "Seller"))
    buyer: Party = field(description=zh_en("受让方或被许可方", "Buyer"))
    price: Money = field(description=zh_en("成交价格", "Price"))
    signed_on: date = field(description=zh_en("签约日", "Date of signature"))

    @classmethod
    def from_row(cls, row: DealRow) -> Deal:
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            kind=DealKind(row.kind),
            seller=Party.from_row(row.seller),
            buyer=Party.from_row(row.buyer),
            price=Money.from_row(row.price),
            signed_on=row.signed_on,
        )

    @computed(description=zh_en("来自哪一挂牌", "The listing it came from"))
    async def listing(self, info: Info) -> Listing | None:
        if self.row.listing_id is None:
            return None
        row = await info.context.loaders.trading.listings.load(self.row.listing_id)
        return Listing.from_row(row) if row else None

    @computed(description=zh_en("来自哪一需求", "The demand it came from"))
    async def demand(self, info: Info) -> Demand | None:
        if self.row.demand_id is None:
            return None
        row = await info.context.loaders.trading.demands.load(self.row.demand_id)
        return Demand.from_row(row) if row else None

    @computed(description=zh_en("成交的平台", "The platform"))
    def platform(self) -> OperationCenter:
        return OperationCenter(code=strawberry.ID(self.row.platform_code))

    @computed(description=zh_en("所涉专利", "The patents concerned"))
    async def patents(self, info: Info) -> list[Patent]:
        return _patents(await info.context.loaders.trading.patents_of_deal.load(self.row.id))

    @computed(description=zh_en("撮合机构", "Who brokered it"))
    def brokered_by(self) -> Organization | None:
        return _organization(self.row.broker_uscc)


@strawberry.federation.type(keys=["applicationNumber"], description=descriptions.PATENT)
class Patent:
    application_number: ApplicationNumber = field(description=descriptions.APPLICATION_NUMBER)

    @computed(
        description=zh_en("包含该专利的挂牌项目（由新到旧）", "Listings it is in, newest first")
    )
    async def listings(self, info: Info, status: StatusArgument = None) -> list[Listing]:
        rows = await info.context.loaders.trading.listings_of_patent.load(
            status.value if status else None, self.application_number
        )
        return [Listing.from_row(row) for row in rows]

    @computed(
        description=zh_en("有效的开放许可声明（至多一项）", "The statement in force: one at most")
    )
    async def open_licence(self, info: Info) -> OpenLicenceStatement | None:
        rows = await info.context.loaders.trading.open_licences_of_patent.load(
            self.application_number
        )
        row = next((each for each in rows if each.status == "IN_FORCE"), None)
        return OpenLicenceStatement.from_row(row) if row else None

    @computed(
        description=zh_en("全部开放许可声明（由新到旧）", "All statements, latest term first")
    )
    async def open_licence_history(self, info: Info) -> list[OpenLicenceStatement]:
        rows = await info.context.loaders.trading.open_licences_of_patent.load(
            self.application_number
        )
        return [OpenLicenceStatement.from_row(row) for row in rows]

    @computed(
        description=zh_en("许可合同备案（备案日由近到远）", "Recorded licences, latest first")
    )
    async def licence_records(
        self,
        info: Info,
        in_force: Annotated[
            bool | None,
            strawberry.argument(
                description=zh_en(
                    "只要今天在有效期内的（或只要不在的）", "Only those that run today, or do not"
                )
            ),
        ] = None,
    ) -> list[LicenceRecord]:
        today = info.context.today
        rows = await info.context.loaders.trading.licences_of_patent.load(
            (today, in_force), self.application_number
        )
        return [LicenceRecord.from_row(row, today) for row in rows]

    @computed(description=zh_en("权利转移（由早到晚）", "Transfers, earliest first"))
    async def transfers(self, info: Info) -> list[TransferRecord]:
        rows = await info.context.loaders.trading.transfers_of_patent.load(self.application_number)
        return [TransferRecord.from_row(row) for row in rows]


@strawberry.federation.type(keys=["uscc"], description=descriptions.ORGANIZATION)
class Organization:
    uscc: USCC = field(description=descriptions.USCC)

    @computed(
        description=zh_en(
            "作为转让方的挂牌项目（由新到旧，最多 1000 条）",
            "Listings it sells, newest first, at most 1000",
        )
    )
    async def listings(self, info: Info, status: StatusArgument = None) -> list[Listing]:
        rows = await info.context.loaders.trading.listings_of_seller.load(
            status.value if status else None, self.uscc
        )
        return [Listing.from_row(row) for row in rows]

    @computed(description=zh_en("发布的需求（最多 1000 条）", "Demands it published, at most 1000"))
    async def demands(self, info: Info) -> list[Demand]:
        rows = await info.context.loaders.trading.demands_of_organization.load(self.uscc)
        return [Demand.from_row(row) for row in rows]

    @computed(
        description=zh_en(
            "作为许可人的开放许可声明（由新到旧，最多 1000 条）",
            "Open-licence statements it is a licensor of, latest first, at most 1000",
        )
    )
    async def open_licences(self, info: Info) -> list[OpenLicenceStatement]:
        rows = await info.context.loaders.trading.open_licences_of_licensor.load(self.uscc)
        return [OpenLicenceStatement.from_row(row) for row in rows]


PeriodStart = Annotated[
    date | None,
    strawberry.argument(name="from", description=zh_en("签约日自", "Signed on or after")),
]
PeriodEnd = Annotated[
    date | None, strawberry.argument(description=zh_en("签约日至", "Signed on or before"))
]


@strawberry.federation.type(keys=["code"], description=descriptions.OPERATION_CENTER)
class OperationCenter:
    code: strawberry.ID = field(description=descriptions.CENTER_CODE)

    @computed(description=zh_en("挂牌项目（由新到旧）", "Its listings, newest first"))
    async def listings(
        self,
        info: Info,
        status: StatusArgument = None,
        first: Annotated[int | None, strawberry.argument(description=descriptions.FIRST)] = 20,
    ) -> list[Listing]:
        size = page_size(first, 20)
        if not 1 <= size <= MOST_LISTINGS:
            raise input_error(
                f"first 应在 1 与 {MOST_LISTINGS} 之间", f"first is from 1 to {MOST_LISTINGS}"
            )
        rows = await info.context.loaders.trading.listings_of_center.load(
            (status.value if status else None, size), self.code
        )
        return [Listing.from_row(row) for row in rows]

    @computed(description=zh_en("挂牌中的项目数", "Number of listings with status LISTED"))
    async def active_listing_count(self, info: Info) -> int:
        return await info.context.loaders.trading.listing_count_of_center.load(self.code)

    @computed(description=zh_en("成交数", "Number of deals"))
    async def deal_count(self, info: Info, from_: PeriodStart = None, to: PeriodEnd = None) -> int:
        totals = info.context.loaders.trading.deal_totals_of_center
        return (await totals.load((from_, to), self.code)).deals

    @computed(
        description=zh_en(
            "成交金额（元，仅计人民币固定金额）", "Sum of fixed prices of deals in CNY"
        )
    )
    async def deal_amount_cny(
        self, info: Info, from_: PeriodStart = None, to: PeriodEnd = None
    ) -> Decimal:
        totals = info.context.loaders.trading.deal_totals_of_center
        return (await totals.load((from_, to), self.code)).amount_cny


ListingConnection = Connection[Listing]
DemandConnection = Connection[Demand]


@strawberry.type(description=zh_en("一页开放许可声明", "One page of open-licence statements"))
class OpenLicenceConnection(Connection[OpenLicenceStatement]):
    """Named after the list, not after its items."""


def _patents(numbers: tuple[str, ...]) -> list[Patent]:
    return [Patent(application_number=ApplicationNumber(number)) for number in numbers]


def _parties(rows: tuple[PartyRow, ...]) -> list[Party]:
    return [Party.from_row(row) for row in rows]


def _organization(uscc: str | None) -> Organization | None:
    return Organization(uscc=USCC(uscc)) if uscc else None
