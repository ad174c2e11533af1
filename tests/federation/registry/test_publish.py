"""Publishing on PostgreSQL: who goes live, who waits, and that nobody holds up the others."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from datetime import timedelta

import pytest

from federation.composition import Composed, Composer, Rejected, SubgraphSource, compose
from federation.registry.composing import api_schema_hash, text_hash
from federation.registry.errors import RegistryError
from federation.registry.model import GraphRef, LaunchOrigin, SubgraphState
from federation.registry.settings import RegistrySettings
from resolvers.database.pool import Database
from tests.federation.registry.world import (
    BROKEN,
    FINANCE,
    LINK,
    PATENTS,
    PATENTS_WITHOUT_TITLE,
    PUBLISHER,
    REF,
    SYSTEM,
    TRADING,
    World,
    sdl,
)

LIVE, PENDING = SubgraphState.LIVE, SubgraphState.PENDING
GONE_LATER = SubgraphState.REMOVAL_PENDING


async def test_a_publish_makes_the_supergraph_that_composing_makes(world: World) -> None:
    first = await world.publish("patents", PATENTS, label="r1", message="first")
    second = await world.publish("trading", TRADING)

    assert (first.created, first.updated, first.supergraph_changed) == (True, True, True)
    assert second.launch is not None
    assert second.launch.number == 2
    assert second.launch.origin is LaunchOrigin.PUBLISH
    expected = compose(
        [
            SubgraphSource("patents", "http://patents.example/graphql", PATENTS),
            SubgraphSource("trading", "http://trading.example/graphql", TRADING),
        ]
    )
    assert isinstance(expected, Composed)
    live = await world.registry.supergraph(SYSTEM, REF)
    assert live.sdl == expected.supergraph_sdl
    assert live.launch == second.launch
    assert live.launch.sdl_hash == text_hash(expected.supergraph_sdl)
    assert live.launch.api_schema_hash == api_schema_hash(expected.supergraph)
    stored = await world.registry.subgraph(SYSTEM, REF, "patents")
    assert (stored.sdl, stored.label, stored.message) == (PATENTS, "r1", "first")
    assert stored == first.version


async def test_a_broken_publisher_waits_and_blocks_nobody(world: World) -> None:
    await world.publish_all(patents=PATENTS, trading=TRADING)
    before = await world.registry.supergraph(SYSTEM, REF)

    broken = await world.publish("finance", BROKEN)
    assert broken.launch is None
    assert "FIELD_TYPE_MISMATCH" in {error.code for error in broken.errors}
    assert await world.registry.supergraph(SYSTEM, REF) == before
    assert (await world.states())["finance"] == (PENDING, None)

    other = await world.publish(
        "trading", TRADING.replace("price: Float", "price: Float sold: Int")
    )
    assert other.launch is not None
    assert await world.live() == {"patents": 1, "trading": 2}
    variant = await world.registry.variant(SYSTEM, REF)
    finance = variant.find("finance")
    assert finance is not None
    assert finance.problems
    assert finance.problems[0].code == broken.errors[0].code

    mended = await world.publish("finance", FINANCE)
    assert mended.launch is not None
    assert await world.live() == {"patents": 1, "trading": 2, "finance": 2}
    assert (await world.states())["finance"] == (LIVE, 2)


async def test_an_older_revision_stays_live_while_the_latest_waits(world: World) -> None:
    await world.publish_all(patents=PATENTS, finance=FINANCE)
    await world.publish("finance", BROKEN)
    assert await world.states() == {"patents": (LIVE, 1), "finance": (PENDING, 1)}
    assert await world.live() == {"patents": 1, "finance": 1}
    latest = await world.registry.subgraph(SYSTEM, REF, "finance")
    assert latest.number == 2


async def test_what_waits_goes_live_when_the_others_let_it(world: World) -> None:
    await world.publish_all(patents=PATENTS)
    assert (await world.publish("finance", BROKEN)).launch is None
    # `patents` takes the type that `finance` wants.
    other = await world.publish("patents", PATENTS.replace("title: String! ", ""))
    assert other.mended == ("finance",)
    assert await world.live() == {"patents": 2, "finance": 1}


async def test_one_that_waits_for_good_does_not_keep_another_from_being_mended(
    world: World,
) -> None:
    hopeless = sdl("type Query { x: Nowhere }")
    await world.publish_all(patents=PATENTS)
    await world.publish("hopeless", hopeless)
    await world.publish("finance", BROKEN)
    other = await world.publish("patents", PATENTS_WITHOUT_TITLE)
    assert other.mended == ("finance",)
    assert await world.live() == {"patents": 2, "finance": 1}
    assert (await world.states())["hopeless"] == (PENDING, None)


async def test_two_that_need_each_other_go_live_with_the_second_beside_a_hopeless_one(
    world: World,
) -> None:
    east = sdl(
        'type Query { east: Pair } type Pair @key(fields: "id")'
        ' { id: ID! left: Int @external both: Int @requires(fields: "left") }'
    )
    west = sdl('type Pair @key(fields: "id") { id: ID! left: Int }')
    await world.publish_all(finance=FINANCE)
    await world.publish("hopeless", sdl("type Query { x: Nowhere }"))
    assert (await world.publish("east", east)).launch is None
    second = await world.publish("west", west)
    assert second.launch is not None
    assert await world.live() == {"finance": 1, "east": 1, "west": 1}


async def test_the_same_again_changes_nothing(world: World) -> None:
    await world.publish_all(patents=PATENTS)
    again = await world.publish("patents", PATENTS)
    assert (again.launch, again.updated, again.created) == (None, False, False)
    assert again.version is not None
    assert again.version.number == 1
    assert len(await world.registry.history(SYSTEM, REF)) == 1


async def test_a_comment_makes_a_launch_whose_text_is_the_same(world: World) -> None:
    await world.publish_all(patents=PATENTS)
    commented = await world.publish("patents", PATENTS + "# a comment\n")
    assert commented.launch is not None
    assert commented.supergraph_changed is False
    assert await world.live() == {"patents": 2}


async def test_routing_urls(world: World) -> None:
    with pytest.raises(RegistryError) as missing:
        await world.publish("patents", PATENTS, url=None)
    assert missing.value.code == "ROUTING_URL_MISSING"
    for url in ("patents:4001", "ftp://x/y", "http://", "http://x:port/", ""):
        with pytest.raises(RegistryError) as invalid:
            await world.publish("patents", PATENTS, url=url)
        assert invalid.value.code == "INVALID_ROUTING_URL", url
    with pytest.raises(RegistryError) as unknown:
        await world.registry.variant(SYSTEM, REF)
    assert unknown.value.code == "E010"

    await world.publish("patents", PATENTS, url="patents:4001", allow_invalid_url=True)
    kept = await world.publish("patents", PATENTS_WITHOUT_TITLE, url=None)
    assert kept.version is not None
    assert kept.version.url == "patents:4001"
    none = await world.publish("trading", TRADING, url=None, no_url=True)
    assert none.version is not None
    assert none.version.url == ""
    moved = await world.publish("patents", PATENTS_WITHOUT_TITLE)
    assert moved.supergraph_changed


@pytest.mark.parametrize("name", ["", "1a", "a b", "a" * 65, "专利", "a\n", "-a"])
async def test_names_that_are_none(world: World, name: str) -> None:
    with pytest.raises(RegistryError) as refused:
        await world.publish(name, PATENTS, url="http://x.example/")
    assert refused.value.code == "INVALID_SUBGRAPH_NAME"


@pytest.mark.parametrize("text", ["", "  \n", "a\0b", "\ud800", LINK + "#" * 5_000_000])
async def test_texts_that_cannot_be_stored(world: World, text: str) -> None:
    with pytest.raises(RegistryError) as refused:
        await world.publish("patents", text)
    assert refused.value.code == "INVALID_INPUT"


@pytest.mark.parametrize(
    "text", ["type {", "query { a }", 'type Query { a(b: String = "\\u0000"): X }']
)
async def test_nonsense_waits_with_errors(world: World, text: str) -> None:
    await world.publish_all(patents=PATENTS)
    refused = await world.publish("nonsense", text)
    assert refused.launch is None
    assert refused.errors
    assert await world.live() == {"patents": 1}


async def test_deleting(world: World) -> None:
    await world.publish_all(patents=PATENTS, trading=TRADING, finance=FINANCE)
    dry = await world.registry.delete(SYSTEM, REF, "finance", dry_run=True)
    assert (dry.launch, dry.would_launch, dry.updated, dry.errors) == (None, True, False, ())
    assert len(await world.states()) == 3

    deleted = await world.registry.delete(SYSTEM, REF, "finance")
    assert deleted.launch is not None
    assert deleted.launch.origin is LaunchOrigin.DELETE
    assert await world.live() == {"patents": 1, "trading": 1}
    for unknown in ("finance", "nobody"):
        with pytest.raises(RegistryError) as refused:
            await world.registry.delete(SYSTEM, REF, unknown)
        assert refused.value.code == "E009"
    with pytest.raises(RegistryError) as gone:
        await world.registry.subgraph(SYSTEM, REF, "finance")
    assert gone.value.code == "E009"
    # The history outlives it, and numbers go on.
    assert (await world.registry.subgraph(SYSTEM, REF, "finance", 1)).sdl == FINANCE
    back = await world.publish("finance", FINANCE)
    assert back.version is not None
    assert (back.created, back.version.number) == (True, 2)


async def test_a_subgraph_others_need_is_deleted_when_they_let_it_go(world: World) -> None:
    owner = sdl('type Query { a: T } type T @key(fields: "id") { id: ID! size: Int }')
    user = sdl(
        'type T @key(fields: "id") { id: ID! size: Int @external'
        ' area: Int @requires(fields: "size") }'
    )
    await world.publish_all(owner=owner, user=user)
    deleted = await world.registry.delete(SYSTEM, REF, "owner")
    assert deleted.launch is None
    assert deleted.errors
    assert await world.states() == {"owner": (GONE_LATER, 1), "user": (LIVE, 1)}
    assert await world.live() == {"owner": 1, "user": 1}
    freed = await world.publish("user", sdl("type Query { b: Int }"))
    assert freed.mended == ("owner",)
    assert await world.live() == {"user": 2}


async def test_the_last_subgraph_stays_live_until_another_is_there(world: World) -> None:
    await world.publish_all(patents=PATENTS)
    deleted = await world.registry.delete(SYSTEM, REF, "patents")
    assert [error.code for error in deleted.errors] == ["NO_QUERIES"]
    assert await world.live() == {"patents": 1}
    await world.publish_all(finance=FINANCE)
    assert await world.live() == {"finance": 1}


async def test_deleting_what_never_was_live(world: World) -> None:
    await world.publish_all(patents=PATENTS)
    await world.publish("finance", BROKEN)
    deleted = await world.registry.delete(SYSTEM, REF, "finance")
    assert (deleted.launch, deleted.errors, deleted.updated) == (None, (), True)
    assert await world.states() == {"patents": (LIVE, 1)}


async def test_rolling_back(world: World) -> None:
    await world.publish_all(patents=PATENTS, trading=TRADING)
    old = await world.registry.supergraph(SYSTEM, REF, 1)
    await world.publish("patents", PATENTS_WITHOUT_TITLE)
    back = await world.registry.roll_back(SYSTEM, REF, 1, reason="title was needed")

    assert back.launch is not None
    assert (back.launch.number, back.launch.origin_id) == (4, old.launch.id)
    live = await world.registry.supergraph(SYSTEM, REF)
    assert live.sdl == old.sdl
    assert await world.states() == {"patents": (LIVE, 1)}
    # Rolling back to what is live changes nothing; the newest is reached again by its id.
    assert (await world.registry.roll_back(SYSTEM, REF, 1, reason="again")).launch is None
    third = (await world.registry.history(SYSTEM, REF))[1]
    assert third.number == 3
    await world.registry.roll_back(SYSTEM, REF, third.id, reason="forward")
    assert await world.live() == {"patents": 2, "trading": 1}
    with pytest.raises(RegistryError) as unknown:
        await world.registry.roll_back(SYSTEM, REF, 99, reason="?")
    assert unknown.value.code == "UNKNOWN_LAUNCH"
    with pytest.raises(RegistryError) as empty:
        await world.registry.roll_back(SYSTEM, REF, 1, reason=" ")
    assert empty.value.code == "INVALID_INPUT"


async def test_history_and_pages(world: World) -> None:
    for number in range(4):
        await world.publish("finance", FINANCE + f"# {number}\n")
    first = await world.registry.history(SYSTEM, REF, limit=3)
    assert [launch.number for launch in first] == [4, 3, 2]
    rest = await world.registry.history(SYSTEM, REF, before=2)
    assert [launch.number for launch in rest] == [1]
    revisions = await world.registry.subgraph_history(SYSTEM, REF, "finance", limit=2, before=4)
    assert [version.number for version in revisions] == [3, 2]
    with pytest.raises(RegistryError) as unknown:
        await world.registry.supergraph(SYSTEM, REF, "no uuid")
    assert unknown.value.code == "UNKNOWN_LAUNCH"


async def test_variants_share_nothing(world: World) -> None:
    test = GraphRef("hub", "test")
    await world.publish_all(patents=PATENTS)
    await world.publish("finance", FINANCE, ref=test)
    assert await world.live() == {"patents": 1}
    assert await world.live(test) == {"finance": 1}
    assert await world.registry.variants(SYSTEM, "hub") == (REF, test)


async def test_no_supergraph_yet(world: World) -> None:
    await world.publish("nonsense", "type {")
    with pytest.raises(RegistryError) as none:
        await world.registry.supergraph(SYSTEM, REF)
    assert none.value.code == "E027"
    assert await world.registry.live_supergraph(REF) is None


async def test_a_listener_hears_of_each_launch(world: World, database: Database) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    async with database.session() as connection:
        await connection.add_listener("registry", lambda *args: heard.put_nowait(args[-1]))
        published = await world.publish("patents", PATENTS)
        assert published.launch is not None
        told = await asyncio.wait_for(heard.get(), 5)
        assert told == f"hub@current {published.launch.id}"
        # No launch, nothing to tell.
        await world.publish("finance", BROKEN)
        await asyncio.sleep(0.05)
        assert heard.empty()
    live = await world.registry.live_supergraph(REF, after="other")
    assert live is not None
    assert await world.registry.live_supergraph(REF, after=live.launch.id) is None


async def test_publishers_at_once_lose_nothing(world: World) -> None:
    """Twelve publishers over three processes: every subgraph is live in the end."""
    registries = [world.registry, world.another(), world.another()]
    worlds = []
    for registry in registries:
        made = World(world.store, world.clock)
        made.registry = registry
        worlds.append(made)
    names = [f"s{number}" for number in range(12)]
    texts = {name: sdl(f"type Query {{ {name}: Int }}") for name in names}
    results = await asyncio.gather(
        *(worlds[n % 3].publish(name, texts[name]) for n, name in enumerate(names))
    )
    assert all(result.launch for result in results)
    assert sorted(r.launch.number for r in results if r.launch) == list(range(1, 13))
    assert await world.live() == dict.fromkeys(names, 1)
    live = await world.registry.supergraph(SYSTEM, REF)
    expected = compose([SubgraphSource(n, f"http://{n}.example/graphql", texts[n]) for n in names])
    assert isinstance(expected, Composed)
    assert live.sdl == expected.supergraph_sdl


async def test_one_subgraph_published_by_two_at_once_gets_two_revisions(world: World) -> None:
    one, two = world, World(world.store, world.clock)
    await world.publish_all(patents=PATENTS)
    await asyncio.gather(
        *(w.publish("finance", FINANCE + f"# {n}\n") for n, w in enumerate([one, two] * 3))
    )
    history = await world.registry.subgraph_history(SYSTEM, REF, "finance")
    assert [version.number for version in history] == [6, 5, 4, 3, 2, 1]
    assert len({version.sha256 for version in history}) == 6
    assert await world.live() == {"patents": 1, "finance": 6}


async def test_every_act_is_written_down(world: World) -> None:
    await world.publish("patents", PATENTS, by=PUBLISHER)
    await world.publish("finance", BROKEN)
    await world.registry.delete(SYSTEM, REF, "finance")
    await world.registry.roll_back(SYSTEM, REF, 1, reason="x")  # changes nothing: no entry
    assert await world.audit() == [
        ("centre-a", "subgraph.publish", "patents"),
        ("hub", "subgraph.publish", "finance"),
        ("hub", "subgraph.delete", "finance"),
    ]


async def test_a_composition_that_takes_too_long_holds_up_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its thread goes on, but the next publisher gets another composer at once."""
    await world.publish_all(patents=PATENTS)
    world.use(RegistrySettings(composition_timeout=timedelta(seconds=0.2)))
    release = threading.Event()
    real = Composer.compose

    def slow(self: Composer, sources: Sequence[SubgraphSource]) -> Composed | Rejected:
        with self._lock:
            if any(source.name == "endless" for source in sources):
                release.wait(20)
        return real(self, sources)

    monkeypatch.setattr(Composer, "compose", slow)
    endless = sdl("type Query { endless: Int }")
    try:
        with pytest.raises(RegistryError) as refused:
            await world.publish("endless", endless)
        assert refused.value.code == "COMPOSITION_TIMEOUT"
        result = await world.check(endless=endless)
        assert result.failure is not None
        assert "longer than 0.2 s" in result.failure
        assert (await world.publish("finance", FINANCE)).launch is not None
        assert await world.states() == {"finance": (LIVE, 1), "patents": (LIVE, 1)}
    finally:
        release.set()
