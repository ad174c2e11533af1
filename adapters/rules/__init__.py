"""Rules between the fields of a row and between a row and what the hub knows.

One rule per function, each pure: row and context in, findings out. The tuple of a feed is the order
in which findings are told. Checks of single cells are in `value_kinds.py`; repeated rows are found
by `validation.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from adapters.rules.business_report import (
    report_open,
    report_period,
    report_unit,
    report_value,
)
from adapters.rules.center import center_dates, center_jurisdiction, center_kind, center_name
from adapters.rules.context import Rule, RuleContext
from adapters.rules.date_order import date_order, not_in_future
from adapters.rules.demand import demand_kind, demander_known, demander_named
from adapters.rules.filing_year import filing_year
from adapters.rules.intensive_product import (
    product_filed_by_another,
    product_industry,
    product_patents,
    product_recognition,
    product_revenue,
)
from adapters.rules.kind_agrees import kind_agrees, listed_kind_agrees
from adapters.rules.listing_screening import listing_screening
from adapters.rules.named_organization import organization_known, organization_name
from adapters.rules.navigation import navigation_maker, navigation_of_another
from adapters.rules.open_licence_bars import (
    open_licence_bars,
    open_licence_evaluation_report,
    open_licence_term,
    open_licence_within_patent,
)
from adapters.rules.open_licence_fee import (
    open_licence_explanation,
    open_licence_fee,
    open_licence_fee_mode,
)
from adapters.rules.open_licence_single import open_licence_single
from adapters.rules.open_licence_withdrawn import open_licence_withdrawn
from adapters.rules.parties_differ import parties_differ
from adapters.rules.patent_in_force import patent_in_force
from adapters.rules.third_party import (
    credit_grade,
    credit_whole,
    resident_platform,
    resident_platform_works,
)

ROW_RULES: Mapping[str, tuple[Rule, ...]] = {
    "ORGANIZATION": (),
    "OPERATION_CENTER": (center_kind, center_name, center_jurisdiction, center_dates),
    "PATENT": (kind_agrees, filing_year, date_order, not_in_future),
    "LEGAL_EVENT": (not_in_future,),
    "PLEDGE": (date_order, not_in_future, parties_differ),
    "LICENCE": (date_order, not_in_future, parties_differ),
    "TRANSFER": (not_in_future, parties_differ),
    "LISTING": (listed_kind_agrees, date_order),
    "OPEN_LICENCE": (
        kind_agrees,
        date_order,
        open_licence_fee,
        open_licence_fee_mode,
        open_licence_explanation,
        open_licence_term,
    ),
    "INTENSIVE_PRODUCT": (
        product_industry,
        product_revenue,
        product_recognition,
        date_order,
        not_in_future,
    ),
    "NAVIGATION": (not_in_future,),
    "THIRD_PARTY": (resident_platform, credit_whole, credit_grade, date_order, not_in_future),
    "DEMAND": (demander_named, demand_kind, date_order, not_in_future),
    "BUSINESS_REPORT": (report_period, report_unit, not_in_future),
}
"""Rules a row answers by itself."""

FACT_RULES: Mapping[str, tuple[Rule, ...]] = {
    "PLEDGE": (patent_in_force,),
    "LICENCE": (patent_in_force,),
    "TRANSFER": (patent_in_force, open_licence_withdrawn),
    "LISTING": (listing_screening,),
    "OPEN_LICENCE": (
        open_licence_bars,
        open_licence_evaluation_report,
        open_licence_within_patent,
        open_licence_single,
    ),
    "INTENSIVE_PRODUCT": (organization_name, product_patents, product_filed_by_another),
    "NAVIGATION": (
        organization_known,
        organization_name,
        navigation_maker,
        navigation_of_another,
    ),
    "THIRD_PARTY": (organization_known, organization_name, resident_platform_works),
    "DEMAND": (demander_known, organization_name),
    "BUSINESS_REPORT": (report_value, report_open),
}
"""Rules that compare a row with what the hub knows. A row that is wrong in itself is not compared:
what it says cannot be relied on, and its centre should see the cause, not the consequences."""

__all__ = ["FACT_RULES", "ROW_RULES", "Rule", "RuleContext"]
