"""What resolvers may reach through `info.context`: one object per request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import strawberry

from resolvers.loaders import Loaders
from resolvers.reference.cached_lists import CachedLists


@dataclass(frozen=True, slots=True)
class SubgraphContext:
    """The loaders of one request, the day (in China) that "today" means in it, the reference lists
    identifiers are checked against, and which operation of the document was asked for by name."""

    loaders: Loaders
    today: date
    lists: CachedLists
    operation_name: str | None = None


Info: TypeAlias = strawberry.Info[SubgraphContext, None]
