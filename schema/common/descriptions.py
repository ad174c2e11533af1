"""Descriptions in two languages, and those that several subgraphs must word alike.

The first line is Chinese, the second English. A type that several subgraphs contribute to must
have the same description in each, or composition warns (INCONSISTENT_DESCRIPTION).
"""

from __future__ import annotations

from typing import Any, Final, cast

import strawberry


def zh_en(zh: str, en: str) -> str:
    """Return a description: Chinese line, English line.

    >>> zh_en("名称", "Name")
    '名称\\nName'
    """
    return f"{zh}\n{en}"


def enum_value(value: str, zh: str, en: str) -> str:
    """Return the definition of an enum member, which Strawberry unpacks to `value`."""
    definition: Any = strawberry.enum_value(value, description=zh_en(zh, en))
    return cast(str, definition)


PATENT: Final = zh_en(
    "专利（申请），以申请号为键", "A patent or patent application, keyed by application number"
)
ORGANIZATION: Final = zh_en(
    "法人和其他组织，以统一社会信用代码为键",
    "A legal person or other organisation, keyed by its unified social credit code",
)
OPERATION_CENTER: Final = zh_en(
    "知识产权运营平台（中心）", "An operation platform or centre of the system"
)
REGION: Final = zh_en("行政区划（GB/T 2260）", "An administrative region (GB/T 2260)")
INDUSTRY: Final = zh_en(
    "国民经济行业（GB/T 4754）", "An industry of the national economy (GB/T 4754)"
)
JURISDICTION: Final = zh_en(
    "省级知识产权局等的管辖范围：31 个省级、5 个计划单列市、新疆生产建设兵团",
    "Jurisdiction of an IP office: 31 provinces, 5 separately planned cities, the production corps",
)
IPC_CLASS: Final = zh_en("国际专利分类号", "A symbol of the International Patent Classification")
OFFICE: Final = zh_en(
    "专利局或国家（WIPO ST.3）", "A patent office, state or organisation (WIPO ST.3)"
)
PARTY: Final = zh_en(
    "来源中所写的当事人；仅当名称已与统一社会信用代码唯一对应时才有 organization",
    "A party as named in the source; organization is set only when the name was resolved to a "
    "unified social credit code",
)

APPLICATION_NUMBER: Final = zh_en("申请号（规范形式）", "Application number, canonical")
USCC: Final = zh_en("统一社会信用代码", "Unified social credit code")
CENTER_CODE: Final = zh_en("平台（中心）代码", "Code of the platform or centre")
REGION_CODE: Final = zh_en("行政区划代码", "Region code")
JURISDICTION_CODE: Final = zh_en("管辖范围代码", "Code of the jurisdiction")
INDUSTRY_CODE: Final = zh_en("行业代码", "Industry code")
IPC_SYMBOL: Final = zh_en("分类号（无空格）", "Symbol without space")
OFFICE_CODE: Final = zh_en("两字母代码", "Two-letter code")
PARTY_NAME: Final = zh_en("来源中的名称", "Name as in the source")
PARTY_ORGANIZATION: Final = zh_en("对应的组织", "The organisation, when resolved")
PROVENANCE: Final = zh_en("数据来源", "Where the record comes from")

FIRST: Final = zh_en("最多返回多少条（1–100）", "How many at most (1 to 100)")
AFTER: Final = zh_en("从哪个游标之后开始", "Start after this cursor")
