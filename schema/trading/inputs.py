"""Inputs of `trading`, and the checks that need nothing but the input."""

from __future__ import annotations

from datetime import date
from typing import Final

import strawberry
from strawberry import field

from resolvers.input_texts import TEXT, TITLE, optional_text, required_text
from resolvers.refusal import Problems
from resolvers.trading.commands.deals import DealDraft
from resolvers.trading.commands.demands import DemandDraft
from resolvers.trading.commands.filing import StatementDraft
from resolvers.trading.commands.listings import ListingDraft
from resolvers.values.text import identifier_text
from schema.common import descriptions
from schema.common.descriptions import zh_en
from schema.common.entities import id_text, uuid_key
from schema.common.money_input import MoneyInput
from schema.common.scalars import USCC, ApplicationNumber, IndustryCode, IpcSymbol, RegionCode
from schema.trading.enums import DealKind, OpenLicenceFeeMode, TradingMethod

LONGEST_NUMBER: Final = 100
LONGEST_CONTACT: Final = 100
LONGEST_FEE_BASIS: Final = 100_000
"""What is longer than the Guidelines allow is refused by their code, not by this one."""


@strawberry.input(description=zh_en("挂牌项目", "A listing"))
class ListingInput:
    number: str = field(
        description=zh_en(
            "项目编号，平台内唯一（最多 100 字）",
            "Number, unique on the platform, up to 100 characters",
        )
    )
    platform_code: strawberry.ID = field(description=descriptions.CENTER_CODE)
    title: str = field(description=zh_en("项目名称（最多 200 字）", "Title, up to 200 characters"))
    application_numbers: list[ApplicationNumber] = field(
        description=zh_en("专利申请号（1–50 件，不重复）", "1 to 50 patents, none twice")
    )
    seller_name: str = field(
        description=zh_en("转让方名称（最多 200 字）", "Name of the seller, up to 200 characters")
    )
    seller_uscc: USCC | None = field(
        default=None, description=zh_en("转让方的代码", "Code of the seller")
    )
    deal: DealKind = field(description=zh_en("交易方式（标的）", "What is traded"))
    trading_method: TradingMethod = field(description=zh_en("成交方式", "How it is traded"))
    price: MoneyInput = field(description=zh_en("挂牌价格", "Price asked"))
    industry_code: IndustryCode | None = field(
        default=None, description=zh_en("所属行业", "Industry")
    )
    region_code: RegionCode | None = field(default=None, description=zh_en("所在地区", "Region"))
    listed_from: date = field(description=zh_en("挂牌起始日期", "First day of the listing"))
    listed_to: date = field(description=zh_en("挂牌截止日期", "Last day of the listing"))
    summary: str | None = field(
        default=None, description=zh_en("简介（最多 4000 字）", "Summary, up to 4000 characters")
    )
    co_owner_consent: str | None = field(
        default=None,
        description=zh_en(
            "共有权利人同意文件的编号或地址", "Where the consent of the joint holders can be read"
        ),
    )
    pledgee_consent: str | None = field(
        default=None,
        description=zh_en(
            "质权人同意转让文件的编号或地址", "Where the pledgee's consent to a sale can be read"
        ),
    )

    def to_draft(self, problems: Problems) -> ListingDraft:
        return ListingDraft(
            _number(problems, self.number),
            id_text(self.platform_code),
            required_text(problems, self.title, TITLE, "input", "title"),
            optional_text(problems, self.summary, TEXT, "input", "summary", lines=True),
            tuple(self.application_numbers),
            required_text(problems, self.seller_name, TITLE, "input", "sellerName"),
            self.seller_uscc,
            self.deal.value,
            self.trading_method.value,
            self.price.to_row(problems, "input", "price"),
            self.industry_code,
            self.region_code,
            self.listed_from,
            self.listed_to,
            optional_text(problems, self.co_owner_consent, TITLE, "input", "coOwnerConsent"),
            optional_text(problems, self.pledgee_consent, TITLE, "input", "pledgeeConsent"),
        )


