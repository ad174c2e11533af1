"""Texts of the invented dossiers, by kind and function of the centre."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from resolvers.platforms.dossier import (
    Declarations,
    Dossier,
    GrowthFigure,
    MilestoneDraft,
    PlanDraft,
    Summary,
)
from resolvers.values.dates import add_years

BUSINESS: Final[Mapping[str, tuple[str, str, tuple[str, ...]]]] = {
    "TRADING_SERVICE": (
        "专利挂牌、供需对接、交易撮合和许可备案服务。",
        "以交易服务为主的全国性功能平台",
        ("年专利转让许可成交 1200 件", "年交易金额（TRADE_DEAL_AMOUNT_CNY）达到 6 亿元"),
    ),
    "FINANCIAL_SERVICE": (
        "专利质押融资、评估、保险和证券化服务。",
        "以金融服务为主的全国性功能平台",
        ("年质押融资金额（PLEDGE_AMOUNT_CNY）达到 30 亿元", "年评估专利 2000 件"),
    ),
    "FEATURED_SERVICE": (
        "先进技术转化、国际化运营等特色业务。",
        "以特色服务为主的功能平台",
        ("完成先进技术转化许可 80 项", "建立转化项目库并每季更新"),
    ),
    "SUPPORT_TOOL": (
        "专利密集型产品备案、审查与公示。",
        "面向全国的支撑工具平台",
        ("年备案产品 5000 件，带动许可转化 300 件", "与各平台互通备案数据"),
    ),
    "REGIONAL": (
        "长三角区域的专利供需对接、许可转化和公共服务。",
        "辐射区域的知识产权运营中心",
        ("区域内专利许可转让 3000 件", "开放许可声明 500 件"),
    ),
    "INDUSTRY": (
        "面向产业链的专利导航、组合运营与许可转化。",
        "根植产业的知识产权运营中心",
        ("产业专利许可转让 400 件", "形成产业专利导航报告 12 份"),
    ),
}


def dossier_of(kind: str, function: str | None, day: date) -> Dossier:
    """Return a complete dossier written on `day`, with a plan from the next year on."""
    business, positioning, goals = BUSINESS[function or kind]
    starts_on = date(day.year + 1, 1, 1)
    summary = Summary(
        period_from=add_years(day, -3),
        period_to=day - timedelta(days=30),
        construction_entity="由示例单位承担建设，落实场地、经费和编制外用工保障。",
        operating_mechanism="理事会决策、运营团队执行、专家委员会咨询，制度十二项。",
        team="专职 26 人，其中专利代理师 7 人、资产评估师 3 人。",
        business=business,
        product_development="形成服务产品九项，其中三项已在省内推广。",
        investment_and_benefit="三年投入 4200 万元，服务企业 1600 余家。",
        growth=(
            GrowthFigure("服务企业", "620家", "1640家"),
            GrowthFigure("成交金额", "1.8亿元", "3.6亿元"),
            GrowthFigure("数据资源", "120万条", "310万条"),
        ),
    )
    milestones = (
        _milestone(starts_on, 180, "数据互联", "接入全国平台数据底座", "按统一标准建设数据接口"),
        _milestone(starts_on, 420, "产品上线", "上线标准化服务产品", "对照服务标准逐项自评并申报"),
        _milestone(starts_on, 720, "规模运营", "达到年度成交目标", "联合金融机构开展常态化对接"),
        _milestone(starts_on, 1_060, "总结评估", "完成三年目标并总结", "委托第三方开展绩效评估"),
    )
    plan = PlanDraft(starts_on, goals, milestones)
    declared = Declarations(True, True, True, True)
    return Dossier("PILOT_PLATFORM", summary, plan, declared, positioning)


def _milestone(start: date, days: int, title: str, task: str, measure: str) -> MilestoneDraft:
    return MilestoneDraft(title, task, measure, start + timedelta(days=days))
