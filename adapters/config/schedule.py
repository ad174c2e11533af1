"""Section `schedule` of a source file: times that come, topics that exist, no circle of pulls."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from croniter import (
    CroniterBadCronError,
    CroniterBadDateError,
    croniter,
)

from adapters.config.names import Fault
from adapters.config.source import SourceConfig
from adapters.config.words import nearest

SUBGRAPHS: Final = (
    *("reference", "patents", "platforms", "catalog", "trading"),
    *("finance", "featured", "tools", "reporting"),
)
"""Who publishes events; a topic is `<subgraph>.<what>` (DOMAIN §2.10)."""

_TOPIC: Final = re.compile(r"[a-z]+\.[a-z][a-z_]*")
_SOME_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)


def schedule_faults(source: SourceConfig) -> Iterator[Fault]:
    """Yield what is wrong with the schedule of a source, as far as its own file tells."""
    schedule = source.schedule
    if schedule is None:
        return
    if schedule.cron is not None and (wrong := _cron_fault(schedule.cron)):
        yield ("schedule", "cron"), wrong
    for number, topic in enumerate(schedule.on):
        subgraph = topic.partition(".")[0]
        if not _TOPIC.fullmatch(topic):
            message = f"{topic!r} is no topic; for instance trading.listing_changed"
            yield ("schedule", "on", str(number)), message
        elif subgraph not in SUBGRAPHS:
            message = f"no subgraph {subgraph!r} has events{nearest(subgraph, SUBGRAPHS)}"
            yield ("schedule", "on", str(number)), message
    for number, code in enumerate(schedule.after):
        if code == source.code:
            yield ("schedule", "after", str(number)), "a source cannot follow itself"
    if schedule.cron is None and not schedule.after and not schedule.on:
        yield ("schedule",), "an empty schedule; give cron, after or on"


def circle(sources: Mapping[str, SourceConfig], code: str, other: str) -> tuple[str, ...] | None:
    """Return the way on which a pull of `code`, which follows `other`, leads back to `other`."""
    ways: list[tuple[str, ...]] = [(code,)]
    seen = {code}
    while ways:
        way = ways.pop()
        for follower in sources.values():
            if follower.schedule is None or way[-1] not in follower.schedule.after:
                continue
            if follower.code == other:
                return (other, *way, other)
            if follower.code not in seen:
                seen.add(follower.code)
                ways.append((*way, follower.code))
    return None


def _cron_fault(text: str) -> str | None:
    if len(text.split()) != 5:
        return (
            f"{text!r} has not five fields: minute hour day month weekday, for instance 30 2 * * *"
        )
    try:
        croniter(text, _SOME_DAY).get_next(datetime)
    except (CroniterBadCronError, CroniterBadDateError) as error:
        return f"{text!r} is no time: {error}"
    return None