@strawberry.input(description=zh_en("需求", "A demand"))
class DemandInput:
    number: str = field(
        description=zh_en(
            "需求编号，中心内唯一（最多 100 字）",
            "Number, unique in the centre, up to 100 characters",
        )
    )
    title: str = field(description=zh_en("名称（最多 200 字）", "Title, up to 200 characters"))
    demander_uscc: USCC = field(description=zh_en("需求方的代码", "Code of who is looking for it"))
    kind: DealKind | None = field(
        default=None,
        description=zh_en("期望的交易方式；空为不限", "Kind of deal wanted; null: any"),
    )
    industry_code: IndustryCode | None = field(default=None, description=zh_en("行业", "Industry"))
    region_code: RegionCode | None = field(default=None, description=zh_en("地区", "Region"))
    ipc_classes: list[IpcSymbol] | None = field(
        default=None,
        description=zh_en(
            "所需技术的 IPC 分类（最多 20 个）", "IPC classes of what is wanted, at most 20"
        ),
    )
    budget: MoneyInput = field(
        description=zh_en("预算；固定金额为上限", "Budget; a fixed amount is the most")
    )
    valid_until: date = field(
        description=zh_en("有效期至（最长 60 个月）", "Last day of validity, at most 60 months on")
    )

    def to_draft(self, problems: Problems) -> DemandDraft:
        return DemandDraft(
            _number(problems, self.number),
            required_text(problems, self.title, TITLE, "input", "title"),
            self.demander_uscc,
            self.kind.value if self.kind else None,
            self.industry_code,
            self.region_code,
            tuple(self.ipc_classes or ()),
            self.budget.to_row(problems, "input", "budget"),
            self.valid_until,
        )


@strawberry.input(description=zh_en("开放许可声明", "An open-licence statement"))
class OpenLicenceInput:
    application_number: ApplicationNumber = field(description=descriptions.APPLICATION_NUMBER)
    licensor_usccs: list[USCC] = field(
        description=zh_en(
            "许可人的代码：全部有代码的现专利权人",
            "Codes of the licensors: all holders that have one",
        )
    )
    fee_mode: OpenLicenceFeeMode = field(
        description=zh_en("许可使用费支付方式", "How the fee is paid")
    )
    fee: MoneyInput = field(
        description=zh_en(
            "许可使用费：固定费用不高于 2000 万元，提成不高于净销售额 20% 或利润 40%",
            "Fee: fixed at most CNY 20,000,000, a royalty at most 20 % of net sales or 40 % of "
            "profit",
        )
    )
    fee_basis: str = field(
        description=zh_en(
            "计算依据和方式说明（不超过 2000 字）", "How it was worked out, at most 2000 characters"
        )
    )
    term_from: date = field(description=zh_en("许可期限起始日", "First day of the term"))
    term_to: date = field(description=zh_en("许可期限终止日", "Last day of the term"))
    contact_name: str | None = field(default=None, description=zh_en("联系人", "Name to ask for"))
    contact_phone: str | None = field(default=None, description=zh_en("联系电话", "Telephone"))
    contact_email: str | None = field(default=None, description=zh_en("联系邮箱", "Mail address"))
    declares_conditions_met: bool = field(
        description=zh_en("声明符合开放许可的条件", "Declares that the conditions are met")
    )

    def to_draft(self, problems: Problems) -> StatementDraft:
        longest, where = LONGEST_CONTACT, "input"
        return StatementDraft(
            self.application_number,
            tuple(self.licensor_usccs),
            self.fee_mode.value,
            self.fee.to_row(problems, where, "fee"),
            optional_text(
                problems, self.fee_basis, LONGEST_FEE_BASIS, where, "feeBasis", lines=True
            )
            or "",
            self.term_from,
            self.term_to,
            optional_text(problems, self.contact_name, longest, where, "contactName"),
            optional_text(problems, self.contact_phone, longest, where, "contactPhone"),
            optional_text(problems, self.contact_email, longest, where, "contactEmail"),
            self.declares_conditions_met,
        )


@strawberry.input(description=zh_en("成交", "A deal"))
class DealInput:
    listing_id: strawberry.ID = field(
        description=zh_en("挂牌项目的标识（须已撮合）", "Id of the listing, which is matched")
    )
    buyer_name: str = field(
        description=zh_en("受让方名称（最多 200 字）", "Name of the buyer, up to 200 characters")
    )
    buyer_uscc: USCC | None = field(
        default=None, description=zh_en("受让方的代码", "Code of the buyer")
    )
    price: MoneyInput = field(
        description=zh_en("成交价格：固定金额、提成或免费", "Price: an amount, a royalty or free")
    )
    signed_on: date = field(description=zh_en("签约日", "Day of signature"))
    broker_uscc: USCC | None = field(
        default=None, description=zh_en("撮合机构的代码", "Code of who brokered it")
    )

    def to_draft(self, problems: Problems) -> DealDraft:
        return DealDraft(
            uuid_key(self.listing_id),
            required_text(problems, self.buyer_name, TITLE, "input", "buyerName"),
            self.buyer_uscc,
            self.price.to_row(problems, "input", "price"),
            self.signed_on,
            self.broker_uscc,
        )


def _number(problems: Problems, value: str) -> str:
    """Return a number as feeds spell it too: without space, in capitals."""
    text = required_text(problems, value, LONGEST_NUMBER, "input", "number")
    return identifier_text(text)
