"""The workflow of a demand [H]: the specification names its states only."""

from __future__ import annotations

from typing import Final

from resolvers.identity import centers
from resolvers.workflow import Transition, Workflow

PUBLISHERS: Final = centers()
"""Who publishes demands: every platform and centre, for organisations."""
PUBLISHER: Final = centers("publisher")
"""The centre that published the demand; one by a feed has none here."""

DEMANDS: Final = Workflow(
    name="demand",
    zh="需求",
    en="The demand",
    states=("OPEN", "MATCHED", "CLOSED", "EXPIRED"),
    initial=("OPEN",),
    transitions=(
        Transition("CLOSE", ("OPEN",), ("CLOSED",), PUBLISHER, "关闭", "Close"),
        Transition(
            "DEAL",
            ("OPEN",),
            ("MATCHED",),
            (),
            "需求方成交",
            "Its demander bought a listing that matched",
        ),
        Transition("EXPIRE", ("OPEN",), ("EXPIRED",), (), "有效期已过", "Its last day has passed"),
    ),
)
