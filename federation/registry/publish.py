"""Who goes live when something is published, and who waits: decided by composing, nothing else.

A publisher that breaks composition must not hold up the others, and a schema that waits should go
live as soon as the others let it. So these combinations are tried; the first that composes wins:

1. everybody's latest revision with what is new: what waits may be mended by it;
2. what is live of the others with what is new;
3. the same with one of those that wait, in turn: it may be what the new one needs.

After 2 or 3 the others that wait are added one by one until none of them fits any more. If nothing
composes with what is new, nothing changes: the new one waits, with the errors of 2.

A deletion is like a new schema that is nothing. A deleted subgraph that the others need stays live
and waits to be gone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from federation.composition.result import Composed, Diagnostic, Rejected, SubgraphSource
from federation.registry.model import SubgraphState, SubgraphStatus, SubgraphVersion
from federation.registry.store import Head

# Each attempt costs a composition; more that wait than this are tried all together only.
MOST_WAITING = 8

Compose = Callable[[Sequence[SubgraphSource]], Awaitable[Composed | Rejected]]
# What is in a combination, by name: a revision, or None for a subgraph that is left out.
Choice = Mapping[str, SubgraphVersion | None]


@dataclass(frozen=True, slots=True)
class Decision:
    """What to store. `composed` None: the live supergraph stays, `errors` says why.

    `members`: what the new supergraph is made of. `heads`: every subgraph as it is then; one that
    is deleted and not live either is in `removed` instead. `mended`: went live beside the new ones.
    """

    composed: Composed | None
    members: tuple[SubgraphVersion, ...]
    heads: tuple[Head, ...]
    removed: tuple[str, ...]
    mended: tuple[str, ...] = ()
    errors: tuple[Diagnostic, ...] = ()


async def decide(subgraphs: Sequence[SubgraphStatus], news: Choice, compose: Compose) -> Decision:
    """Return what becomes of the variant when `news` is published on top of `subgraphs`.

    `news`: new revisions by name, None for a deletion.
    """
    waiting = [s for s in subgraphs if s.state is not SubgraphState.LIVE and s.name not in news]
    good: dict[str, SubgraphVersion | None] = {s.name: s.live for s in subgraphs} | dict(news)
    latest = good | {s.name: s.latest for s in waiting}
    problems = {s.name: s.problems for s in waiting}

    if waiting:
        result = await _try(latest, compose)
        if isinstance(result, Composed):
            return _launched(subgraphs, news, latest, result, {})
    if {name: v for name, v in good.items() if v} == {s.name: s.live for s in subgraphs if s.live}:
        # What never was live is deleted: the supergraph stays as it is.
        return _waits(subgraphs, news, ())
    choice: Choice = good
    result = refused = await _try(good, compose)
    if isinstance(result, Rejected) and len(waiting) <= MOST_WAITING:
        for status in waiting:
            choice = good | {status.name: status.latest}
            result = await _try(choice, compose)
            if isinstance(result, Composed):
                break
    if isinstance(result, Rejected):
        assert isinstance(refused, Rejected)
        return _waits(subgraphs, news, refused.errors)
    if len(waiting) <= MOST_WAITING:
        choice, result, problems = await _mend(choice, result, waiting, compose)
    return _launched(subgraphs, news, choice, result, problems)


async def _mend(
    choice: Choice, composed: Composed, waiting: Sequence[SubgraphStatus], compose: Compose
) -> tuple[Choice, Composed, dict[str, tuple[Diagnostic, ...]]]:
    """Add what waits, one by one, until nobody fits any more; return the errors of those left."""
    problems: dict[str, tuple[Diagnostic, ...]] = {}
    left = [status for status in waiting if choice[status.name] is not status.latest]
    tried = -1
    # Whoever was added may be what an earlier one was waiting for.
    while len(left) != tried:
        tried = len(left)
        for status in tuple(left):
            more = {**choice, status.name: status.latest}
            result = await _try(more, compose)
            if isinstance(result, Composed):
                choice, composed = more, result
                left.remove(status)
            else:
                problems[status.name] = result.errors
    return choice, composed, problems


async def _try(choice: Choice, compose: Compose) -> Composed | Rejected:
    return await compose([v.source for _, v in sorted(choice.items()) if v is not None])


def _launched(
    subgraphs: Sequence[SubgraphStatus],
    news: Choice,
    choice: Choice,
    composed: Composed,
    problems: Mapping[str, tuple[Diagnostic, ...]],
) -> Decision:
    known = {status.name: status for status in subgraphs}
    heads, removed, mended = [], [], []
    for name, live in sorted(choice.items()):
        status = known.get(name)
        latest = news.get(name, status.latest if status else None)
        if live is None and latest is None:
            removed.append(name)
            continue
        is_live = _id(latest) == _id(live)
        found = () if is_live or status is None else problems.get(name, status.problems)
        heads.append(Head(name, _id(latest), _id(live), found))
        if is_live and name not in news and status and status.state is not SubgraphState.LIVE:
            mended.append(name)
    mended += [name for name in removed if name not in news]
    members = tuple(v for _, v in sorted(choice.items()) if v is not None)
    return Decision(composed, members, tuple(heads), tuple(removed), tuple(sorted(mended)))


def _waits(
    subgraphs: Sequence[SubgraphStatus], news: Choice, errors: tuple[Diagnostic, ...]
) -> Decision:
    """Return the decision that changes nothing but what the news are about."""
    heads, removed = [], []
    live = {status.name: status.live for status in subgraphs}
    for name, latest in sorted(news.items()):
        if latest is None and live.get(name) is None:
            removed.append(name)
            continue
        heads.append(Head(name, _id(latest), _id(live.get(name)), errors))
    return Decision(None, (), tuple(heads), tuple(removed), errors=errors)


def _id(version: SubgraphVersion | None) -> str | None:
    return None if version is None else version.id
