"""The process above the workers: starts them, starts those again that end, and ends them all.

It is forked, not started anew: what was imported and read before is shared between all workers by
the system, which is most of their memory, and a worker is there in some milliseconds. So nothing
that forks badly may exist before: no thread, no event loop. It has neither itself; it waits for
signals and children. In a child `run` returns what the child is to be.

Signals. SIGTERM, SIGINT and SIGHUP end the server: each worker gets SIGTERM and ends as
`listener.ending` says, all becoming unready at the same time; a second signal ends them at once
(SIGQUIT). A terminal's SIGINT and SIGHUP reach all processes, so workers do not hear them; what
runs beside the workers hears SIGQUIT alone, so that it is there until they have ended.

Order. The process beside the workers (a database) first, then the first worker, then the others:
what cannot start is told once. At the end the other way round.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from federation.server.workers.board import Board, State
from federation.server.workers.member import Member
from federation.server.workers.orphans import end_with
from federation.server.workers.restarts import Restarts
from federation.server.workers.sockets import PeerSockets

logger = logging.getLogger("federation.server")

_LOOK_SECONDS = 0.02
_IDLE_SECONDS = 60.0
# After what its settings allow a worker: for its shutdown, telemetry and connections.
_LATE_SECONDS = 15.0
_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Beside:
    """A process beside the workers: told `ready` when it is. `run` gives its exit code."""

    name: str
    run: Callable[[Callable[[], None]], int]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to run. `listening`: a socket for each worker; `metrics`: of all of them together.

    `grace`: seconds that a worker may take to end. `on_ready` is called once all are up.
    """

    listening: list[socket.socket]
    metrics: socket.socket | None
    grace: float
    on_ready: Callable[[], None]
    beside: Beside | None = None


@dataclass(slots=True, eq=False)
class _Child:
    """One process to keep. `due`: when to start it, None while it runs or is to stay away."""

    slot: int
    name: str
    due: float | None = 0.0
    pid: int | None = None
    began: float = 0.0
    was_ready: bool = False
    history: Restarts = field(default_factory=Restarts)


