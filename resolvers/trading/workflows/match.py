"""The workflow of a match [H]: the specification names its states only.

A proposal is answered by either side: the platform of the listing, or the centre of the demand.
"""

from __future__ import annotations

from typing import Final

from resolvers.identity import Permit, Role, centers
from resolvers.workflow import Transition, Workflow

EITHER_SIDE: Final = (
    Permit(Role.FUNCTIONAL_PLATFORM, "platform", "TRADING_SERVICE"),
    *centers("publisher"),
)

MATCHES: Final = Workflow(
    name="match",
    zh="供需匹配",
    en="The match",
    states=("PROPOSED", "ACCEPTED", "REFUSED", "CONTRACTED"),
    initial=("PROPOSED",),
    transitions=(
        Transition("ACCEPT", ("PROPOSED",), ("ACCEPTED",), EITHER_SIDE, "接受对接", "Accept"),
        Transition(
            "REFUSE", ("PROPOSED", "ACCEPTED"), ("REFUSED",), EITHER_SIDE, "谢绝对接", "Refuse"
        ),
        Transition(
            "DEAL",
            ("PROPOSED", "ACCEPTED"),
            ("CONTRACTED",),
            (),
            "由此成交",
            "A deal came of it",
        ),
    ),
)
