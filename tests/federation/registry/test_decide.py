"""Who goes live, against a model of composition that is a few lines long.

A schema is a letter with a version; a set composes when no two of it exclude each other and each
has what it needs. Long random histories of publishing and deleting are played, and what must always
hold is asked after each step.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from federation.composition import Composed, Rejected, SubgraphSource
from federation.composition.codes import Severity
from federation.composition.result import Diagnostic
from federation.registry.model import GraphRef, SubgraphState, SubgraphStatus, SubgraphVersion
from federation.registry.publish import MOST_WAITING, decide

NAMES = "abcdef"
PROBLEM = Diagnostic("X", "x", Severity.ERROR)
EMPTY = Composed("", None)  # type: ignore[arg-type]  # no test looks inside


def version(name: str, number: int) -> SubgraphVersion:
    return SubgraphVersion(
        id=f"{name}{number}",
        ref=GraphRef("g"),
        name=name,
        number=number,
        url="",
        sdl=f"{name}{number}",
        sha256="",
        label="",
        published_at=datetime(2026, 1, 1, tzinfo=UTC),
        published_by="",
    )


class Model:
    """Rules over (name, number): `excludes` are pairs, `needs` are names."""

    def __init__(self, choose: random.Random) -> None:
        everything = [f"{name}{number}" for name in NAMES for number in range(1, 60)]
        self.excludes = {
            frozenset((one, other))
            for one in everything
            for other in choose.sample(everything, 12)
            if one[0] != other[0]
        }
        self.needs = {one: choose.choice(NAMES) for one in everything if choose.random() < 0.2}
        self.broken = {one for one in everything if choose.random() < 0.15}
        self.asked = 0

    def fits(self, sdls: Sequence[str]) -> bool:
        names = {sdl[0] for sdl in sdls}
        pairs = (frozenset((one, other)) for one in sdls for other in sdls if one < other)
        return (
            bool(sdls)
            and not self.broken & set(sdls)
            and all(self.needs.get(sdl, sdl[0]) in names for sdl in sdls)
            and not any(pair in self.excludes for pair in pairs)
        )

    async def compose(self, sources: Sequence[SubgraphSource]) -> Composed | Rejected:
        self.asked += 1
        assert len({source.name for source in sources}) == len(sources)
        return EMPTY if self.fits([s.sdl for s in sources]) else Rejected((PROBLEM,))


@pytest.mark.parametrize("seed", range(60))
async def test_histories(seed: int) -> None:
    choose = random.Random(seed)
    model = Model(choose)
    subgraphs: dict[str, SubgraphStatus] = {}
    for number in range(1, 60):
        news: dict[str, SubgraphVersion | None] = {}
        for name in choose.sample(NAMES, choose.choice((1, 1, 1, 2))):
            deletes = name in subgraphs and choose.random() < 0.15
            news[name] = None if deletes else version(name, number)
        before = {name: s.live for name, s in subgraphs.items() if s.live}
        model.asked = 0
        decision = await decide(list(subgraphs.values()), news, model.compose)
        waiting = [
            s for s in subgraphs.values()
            if s.state is not SubgraphState.LIVE and s.name not in news
        ]  # fmt: skip
        assert model.asked <= 2 + len(waiting) + len(waiting) ** 2

        known = {v.id: v for s in subgraphs.values() for v in (s.latest, s.live) if v}
        known |= {v.id: v for v in news.values() if v}
        for head in decision.heads:
            subgraphs[head.name] = SubgraphStatus(
                head.name,
                known.get(head.latest_id or ""),
                known.get(head.live_id or ""),
                head.problems,
            )
        for name in decision.removed:
            del subgraphs[name]
        live = {name: s.live for name, s in subgraphs.items() if s.live}

        # What was published last is never lost, whatever became of it.
        for name, new in news.items():
            status = subgraphs.get(name)
            assert (status.latest if status else None) == new
        # The news would have fitted to the others' good ones: then they are live, all of them.
        good = {name: v for name, v in {**before, **news}.items() if v}
        if model.fits([v.sdl for v in good.values()]) and good != before:
            assert decision.composed is not None
        if decision.composed is not None:
            assert live == {v.name: v for v in decision.members}
            assert model.fits([v.sdl for v in decision.members])
            assert all(live.get(name) == new for name, new in news.items())
            # Nobody else moved but forward to the own latest.
            for name in before.keys() - news.keys():
                assert live.get(name) in (
                    before[name],
                    subgraphs[name].latest if name in subgraphs else None,
                )
            # Nobody who waits would fit now alone.
            for status in subgraphs.values():
                if status.state is not SubgraphState.LIVE:
                    more = {**live, status.name: status.latest}
                    assert not model.fits([v.sdl for v in more.values() if v])
        else:
            assert live == before
            assert decision.errors or good == before
        for status in subgraphs.values():
            assert bool(status.problems) is (status.state is not SubgraphState.LIVE)


async def test_many_that_wait_cost_two_compositions() -> None:
    model = Model(random.Random(1))
    model.fits = lambda sdls: "b1" not in sdls  # type: ignore[method-assign]
    waiting = [
        SubgraphStatus(f"w{n}", replace(version("b", 1), name=f"w{n}"), None, (PROBLEM,))
        for n in range(MOST_WAITING + 1)
    ]
    decision = await decide(waiting, {"a": version("a", 1)}, model.compose)
    assert decision.composed is not None
    assert [v.id for v in decision.members] == ["a1"]
    assert model.asked == 2
