"""Rules: dates stand in their order, and what has been registered is not in the future (§3.8)."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.findings import Finding
from adapters.model import MappedRow
from adapters.rules.context import RuleContext

# (earlier field, later field, their names), per feed
_ORDERS: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "PATENT": (("filingDate", "publicationDate", "申请日", "公开（公告）日"),),
    "OPEN_LICENCE": (("termFrom", "termTo", "许可期限起始日", "许可期限终止日"),),
    "LICENCE": (
        ("termFrom", "termTo", "许可期限起始日", "许可期限终止日"),
        ("recordedOn", "cancelledOn", "备案日期", "注销日"),
    ),
    "PLEDGE": (
        ("termFrom", "termTo", "质押期限起始日", "质押期限终止日"),
        ("registeredOn", "cancelledOn", "登记生效日", "解除日"),
    ),
    "LISTING": (("listedFrom", "listedTo", "挂牌起始日期", "挂牌截止日期"),),
    "INTENSIVE_PRODUCT": (
        ("filedOn", "recognisedOn", "备案日期", "认定日期"),
        ("recognisedOn", "validTo", "认定日期", "有效期至"),
    ),
    "THIRD_PARTY": (("validFrom", "validTo", "评价起始日", "评价截止日"),),
    "DEMAND": (("publishedOn", "validUntil", "发布日期", "有效期至"),),
}
_PAST_FIELDS: dict[str, tuple[str, ...]] = {
    "PATENT": ("filingDate", "publicationDate"),
    "LICENCE": ("recordedOn", "cancelledOn"),
    "PLEDGE": ("registeredOn", "cancelledOn"),
    "TRANSFER": ("registeredOn",),
    "LEGAL_EVENT": ("announcedOn",),
    "INTENSIVE_PRODUCT": ("filedOn", "recognisedOn"),
    "NAVIGATION": ("completedOn",),
    "THIRD_PARTY": ("residentSince",),
    "DEMAND": ("publishedOn",),
    "BUSINESS_REPORT": ("reportedOn",),
}


def date_order(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield DATE_ORDER for each pair that stands the wrong way round."""
    for first, last, first_name, last_name in _ORDERS.get(context.feed, ()):
        start, end = row.values.get(first), row.values.get(last)
        if start is not None and end is not None and start > end:
            # A term from one cell has no column of its own; the finding then names the term's.
            place = last if last in row.columns else "term"
            yield row.finding("DATE_ORDER", place, first=first_name, second=last_name)


def not_in_future(row: MappedRow, context: RuleContext) -> Iterator[Finding]:
    """Yield DATE_FUTURE for what is said to have happened after today."""
    for name in _PAST_FIELDS.get(context.feed, ()):
        day = row.values.get(name)
        if day is not None and day > context.today:
            yield row.finding("DATE_FUTURE", name)
