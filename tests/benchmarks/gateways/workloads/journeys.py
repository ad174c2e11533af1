"""(i) the eight journeys of the domain, end to end: the hub with its own subgraphs and PostgreSQL.

Each request is another journey than the one before: seven read, one screens a listing and writes.
The hub has one processor, PostgreSQL and the load share the other; the processor time of both is
told apart, and `calls` are SQL statements. What must be answered was answered before by a hub in
the benchmark's own process, one question at a time.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import uvloop

from tests.benchmarks.gateways.database import BenchmarkDatabase, benchmark_database
from tests.benchmarks.gateways.own_hub import answer_of, identity, prepared_hub, start_hub
from tests.benchmarks.gateways.workload import Graph, Mode
from tests.benchmarks.gateways.workloads.checked import checked
from tests.benchmarks.hub import READS, WHO, journey_text
from tests.benchmarks.load import Answer, Exchange, Load, post, run_load, same_value
from tests.benchmarks.programs import Program
from tests.gateway.conftest import Hub

_PLATFORM_CODE = "FT-110000-01"
_PLATFORM = f"FUNCTIONAL_PLATFORM {_PLATFORM_CODE}"
_LISTINGS = "{ listings(first: 50) { nodes { id status platform { code } } } }"
_SCREENED = 8
_PREPARING_SECONDS = 600.0
# Facts that change without anybody asking.
_OF_THE_MOMENT = frozenset({"updatedAt"})


@dataclass(frozen=True, slots=True)
class Journey:
    """One question; `taken`: seconds of each answer."""

    name: str
    request: bytes
    answer: Answer
    taken: list[float] = field(default_factory=list)


class _Timed(Answer):
    """The answer of a journey to one request, which leaves as soon as this is made."""

    __slots__ = ("_begun", "_journey")

    def __init__(self, journey: Journey) -> None:
        self._journey = journey
        self._begun = time.perf_counter()

    def accepts(self, body: bytes) -> bool:
        self._journey.taken.append(time.perf_counter() - self._begun)
        return self._journey.answer.accepts(body)


class SteadyAnswer(Answer):
    """An answer in which facts of the moment may differ.

    >>> SteadyAnswer({"a": [{"updatedAt": 1, "b": 2}]}).accepts(b'{"a":[{"updatedAt":3,"b":2}]}')
    True
    >>> SteadyAnswer({"a": [{"updatedAt": 1, "b": 2}]}).accepts(b'{"a":[{"updatedAt":1,"b":3}]}')
    False
    """

    __slots__ = ()

    def __init__(self, value: Any) -> None:
        super().__init__(_steady(value))

    def accepts(self, body: bytes) -> bool:
        if body in self._known:
            return True
        if not same_value(_steady(orjson.loads(body)), self.value):
            return False
        if len(self._known) < _SCREENED:
            self._known.append(body)
        return True


def _steady(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _steady(inner) for key, inner in value.items() if key not in _OF_THE_MOMENT}
    return [_steady(inner) for inner in value] if isinstance(value, list) else value


@dataclass(slots=True)
class Journeys:
    """`folder`: where the database stays; None: in the run's own. `connections` ask at once."""

    patents: int = 1_000_000
    folder: Path | None = None
    connections: int = 20
    letter: str = "i"
    name: str = "journeys"
    about: str = "the domain's eight journeys through the whole hub on PostgreSQL"
    modes: tuple[Mode, ...] = (Mode.NONE, Mode.OP)
    programs: tuple[str, ...] = ("ours",)
    journeys: list[Journey] = field(default_factory=list)
    database: BenchmarkDatabase = field(init=False)

    def start(self, stack: ExitStack, folder: Path) -> Graph:
        where = self.folder or folder
        folder.chmod(0o711)
        self.database = stack.enter_context(benchmark_database(where, self.patents))
        prepared = prepare(self.database.url)
        self.journeys = self.database.run(prepared, _PREPARING_SECONDS)

        own = {"ours": partial(start_hub, self.database)}
        return Graph(Path(), self.database.statements, own=own)

    def measure(self, program: Program, graph: Graph, seconds: float) -> Load:
        for journey in self.journeys:
            journey.taken.clear()
        before = self.database.cpu_seconds(), program.cpu_seconds()
        load = uvloop.run(
            run_load(
                program.port,
                exchanges(self.journeys),
                connections=self.connections,
                seconds=seconds,
            )
        )
        after = self.database.cpu_seconds(), program.cpu_seconds()
        checked(program, load)
        for name, old, new in zip(("PostgreSQL", "hub"), before, after, strict=True):
            if old is not None and new is not None:
                load.extra[f"{name} CPU ms"] = (new - old) / load.answers * 1000
        load.extra["connections to PostgreSQL"] = self.database.connections()
        for name, taken in _by_name(self.journeys).items():
            one = Load(latencies=taken)
            load.extra[f"{name} p50 ms"] = one.percentile(0.5)
            load.extra[f"{name} p99 ms"] = one.percentile(0.99)
        return load


def _by_name(journeys: list[Journey]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for journey in journeys:
        found.setdefault(journey.name, []).extend(journey.taken)
    return found


def exchanges(journeys: list[Journey]) -> Iterator[Exchange]:
    """Yield the journeys in turn; of those that change something, another subject each time."""
    subjects: dict[str, Iterator[Journey]] = {}
    for name in dict.fromkeys(journey.name for journey in journeys):
        subjects[name] = itertools.cycle([one for one in journeys if one.name == name])
    for name in itertools.cycle(subjects):
        journey = next(subjects[name])
        yield journey.request, _Timed(journey)


async def prepare(url: str) -> list[Journey]:
    """Return the journeys with what a hub in this process answers; statistics are made before.

    Raises `RuntimeError` for a journey that has errors.
    """
    found = []
    async with prepared_hub(url) as hub:
        listings = (await hub.query(_LISTINGS, who=_PLATFORM))["data"]["listings"]["nodes"]
        own = [one["id"] for one in listings if one["platform"]["code"] == _PLATFORM_CODE]
        if not own:
            raise RuntimeError(f"{_PLATFORM_CODE} has no listing to screen")
        screen = journey_text("j6")
        for listing in own[:_SCREENED]:
            # The first time a listing's state may change; from then on it stays.
            await hub.query(screen, who=_PLATFORM, operation="Screen", id=listing)
        # Boards tell how many there are in each state.
        await hub.settle()
        for name, (prefix, variables) in READS.items():
            found.append(await _journey(hub, name, journey_text(prefix), WHO, variables))
        for listing in own[:_SCREENED]:
            found.append(await _journey(hub, "Screen", screen, _PLATFORM, {"id": listing}))
    return found


async def _journey(
    hub: Hub, name: str, text: str, who: str, variables: Mapping[str, Any]
) -> Journey:
    body = orjson.dumps({"query": text, "operationName": name, "variables": variables})
    answer = SteadyAnswer(await answer_of(hub, body, who))
    return Journey(name, post("/graphql", body, identity(who)), answer)
