"""Who shows many credentials that do not hold is not asked for more, and nobody else is hurt."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from federation.errors import RequestError
from federation.server.app import Surroundings
from federation.server.callers.authentication import Authenticator
from federation.server.callers.identity import IdentityRules
from federation.server.callers.peer import Proxies
from federation.server.rate_limits.failed_credentials import FailedCredentials
from federation.server.settings.authentication import FailedCredentialsSection
from federation.server.settings.proxies import ProxiesSection
from federation.server.subgraphs.headers import HeaderPropagation
from federation.server.wire.request import HttpRequest
from tests.federation.server.harness import engine
from tests.federation.server.test_credentials_table import (
    CENTER,
    Keys,
    bearer,
    settings,
    token,
)
from tests.federation.server.test_metrics import scrape

HERE, THERE = "203.0.113.9", "203.0.113.10"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class CountedKeys(Keys):
    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    async def identify(self, key: str) -> object:  # type: ignore[override]
        self.asked.append(key)
        return await super().identify(key)


class World:
    """`per_minute: 3`, so that the fourth is too many."""

    def __init__(self, rules: IdentityRules, keys: CountedKeys, clock: Clock) -> None:
        self.rules = rules
        self.keys = keys
        self.clock = clock

    async def ask(self, headers: Mapping[str, str], address: str = HERE) -> str:
        """Return whom the caller is counted for, or with which status it is refused."""
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        try:
            found = await self.rules.identify(HttpRequest("POST", b"", raw, address=address))
        except RequestError as error:
            return str(error.http_status)
        return found.organization or "nobody"


@pytest.fixture
async def world(tmp_path: Path) -> World:
    given = settings(tmp_path)
    authenticator = Authenticator(given.authentication)
    await authenticator.key_sets.start()
    clock, keys = Clock(), CountedKeys()
    failures = FailedCredentials(clock)
    failures.configure(FailedCredentialsSection(per_minute=3), given.proxies)
    rules = IdentityRules(
        HeaderPropagation(given.headers),
        authenticator,
        None,
        keys,  # type: ignore[arg-type]
        None,
        Proxies(given.proxies),
        failures,
    )
    return World(rules, keys, clock)


def key(text: str) -> dict[str, str]:
    return {"x-api-key": text}


async def test_after_so_many_none_is_looked_up(world: World) -> None:
    tried = [await world.ask(key(f"zth_{number}")) for number in range(6)]
    assert tried == ["401"] * 3 + ["429"] * 3
    assert world.keys.asked == ["zth_0", "zth_1", "zth_2"]
    # A guess that would be right is not looked at either, of whatever kind it is.
    assert await world.ask(key("zth_good")) == "429"
    assert await world.ask(bearer(token(hub_center=CENTER))) == "429"
    # Without credentials, and from elsewhere, nothing has changed.
    assert await world.ask({}) == "nobody"
    assert await world.ask(key("zth_good"), THERE) == CENTER
    # A third of a minute brings one attempt back.
    world.clock.now += 20.1
    assert await world.ask(key("zth_good")) == CENTER
    assert await world.ask(key("zth_7")) == "401"
    assert await world.ask(key("zth_8")) == "429"
    world.clock.now += 60
    assert [await world.ask(key(f"zth_{n}")) for n in range(4)] == ["401"] * 3 + ["429"]


async def test_what_held_there_goes_on_to_hold(world: World) -> None:
    before = bearer(token(hub_center=CENTER, sub="u2"))
    assert await world.ask(before) == CENTER
    assert await world.ask(key("zth_bad")) == "401"
    assert await world.ask(key("zth_good")) == CENTER
    for number in range(3):
        await world.ask(key(f"zth_{number}"))
    assert await world.ask(key("zth_good")) == CENTER
    assert await world.ask(before) == CENTER
    assert await world.ask(key("zth_old")) == "429"
    # Once revoked it is as all others.
    del world.keys.known["zth_good"]
    assert await world.ask(key("zth_good")) == "401"
    assert await world.ask(key("zth_good")) == "429"


async def test_tokens_count_as_keys_do(world: World) -> None:
    expired = bearer(token(exp=1))
    assert [await world.ask(expired) for _ in range(4)] == ["401"] * 3 + ["429"]
    # Nobody could say: that is no failure.
    assert [await world.ask(key("zth_broken"), THERE) for _ in range(5)] == ["503"] * 5


async def test_the_address_is_the_clients_behind_trusted_proxies_only(world: World) -> None:
    async def through(proxy: str, client: str) -> str:
        return await world.ask({**key("zth_bad"), "x-forwarded-for": client}, proxy)

    assert [await through("10.0.0.1", "198.51.100.1") for _ in range(4)] == ["401"] * 3 + ["429"]
    assert await through("10.0.0.2", "198.51.100.1") == "429"
    assert await through("10.0.0.1", "198.51.100.2") == "401"
    # Who is no proxy cannot be somebody else each time.
    assert [await through(HERE, f"198.51.100.{n}") for n in range(4)] == ["401"] * 3 + ["429"]
    # Of IPv6 a whole site is one address.
    tried = [await world.ask(key("zth_bad"), f"2001:db8::{n}:1") for n in range(4)]
    assert tried == ["401"] * 3 + ["429"]


def test_the_table_is_bounded_and_forgets_only_who_has_done_nothing_for_long() -> None:
    clock = Clock()
    failures = FailedCredentials(clock)
    failures.configure(FailedCredentialsSection(per_minute=3), ProxiesSection())
    for _ in range(3):
        failures.count(HERE, [])
    for number in range(20_000):
        failures.count(f"2001:db8:{number >> 8:x}:{number & 255:02x}00::1", [])
    assert failures.addresses <= 10_000
    with pytest.raises(RequestError):
        failures.admit(HERE, [], "x")
    clock.now += 120
    failures.admit(HERE, [], "x")
    failures.count(THERE, [])
    assert failures.addresses <= 10_000


def test_off_it_limits_nothing_and_other_settings_hold_at_once() -> None:
    failures = FailedCredentials(Clock())
    failures.configure(FailedCredentialsSection(per_minute=2), ProxiesSection())
    for _ in range(2):
        failures.count(HERE, [])
    with pytest.raises(RequestError) as refused:
        failures.admit(HERE, [], "x")
    assert refused.value.retry_after == 30
    failures.configure(FailedCredentialsSection(enabled=False), ProxiesSection())
    failures.admit(HERE, [], "x")
    failures.configure(FailedCredentialsSection(per_minute=5), ProxiesSection())
    failures.admit(HERE, [], "x")


async def test_over_http_with_the_time_to_wait(tmp_path: Path) -> None:
    more = "telemetry: {exporters: {metrics: {prometheus: {enabled: true, listen: null}}}}"
    given = settings(tmp_path, more)
    shared = FailedCredentials()
    around = Surroundings(api_keys=Keys(), failures=shared)
    async with engine(given, around) as client:
        for number in range(60):
            reply = await client.post("{ hello }", headers=key(f"zth_{number}"))
            assert reply.status == 401
        refused = await client.post("{ hello }", headers=key("zth_60"))
        assert (refused.status, refused.code) == (429, "REQUEST_RATE_LIMITED")
        assert 1 <= int(refused.headers["retry-after"]) <= 2
        assert "zth_60" not in refused.body.decode()
        assert (await client.post("{ hello }")).status == 200
        found = await scrape(client)
    assert shared.failed == 60
    assert found["hub_credentials_failed_total"] == {(): 60}
    assert found["hub_credentials_refused_total"] == {(): 1}
    assert found["hub_credentials_addresses"] == {(): 1}
