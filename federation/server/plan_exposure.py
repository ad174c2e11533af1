"""The query plan in the answer, for those who may ask: by the headers of Apollo and Hive.

`true` adds the plan to the answer's extensions, `dry-run` answers the plan alone. Off unless the
settings turn it on, since a plan tells about subgraphs.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

from federation.plan.codec import encode_plan
from federation.plan.nodes import QueryPlan
from federation.plan.printer import print_plan
from federation.server.wire.request import HttpRequest

APOLLO = b"apollo-expose-query-plan"
HIVE = b"hive-expose-query-plan"


class Exposure(Enum):
    PLAN = "true"
    DRY_RUN = "dry-run"


def asked_for(http: HttpRequest) -> Exposure | None:
    """Return what the request's headers ask for."""
    value = http.header(APOLLO) or http.header(HIVE)
    if value is None:
        return None
    text = value.decode("latin-1").strip().lower()
    return next((exposure for exposure in Exposure if exposure.value == text), None)


def plan_extensions(http: HttpRequest, plan: QueryPlan) -> dict[str, Any]:
    """Return the extension(s), each in the form that its header's tools read."""
    encoded = encode_plan(plan)
    extensions: dict[str, Any] = {}
    if http.header(APOLLO):
        extensions["apolloQueryPlan"] = {"object": encoded, "text": print_plan(plan)}
    if http.header(HIVE):
        extensions["queryPlan"] = encoded
    return extensions
