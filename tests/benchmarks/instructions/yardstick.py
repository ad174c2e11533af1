"""Work that never changes, of the kind a gateway does: what other counts are told as multiples of.

Another interpreter or library executes other instructions for the same Python; both the work here
and the gateway then change alike, and their ratio by little.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

NAME = "yardstick"
ROUNDS = 100


async def _answer(number: int) -> list[dict[str, Any]]:
    await asyncio.sleep(0)
    return [{"id": f"item-{number}", "value": value, "tags": ["a", "b"]} for value in range(50)]


async def work() -> int:
    """Return a number that depends on all that was done."""
    total = 0
    for number in range(ROUNDS):
        parts = await asyncio.gather(_answer(number), _answer(number + 1))
        found: dict[str, dict[str, Any]] = {}
        for part in parts:
            for item in part:
                key = item["id"] + str(item["value"])
                found.setdefault(key, {}).update(item)
        text = json.dumps({"data": list(found.values())})
        total += len(json.loads(text)["data"]) + len(text)
    return total
