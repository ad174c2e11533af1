"""Checks: begun, run beside everything else, stored, polled; and approvals of what they found."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from federation.registry.access import Action, Caller, allow, allow_on_graph, unknown_graph
from federation.registry.checks.evidence import documents_in_use, operations_in_use
from federation.registry.checks.judge import with_approvals
from federation.registry.checks.result import (
    ChangeSeverity,
    CheckResult,
    LintTask,
    TaskStatus,
)
from federation.registry.checks.run import CheckInput, run_tasks, with_overall_status
from federation.registry.composing import text_hash
from federation.registry.errors import RegistryError
from federation.registry.lint.run import lint_subgraph, lint_task
from federation.registry.model import (
    Approval,
    GraphRef,
    SubgraphProposal,
    SubgraphStatus,
    SubgraphVersion,
    Variant,
)
from federation.registry.proposals import MOST_TEXT, check_proposal, check_text, size_of
from federation.registry.publish import Choice
from federation.registry.services.core import new_uuid, utc_now
from federation.registry.services.reading import Reading
from federation.registry.settings import CheckParameters, CheckSettings, RegistrySettings
from federation.registry.store import Store

logger = logging.getLogger(__name__)

CLOSE_SECONDS = 5.0
LONGEST_WINDOW = timedelta(days=365)


class Checking(Reading):
    """See the module."""

    def __init__(
        self,
        store: Store,
        settings: RegistrySettings | None = None,
        *,
        now: Callable[[], datetime] = utc_now,
        new_id: Callable[[], str] = new_uuid,
    ) -> None:
        super().__init__(store, settings, now=now, new_id=new_id)
        self._running: dict[str, asyncio.Task[CheckResult]] = {}
        self._slots = asyncio.Semaphore(self._settings.max_running_checks)

    async def close(self) -> None:
        """Wait for running checks for a moment, then end them; they are stored as broken off."""
        if self._running:
            await asyncio.wait(list(self._running.values()), timeout=CLOSE_SECONDS)
        left = list(self._running.values())
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        self._compositions.close()

    async def start_check(
        self,
        caller: Caller,
        ref: GraphRef,
        proposals: Sequence[SubgraphProposal],
        *,
        parameters: CheckParameters | None = None,
    ) -> CheckResult:
        """Begin a check of one or more subgraphs together; returns at once, PENDING. Poll `check`.

        Raises E010, E033, INVALID_*.
        """
        task = await self._begin_check(caller, ref, proposals, parameters)
        pending = await self._store.check(ref.graph, task.get_name())
        assert pending is not None, "it has just been stored"
        return pending

    async def run_check(
        self,
        caller: Caller,
        ref: GraphRef,
        proposals: Sequence[SubgraphProposal],
        *,
        parameters: CheckParameters | None = None,
    ) -> CheckResult:
        """Like `start_check`, and return when it is done; a failed check is a result, no error."""
        return await (await self._begin_check(caller, ref, proposals, parameters))

    async def _begin_check(
        self,
        caller: Caller,
        ref: GraphRef,
        proposals: Sequence[SubgraphProposal],
        parameters: CheckParameters | None,
        *,
        may_be_new: bool = False,
    ) -> asyncio.Task[CheckResult]:
        if not proposals:
            raise RegistryError("INVALID_INPUT", "there is nothing to check")
        for proposal in proposals:
            allow(caller, Action.CHECK, ref, proposal.name)
            check_proposal(proposal, self._settings.max_sdl_bytes)
        variant = await self._store.variant(ref)
        if variant is None:
            if not may_be_new:
                raise unknown_graph(str(ref))
            variant = Variant(ref, 0, None, ())
        news = {p.name: _proposed(p, ref, variant.find(p.name), self._now()) for p in proposals}
        if len(news) < len(proposals):
            raise RegistryError("INVALID_INPUT", "a subgraph is proposed twice")
        return await self._begin(caller, variant, news, parameters, None)

    async def _begin(
        self,
        caller: Caller,
        variant: Variant,
        news: Mapping[str, SubgraphVersion | None],
        parameters: CheckParameters | None,
        change_set_id: str | None,
    ) -> asyncio.Task[CheckResult]:
        """Store a pending check and begin it; the task is named by its id. Rights are checked."""
        checks = asked(self._settings.checks, parameters)
        pending = CheckResult(
            id=self._new_id(),
            ref=variant.ref,
            subgraphs=tuple(sorted(news)),
            status=TaskStatus.PENDING,
            created_at=self._now(),
            created_by=caller.name,
            change_set_id=change_set_id,
        )
        entry = self._audit(
            caller, variant.ref, "check.start", pending.id, subgraphs=list(pending.subgraphs)
        )
        await self._store.save_check(pending, [entry])
        task = asyncio.create_task(self._run(pending, variant, news, checks), name=pending.id)
        self._running[pending.id] = task
        task.add_done_callback(lambda done: self._running.pop(done.get_name(), None))
        return task

    async def _run(
        self, pending: CheckResult, variant: Variant, news: Choice, checks: CheckSettings
    ) -> CheckResult:
        """Run a check and store its result; whatever happens, it does not stay pending."""
        try:
            async with asyncio.timeout(self._settings.check_timeout.total_seconds()):
                async with self._slots:
                    result = await self._judge(pending, variant, news, checks)
        except TimeoutError:
            seconds = self._settings.check_timeout.total_seconds()
            result = _broken_off(pending, f"the check took longer than {seconds:.0f} s")
        except RegistryError as error:
            result = _broken_off(pending, error.message)
        except asyncio.CancelledError:
            result = _broken_off(pending, "the hub was shut down; start the check again")
            # The process ends: this is the last that is done for the check.
            await self._store.save_check(replace(result, completed_at=self._now()))
            raise
        except Exception:
            logger.exception("the check %s of %s broke off", pending.id, pending.ref)
            result = _broken_off(pending, "an internal error; the hub's log has more")
        result = replace(result, completed_at=self._now())
        await self._store.save_check(result)
        return result

    async def _judge(
        self, pending: CheckResult, variant: Variant, news: Choice, checks: CheckSettings
    ) -> CheckResult:
        ref = variant.ref
        since = pending.created_at - checks.window
        live = None
        if variant.live_launch_id is not None:
            live = await self._store.launch(ref, variant.live_launch_id)
        usage = await self._store.usage_since(ref, since) if live else ()
        documents = await self._store.documents(ref.graph, None) if live else ()
        operations = await asyncio.to_thread(operations_in_use, usage, checks)
        given = CheckInput(
            subgraphs=variant.subgraphs,
            news=news,
            live=await self._compositions.live(live) if live else None,
            live_sdl=live.sdl if live else None,
            evidence=(*operations, *documents_in_use(documents, checks)),
            approvals=await self._store.approvals(ref, pending.created_at),
            since=since,
        )
        return await run_tasks(pending, given, self._compose(ref, "check"), self._settings)

    async def check(self, caller: Caller, graph: str, check_id: str) -> CheckResult:
        """Return a check, running or done. Raises E010, UNKNOWN_CHECK.

        One that has been pending for too long is told as broken off: its process is gone.
        """
        allow_on_graph(caller, Action.READ, graph)
        found = await self._store.check(graph, check_id)
        if found is None:
            raise RegistryError("UNKNOWN_CHECK", f"{graph} has no check {check_id}")
        allow(caller, Action.READ, found.ref)
        overdue = found.created_at + 2 * self._settings.check_timeout < self._now()
        if found.status is TaskStatus.PENDING and overdue and check_id not in self._running:
            found = replace(
                _broken_off(found, "the process that ran it is gone; start the check again"),
                completed_at=self._now(),
            )
            await self._store.save_check(found)
        return found

    async def lint(
        self, caller: Caller, graph: str, sdl: str, base_sdl: str | None = None
    ) -> LintTask:
        """Lint a schema; with `base_sdl` only what is not so in it already. Raises E010."""
        allow_on_graph(caller, Action.LINT, graph)
        for text in (sdl, base_sdl or ""):
            if size_of(text, "the schema") > self._settings.max_sdl_bytes:
                raise RegistryError("INVALID_INPUT", "the schema is too large to be linted")
        found = await asyncio.to_thread(lint_subgraph, sdl, base_sdl, self._settings.lint)
        return lint_task(found)

    async def approve_changes(
        self,
        caller: Caller,
        graph: str,
        check_id: str,
        *,
        reason: str,
        expires_at: datetime,
        coordinates: Sequence[str] | None = None,
    ) -> tuple[Approval, ...]:
        """Let the breaking changes of a check pass (those at `coordinates`, or all), until then.

        Later checks find them approved; the check itself is judged anew. Raises E010, E033,
        UNKNOWN_CHECK, OWN_APPROVAL, NOTHING_TO_APPROVE, INVALID_INPUT.
        """
        check = await self.check(caller, graph, check_id)
        allow(caller, Action.APPROVE, check.ref)
        check_text(reason, "the reason", MOST_TEXT, required=True)
        now = self._now()
        if expires_at.tzinfo is None or not now < expires_at <= now + self._settings.approval_limit:
            raise RegistryError(
                "INVALID_INPUT",
                "the approval must end in the future, with a time zone, and at most "
                f"{self._settings.approval_limit.days} days from now",
            )
        if check.created_by == caller.name and not self._settings.own_approval:
            raise own_approval("check")
        wanted = None if coordinates is None else set(coordinates)
        approvals = tuple(
            Approval(
                id=self._new_id(),
                ref=check.ref,
                check_id=check.id,
                code=change.code,
                coordinate=change.coordinate,
                description=change.description,
                reason=reason,
                approved_at=now,
                approved_by=caller.name,
                expires_at=expires_at,
            )
            for change in check.operations.changes
            if change.severity is ChangeSeverity.FAILURE
            and (wanted is None or change.coordinate in wanted)
        )
        if not approvals:
            raise RegistryError(
                "NOTHING_TO_APPROVE", "the check has no breaking change there that fails it"
            )
        judged = replace(check, operations=with_approvals(check.operations, approvals))
        entries = [
            self._audit(
                caller, check.ref, "change.approve", a.coordinate, code=a.code, check=check.id,
                reason=reason, expires_at=expires_at.isoformat(),
            )
            for a in approvals
        ]  # fmt: skip
        await self._store.save_approvals(approvals, with_overall_status(judged), entries)
        return approvals

    async def approvals(self, caller: Caller, ref: GraphRef) -> tuple[Approval, ...]:
        """Return approvals that are still valid, by coordinate. Raises E010."""
        await self._known(caller, Action.READ, ref)
        return await self._store.approvals(ref, self._now())


def own_approval(what: str) -> RegistryError:
    """Return the error for approving what one began oneself."""
    return RegistryError(
        "OWN_APPROVAL", f"whoever began the {what} may not approve it; ask another approver"
    )


def asked(settings: CheckSettings, parameters: CheckParameters | None) -> CheckSettings:
    """Return the settings with what a caller asked for. Raises INVALID_INPUT."""
    if parameters is None:
        return settings
    window, count = parameters.window, parameters.minimum_count
    percentage = parameters.minimum_percentage
    if window is not None and not timedelta(0) < window <= LONGEST_WINDOW:
        raise RegistryError("INVALID_INPUT", "the window must be between 0 and 365 days")
    if count is not None and count < 1:
        raise RegistryError("INVALID_INPUT", "the minimum count must be at least 1")
    if percentage is not None and not 0.0 <= percentage <= 100.0:
        raise RegistryError("INVALID_INPUT", "the minimum percentage must be from 0 to 100")
    return replace(
        settings,
        window=settings.window if window is None else window,
        minimum_count=settings.minimum_count if count is None else count,
        minimum_percentage=settings.minimum_percentage if percentage is None else percentage,
    )


def _proposed(
    proposal: SubgraphProposal, ref: GraphRef, known: SubgraphStatus | None, now: datetime
) -> SubgraphVersion:
    """Return the revision as it would be; a check needs no routing URL."""
    url = proposal.url if proposal.url is not None else (known.version.url if known else "")
    return SubgraphVersion(
        id=f"check:{proposal.name}",
        ref=ref,
        name=proposal.name,
        number=0,
        url=url,
        sdl=proposal.sdl,
        sha256=text_hash(proposal.sdl),
        label=proposal.label,
        published_at=now,
        published_by="",
    )


def _broken_off(pending: CheckResult, reason: str) -> CheckResult:
    return replace(pending, status=TaskStatus.FAILED, failure=reason)
