"""What becomes of a job: before its pull, whether it runs now; after it, whether it is done.

Pure rules over what is known, without the queue and without a clock of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from adapters.findings import Finding, finding
from adapters.schedule.settings import PullSettings
from resolvers.hub.pull_queue import URGENT, PullJob

PERMANENT: Final = frozenset(
    {
        *("SOURCE_SECRET", "SOURCE_AUTH", "SOURCE_TLS", "SOURCE_CA", "SOURCE_ORIGIN"),
        *("SOURCE_CALL", "SOURCE_TOO_LARGE"),
    }
)
"""Problems that stay until a person has done something: not tried again."""

BUSY: Final = "SOURCE_BUSY"
STOPPED: Final = "SOURCE_CANCELLED"


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is left to do."""


@dataclass(frozen=True, slots=True)
class Again:
    """Back into the queue for `delay` seconds; `problem`: the failure that counts, if it is one."""

    delay: float
    problem: Finding | None = None


@dataclass(frozen=True, slots=True)
class Dead:
    """Held as a dead letter until a person retries it."""

    problem: Finding


Verdict: TypeAlias = Done | Again | Dead


def before(
    job: PullJob, settings: PullSettings, open_until: datetime | None, now: datetime
) -> Verdict | None:
    """Return what becomes of a job that is not pulled now; None: pull.

    `open_until`: until when the source is left alone for failing too often. What the clock asks for
    is then left out, as the clock will ask again; what follows an event, or is tried again, waits.
    """
    if job.taken > settings.crashes:
        return Dead(finding("SOURCE_CRASHED", times=job.taken - 1))
    if open_until is None or open_until <= now or job.reason in URGENT:
        return None
    if job.reason == "schedule" and not job.failures:
        return Done()
    return Again((open_until - now).total_seconds())


def after(job: PullJob, settings: PullSettings, problem: Finding | None, jitter: float) -> Verdict:
    """Return what becomes of a job whose pull ended, with `problem` unless it went well.

    Batches that were refused are no problem of the pull: the same bytes would be refused again.
    `jitter`: 0 to 1, spreads those who failed together.
    """
    if problem is None:
        return Done()
    if problem.code == STOPPED:
        return Again(0)
    if problem.code == BUSY:
        return Again(settings.busy * (0.5 + jitter))
    if problem.code in PERMANENT or job.failures >= settings.retries:
        return Dead(problem)
    delay = min(settings.backoff * 2.0**job.failures, settings.longest_backoff)
    return Again(delay * (0.75 + jitter / 2), problem)
