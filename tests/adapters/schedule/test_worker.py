"""A worker over the queue: what it takes, in which order, and what becomes of jobs that fail."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from adapters.errors import SourceProblem
from adapters.schedule.cancelling import cancel_job
from adapters.schedule.settings import PullSettings
from adapters.store.batches import lock_key
from resolvers.database.pool import Database
from resolvers.hub.pull_queue import enqueue, retry_dead_letters
from tests.adapters.schedule.world import (
    QUICK,
    Stage,
    jobs,
    organizations,
    source_row,
    until,
    until_idle,
    worker,
    write_source,
)


def fail(code: str, **details: object):  # type: ignore[no-untyped-def]
    async def step() -> None:
        raise SourceProblem(code, **details)

    return step


class Gate:
    """A step that waits until it is opened."""

    def __init__(self) -> None:
        self.entered = asyncio.Event()
        self.opened = asyncio.Event()

    async def __call__(self) -> None:
        self.entered.set()
        await self.opened.wait()


async def names(database: Database) -> set[str]:
    rows = await database.fetch("test.names", "select name from reference.organization")
    return {row["name"] for row in rows}


async def test_what_is_asked_for_is_pulled(
    database: Database, stage: Stage, tmp_path: Path
) -> None:
    write_source(tmp_path, "one")
    stage.script("one").steps = [organizations()]
    async with worker(database, tmp_path):
        row = await source_row(database, "one")
        assert row["configured"]
        assert row["last_status"] is None
        assert await enqueue(database, ["one"], "demand") == {"one": True}
        await until_idle(database)
    assert await names(database) == {"示例激光有限公司", "示例电池有限公司"}
    assert (await source_row(database, "one"))["last_status"] == "DONE"
    assert await jobs(database) == []


async def test_what_is_asked_for_during_a_pull_is_pulled_after_it(
    database: Database, stage: Stage, tmp_path: Path
) -> None:
    """Two workers, one source: never two pulls at once, and no order is lost."""
    write_source(tmp_path, "one")
    gate, script = Gate(), stage.script("one")
    script.steps = [gate]
    async with worker(database, tmp_path), worker(database, tmp_path):
        await enqueue(database, ["one"], "demand")
        await gate.entered.wait()
        script.steps = [organizations()]
        assert await enqueue(database, ["one"], "after") == {"one": True}
        assert await enqueue(database, ["one"], "event") == {"one": False}
        assert [job.status for job in await jobs(database)] == ["picked", "queued"]
        await asyncio.sleep(2 * QUICK.poll)
        assert script.pulled == 1
        gate.opened.set()
        await until_idle(database)
    assert (script.pulled, script.at_once) == (2, 1)
    assert await names(database) == {"示例激光有限公司", "示例电池有限公司"}


async def test_a_worker_pulls_no_more_at_once_than_it_may(
    database: Database, stage: Stage, tmp_path: Path
) -> None:
    codes = [f"source-{number}" for number in range(5)]
    gates: dict[str, Gate] = {}
    for code in codes:
        write_source(tmp_path, code)
    one = PullSettings(pulls=1, heartbeat=QUICK.heartbeat)

    async def entered(wanted: int) -> bool:
        return sum(gate.entered.is_set() for gate in gates.values()) >= wanted

    for settings, at_once in ((one, 1), (QUICK, 2)):
        for code in codes:
            gates[code] = Gate()
            stage.script(code).steps = [gates[code]]
        async with worker(database, tmp_path, settings=settings):
            await enqueue(database, codes, "demand")
            for done in range(len(codes)):
                await until(partial(entered, min(done + at_once, len(codes))))
                await asyncio.sleep(0.05)
                inside = [gate for gate in gates.values() if gate.entered.is_set()]
                open_ones = [gate for gate in inside if not gate.opened.is_set()]
                assert len(open_ones) == min(at_once, len(codes) - done)
                open_ones[0].opened.set()
            await until_idle(database)


async def test_a_worker_without_the_file_leaves_the_job_to_others(
    database: Database, stage: Stage, tmp_path: Path
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
    write_source(here, "one")
    path = write_source(there, "two")
    async with worker(database, here):
        await enqueue(database, ["one", "two", "nobodys"], "demand")
        await until(lambda: _pulled(stage, "one"))
        await asyncio.sleep(3 * QUICK.poll)
        assert [job.job.source for job in await jobs(database)] == ["nobodys", "two"]
        async with worker(database, there):
            await until(lambda: _pulled(stage, "two"))
        assert [job.job.source for job in await jobs(database)] == ["nobodys"]
        # A file that comes later is found without a restart; one that goes, too.
        path.rename(here / path.name)
        await enqueue(database, ["two"], "demand")
        await until(lambda: _pulled(stage, "two", 2))
        (here / "one.yaml").unlink()
        await asyncio.sleep(4 * QUICK.watch)
        await enqueue(database, ["one"], "demand")
        await asyncio.sleep(3 * QUICK.poll)
        assert stage.script("one").pulled == 1


async def _pulled(stage: Stage, code: str, times: int = 1) -> bool:
    return stage.script(code).pulled >= times


async def test_a_wrong_file_costs_its_source_only(
    database: Database, stage: Stage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_source(tmp_path, "good")
    (tmp_path / "bad.yaml").write_text("code: bad\nnonsense: 1\n", "utf-8")
    async with worker(database, tmp_path):
        await enqueue(database, ["good"], "demand")
        await until_idle(database)
    assert stage.script("good").pulled == 1
    assert "bad.yaml:2:1" in caplog.text


async def test_a_source_that_is_pulled_elsewhere_is_waited_for(
    database: Database, stage: Stage, tmp_path: Path
) -> None:
    """By the command line, say: the job goes back and does not count as failed."""
    write_source(tmp_path, "one")
    async with worker(database, tmp_path):
        async with database.session() as elsewhere:
            await elsewhere.fetchval("select pg_advisory_lock($1)", lock_key("one", "pull"))
            await enqueue(database, ["one"], "demand", full=True)

            async def tried() -> bool:
                log = "select count(*) > 3 from queue.pgqueuer_log where status = 'picked'"
                return bool(await database.fetchval("test.tries", log))

            await until(tried)
            [job] = await jobs(database)
            assert (job.job.failures, job.job.full, job.job.code) == (0, True, None)
            assert stage.script("one").pulled == 0
        await until_idle(database)
    assert stage.script("one").pulled == 1
    assert (await source_row(database, "one"))["failures"] == 0


async def test_a_passing_problem_is_tried_again(
    database: Database, stage: Stage, tmp_path: Path
) -> None:
    write_source(tmp_path, "one")
    script = stage.script("one")

    async def once() -> None:
        script.steps = [organizations()]
        raise SourceProblem("SOURCE_PATH", path="/away")

    script.steps = [once]
    async with worker(database, tmp_path):
        await enqueue(database, ["one"], "schedule")
        await until_idle(database)
    assert script.pulled == 2
    assert await names(database)
    assert await jobs(database) == []
    assert (await source_row(database, "one"))["failures"] == 0


async def test_what_goes_on_failing_becomes_a_dead_letter_and_can_be_retried(
    database: Database, stage: Stage, tmp_path: Path
) -> None:
    write_source(tmp_path, "one")
    script = stage.script("one")

    async def always() -> None:
        script.steps = [always]
        raise SourceProblem("SOURCE_PATH", path="/away")

    script.steps = [always]
    async with worker(database, tmp_path):
        await enqueue(database, ["one"], "demand", full=True)
        await until_idle(database)
        assert script.pulled == 1 + QUICK.retries
        [dead] = await jobs(database, "failed")
        assert (dead.job.code, dead.job.failures) == ("SOURCE_PATH", 1 + QUICK.retries)
        assert dead.job.message is not None
        assert "/away" in dead.job.message
        assert dead.job.failed_at is not None

        # Another failure of the source does not make another one.
        await enqueue(database, ["one"], "demand")
        await until_idle(database)
        [dead] = await jobs(database, "failed")
        assert dead.job.full
        # A pull of what is new does not make up for one that was to read all again.
        script.steps = []
        await enqueue(database, ["one"], "demand")
        await until_idle(database)
        assert len(await jobs(database, "failed")) == 1

        script.steps = [organizations()]
        async with database.transaction() as tx:
            assert await retry_dead_letters(tx, "one")
        await until_idle(database)
    assert await jobs(database) == []
    assert await names(database)


@pytest.mark.parametrize(
    ("code", "details"),
    [("SOURCE_SECRET", {"reference": "env:KEY"}), ("SOURCE_AUTH", {"place": "https://a.example"})],
)
async def test_what_only_a_person_can_mend_is_a_dead_letter_at_once(
    database: Database, stage: Stage, tmp_path: Path, code: str, details: dict[str, str]
) -> None:
    write_source(tmp_path, "one")
    stage.script("one").steps = [fail(code, **details)]
    async with worker(database, tmp_path):
        await enqueue(database, ["one"], "schedule")
        await until_idle(database)
        [dead] = await jobs(database, "failed")
        assert (dead.job.code, stage.script("one").pulled) == (code, 1)
        # A pull that goes well makes the letter pointless.
        await enqueue(database, ["one"], "schedule")
        await until_idle(database)
    assert await jobs(database) == []


async def test_a_fault_of_the_program_is_kept_with_its_name(
    database: Database, stage: Stage, tmp_path: Path
) -> None:
    write_source(tmp_path, "one")

    async def fault() -> None:
        raise ZeroDivisionError

    stage.script("one").steps = [fault]
    settings = PullSettings(heartbeat=QUICK.heartbeat, retries=0)
    async with worker(database, tmp_path, settings=settings):
        await enqueue(database, ["one"], "schedule")
        await until_idle(database)
    [dead] = await jobs(database, "failed")
    assert dead.job.code == "SOURCE_FAULT"
    assert "ZeroDivisionError" in (dead.job.message or "")


async def test_a_source_that_rests(database: Database, stage: Stage, tmp_path: Path) -> None:
    """What the clock asks for is left out, what follows an event waits, what a person asks runs."""
    write_source(tmp_path, "one")
    now = datetime.now(UTC)
    script = stage.script("one")
    async with worker(database, tmp_path):
        rest = "update reporting.source set open_until = $1, failures = 5"
        await database.execute("test.rest", rest, now + timedelta(hours=1))
        await enqueue(database, ["one"], "schedule")
        await until_idle(database)
        assert script.pulled == 0
        await enqueue(database, ["one"], "after")

        async def put_off() -> bool:
            return any(job.due_at > now + timedelta(minutes=59) for job in await jobs(database))

        await until(put_off)
        assert script.pulled == 0
        # The demand brings the waiting job forward.
        assert await enqueue(database, ["one"], "demand") == {"one": False}
        await until_idle(database)
    assert script.pulled == 1
    assert (await source_row(database, "one"))["open_until"] is None


async def test_failures_in_a_row_make_a_source_rest(
    database: Database, stage: Stage, tmp_path: Path
) -> None:
    write_source(tmp_path, "one", bounds="{open_after: 2, open_seconds: 600}")
    script = stage.script("one")

    async def always() -> None:
        script.steps = [always]
        raise SourceProblem("SOURCE_PATH", path="/away")

    script.steps = [always]
    async with worker(database, tmp_path):
        await enqueue(database, ["one"], "schedule")

        async def rests() -> bool:
            waiting = datetime.now(UTC) + timedelta(minutes=9)
            return any(job.due_at > waiting for job in await jobs(database, "queued"))

        await until(rests)
    assert script.pulled == 2
    [job] = await jobs(database)
    assert (job.job.failures, job.job.code) == (2, "SOURCE_PATH")


async def test_a_stopping_worker_finishes_its_batch_and_gives_the_job_back(
    database: Database, stage: Stage, tmp_path: Path
) -> None:
    write_source(tmp_path, "one")
    gate, script = Gate(), stage.script("one")
    second = [{"统一社会信用代码": "91320505MA9T00026L", "机构名称": "示例二"}]
    script.steps = [organizations(), gate, second, organizations("三")]
    async with worker(database, tmp_path):
        await enqueue(database, ["one"], "demand", full=True)
        await until(lambda: names(database))
        asyncio.get_running_loop().call_later(0.1, gate.opened.set)
    # The batch in hand was finished, the next one not begun.
    [job] = await jobs(database)
    assert (job.status, job.job.full, job.job.failures, job.job.taken) == ("queued", True, 0, 0)
    assert job.due_at <= datetime.now(UTC)
    assert await names(database) == {"示例激光有限公司", "示例二"}
    row = await source_row(database, "one")
    assert (row["last_code"], row["failures"]) == ("SOURCE_CANCELLED", 0)
    script.steps = [organizations("四")]
    async with worker(database, tmp_path):
        await until_idle(database)
    assert await names(database) == {"示例激光有限公司四", "示例电池有限公司四"}


async def test_a_stopping_worker_does_not_wait_for_a_source_that_hangs(
    database: Database, stage: Stage, tmp_path: Path
) -> None:
    write_source(tmp_path, "one")
    gate = Gate()
    stage.script("one").steps = [organizations(), gate]
    settings = PullSettings(heartbeat=QUICK.heartbeat, grace=0.2)
    loop = asyncio.get_running_loop()
    async with worker(database, tmp_path, settings=settings):
        await enqueue(database, ["one"], "demand")
        await gate.entered.wait()
        began = loop.time()
    assert loop.time() - began < 2
    [job] = await jobs(database)
    assert (job.status, job.job.failures) == ("queued", 0)


async def test_a_lost_connection_is_opened_again(
    database: Database, stage: Stage, tmp_path: Path
) -> None:
    write_source(tmp_path, "one")
    gate, script = Gate(), stage.script("one")
    script.steps = [gate]
    async with worker(database, tmp_path):
        await enqueue(database, ["one"], "demand")
        await gate.entered.wait()
        cut = (
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where application_name = 'zhitong-hub-pulls' and datname = current_database()"
        )
        assert await database.fetchval("test.cut", cut)
        # The pull in hand was stopped; its job is taken again when its heartbeat is stale.
        await until(lambda: _pulled(stage, "one", 2))
        await until_idle(database)


async def test_a_job_that_kills_its_workers_is_given_up(
    database: Database, stage: Stage, tmp_path: Path
) -> None:
    """As if five workers had died with it one after the other, none of them getting on."""
    write_source(tmp_path, "one")
    await enqueue(database, ["one"], "schedule")
    lost = """
    update queue.pgqueuer set payload = convert_to(
      (convert_from(payload, 'UTF8')::jsonb || '{"taken": 5}')::text, 'UTF8')
    """
    await database.execute("test.lost", lost)
    async with worker(database, tmp_path):
        await until_idle(database)
    [dead] = await jobs(database, "failed")
    assert (dead.job.code, stage.script("one").pulled) == ("SOURCE_CRASHED", 0)


async def test_a_running_pull_can_be_cancelled(
    database: Database, stage: Stage, tmp_path: Path
) -> None:
    write_source(tmp_path, "one")
    gate, script = Gate(), stage.script("one")
    script.steps = [gate]
    async with worker(database, tmp_path):
        await enqueue(database, ["one"], "demand")
        await gate.entered.wait()
        [job] = await jobs(database)
        await cancel_job(database, job.id)
        await until(lambda: _ended(database))
        assert await jobs(database) == []
        # The source is free for the next one.
        await enqueue(database, ["one"], "demand")
        await until(lambda: _pulled(stage, "one", 2))
        await until_idle(database)


async def _ended(database: Database) -> bool:
    return (await source_row(database, "one"))["last_code"] == "SOURCE_CANCELLED"
