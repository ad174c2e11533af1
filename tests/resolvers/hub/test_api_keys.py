"""API keys in the database, and as processes that answer requests see them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

import pytest

from resolvers.credentials import caller_of_claims
from resolvers.database.pool import Database
from resolvers.hub import key_ring
from resolvers.hub.api_keys import (
    ApiKeyError,
    create_key,
    find_key,
    list_keys,
    revoke_key,
    rotate_key,
)
from resolvers.hub.key_format import PATTERN, new_key, parse_key
from resolvers.hub.key_ring import KeyRing
from resolvers.identity import Caller, Role

CENTER = "IC-440300-01"


async def make(database: Database, **more: Any) -> Any:
    given = {"organization": CENTER, "role": "INDUSTRY_CENTER", "by": "test", **more}
    return await create_key(database, **given)


@asynccontextmanager
async def ring(database: Database) -> AsyncIterator[KeyRing]:
    async with KeyRing().running(database) as made:
        async with asyncio.timeout(5):
            while not made._notices.listening:  # noqa: ASYNC110 - of another task
                await asyncio.sleep(0.005)
        yield made


def test_a_key_is_known_by_its_form() -> None:
    key = new_key()
    found = PATTERN.fullmatch(key.text)
    assert found is not None
    assert found[1] == key.id
    # independently of how it was made
    number = 0
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    for character in key.text[-6:]:
        number = number * 62 + alphabet.index(character)
    assert number == crc32(key.text[4:-6].encode())
    assert key.text not in repr(key)
    assert len({new_key().text for _ in range(1_000)}) == 1_000


@pytest.mark.parametrize("slip", range(40))
def test_slips_are_told_without_asking_anybody(slip: int) -> None:
    text = new_key().text
    at = 4 + (slip * 7) % (len(text) - 4)
    other = "a" if text[at] != "a" else "b"
    assert parse_key(text[:at] + other + text[at + 1 :]) is None
    assert parse_key(text[:at] + text[at + 1 :]) is None
    assert parse_key(text + "0") is None
    assert parse_key(text.replace("zth_", "zzz_")) is None
    assert parse_key(text + "\n") is None


async def test_the_key_itself_is_stored_nowhere(database: Database) -> None:
    key = await make(database, label="nightly", scopes=["contact:read"])
    secret = key.text.rsplit("_", 1)[1]
    rows = await database.fetch("test", "select to_jsonb(k)::text as t from hub.api_key k")
    rows += await database.fetch("test", "select to_jsonb(a)::text as t from hub.audit a")
    assert len(rows) == 2
    assert not [row for row in rows if secret in row["t"]]
    found = await find_key(database, key.id)
    assert found is not None
    assert "digest" not in repr(found)
    caller = caller_of_claims(found.claims())
    assert caller == Caller(
        f"api-key:{key.id}",
        Role.INDUSTRY_CENTER,
        center=CENTER,
        scopes=frozenset({"contact:read"}),
    )


@pytest.mark.parametrize(
    ("role", "organization", "stored"),
    [
        ("INDUSTRY_CENTER", "ic-440300-01", CENTER),
        ("PROVINCIAL_OFFICE", "440000", "440000"),
        ("FRONTEND", "portal", "portal"),
        ("INDUSTRY_CENTER", "RC-440300-01", None),
        ("INDUSTRY_CENTER", "", None),
        ("PROVINCIAL_OFFICE", "XX", None),
        ("SERVICE", "x", None),
        ("PUBLIC", "x", None),
        ("KING", "x", None),
        ("FRONTEND", " ", None),
    ],
)
async def test_who_may_have_a_key(
    role: str, organization: str, stored: str | None, module_database: Database
) -> None:
    if stored is None:
        with pytest.raises(ApiKeyError):
            await make(module_database, role=role, organization=organization)
        return
    key = await make(module_database, role=role, organization=organization)
    found = await find_key(module_database, key.id)
    assert found is not None
    assert found.organization == stored


async def test_states(database: Database) -> None:
    now = datetime.now(UTC)
    good = await make(database)
    expired = await make(database, expires_at=now - timedelta(seconds=1))
    revoked = await make(database)
    assert await revoke_key(database, revoked.id, by="test")
    assert not await revoke_key(database, revoked.id, by="test")
    unknown = new_key()
    secret = good.text.split("_")
    forged = new_key().text.split("_")
    async with ring(database) as keys:
        held = await keys.identify(good.text)
        assert held is not None
        assert (held.organization, held.expires_at, held.ends_soon) == (CENTER, None, False)
        for text in [
            expired.text,
            revoked.text,
            unknown.text,
            "_".join([secret[0], secret[1], forged[2]]),
            "",
            "zth_",
            good.text.lower(),
            "x" * 100_000,
        ]:
            assert await keys.identify(text) is None
        # well-formed, of a known id, and with another secret
        impostor = _with_id(good.id)
        assert parse_key(impostor) is not None
        assert await keys.identify(impostor) is None
    with pytest.raises(ApiKeyError):
        await revoke_key(database, "nothing", by="test")


def _with_id(key_id: str) -> str:
    from resolvers.hub.key_format import _checksum

    secret = new_key().text.split("_")[2][:43]
    return f"zth_{key_id}_{secret}{_checksum(key_id, secret)}"


async def test_rotation_overlaps_and_tells(database: Database) -> None:
    now = datetime.now(UTC)
    old = await make(database, scopes=["a"], label="x", expires_at=now + timedelta(days=300))
    new = await rotate_key(database, old.id, overlap=timedelta(days=7), now=now, by="test")
    async with ring(database) as keys:
        first, second = await keys.identify(old.text), await keys.identify(new.text)
        assert first is not None
        assert second is not None
        assert first.ends_soon
        assert first.expires_at == pytest.approx((now + timedelta(days=7)).timestamp(), abs=1)
        assert not second.ends_soon
        assert (second.organization, second.scopes) == (CENTER, {"a"})
    with pytest.raises(ApiKeyError, match="replaced"):
        await rotate_key(database, old.id, overlap=timedelta(), now=now, by="test")
    # the overlap never lengthens what ends sooner
    short = await make(database, expires_at=now + timedelta(hours=1))
    await rotate_key(database, short.id, overlap=timedelta(days=7), now=now, by="test")
    found = await find_key(database, short.id)
    assert found is not None
    assert found.expires_at == now + timedelta(hours=1)
    with pytest.raises(ApiKeyError, match="no key"):
        await rotate_key(database, "nothing", overlap=timedelta(), now=now, by="test")
    mutations = await database.fetch("test", "select mutation from hub.audit order by at")
    assert [row["mutation"] for row in mutations].count("rotateApiKey") == 2
    assert [key.state(now) for key in await list_keys(database, CENTER)].count("REPLACED") == 2


async def test_a_revoked_key_is_refused_within_a_second_by_all(database: Database) -> None:
    key = await make(database)
    async with ring(database) as one, ring(database) as two:
        told: list[str] = []
        for keys in (one, two):
            held = await keys.identify(key.text)
            assert held is not None
            held.watch(lambda: told.append("ended"))
        stop = held.watch(lambda: told.append("stopped"))
        stop()
        await revoke_key(database, key.id, by="test")
        async with asyncio.timeout(1.0):
            while (  # noqa: ASYNC110 - of other tasks
                await one.identify(key.text) or await two.identify(key.text) or len(told) < 2
            ):
                await asyncio.sleep(0.01)
        assert told == ["ended", "ended"]


async def test_a_key_that_is_made_after_it_was_asked_for(database: Database) -> None:
    async with ring(database) as keys:
        key = await make(database)
        assert await keys.identify(key.text)
        await database.execute("test", "delete from hub.api_key where id = $1", key.id)
        await asyncio.sleep(0.2)
        assert await keys.identify(key.text) is None


async def test_known_keys_are_looked_up_once_and_unknown_ones_are_bounded(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_ring, "KEPT", 50)
    key = await make(database)
    looked_up: list[str] = []

    async def counted(queries: Any, key_id: str) -> Any:
        looked_up.append(key_id)
        return await find_key(queries, key_id)

    monkeypatch.setattr(key_ring, "find_key", counted)
    async with ring(database) as keys:
        await asyncio.gather(*(keys.identify(key.text) for _ in range(100)))
        assert looked_up == [key.id]
        unknown = new_key().text
        for _ in range(20):
            assert await keys.identify(unknown) is None
        assert len(looked_up) == 2
        for _ in range(200):
            await keys.identify(new_key().text)
        assert (len(keys._kept), len(keys._unknown)) == (1, 50)


async def test_a_flood_of_unknown_keys_is_no_hindrance_to_known_ones(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await make(database)

    async def slow(queries: Any, key_id: str) -> Any:
        await asyncio.sleep(0.02 if key_id == key.id else 0.3)
        return await find_key(queries, key_id)

    monkeypatch.setattr(key_ring, "find_key", slow)
    async with ring(database) as keys:
        assert await keys.identify(key.text)
        flood = [asyncio.create_task(keys.identify(new_key().text)) for _ in range(1_000)]
        await asyncio.sleep(0.01)
        keys._kept[key.id].until = 0.0
        async with asyncio.timeout(0.25):
            assert await keys.identify(key.text)
        for task in flood:
            task.cancel()
        ended = await asyncio.gather(*flood, return_exceptions=True)
        refused = [each for each in ended if isinstance(each, key_ring.KeysUnavailable)]
        assert len(refused) == 1_000 - key_ring.WAITING


async def test_while_nobody_listens_keys_are_not_kept_for_long(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await make(database)
    async with ring(database) as keys:
        told: list[str] = []
        held = await keys.identify(key.text)
        assert held is not None
        held.watch(lambda: told.append("ended"))
        monkeypatch.setattr("resolvers.database.listening.RECONNECT_SECONDS", (30.0,))
        await database.execute(
            "test",
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
            " and query ilike 'listen%'",
        )
        async with asyncio.timeout(5):
            while keys._notices.listening:  # noqa: ASYNC110 - of another task
                await asyncio.sleep(0.01)
        keys._on_missed()
        assert await keys.identify(key.text)
        await revoke_key(database, key.id, by="test")
        async with asyncio.timeout(1.5):
            while await keys.identify(key.text) or not told:  # noqa: ASYNC110 - of another task
                await asyncio.sleep(0.02)


async def test_what_was_missed_while_the_connection_was_lost(database: Database) -> None:
    key = await make(database)
    async with ring(database) as keys:
        assert await keys.identify(key.text)
        await database.execute(
            "test",
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and query ilike 'listen%'",
        )
        await revoke_key(database, key.id, by="test")
        async with asyncio.timeout(2):
            while await keys.identify(key.text):  # noqa: ASYNC110 - of another task
                await asyncio.sleep(0.01)


async def test_use_is_noted_to_the_minute(database: Database) -> None:
    key = await make(database)
    unused = await make(database)
    async with ring(database) as keys:
        for _ in range(5):
            await keys.identify(key.text)
        found = await find_key(database, key.id)
        assert found is not None
        assert found.last_used_at is None
    found = await find_key(database, key.id)
    assert found is not None
    assert found.last_used_at is not None
    assert found.last_used_at.second == 0
    assert datetime.now(UTC) - found.last_used_at < timedelta(minutes=2)
    other = await find_key(database, unused.id)
    assert other is not None
    assert other.last_used_at is None


async def test_noting_use_tells_nobody(database: Database) -> None:
    key = await make(database)
    async with ring(database) as keys:
        await keys.identify(key.text)
        await keys._write_use()
        await asyncio.sleep(0.1)
        assert key.id in keys._kept


async def test_the_commands(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    run = _Commands(database)
    words = ["create", "--organization", CENTER, "--role", "INDUSTRY_CENTER", "--label", "夜间"]
    assert await run(*words, "--scope", "contact:read", "--expires", "90d") == 0
    printed = capsys.readouterr()
    text = printed.out.strip()
    known = parse_key(text)
    assert known is not None
    assert "not shown again" in printed.err
    assert text not in printed.err
    assert await run("list") == 0
    listed = capsys.readouterr().out
    assert re.search(rf"zth_{known.id}_… +VALID +{CENTER}", listed)
    assert text.split("_")[2] not in listed
    assert await run("rotate", f"zth_{known.id}", "--overlap", "12h", "--format", "json") == 0
    made = json.loads(capsys.readouterr().out)
    assert made["scopes"] == ["contact:read"]
    assert parse_key(made["key"]) is not None
    assert await run("revoke", made["id"]) == 0
    assert await run("list", "--format", "json") == 0
    keys = json.loads(capsys.readouterr().out.strip().splitlines()[-1])["keys"]
    assert [key["state"] for key in keys] == ["REPLACED", "REVOKED"]
    assert not [key for key in keys if "key" in key or "digest" in key]
    assert await run("revoke", "zth_nothing") == 1
    assert "API_KEY_UNKNOWN" in capsys.readouterr().err
    assert await run("create", "--organization", "RC-1", "--role", "INDUSTRY_CENTER") == 1
    assert "error: API_KEY_ROLE" in capsys.readouterr().err


class _Commands:
    def __init__(self, database: Database) -> None:
        import argparse

        from resolvers.hub.cli import add_key_commands

        self._parser = argparse.ArgumentParser()

        @asynccontextmanager
        async def opened(args: Any) -> AsyncIterator[Database]:
            other = await Database.connect(database.settings)
            try:
                yield other
            finally:
                await other.close()

        add_key_commands(self._parser.add_subparsers(), opened)

    async def __call__(self, *words: str) -> int:
        args = self._parser.parse_args(["keys", *words])
        code = await asyncio.to_thread(args.handler, args)
        assert isinstance(code, int)
        return code
