"""The rounds of the comparison: who is measured when, what counts, and what a failure does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.gateways.rounds import compare
from tests.benchmarks.gateways.workload import Contender, Graph, Mode, Workload
from tests.benchmarks.load import Load
from tests.benchmarks.programs import Program


@contextmanager
def _idle(name: str) -> Iterator[Program]:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        yield Program(name, 1, process)
    finally:
        process.kill()
        process.communicate()


@dataclass(frozen=True)
class _Contender:
    name: str
    why_missing: str | None = None
    alone: bool = False
    broken: bool = False

    def version(self) -> str | None:
        return None

    def missing(self) -> str | None:
        return self.why_missing

    def cannot(self, workload: Workload, mode: Mode) -> str | None:
        return "shares nothing" if self.alone and mode is not Mode.NONE else None

    def start(self, stack: ExitStack, graph: Graph, mode: Mode, folder: Path) -> Program:
        if self.broken:
            raise RuntimeError("it ended at once")
        return stack.enter_context(_idle(self.name))


@dataclass
class _Workload:
    """`failing`: names of programs with the number of the measurement that finds a wrong answer."""

    failing: dict[str, int] = field(default_factory=dict)
    letter: str = "a"
    name: str = "fake"
    about: str = ""
    modes: tuple[Mode, ...] = (Mode.NONE,)
    programs: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)
    calls: int = 0

    def start(self, stack: ExitStack, folder: Path) -> Graph:
        return Graph(folder, lambda: self.calls)

    def measure(self, program: Program, graph: Graph, seconds: float) -> Load:
        self.asked.append(program.name)
        if self.asked.count(program.name) == self.failing.get(program.name):
            raise RuntimeError("a wrong answer")
        self.calls += 20
        extra = {"turn": float(len(self.asked))}
        return Load(answers=10, seconds=2.0, latencies=[0.001] * 10, extra=extra)


def _programs(*names: str) -> list[Contender]:
    return [_Contender(name) for name in names]


def test_programs_take_turns_and_the_first_round_does_not_count() -> None:
    workload = _Workload()
    first, second = compare(workload, Mode.NONE, _programs("one", "two"), 2, 0.1)
    assert workload.asked[:6] == ["two", "one", "one", "two", "two", "one"]
    assert len(first.rounds) == len(second.rounds) == 2
    assert [one.extra["turn"] for one in first.rounds + second.rounds].count(1.0) == 0
    assert {one.requests_per_second for one in first.rounds} == {5.0}
    assert {one.calls for one in first.rounds} == {2.0}
    assert {one.p50_ms for one in first.rounds} == {1.0}
    assert (first.grown_mib is not None) is Path("/proc/self/status").exists()
    assert not first.failed


def test_a_wrong_answer_ends_one_program_and_not_the_others() -> None:
    workload = _Workload(failing={"two": 2})
    first, second = compare(workload, Mode.NONE, _programs("one", "two"), 2, 0.1)
    assert second.failed
    assert second.note == "a wrong answer"
    assert not second.rounds
    assert workload.asked.count("two") == 2
    assert len(first.rounds) == 2


def test_whoever_cannot_take_part_says_why() -> None:
    contenders: list[Contender] = [
        _Contender("one"),
        _Contender("absent", why_missing="not installed"),
        _Contender("alone", alone=True),
        _Contender("broken", broken=True),
    ]
    found = {one.program: one for one in compare(_Workload(), Mode.OP, contenders, 1, 0.1)}
    assert list(found) == ["one", "absent", "alone", "broken"]
    assert found["absent"].note == "not installed"
    assert found["alone"].note == "shares nothing"
    assert [one.failed for one in found.values()] == [False, False, False, True]
    assert [len(one.rounds) for one in found.values()] == [1, 0, 0, 0]
