"""References from reports, evaluations and batches back to their centre.

`OperationCenter` lists those, so its module imports theirs; the way back is by name, through the
schema that executes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, cast

import strawberry

from schema.common.context import Info

if TYPE_CHECKING:
    from schema.reporting.centers import OperationCenter

LazyCenter = Annotated["OperationCenter", strawberry.lazy("schema.reporting.centers")]


def center_of(info: Info, code: str) -> LazyCenter:
    """Return the reference to a centre."""
    definition: Any = info.schema.get_type_by_name("OperationCenter")
    return cast("OperationCenter", definition.origin(code=strawberry.ID(code)))