class Supervisor:
    """For one process, which must have one thread only."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.count = len(plan.listening)
        self._board = Board(self.count + 1)
        self._peers = PeerSockets(self.count)
        self._workers = [_Child(slot, f"worker {slot}") for slot in range(self.count)]
        self._beside: _Child | None = None
        if plan.beside is not None:
            self._beside = _Child(self.count, plan.beside.name)
        self._life = os.pipe()
        self._signals = socket.socketpair()
        self._ready = False
        self._ending_since: float | None = None
        self._exit_code = 0

    @property
    def _children(self) -> list[_Child]:
        return [*self._workers, *([self._beside] if self._beside else ())]

    def run(self) -> Member | Callable[[], int] | int:
        """Return the exit code once all have ended; in a child, what it is: a worker, or what
        runs beside them."""
        if threading.active_count() > 1:
            names = ", ".join(each.name for each in threading.enumerate())
            raise RuntimeError(f"workers cannot be forked from a process with threads: {names}")
        self._hear()
        gc.collect()
        gc.freeze()
        while True:
            self._reap()
            made = self._start_due()
            if made is not None:
                return made
            self._look()
            if self._ending_since is not None and self._end():
                break
            self._wait()
        self._peers.close()
        return self._exit_code

    # Signals and time

    def _hear(self) -> None:
        for end in self._signals:
            end.setblocking(False)
        signal.set_wakeup_fd(self._signals[1].fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in _ENDING:
            # Who started us so that we outlive a terminal (nohup) keeps that.
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._told)

    def _told(self, *_: object) -> None:
        if self._ending_since is None:
            self._begin_end()
            return
        for child in self._workers:
            self._signal(child, signal.SIGQUIT)

    def _wait(self) -> None:
        seconds = _IDLE_SECONDS
        if self._ending_since is not None:
            seconds = 0.2
        elif not self._all_ready():
            seconds = _LOOK_SECONDS
        with contextlib.suppress(InterruptedError):
            select.select([self._signals[0]], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            self._signals[0].recv(4096)

    # Starting

    def _start_due(self) -> Member | Callable[[], int] | None:
        for child in self._children:
            if child.due is None or child.due > time.monotonic() or not self._has_turn(child):
                continue
            child.due = None
            made = self._start(child)
            if made is not None:
                return made
        return None

    def _has_turn(self, child: _Child) -> bool:
        if child is self._beside:
            return True
        before = [self._beside] if self._beside else []
        if child.slot > 0:
            before.append(self._workers[0])
        return all(each.was_ready for each in before)

    def _start(self, child: _Child) -> Member | Callable[[], int] | None:
        self._board.set_state(child.slot, State.STARTING)
        sys.stdout.flush()
        sys.stderr.flush()
        # What comes while there are two of us must not run our handlers in the child.
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
        try:
            pid = os.fork()
            if pid == 0:
                return self._be(child)
            child.pid, child.began = pid, time.monotonic()
            return None
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)

    def _be(self, child: _Child) -> Member | Callable[[], int]:
        """In the child: leave all that is the supervisor's."""
        is_beside = child is self._beside
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_IGN if is_beside else signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        for end in self._signals:
            end.close()
        os.close(self._life[1])
        last = signal.SIGQUIT if is_beside else signal.SIGTERM
        end_with(self._life[0], last, self._plan.grace + _LATE_SECONDS)
        plan, board, slot = self._plan, self._board, child.slot
        if is_beside:
            beside = plan.beside
            assert beside is not None
            for one in (*plan.listening, *self._peers.sockets):
                one.close()
            return lambda: beside.run(lambda: board.set_state(slot, State.READY))
        own = plan.listening[slot]
        for number, one in enumerate(plan.listening):
            if one is not own:
                one.close()
            if number != slot:
                self._peers.sockets[number].close()
        return Member(
            index=slot,
            count=self.count,
            board=board,
            listening=own,
            metrics=plan.metrics,
            peers=self._peers.sockets[slot],
            paths=tuple(self._peers.paths),
            supervisor=os.getppid(),
        )

    def _look(self) -> None:
        for child in self._children:
            if not child.was_ready and self._board.state(child.slot) is State.READY:
                child.was_ready = True
        if not self._ready and self._all_ready() and self._ending_since is None:
            self._ready = True
            self._plan.on_ready()

    def _all_ready(self) -> bool:
        return all(self._board.state(child.slot) is State.READY for child in self._children)

    # Ending

    def _reap(self) -> None:
        for child in self._children:
            if child.pid is None:
                continue
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if pid:
                self._ended(child, os.waitstatus_to_exitcode(status))

    def _ended(self, child: _Child, code: int) -> None:
        pid, child.pid = child.pid, None
        self._board.set_state(child.slot, State.GONE)
        if self._ending_since is not None:
            # By SIGTERM: it had not come so far as to end in order.
            if code not in (0, -signal.SIGTERM, -signal.SIGQUIT):
                self._exit_code = 1
                logger.error("WORKER_ENDED: %s (pid %s) %s", child.name, pid, _told_as(code))
            return
        if not child.was_ready:
            # It could not start, and has said why.
            self._exit_code = code if code > 0 else 1
            if code <= 0:
                logger.error("WORKER_ENDED: %s (pid %s) %s", child.name, pid, _told_as(code))
            self._begin_end()
            return
        now = time.monotonic()
        pause = child.history.pause(now - child.began)
        if pause is None:
            logger.error(
                "WORKERS_KEEP_ENDING: %s (pid %s) %s, %d times in a row soon after its start;"
                " the server ends",
                *(child.name, pid, _told_as(code), child.history.in_a_row),
            )
            self._exit_code = 1
            self._begin_end()
            return
        logger.error(
            "WORKER_ENDED: %s (pid %s) %s; it is started again%s",
            *(child.name, pid, _told_as(code), f" in {pause:g} s" if pause else ""),
        )
        self._board.count_restart(child.slot)
        child.due = now + pause

    def _begin_end(self) -> None:
        if self._ending_since is None:
            self._ending_since = time.monotonic()
            for child in self._children:
                child.due = None
            for one in self._plan.listening:
                # Workers have their own; with these open, connections would wait for nobody.
                one.close()
            for child in self._workers:
                self._signal(child, signal.SIGTERM)

    def _end(self) -> bool:
        """Go on with ending; return whether all have ended."""
        assert self._ending_since is not None
        late = time.monotonic() - self._ending_since > self._plan.grace + _LATE_SECONDS
        running = [child for child in self._workers if child.pid is not None]
        if not running and self._beside is not None and self._beside.pid is not None:
            running = [self._beside]
            if self._board.state(self._beside.slot) is not State.GONE:
                self._board.set_state(self._beside.slot, State.GONE)
                self._signal(self._beside, signal.SIGQUIT)
                self._ending_since, late = time.monotonic(), False
        if late:
            for child in running:
                logger.error("WORKER_KILLED: %s (pid %s) did not end", child.name, child.pid)
                self._signal(child, signal.SIGKILL)
        return not running

    def _signal(self, child: _Child, number: signal.Signals) -> None:
        if child.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child.pid, number)


def _told_as(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
