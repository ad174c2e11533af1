"""Before another snapshot goes live, it gets what the live one is asked most.

Without this the first seconds after each publish would be spent planning, at the callers' cost. A
document that is not valid any more is refused by the new one as it should be: that is kept, too.
"""

from __future__ import annotations

import asyncio
import logging

from federation.errors import FederationError
from federation.registry.snapshot import Snapshot
from federation.server.documents import Documents

logger = logging.getLogger("federation.server")


async def warm(old: Snapshot | None, new: Snapshot, documents: Documents) -> None:
    """Prepare on `new` what was used last on `old`, view by view, within the settings' bounds.

    What cannot be prepared is left out: it will be asked for again, or not.
    """
    count = documents.planning.warmed_up_queries
    if old is None or not count:
        return
    loop = asyncio.get_running_loop()
    started = loop.time()
    until = started + documents.planning.warm_up_timeout
    done = 0
    for view in reversed(old.views.known()):
        if loop.time() >= until:
            break
        keys = [key for key, _ in view.documents.most_used(count)]
        if not keys:
            continue
        try:
            async with asyncio.timeout_at(until):
                fresh = await new.views.of(view.contract)
            done += await documents.warm(fresh, keys[::-1], until)
        except (FederationError, TimeoutError) as error:
            logger.warning("a view was not warmed: %s", str(error) or "it took too long")
    took = loop.time() - started
    documents.figures.warming.add(took)
    if done:
        logger.info("%d documents were prepared in %.2f s", done, took)
