"""Types of `finance`: it owns pledges, valuations, financing projects and insurance, and adds to
Patent, Organization, OperationCenter and Region."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated, Final

import strawberry
from strawberry import field

from resolvers.finance.rows import (
    FinancingRow,
    InsuranceRow,
    PledgeChangeRow,
    PledgeRow,
    ValuationRow,
)
from resolvers.finance.rules.consent import joint_consent
from resolvers.sight import sight_of
from resolvers.value_rows import PartyRow
from schema.common import descriptions
from schema.common.context import Info
from schema.common.descriptions import zh_en
from schema.common.fields import computed, loaded
from schema.common.provenance import note_read
from schema.common.scalars import USCC, ApplicationNumber, RegionCode
from schema.common.sizes import sized
from schema.common.values import Money, Provenance
from schema.common.withheld import money_or_withheld
from schema.finance.access import (
    require_amount,
    require_cover,
    require_secured_amount,
    require_value,
)
from schema.finance.enums import (
    FinancingKind,
    FinancingStatus,
    InsuranceKind,
    PledgeStatus,
    ValuationMethod,
    ValuationPurpose,
)

ITEMS: Final = {
    "PLEDGORS": "出质人",
    "PLEDGEES": "质权人",
    "SECURED_AMOUNT": "被担保的主债权数额",
    "DEBT_TERM_FROM": "债务履行期限起始日",
    "DEBT_TERM_TO": "债务履行期限届满日",
    "REGISTERED_ON": "登记生效日",
    "OPEN_LICENCE_CONSENT": "质权人是否同意开放许可",
}
"""Names of the matters a change is about, as the gazette words them (变更事项)."""

StatusArgument = Annotated[
    PledgeStatus | None, strawberry.argument(description=zh_en("状态", "Status"))
]


@strawberry.federation.type(shareable=True, description=descriptions.PARTY)
class Party:
    name: str = field(description=descriptions.PARTY_NAME)
    organization: Organization | None = field(description=descriptions.PARTY_ORGANIZATION)

    @classmethod
    def from_row(cls, row: PartyRow) -> Party:
        return cls(name=row.name, organization=_organization(row.uscc) if row.uscc else None)


@strawberry.type(description=zh_en("质押登记的变更", "A change of a pledge registration"))
class PledgeChange:
    row: strawberry.Private[PledgeChangeRow]
    on: date = field(description=zh_en("变更日期", "Day of the change"))
    item: str = field(description=zh_en("变更事项", "What was changed"))

    @classmethod
    def from_row(cls, row: PledgeChangeRow) -> PledgeChange:
        return cls(row=row, on=row.changed_on, item=ITEMS[row.item])

    @computed(
        description=zh_en(
            "变更前；主债权数额有条件开放，无授权时为空并附 GRANT_REQUIRED",
            "Before; a secured amount is conditional: null with GRANT_REQUIRED without a grant",
        )
    )
    async def before(self, info: Info) -> str | None:
        await self._require(info)
        return self.row.before

    @computed(
        description=zh_en("变更后；同 before", "After; conditional in the same way as before")
    )
    async def after(self, info: Info) -> str | None:
        await self._require(info)
        return self.row.after

    async def _require(self, info: Info) -> None:
        if self.row.item != "SECURED_AMOUNT":
            return
        pledge = await info.context.loaders.finance.pledges.load(self.row.registration_number)
        if pledge is not None:
            await require_secured_amount(info, pledge)


@strawberry.federation.type(
    keys=["registrationNumber"], description=zh_en("专利权质押登记", "Registration of a pledge")
)
class PledgeRegistration:
    row: strawberry.Private[PledgeRow]
    registration_number: strawberry.ID = field(description=zh_en("登记号", "Registration number"))
    debt_term_from: date | None = field(
        description=zh_en("债务履行期限起始日", "First day of the term of the debt")
    )
    debt_term_to: date | None = field(
        description=zh_en("债务履行期限届满日", "Last day of the term of the debt")
    )
    registered_on: date = field(description=zh_en("登记生效日", "Date of registration"))
    cancelled_on: date | None = field(description=zh_en("解除日", "Date of cancellation"))
    status: PledgeStatus = field(description=zh_en("状态", "Status"))
    consents_open_licence: bool | None = field(
        description=zh_en(
            "质权人是否同意开放许可；来源未载明时为空",
            "Whether the pledgee agrees to an open licence; null when no source says",
        )
    )

    @classmethod
    def from_row(cls, row: PledgeRow) -> PledgeRegistration:
        note_read("PledgeRegistration", row.provenance)
        return cls(
            row=row,
            registration_number=strawberry.ID(row.registration_number),
            debt_term_from=row.debt_term_from,
            debt_term_to=row.debt_term_to,
            registered_on=row.registered_on,
            cancelled_on=row.cancelled_on,
            status=PledgeStatus(row.status),
            consents_open_licence=row.consents_open_licence,
        )

    @loaded(description=zh_en("被质押的专利", "The patents pledged"), directives=sized(5))
    async def patents(self, info: Info) -> list[Patent]:
        loader = info.context.loaders.finance.patents_of_pledge
        return _patents(await loader.load(self.registration_number))

    @loaded(description=zh_en("出质人", "Pledgors"), directives=sized(2))
    async def pledgors(self, info: Info) -> list[Party]:
        parties = await info.context.loaders.finance.parties_of_pledge.load(
            self.registration_number
        )
        return [Party.from_row(row) for row in parties.pledgors]

    @loaded(description=zh_en("质权人", "Pledgees"), directives=sized(2))
    async def pledgees(self, info: Info) -> list[Party]:
        parties = await info.context.loaders.finance.parties_of_pledge.load(
            self.registration_number
        )
        return [Party.from_row(row) for row in parties.pledgees]

    @computed(
        description=zh_en(
            "被担保的主债权数额；有条件开放（主题 PLEDGE），无授权时为空并附 GRANT_REQUIRED",
            "The debt secured; conditional data (topic PLEDGE): null with GRANT_REQUIRED without "
            "a grant",
        )
    )
    async def secured_amount(self, info: Info) -> Money | None:
        if self.row.secured is None:
            return None
        await require_secured_amount(info, self.row)
        return Money.from_row(self.row.secured)

    @loaded(
        description=zh_en("历次变更（由早到晚）", "Changes, earliest first"), directives=sized(3)
    )
    async def changes(self, info: Info) -> list[PledgeChange]:
        rows = await info.context.loaders.finance.changes_of_pledge.load(self.registration_number)
        return [PledgeChange.from_row(row) for row in rows]

    @computed(description=descriptions.PROVENANCE)
    def provenance(self) -> Provenance:
        return Provenance.from_row(self.row.provenance)


@strawberry.federation.type(
    keys=["id"], description=zh_en("专利评估报告", "A report on the value of patents")
)
class ValuationReport:
    row: strawberry.Private[ValuationRow]
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    method: ValuationMethod = field(description=zh_en("评估方法", "Method"))
    base_date: date = field(description=zh_en("评估基准日", "Day the value is of"))
    purpose: ValuationPurpose = field(description=zh_en("评估目的", "Purpose"))
    appraiser: Party = field(description=zh_en("评估机构", "Who appraised"))
    standard: str | None = field(
        description=zh_en("所依据的标准，如 GB/T 42748-2023", "Standard, such as GB/T 42748-2023")
    )

    @classmethod
    def from_row(cls, row: ValuationRow) -> ValuationReport:
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            method=ValuationMethod(row.method),
            base_date=row.base_date,
            purpose=ValuationPurpose(row.purpose),
            appraiser=Party.from_row(row.appraiser),
            standard=row.standard,
        )

    @loaded(description=zh_en("所评估的专利", "The patents valued"), directives=sized(5))
    async def patents(self, info: Info) -> list[Patent]:
        loader = info.context.loaders.finance.patents_of_valuation
        return _patents(await loader.load(self.row.id))

    @computed(
        description=zh_en(
            "评估价值；有条件开放（主题 VALUATION）：无授权时 kind 为 MISSING、currency 为 XXX，"
            "各数值为空并附 GRANT_REQUIRED",
            "The value; conditional data (topic VALUATION): without a grant kind is MISSING, "
            "currency XXX, and each figure null with GRANT_REQUIRED",
        )
    )
    async def value(self, info: Info) -> Money:
        return await money_or_withheld(self.row.value, require_value(info, self.row))


@strawberry.federation.type(
    keys=["id"], description=zh_en("知识产权投融资项目", "A project of financing by IP")
)
class FinancingProject:
    row: strawberry.Private[FinancingRow]
    id: strawberry.ID = field(description=zh_en("标识", "Id"))
    title: str = field(description=zh_en("项目名称", "Title"))
    kind: FinancingKind = field(description=zh_en("投融资方式", "Kind of financing"))
    applicant: Organization = field(description=zh_en("申请人", "Who applied"))
    provider: Organization | None = field(
        description=zh_en(
            "资金提供方；批准起必有", "Who provides the money; known from approval on"
        )
    )
    status: FinancingStatus = field(description=zh_en("状态", "Status"))
    platform: OperationCenter = field(
        description=zh_en("受理的金融服务平台", "The financial platform applied to")
    )
    applied_on: date = field(description=zh_en("申请日", "Day of application"))
    granted_on: date | None = field(description=zh_en("放款（到位）日", "Day the money was paid"))

    @classmethod
    def from_row(cls, row: FinancingRow) -> FinancingProject:
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            title=row.title,
            kind=FinancingKind(row.kind),
            applicant=_organization(row.applicant_uscc),
            provider=_organization(row.provider_uscc) if row.provider_uscc else None,
            status=FinancingStatus(row.status),
            platform=OperationCenter(code=strawberry.ID(row.platform_code)),
            applied_on=row.applied_on,
            granted_on=row.granted_on,
        )

    @loaded(description=zh_en("所涉专利", "The patents concerned"), directives=sized(5))
    async def patents(self, info: Info) -> list[Patent]:
        loader = info.context.loaders.finance.patents_of_financing
        return _patents(await loader.load(self.row.id))

    @computed(
        description=zh_en(
            "金额；只对平台、申请人、资金提供方、所在地主管局和国家知识产权局开放，"
            "对其他人 kind 为 MISSING、currency 为 XXX，各数值为空并附 FORBIDDEN",
            "Amount; for platform, applicant, provider, the office in charge and CNIPA only: for "
            "others kind is MISSING, currency XXX, and each figure null with FORBIDDEN",
        )
    )
    async def amount(self, info: Info) -> Money:
        return await money_or_withheld(self.row.amount, require_amount(info, self.row))


@strawberry.federation.type(
    keys=["policyNumber"], description=zh_en("知识产权保险保单", "A policy of IP insurance")
)
class InsurancePolicy:
    row: strawberry.Private[InsuranceRow]
    policy_number: strawberry.ID = field(description=zh_en("保单号", "Number of the policy"))
    kind: InsuranceKind = field(description=zh_en("险种", "Kind of insurance"))
    insured: Organization = field(description=zh_en("被保险人", "The insured"))
    insurer: Organization = field(description=zh_en("保险人", "The insurer"))
    from_: date = field(name="from", description=zh_en("保险期间起始日", "First day of the term"))
    to: date = field(description=zh_en("保险期间终止日", "Last day of the term"))

    @classmethod
    def from_row(cls, row: InsuranceRow) -> InsurancePolicy:
        return cls(
            row=row,
            policy_number=strawberry.ID(row.policy_number),
            kind=InsuranceKind(row.kind),
            insured=_organization(row.insured_uscc),
            insurer=_organization(row.insurer_uscc),
            from_=row.term_from,
            to=row.term_to,
        )

    @loaded(description=zh_en("所涉专利", "The patents insured"), directives=sized(5))
    async def patents(self, info: Info) -> list[Patent]:
        loader = info.context.loaders.finance.patents_of_insurance
        return _patents(await loader.load(self.policy_number))

    @computed(
        description=zh_en(
            "保险金额；只对当事人、金融服务平台、所在地主管局和国家知识产权局开放，"
            "对其他人 kind 为 MISSING、currency 为 XXX，各数值为空并附 FORBIDDEN",
            "Cover; for the parties, financial platforms, the office in charge and CNIPA only: for "
            "others kind is MISSING, currency XXX, and each figure null with FORBIDDEN",
        )
    )
    async def cover(self, info: Info) -> Money:
        return await money_or_withheld(self.row.cover, require_cover(info, self.row))


@strawberry.federation.type(keys=["applicationNumber"], description=descriptions.PATENT)
class Patent:
    application_number: ApplicationNumber = field(description=descriptions.APPLICATION_NUMBER)

    @loaded(
        description=zh_en("质押登记（由新到旧）", "Pledges, latest registration first"),
        directives=sized(2),
    )
    async def pledges(self, info: Info, status: StatusArgument = None) -> list[PledgeRegistration]:
        rows = await info.context.loaders.finance.pledges_of_patent.load(
            status.value if status else None, self.application_number
        )
        return [PledgeRegistration.from_row(row) for row in rows]

    @computed(
        description=zh_en(
            "是否有未注销的质押；债务到期不等于解除",
            "Whether a pledge is not cancelled; one whose debt has run out still counts",
        )
    )
    async def has_active_pledge(self, info: Info) -> bool:
        return bool(await self._active_pledges(info))

    @computed(
        description=zh_en(
            "质权人是否同意开放许可：任一不同意为否，全部同意为是，未载明或无有效质押为空",
            "Whether the pledgees agree to an open licence: one refusal is no, all agreeing is "
            "yes; null when not known, or when there is no active pledge",
        )
    )
    async def pledgee_consents_open_licence(self, info: Info) -> bool | None:
        active = await self._active_pledges(info)
        return joint_consent(row.consents_open_licence for row in active)

    @loaded(
        description=zh_en("评估报告（基准日由近到远）", "Valuations, latest base date first"),
        directives=sized(2),
    )
    async def valuations(self, info: Info) -> list[ValuationReport]:
        loader = info.context.loaders.finance.valuations_of_patent
        return [ValuationReport.from_row(row) for row in await loader.load(self.application_number)]

    @loaded(
        description=zh_en("保险（由新到旧）", "Insurance, latest term first"), directives=sized(2)
    )
    async def insurance(self, info: Info) -> list[InsurancePolicy]:
        loader = info.context.loaders.finance.insurance_of_patent
        return [InsurancePolicy.from_row(row) for row in await loader.load(self.application_number)]

    async def _active_pledges(self, info: Info) -> list[PledgeRow]:
        rows = await info.context.loaders.finance.pledges_of_patent.load(
            None, self.application_number
        )
        return [row for row in rows if row.is_active]


@strawberry.federation.type(keys=["uscc"], description=descriptions.ORGANIZATION)
class Organization:
    uscc: USCC = field(description=descriptions.USCC)

    @computed(
        description=zh_en(
            "作为出质人的质押（由新到旧，最多 1000 条）",
            "Pledges it gave, latest first, at most 1000",
        ),
        directives=sized(5),
    )
    async def pledges_given(
        self, info: Info, status: StatusArgument = None
    ) -> list[PledgeRegistration]:
        return await self._pledges(info, status, "PLEDGOR")

    @computed(
        description=zh_en(
            "作为质权人的质押（由新到旧，最多 1000 条）",
            "Pledges it holds, latest first, at most 1000",
        ),
        directives=sized(50),
    )
    async def pledges_held(
        self, info: Info, status: StatusArgument = None
    ) -> list[PledgeRegistration]:
        return await self._pledges(info, status, "PLEDGEE")

    @loaded(
        description=zh_en(
            "申请的投融资项目（由新到旧，最多 1000 条）；办理中的只对有关各方可见",
            "Financing it applied for, latest first, at most 1000; what is still decided on only "
            "for those concerned",
        ),
        directives=sized(5),
    )
    async def financing_projects(self, info: Info) -> list[FinancingProject]:
        rows = await info.context.loaders.finance.financing_of_applicant.load(
            sight_of(info.context.caller), self.uscc
        )
        return [FinancingProject.from_row(row) for row in rows]

    async def _pledges(
        self, info: Info, status: PledgeStatus | None, role: str
    ) -> list[PledgeRegistration]:
        rows = await info.context.loaders.finance.pledges_of_party.load(
            (status.value if status else None, role), self.uscc
        )
        return [PledgeRegistration.from_row(row) for row in rows]


@strawberry.federation.type(keys=["code"], description=descriptions.OPERATION_CENTER)
class OperationCenter:
    code: strawberry.ID = field(description=descriptions.CENTER_CODE)

    @loaded(
        description=zh_en(
            "受理的投融资项目（由新到旧，最多 1000 条）；办理中的只对有关各方可见",
            "Financing projects it handles, latest first, at most 1000; what is still decided on "
            "only for those concerned",
        ),
        directives=sized(50),
    )
    async def financing_projects(
        self,
        info: Info,
        status: Annotated[
            FinancingStatus | None, strawberry.argument(description=zh_en("状态", "Status"))
        ] = None,
    ) -> list[FinancingProject]:
        rows = await info.context.loaders.finance.financing_of_center.load(
            (sight_of(info.context.caller), status.value if status else None), self.code
        )
        return [FinancingProject.from_row(row) for row in rows]

    @loaded(
        description=zh_en(
            "促成的融资金额（元，仅计已放款的人民币固定金额）",
            "Money paid out in its projects: fixed amounts in CNY",
        )
    )
    async def financed_amount_cny(
        self,
        info: Info,
        from_: Annotated[
            date | None,
            strawberry.argument(name="from", description=zh_en("放款日自", "Paid on or after")),
        ] = None,
        to: Annotated[
            date | None, strawberry.argument(description=zh_en("放款日至", "Paid on or before"))
        ] = None,
    ) -> Decimal:
        return await info.context.loaders.finance.financed_amount.load((from_, to), self.code)


Year = Annotated[
    int, strawberry.argument(description=zh_en("登记年度", "Calendar year of registration"))
]


@strawberry.federation.type(keys=["code"], description=descriptions.REGION)
class Region:
    code: RegionCode = field(description=descriptions.REGION_CODE)

    @loaded(
        description=zh_en(
            "当年登记的质押数（含下级）：按专利申请人所在地，未知时按出质人所在地；每五分钟更新",
            "Pledges registered in a year, here and below: by the regions of the patents' "
            "applicants, else of the pledgors; renewed every five minutes",
        )
    )
    async def pledge_count(self, info: Info, year: Year) -> int:
        totals = info.context.loaders.finance.pledge_totals_of_region
        return (await totals.load(year, self.code)).pledges

    @loaded(
        description=zh_en(
            "当年登记的质押金额（元，仅计人民币固定金额，含下级）；口径同 pledgeCount",
            "Fixed amounts in CNY of the pledges that pledgeCount counts",
        )
    )
    async def pledge_amount_cny(self, info: Info, year: Year) -> Decimal:
        totals = info.context.loaders.finance.pledge_totals_of_region
        return (await totals.load(year, self.code)).amount_cny


def _patents(numbers: Iterable[str]) -> list[Patent]:
    return [Patent(application_number=ApplicationNumber(number)) for number in numbers]


def _organization(uscc: str) -> Organization:
    return Organization(uscc=USCC(uscc))
