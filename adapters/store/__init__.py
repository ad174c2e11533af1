"""The only place of the adapters with SQL: one module per feed, and the books of the pulls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from adapters.model import RowResult
from adapters.store.batch import BatchContext, Stored
from adapters.store.business_reports import store_business_reports
from adapters.store.centers import store_centers
from adapters.store.demands import store_demands
from adapters.store.intensive_products import store_products
from adapters.store.legal_events import store_legal_events
from adapters.store.licences import LICENCES
from adapters.store.listings import store_listings
from adapters.store.navigation import store_navigation
from adapters.store.open_licences import store_open_licences
from adapters.store.organizations import store_organizations
from adapters.store.patents import store_patents
from adapters.store.pledges import PLEDGES
from adapters.store.third_parties import store_third_parties
from adapters.store.transfers import store_transfers
from resolvers.database.pool import Transaction

Store = Callable[[Transaction, Sequence[RowResult], BatchContext], Awaitable[Stored]]

STORES: Mapping[str, Store] = {
    "ORGANIZATION": store_organizations,
    "OPERATION_CENTER": store_centers,
    "PATENT": store_patents,
    "LEGAL_EVENT": store_legal_events,
    "PLEDGE": PLEDGES.store,
    "LICENCE": LICENCES.store,
    "TRANSFER": store_transfers,
    "LISTING": store_listings,
    "OPEN_LICENCE": store_open_licences,
    "INTENSIVE_PRODUCT": store_products,
    "NAVIGATION": store_navigation,
    "THIRD_PARTY": store_third_parties,
    "DEMAND": store_demands,
    "BUSINESS_REPORT": store_business_reports,
}
"""How the accepted rows of a feed are stored."""

__all__ = ["STORES", "BatchContext", "Stored"]
