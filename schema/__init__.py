"""The hub's own subgraphs, in Strawberry, each as another team's service would be.

`SUBGRAPHS` has their schemas by name; `schema.serving` executes them. Layout of a subgraph:
`types.py` and `enums.py` (its entities; references to others'), `queries.py`, `schema.py` (the
export), `schema.graphql` (the printed SDL, checked in and reviewed). No subgraph imports another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from schema.catalog.schema import SCHEMA as CATALOG
from schema.common.subgraph import SubgraphSchema
from schema.featured.schema import SCHEMA as FEATURED
from schema.finance.schema import SCHEMA as FINANCE
from schema.patents.schema import SCHEMA as PATENTS
from schema.platforms.schema import SCHEMA as PLATFORMS
from schema.reference.schema import SCHEMA as REFERENCE
from schema.reporting.schema import SCHEMA as REPORTING
from schema.tools.schema import SCHEMA as TOOLS
from schema.trading.schema import SCHEMA as TRADING

SUBGRAPHS: Final[Mapping[str, SubgraphSchema]] = {
    "reference": REFERENCE,
    "patents": PATENTS,
    "platforms": PLATFORMS,
    "catalog": CATALOG,
    "trading": TRADING,
    "finance": FINANCE,
    "tools": TOOLS,
    "featured": FEATURED,
    "reporting": REPORTING,
}
