"""What trading's own tables say of patents: licences, statements, other listings, sold prices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from resolvers.batching import group_by_key
from resolvers.database.pool import Queries
from resolvers.trading.facts_sql import LICENCES, OTHER_LISTINGS, SOLD_PRICES, STATEMENTS
from resolvers.trading.rules.screening.facts import Licence, OtherListing, OwnFacts, SoldPrices
from resolvers.trading.rules.screening.price_outlier import MONTHS
from resolvers.trading.rules.screening.remaining_term import add_months
from resolvers.trading.workflows.listing import ON_OFFER

NOBODY: Final = UUID(int=0)


async def load_own_facts(
    queries: Queries, numbers: Sequence[str], today: date, listing_id: UUID = NOBODY
) -> dict[str, OwnFacts]:
    """Return the facts of each patent on `today`; of other listings, those but `listing_id`."""
    wanted = list(numbers)
    licences = group_by_key(
        (each["application_number"], Licence(each["record_number"], each["licence_type"]))
        for each in await queries.fetch("trading.facts_licences", LICENCES, wanted, today)
    )
    statements = {
        each["application_number"]: each["statement_number"]
        for each in await queries.fetch("trading.facts_statements", STATEMENTS, wanted)
    }
    others = group_by_key(
        (
            each["application_number"],
            OtherListing(each["platform_code"], each["number"], each["deal"]),
        )
        for each in await queries.fetch(
            "trading.facts_listings", OTHER_LISTINGS, wanted, listing_id, list(ON_OFFER)
        )
    )
    since = add_months(today, -MONTHS)
    sold = {
        each["application_number"]: SoldPrices(each["subclass"], each["deals"], each["median"])
        for each in await queries.fetch("trading.facts_prices", SOLD_PRICES, wanted, since)
    }
    return {
        number: OwnFacts(
            licences.get(number, ()),
            statements.get(number),
            others.get(number, ()),
            sold.get(number),
        )
        for number in wanted
    }
