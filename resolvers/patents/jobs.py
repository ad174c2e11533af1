"""What `patents` leaves to the worker."""

from __future__ import annotations

from typing import Final

from resolvers.hub.worker import Jobs, Timer
from resolvers.patents.holder_counts import count_holders
from resolvers.patents.ipc_counts import count_classes

JOBS: Final = Jobs(
    timers=(
        Timer("patents.count_classes", 900, count_classes),
        Timer("patents.count_holders", 900, count_holders),
    )
)
