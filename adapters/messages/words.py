"""Texts about words of vocabularies."""

from __future__ import annotations

from adapters.messages.shape import Texts

WORDS: Texts = {
    "LICENCE_TYPE_UNKNOWN": (
        "许可种类无法识别；应为普通许可、排他许可或独占许可。",
        "Unknown kind of licence; expected common, sole or exclusive.",
    ),
    "PATENT_KIND_UNKNOWN": (
        "专利类型无法识别；应为发明、实用新型或外观设计。",
        "Unknown kind of patent; expected invention, utility model or design.",
    ),
    "W_LEGAL_STATUS_UNKNOWN": (
        "法律状态的说法无法识别，未采用。",
        "Unknown words for the legal status; not used.",
    ),
    "W_LEGAL_STATUS_FACT": (
        "“{fact}”是事实而不是法律状态，按有效处理。",
        "“{fact}” is a fact and no legal status; taken as in force.",
    ),
    "FEE_MODE_UNKNOWN": (
        "许可使用费支付方式无法识别；应为固定费用、提成费或免费。",
        "Unknown fee mode; expected fixed fee, royalty or free.",
    ),
    "TRADING_METHOD_UNKNOWN": (
        "交易方式无法识别；应为协议、挂牌或拍卖。",
        "Unknown trading method; expected agreement, listing or auction.",
    ),
    "IP_KIND_UNKNOWN": (
        "知识产权类型无法识别。",
        "Unknown kind of intellectual property.",
    ),
    "YES_NO_UNKNOWN": ("应填是或否。", "Expected yes or no."),
    "CENTER_KIND_UNKNOWN": (
        "平台（中心）类型无法识别；应为功能性、区域或产业。",
        "Unknown kind; expected functional, regional or industry.",
    ),
    "CENTER_FUNCTION_UNKNOWN": (
        "平台功能无法识别；应为交易服务、金融服务、特色服务或支撑工具。",
        "Unknown function; expected trading, financial, featured service or support tool.",
    ),
    "SUPPORT_TOOL_UNKNOWN": (
        "支撑工具类别无法识别。",
        "Unknown kind of support tool.",
    ),
    "CENTER_STATUS_UNKNOWN": (
        "平台（中心）状态无法识别。",
        "Unknown status of a platform or centre.",
    ),
    "NAMING_SCHEME_UNKNOWN": (
        "命名依据无法识别。",
        "Unknown naming scheme.",
    ),
    "ORGANIZATION_KIND_UNKNOWN": (
        "机构类型无法识别。",
        "Unknown kind of organisation.",
    ),
    "PRODUCT_STATUS_UNKNOWN": (
        "备案状态无法识别；应为已备案、审查、公示、已认定或不予认定等。",
        "Unknown status of a filing; expected filed, under review, recognised or the like.",
    ),
    "NAVIGATION_KIND_UNKNOWN": (
        "导航类型无法识别；应为区域规划、产业规划、企业经营、研发活动或人才管理。",
        "Unknown kind of navigation; expected one of the five of GB/T 39551.",
    ),
    "OPENNESS_UNKNOWN": (
        "公开程度无法识别；应为公开、依申请公开或不公开。",
        "Unknown openness; expected open, conditional or restricted.",
    ),
    "SERVICE_CATEGORY_UNKNOWN": (
        "服务类别无法识别。",
        "Unknown category of services.",
    ),
    "CREDIT_GRADE_UNKNOWN": (
        "信用等级无法识别；应为 A、B、C 或 D。",
        "Unknown credit grade; expected A, B, C or D.",
    ),
    "DEMAND_KIND_UNKNOWN": (
        "需求类型无法识别。",
        "Unknown kind of demand.",
    ),
    "PERIOD_KIND_UNKNOWN": (
        "期间类型无法识别；应为月、季或年。",
        "Unknown kind of period; expected month, quarter or year.",
    ),
    "INDICATOR_UNKNOWN": (
        "没有这项指标；请填写指标代码或名称。",
        "There is no such indicator; give its code or name.",
    ),
}
