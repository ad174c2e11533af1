"""Supervision of a centre (DOMAIN §1.6 F14, §2.5): OPEN → NOTICE_ISSUED → RECTIFYING → CLOSED.

`openSupervision` begins it and `closeSupervision` ends it; the two steps between are taken by
`advanceSupervision`, which the specified schema does not have. No step may be left out: a finding
is closed only after its notice was issued and something was done about it.
"""

from __future__ import annotations

from typing import Final

from resolvers.platforms.rights import CNIPA, HOST, OFFICE
from resolvers.workflow import Transition, Workflow

SUPERVISION: Final = Workflow(
    name="supervision_action",
    zh="监督事项",
    en="The supervision action",
    states=("OPEN", "NOTICE_ISSUED", "RECTIFYING", "CLOSED"),
    initial=("OPEN",),
    transitions=(
        Transition(
            "ISSUE_NOTICE",
            ("OPEN",),
            ("NOTICE_ISSUED",),
            (*OFFICE, *CNIPA),
            "发出通知",
            "Issue the notice",
        ),
        Transition(
            "START_RECTIFYING",
            ("NOTICE_ISSUED",),
            ("RECTIFYING",),
            (*HOST, *OFFICE, *CNIPA),
            "开始整改",
            "The centre begins to put it right",
        ),
        Transition(
            "CLOSE",
            ("RECTIFYING",),
            ("CLOSED",),
            (*OFFICE, *CNIPA),
            "结案",
            "Close it with its result",
            comment_required=True,
        ),
    ),
)
