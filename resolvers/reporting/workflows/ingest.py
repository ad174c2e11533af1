"""Batches of data: loaded ones may be rolled back by the operator or CNIPA (DOMAIN §2.4)."""

from __future__ import annotations

from typing import Final

from resolvers.identity import Permit, Role, centers
from resolvers.workflow import Transition, Workflow

ROLLERS: Final = (Permit(Role.HUB_OPERATOR), Permit(Role.CNIPA_ADMIN))
RETRIERS: Final = (*centers("center"), Permit(Role.HUB_OPERATOR))
"""Who tries refused rows again: the centre, as it may send a file, and the operator, who mends what
rows are read by. Its office sees them and changes nothing."""

INGEST: Final = Workflow(
    name="ingest_batch",
    zh="入库批次",
    en="Ingest batch",
    states=("RECEIVED", "PARSED", "FAILED", "LOADED", "ROLLED_BACK"),
    initial=("RECEIVED",),
    transitions=(
        Transition(
            "ROLL_BACK",
            ("LOADED",),
            ("ROLLED_BACK",),
            ROLLERS,
            "回退",
            "Roll back",
        ),
    ),
)
