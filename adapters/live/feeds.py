"""Which feeds can be asked live, and what a single record is in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class LiveFeed:
    """`type`: GraphQL type. `key`: the fields a record is asked by. `parts`: where a record is
    several rows of the feed, the statement that gives them: the record's key, the rest of the
    row's."""

    type: str
    key: tuple[str, ...]
    parts: str | None = None


LIVE_FEEDS: Final[Mapping[str, LiveFeed]] = {
    "PATENT": LiveFeed("Patent", ("applicationNumber",)),
    "LISTING": LiveFeed("Listing", ("platform", "number")),
    "OPEN_LICENCE": LiveFeed("OpenLicenceStatement", ("statementNumber",)),
    "PLEDGE": LiveFeed(
        "PledgeRegistration",
        ("registrationNumber",),
        "select registration_number as record, application_number as rest "
        "from finance.pledge_patent where registration_number = any($1)",
    ),
    "DEMAND": LiveFeed("Demand", ("platform", "number")),
}
