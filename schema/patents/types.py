"""Types of `patents`: it owns Patent and LegalEvent, and adds to IpcClass and Organization."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated

import strawberry
from strawberry import field
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet

from resolvers.patents.holdings import HoldingFilter, HoldingPage
from resolvers.patents.loaders import patent_row
from resolvers.patents.rows import LegalEventRow, PatentRow
from resolvers.value_rows import PartyRow
from resolvers.values.application_numbers import st13
from resolvers.values.result import Issue, ValueProblem
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.errors import CodedError, identifier_error
from schema.common.fields import computed, loaded, loads_only
from schema.common.pages import Connection, PageSource, page_size
from schema.common.provenance import note_read
from schema.common.scalars import (
    USCC,
    ApplicationNumber,
    IndustryCode,
    IpcSymbol,
    OfficeCode,
    PublicationNumber,
    RegionCode,
)
from schema.common.sizes import paged, sized
from schema.common.values import PageInfo, Provenance
from schema.patents.enums import EvaluationConclusion, LegalStatus, PatentKind


@loads_only
async def _abstract(self: Patent, info: Info) -> str | None:
    return await info.context.loaders.patents.abstracts.load(self.application_number)


@strawberry.federation.type(keys=["applicationNumber"], description=descriptions.PATENT)
class Patent:
    row: strawberry.Private[PatentRow]
    application_number: ApplicationNumber = field(description=descriptions.APPLICATION_NUMBER)
    kind: PatentKind = field(description=zh_en("种类", "Kind"))
    pct_national_phase: bool = field(
        description=zh_en("是否 PCT 进入国家阶段", "Whether it entered from a PCT application")
    )
    title: str = field(description=zh_en("名称", "Title"))
    abstract: str | None = field(resolver=_abstract, description=zh_en("摘要", "Abstract"))
    filing_date: date = field(description=zh_en("申请日", "Filing date"))
    grant_date: date | None = field(description=zh_en("授权公告日", "Date of grant"))
    expiry_date: date | None = field(
        description=zh_en(
            "保护期届满之日（该日起权利终止）", "The day on which the right ends by lapse of time"
        )
    )
    locarno: list[str] = field(
        description=zh_en("洛迦诺分类号（外观设计）", "Locarno classes, of designs")
    )
    under_preservation: bool = field(
        description=zh_en("是否处于保全中", "Whether a court has frozen it")
    )

    @classmethod
    def from_row(cls, row: PatentRow) -> Patent:
        note_read("Patent", row.provenance)
        return cls(
            row=row,
            application_number=ApplicationNumber(row.application_number),
            kind=PatentKind(row.kind),
            pct_national_phase=row.pct_national_phase,
            title=row.title,
            filing_date=row.filing_date,
            grant_date=row.grant_date,
            expiry_date=row.expiry_date,
            locarno=list(row.locarno),
            under_preservation=row.under_preservation,
        )

    @computed(
        description=zh_en("带点的号码，如 201210464170.6", "Number as printed: 201210464170.6")
    )
    def display_number(self) -> str:
        return display_number(self.row.application_number)

    @computed(description=zh_en("WIPO ST.13 形式（如有）", "WIPO ST.13 form when it exists"))
    def st13(self) -> str | None:
        return st13(self.row.application_number)

    @computed(description=zh_en("受理局", "Office of filing"))
    def office(self) -> Office:
        return Office(code=OfficeCode(self.row.office_code))

    @loaded(
        description=zh_en("公开（公告），由早到晚", "Publications, earliest first"),
        directives=sized(2),
    )
    async def publications(self, info: Info) -> list[Publication]:
        rows = await info.context.loaders.patents.publications.load(self.application_number)
        return [
            Publication(
                number=PublicationNumber(row.number), kind_code=row.kind_code, date=row.published_on
            )
            for row in rows
        ]

    @loaded(description=zh_en("申请人", "Applicants as filed"), directives=sized(2))
    async def applicants(self, info: Info) -> list[Party]:
        parties = await info.context.loaders.patents.parties.load(self.application_number)
        return [Party.from_row(row) for row in parties.applicants]

    @loaded(description=zh_en("现权利人", "Present holders"), directives=sized(2))
    async def current_holders(self, info: Info) -> list[Party]:
        parties = await info.context.loaders.patents.parties.load(self.application_number)
        return [Party.from_row(row) for row in parties.holders]

    @computed(description=zh_en("IPC 主分类", "Main IPC class"))
    def main_ipc(self) -> IpcClass | None:
        symbol = self.row.main_ipc
        return IpcClass(symbol=IpcSymbol(symbol)) if symbol else None

    @loaded(
        description=zh_en("IPC 分类，主分类在前", "IPC classes, the main one first"),
        directives=sized(4),
    )
    async def ipc_classes(self, info: Info) -> list[IpcClass]:
        symbols = await info.context.loaders.patents.ipc_symbols.load(self.application_number)
        return [IpcClass(symbol=IpcSymbol(symbol)) for symbol in symbols]

    @loaded(description=zh_en("国民经济行业", "Industries"), directives=sized(2))
    async def industries(self, info: Info) -> list[Industry]:
        codes = await info.context.loaders.patents.industries.load(self.application_number)
        return [Industry(code=IndustryCode(code)) for code in codes]

    @computed(description=zh_en("第一申请人所在行政区划", "Region of the first applicant"))
    def applicant_region(self) -> Region | None:
        code = self.row.applicant_region
        return Region(code=RegionCode(code)) if code else None

    @computed(description=zh_en("法律状态（由法律事务推算）", "Projection of the legal events"))
    def legal_status(self, info: Info) -> LegalStatus:
        return LegalStatus(self.row.status_on(info.context.today)[0])

    @computed(description=zh_en("该法律状态自何日起", "The day since which that status holds"))
    def legal_status_as_of(self, info: Info) -> date | None:
        return self.row.status_on(info.context.today)[1]

    @loaded(
        description=zh_en("法律事务，由早到晚", "Legal events, earliest first"),
        directives=sized(10),
    )
    async def legal_events(
        self,
        info: Info,
        category: Annotated[
            str | None,
            strawberry.argument(
                description=zh_en(
                    "WIPO ST.27 关键事件类别（A–Y）", "WIPO ST.27 key event category (A to Y)"
                )
            ),
        ] = None,
        since: Annotated[
            date | None,
            strawberry.argument(description=zh_en("公告日不早于", "Announced on or after")),
        ] = None,
    ) -> list[LegalEvent]:
        rows = await info.context.loaders.patents.events_of_patent.load(
            (st27_category(category), since), self.application_number
        )
        return [LegalEvent.from_row(row) for row in rows]

    @loaded(description=zh_en("专利权评价报告", "Evaluation report of a utility model or design"))
    async def evaluation_report(self, info: Info) -> EvaluationReport | None:
        row = await info.context.loaders.patents.evaluation_reports.load(self.application_number)
        if row is None:
            return None
        return EvaluationReport(
            issued_on=row.issued_on, conclusion=EvaluationConclusion(row.conclusion)
        )

    @computed(description=descriptions.PROVENANCE)
    def provenance(self) -> Provenance:
        return Provenance.from_row(self.row.provenance)


PatentConnection = Connection[Patent]


@strawberry.type(description=zh_en("一件专利记录的变动", "A patent whose record was written"))
class PatentChange:
    changed_at: datetime = field(
        description=zh_en("记录最近一次写入的时间", "When its record was last written")
    )
    patent: Patent = field(description=zh_en("专利（现状）", "The patent as it is now"))


@strawberry.type(description=zh_en("一页变动", "One page of changes"))
class PatentChangePage:
    nodes: list[PatentChange] = field(description=zh_en("变动，由早到晚", "Earliest first"))
    page_info: PageInfo = field(
        description=zh_en(
            "末尾游标可留作下次查询的起点；无新变动时为空，沿用原游标",
            "Its end cursor is where to go on next time; null when nothing is new: keep the old "
            "one",
        )
    )


@strawberry.type(description=zh_en("一次公开或公告", "One publication"))
class Publication:
    number: PublicationNumber = field(description=zh_en("公开（公告）号", "Publication number"))
    kind_code: str = field(description=zh_en("文献种类代码", "Kind code of the document"))
    date: date = field(description=zh_en("公开（公告）日", "Date of publication"))


@strawberry.federation.type(shareable=True, description=descriptions.PARTY)
class Party:
    name: str = field(description=descriptions.PARTY_NAME)
    organization: Organization | None = field(description=descriptions.PARTY_ORGANIZATION)

    @classmethod
    def from_row(cls, row: PartyRow) -> Party:
        organization = Organization(uscc=USCC(row.uscc)) if row.uscc else None
        return cls(name=row.name, organization=organization)


@strawberry.type(description=zh_en("专利权评价报告", "Evaluation report"))
class EvaluationReport:
    issued_on: date | None = field(description=zh_en("作出日期", "Date of the report"))
    conclusion: EvaluationConclusion = field(description=zh_en("结论", "Conclusion"))


@strawberry.federation.type(
    keys=["id"], description=zh_en("法律状态公告事务", "A legal event as announced in the gazette")
)
class LegalEvent:
    application_number: strawberry.Private[str]
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    code: str = field(description=zh_en("事务代码，如 TR01", "Code of CNIPA: TR01, PE01, EE01"))
    name_zh: str = field(description=zh_en("事务名称", "Chinese name of the event"))
    st27_category: str = field(
        name="st27Category",
        description=zh_en(
            "WIPO ST.27 关键事件类别（A–Y）", "WIPO ST.27 key event category, A to Y"
        ),
    )
    announced_on: date = field(description=zh_en("公告日", "Date of announcement"))
    effective_on: date | None = field(description=zh_en("生效日", "Date of effect"))
    text: str | None = field(description=zh_en("公告原文", "Text of the announcement"))
    details: list[LegalEventDetail] = field(
        description=zh_en("事务明细", "Details of the event"), directives=sized(5)
    )

    @classmethod
    def from_row(cls, row: LegalEventRow) -> LegalEvent:
        return cls(
            application_number=row.application_number,
            id=strawberry.ID(str(row.id)),
            code=row.code,
            name_zh=row.name_zh,
            st27_category=row.st27_category,
            announced_on=row.announced_on,
            effective_on=row.effective_on,
            text=row.text,
            details=[LegalEventDetail(label=label, value=value) for label, value in row.details],
        )

    @loaded(description=zh_en("所涉专利", "The patent concerned"))
    async def patent(self, info: Info) -> Patent:
        row = await info.context.loaders.patents.patents.load(self.application_number)
        if row is None:
            raise unknown_patent(self.application_number)
        return Patent.from_row(row)


@strawberry.type(description=zh_en("事务明细的一项", "One detail of a legal event"))
class LegalEventDetail:
    label: str = field(description=zh_en("项目", "Label"))
    value: str = field(description=zh_en("内容", "Value"))


@strawberry.federation.type(
    keys=[Key(fields=FieldSet("code"), resolvable=False)],
    description=descriptions.OFFICE,
)
class Office:
    code: OfficeCode = field(description=descriptions.OFFICE_CODE)


@strawberry.federation.type(
    keys=[Key(fields=FieldSet("code"), resolvable=False)],
    description=descriptions.INDUSTRY,
)
class Industry:
    code: IndustryCode = field(description=descriptions.INDUSTRY_CODE)


@strawberry.federation.type(
    keys=[Key(fields=FieldSet("code"), resolvable=False)],
    description=descriptions.REGION,
)
class Region:
    code: RegionCode = field(description=descriptions.REGION_CODE)


@strawberry.federation.type(keys=["symbol"], description=descriptions.IPC_CLASS)
class IpcClass:
    symbol: IpcSymbol = field(description=descriptions.IPC_SYMBOL)

    @loaded(
        description=zh_en(
            "属于该分类（含下级）的专利数；大组及以上每 15 分钟统计一次",
            "Number of patents in this class and those below; above the subgroup counted every 15 "
            "minutes",
        )
    )
    async def patent_count(self, info: Info) -> int:
        return await info.context.loaders.patents.patent_counts_of_class.load(self.symbol)


@strawberry.federation.type(keys=["uscc"], description=descriptions.ORGANIZATION)
class Organization:
    uscc: USCC = field(description=descriptions.USCC)

    @computed(
        description=zh_en("现持有的专利（申请日由近到远）", "Patents held, newest filing first"),
        directives=paged(20),
    )
    def held_patents(
        self,
        info: Info,
        legal_status: Annotated[
            LegalStatus | None, strawberry.argument(description=zh_en("法律状态", "Legal status"))
        ] = None,
        kind: Annotated[
            PatentKind | None, strawberry.argument(description=zh_en("种类", "Kind"))
        ] = None,
        first: Annotated[int | None, strawberry.argument(description=descriptions.FIRST)] = 20,
        after: Annotated[str | None, strawberry.argument(description=descriptions.AFTER)] = None,
    ) -> PatentConnection:
        holdings = info.context.loaders.patents.holdings
        wanted = HoldingFilter(
            info.context.today,
            legal_status.value if legal_status else None,
            kind.value if kind else None,
        )
        page = HoldingPage(wanted, page_size(first, 20), after)
        page.prepare([])
        return Connection(
            source=PageSource(
                lambda: holdings.pages.load(page, self.uscc),
                lambda: holdings.counts.load(wanted, self.uscc),
                lambda record: Patent.from_row(patent_row(record)),
            )
        )

    @loaded(
        description=zh_en(
            "现持有的专利数；持有一千件以上的每 15 分钟统计一次",
            "Number of patents held; of those with a thousand or more counted every 15 minutes",
        )
    )
    async def patent_count(
        self,
        info: Info,
        legal_status: Annotated[
            LegalStatus | None, strawberry.argument(description=zh_en("法律状态", "Legal status"))
        ] = None,
    ) -> int:
        wanted = HoldingFilter(info.context.today, legal_status.value if legal_status else None)
        return await info.context.loaders.patents.holdings.counts.load(wanted, self.uscc)


def display_number(canonical: str) -> str:
    """Return a Chinese number as printed, with its dot; other offices' keys as they are.

    >>> [display_number(key) for key in ("CN2012104641706", "CN85100001", "US14123456")]
    ['201210464170.6', '85100001', 'US14123456']
    """
    if not canonical.startswith("CN"):
        return canonical
    digits = canonical[2:]
    return digits if len(digits) == 8 else f"{digits[:-1]}.{digits[-1]}"


_CATEGORY = re.compile(r"[A-Z]")
_CATEGORY_ISSUE = Issue(
    "ST27_CATEGORY",
    "WIPO ST.27 关键事件类别为一个字母（A–Y）。",
    "A WIPO ST.27 key event category is one letter (A to Y).",
)


def st27_category(value: str | None) -> str | None:
    """Return the category in upper case, None when not given.

    Raises:
        CodedError: BAD_IDENTIFIER unless it is one letter.
    """
    if value is None:
        return None
    category = value.strip().upper()
    if _CATEGORY.fullmatch(category) is None:
        raise identifier_error(ValueProblem((_CATEGORY_ISSUE,)))
    return category


def unknown_patent(application_number: str) -> CodedError:
    """Return the error of an event whose patent has not been taken in yet."""
    return CodedError(
        "NOT_FOUND",
        f"专利 {application_number} 尚未入库",
        f"Patent {application_number} has not been taken in yet",
    )
